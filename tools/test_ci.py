# SPDX-License-Identifier: Apache-2.0
"""The last line of .ci/run: what passed and failed in all, with a `make` that says what the case wants."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).resolve().parent.parent / ".ci" / "run"
MAKE = """#!/bin/sh
case $1 in
  check) exit 0 ;;
  test) echo "some output"; echo "$TEST"; exit $TEST_CODE ;;
  fuzz) echo "$FUZZ"; exit $FUZZ_CODE ;;
esac
"""


@pytest.mark.parametrize(
    "test, fuzz, last, code",
    [
        ("12 passed, 0 failed, 3 skipped/0", "5 passed, 0 failed/0", "17 passed, 0 failed", 0),
        ("10 passed, 2 failed/2", "5 passed, 0 failed/0", "15 passed, 2 failed", 1),
        ("12 passed, 0 failed/0", "4 passed, 1 failed/2", "16 passed, 1 failed", 1),
        ("a build that broke/2", "5 passed, 0 failed/0", "5 passed, 1 failed", 1),
        ("12 passed, 0 failed/0", "nothing counted/0", "12 passed, 1 failed", 1),
        ("12 passed, 0 failed/2", "5 passed, 0 failed/0", "17 passed, 1 failed", 1),
    ],
)
def test_total(test: str, fuzz: str, last: str, code: int, tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(MAKE, encoding="ascii")
    make.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for name, value in (("TEST", test), ("FUZZ", fuzz)):
        environment[name], environment[f"{name}_CODE"] = value.split("/")
    done = subprocess.run([CI], env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout.splitlines()[-1], done.returncode) == (last, code)
