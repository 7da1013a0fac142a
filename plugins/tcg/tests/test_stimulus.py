# SPDX-License-Identifier: GPL-2.0-or-later
"""Stores at exact moments of virtual time: what they do, what they cost, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import support
from support import COUNTS, STIMULUS, Guest, Record, Run

CONST = support.constants()
ISPENDR1 = CONST["GICD"] + 0x204  # of INTIDs 32 to 63; those from 42 to 47 are wired to nothing
SPI_BIT = 1 << 42 - 32  # never enabled: pending, and nobody is interrupted


def table(path: Path, *lines: str) -> str:
    """The option for a table of these lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return f",stimulus={path}"


def masked(path: Path, times: range) -> str:
    """A store at each of the times that changes the state of the GIC and nothing else."""
    return table(path, *(f"{time} {ISPENDR1:#x} {SPI_BIT:#x}" for time in times))


def others(run: Run) -> list[Record]:
    """What happened beside the stimulus; counts are split by it, so they are compared by their sums."""
    return [r for r in run.records() if r.kind not in (STIMULUS, COUNTS)]


def sums(run: Run) -> dict[tuple[int, int], list[int]]:
    """The event vector of the whole run, by level and GUEST flag."""
    found: dict[tuple[int, int], list[int]] = {}
    for c in run.counts():
        total = found.setdefault((c.el, c.flags), [0] * 8)
        found[c.el, c.flags] = [n + more for n, more in zip(total, c[5:])]
    return found


def test_a_store_costs_no_instruction(guests: dict[str, Guest], reference: Run, tmp_path: Path) -> None:
    """With 500 stores, at EL2, in a guest and between them, every other record has the same bytes: the count of
    instructions at each, and so at each level; and so has another run with them."""
    times = range(1, 5000, 10)
    option = masked(tmp_path / "table", times)
    runs = [support.qemu(tmp_path / name, guests["off"].image, options=option) for name in ("a", "b")]
    assert runs[0].code == 0, runs[0].err
    assert runs[0].raw() == runs[1].raw()
    assert others(runs[0]) == others(reference)
    assert sums(runs[0]) == sums(reference)
    found = [r for r in runs[0].records() if r.kind == STIMULUS]
    assert [(r.c, r.a, r.b) for r in found] == [(SPI_BIT, ISPENDR1, time) for time in times]
    assert {(r.el, r.flags) for r in found} == {(2, 0), (1, support.GUEST)}
    # One nanosecond is one instruction; QEMU's clock is one behind after a data abort.
    assert all(0 <= r.insn - r.b <= 3 for r in found)


def test_stores_take_effect(plugin: Path, guests: dict[str, Guest], tmp_path: Path) -> None:
    """The image's first instruction is overwritten before it runs, with a branch to itself."""
    del plugin
    option = table(tmp_path / "table", "# one store", "", "2 0x40200000 0x14000000 # b .")
    done = support.qemu(tmp_path / "trace", guests["off"].image, options=option + ",deadline=1000")
    assert done.code == 0, done.err
    end = done.events()[-1]
    assert (end.a, end.insn, end.sub) == (0x40200000, 1000, 1)


def test_a_store_wakes(plugin: Path, guests: dict[str, Guest], tmp_path: Path) -> None:
    """Asleep without a timer: virtual time goes on to the next store, at the same instruction."""
    del plugin
    option = masked(tmp_path / "table", range(1000000, 2000000, 100000))
    done = support.qemu(tmp_path / "trace", guests["sleep"].image, options=option + ",deadline=3000000")
    assert done.code == 0, done.err
    found = [r for r in done.records() if r.kind == STIMULUS]
    assert [r.b for r in found] == list(range(1000000, 2000000, 100000))
    assert {r.insn for r in found} == {done.events()[-1].insn}


@pytest.mark.parametrize(
    "lines,message",
    [
        (["1 2"], "line 1: say TIME ADDRESS VALUE"),
        (["# TIME", "1 0 0 0 0"], "line 2: say TIME ADDRESS VALUE"),
        (["0 0 0"], "line 1: say TIME ADDRESS VALUE [REQUESTER]: ns of virtual time from 1 on, a multiple of 4, 32"),
        (["1 0 0 0x10000"], "line 1: say TIME ADDRESS VALUE"),
        (["1 0 0 x"], "line 1: say TIME ADDRESS VALUE"),
        (["1 2 0"], "line 1: say TIME ADDRESS VALUE"),
        (["1 0 0x100000000"], "line 1: say TIME ADDRESS VALUE"),
        (["-1 0 0"], "line 1: say TIME ADDRESS VALUE"),
        (["2 0 0", "1 0 0"], "line 2: this time is before the one above"),
        (["#" * 300], "line 1: this line is too long"),
        ([f"1 {CONST['HOLE']:#x} 7"], "store of 0x7 to 0xf000000 at 1 ns: nothing answers there"),
    ],
)
def test_wrong_tables(lines: list[str], message: str, guests: dict[str, Guest], tmp_path: Path) -> None:
    """One line, and QEMU fails."""
    done = support.qemu(tmp_path / "trace", guests["off"].image, options=table(tmp_path / "table", *lines))
    ours = [line for line in done.err.splitlines() if line.startswith("virqlab: stimulus: ")]
    assert done.code != 0 and len(ours) == 1 and message in ours[0], done.err


def test_without_a_table(guests: dict[str, Guest], tmp_path: Path) -> None:
    done = support.qemu(tmp_path / "trace", guests["off"].image, options=f",stimulus={tmp_path}/none")
    assert done.code != 0 and f"virqlab: stimulus: cannot read {tmp_path}/none: No such file" in done.err


def test_without_icount(guests: dict[str, Guest], tmp_path: Path) -> None:
    """Where instructions are not counted a store has no exact place among them."""
    option = masked(tmp_path / "table", range(1, 2))
    done = support.qemu(tmp_path / "trace", guests["off"].image, options=option, icount=False)
    assert done.code != 0 and "virqlab: stimulus: needs -icount" in done.err
