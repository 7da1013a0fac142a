# SPDX-License-Identifier: Apache-2.0
"""The console protocol."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import console
from analysis.errors import ConsoleError


def frame(metric: str, words: list[int]) -> list[str]:
    """What the guest prints for these samples."""
    lines = [f"# data {metric} {len(words)} u64"]
    for start in range(0, len(words), 4):
        lines.append("# " + " ".join(f"{word:016x}" for word in words[start : start + 4]))
    return [*lines, f"# crc32 {zlib.crc32(np.array(words, '<u8').tobytes()):08x}"]


def log(*lines: str) -> str:
    """A console with the usual line ends of a serial line."""
    return "\r\n".join(["KTAP version 1", "1..1", *lines, ""])


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_frames_round_trip(words: list[int]) -> None:
    """Every word arrives, with the hypervisor talking in between."""
    lines = frame("handler_ticks", words)
    lines.insert(1, "virqlab: something to say")
    found = console.parse(log("# virqlab-guest version=1 cntfrq=1000000000", *lines, "ok 1 timer"))
    assert found.frames["handler_ticks"].tolist() == words
    assert found.passed and found.bench == "timer"
    assert found.facts == {"version": "1", "cntfrq": "1000000000"}


def test_vms_speak_in_turn() -> None:
    """Only the first one is measured."""
    words = [1, 2, 3, 4, 5]
    lines = [f"vm0: {line}" for line in frame("roundtrip_ticks", words)]
    lines[1:1] = ["vm1: ok 1 other", "vm12: # data x 1 u64", "virqlab: vm1 off", "vm1:"]
    found = console.parse(log("vm0: # virqlab-guest version=2", *lines, "vm0:", "vm0: ok 1 vm_switch"))
    assert found.frames["roundtrip_ticks"].tolist() == words and list(found.frames) == ["roundtrip_ticks"]
    assert found.passed and found.bench == "vm_switch" and found.facts == {"version": "2"}


def test_results() -> None:
    """ok, not ok with a reason, skip with a reason, nothing."""
    failed = console.parse(log("not ok 1 timer # no interrupt arrived"))
    assert (failed.passed, failed.reason) == (False, "no interrupt arrived")
    skipped = console.parse(log("ok 1 hvc # SKIP no hypervisor answers"))
    assert (skipped.passed, skipped.skipped, skipped.reason) == (False, True, "no hypervisor answers")
    assert console.parse(log()).passed is None


def test_bad_frames_are_refused() -> None:
    """A wrong count, a wrong CRC, a garbled word, a cut-off frame."""
    good = frame("x", [1, 2, 3, 4, 5])
    with pytest.raises(ConsoleError, match="has 5 words, its header says 6"):
        console.parse(log(good[0].replace("5", "6"), *good[1:]))
    with pytest.raises(ConsoleError, match="CRC"):
        console.parse(log(good[0], good[1].replace("4", "7"), *good[2:]))
    with pytest.raises(ConsoleError, match="garbled after 0 of 5"):
        console.parse(log(good[0], good[1][:-1], *good[2:]))
    with pytest.raises(ConsoleError, match="ends after 5 of 5"):
        console.parse(log(*good[:-1]))


def test_last_lines_leave_samples_out() -> None:
    """The diagnosis quotes words of people."""
    assert console.last_lines(log(*frame("x", [1, 2, 3, 4])), 2)[0] == "# data x 4 u64"
    assert not any("0000000000000001" in line for line in console.last_lines(log(*frame("x", [1])), 9))


@pytest.mark.parametrize("panic", ["[ 0.3] Kernel panic - not syncing: no init", "(XEN) Panic on CPU 0:"])
def test_what_a_host_panics_of_is_among_its_last_lines(panic: str) -> None:
    """However long the call trace behind it; a parameter of that name is no panic."""
    lines = ["Command line: panic=-1", "a driver", panic, *(f"frame {number}" for number in range(9))]
    assert console.last_lines("\n".join(lines), 3) == [panic, "frame 0", "frame 1"]
