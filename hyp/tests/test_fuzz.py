# SPDX-License-Identifier: Apache-2.0
"""Every register frame fuzzed for a moment from the kept corpus; `make fuzz` takes a minute each."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import CORPUS, fuzz
from host import FRAMES, build_fuzzer


@pytest.mark.parametrize("frame", FRAMES)
def test_frame(frame: str, tmp_path: Path) -> None:
    """No CHECK, no sanitizer, a consistent model; the kept inputs are part of the run."""
    kept = len((CORPUS / f"{frame}.txt").read_text(encoding="ascii").split())
    executed, failure = fuzz(build_fuzzer(frame, tmp_path), frame, 2.5, tmp_path / "found")
    assert not failure, failure
    assert executed > kept > 0
