# SPDX-License-Identifier: Apache-2.0
"""The VMM's threads share one console: built for the build host, with a kernel that the test plays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.suite import ROOT

FLAGS = "-std=gnu11 -g -O1 -Wall -Wextra -Werror -pthread".split()
SOURCES = ("vmm/machine.c", "vmm/console.c", "vmm/system.c", "hyp/lib/print.c", "bench/tests/vmm_console.c")


@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_each_character_of_every_vcpu_comes_out_once(sanitizer: str, tmp_path: Path) -> None:
    """In its order; no race, and nothing written outside of the buffer."""
    program = tmp_path / "console"
    flags = [*FLAGS, f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all", "-iquotevmm", "-iquotehyp/lib"]
    subprocess.run(["gcc", *flags, "-o", str(program), *SOURCES], cwd=ROOT, check=True)
    done = subprocess.run([str(program)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and done.stdout == "80000 characters, 0 wrong\n", done.stdout + done.stderr
