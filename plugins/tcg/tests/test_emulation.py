# SPDX-License-Identifier: GPL-2.0-or-later
"""Accesses to devices: their values, and those of a guest that EL2 emulates."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest
import support
from support import COUNTS, EMULATED, ERET_EL2, EXC_EL1, EXC_EL2, GUEST, MMIO, VALID, Guest, Record

NOWHERE, IPRIORITYR = 0xF0000000, 0x08000420
READ, WRITE = 0, 1
BYTE, HALF, WORD, DOUBLE = (shift << 4 for shift in range(4))
EMULATED_GUEST = GUEST | EMULATED
# offset, sub, flags without GUEST and EMULATED, value; in the guest's order
EL1 = [
    (0x08, DOUBLE | WRITE, VALID, 0x55667788),
    (0x04, WORD | WRITE, VALID, 0x55667788),
    (0x02, HALF | WRITE, VALID, 0x7788),
    (0x01, BYTE | WRITE, VALID, 0x88),
    (0x00, BYTE | WRITE, VALID, 0),
    (0x10, DOUBLE | READ, VALID, 0xEEFF0011),
    (0x11, BYTE | READ, VALID, 0xFE),
    (0x12, HALF | READ, VALID, 0x5678),
    (0x14, WORD | READ, 0, 0),
    (0x100, WORD | READ, VALID, 0x5678),
]
EL0 = [(0x20, WORD | READ, VALID, 0x77), (0x100, WORD | WRITE, VALID, 0x77)]
OF_EL2 = [(2, WORD | WRITE, VALID, 0xA0B0C0D0, IPRIORITYR), (2, BYTE | READ, VALID, 0xA0, IPRIORITYR + 3)]


@pytest.fixture(name="traces", scope="module")
def fixture_traces(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, support.Run]:
    """The guest with each value of the option, and how instructions are counted does not matter."""
    del plugin
    directory = tmp_path_factory.mktemp("emulate")
    image = Guest(directory, "emulate.S", "emulate").image
    options = {name: f",mmio={name}" for name in ("el2", "emulated", "all")} | {"insn": ",mmio=all,count=insn"}
    runs = {name: support.qemu(directory / name, image, options=option) for name, option in options.items()}
    assert all(run.code == 0 for run in runs.values()), runs["el2"].err
    assert runs["insn"].raw() == runs["all"].raw()
    return runs


def accesses(records: list[Record], emulated: int) -> list[Record]:
    """The mmio records that are emulated ones, or are none."""
    return [r for r in records if r.kind == MMIO and r.flags & EMULATED == emulated]


def test_values(traces: dict[str, support.Run]) -> None:
    """Of EL2's own accesses at each setting; of all levels' only where they are asked for."""
    own = (1, WORD | READ, GUEST | VALID, 0xA0B0C0D0, IPRIORITYR)
    for name in ("el2", "emulated", "all"):
        found = [(r.el, r.sub, r.flags, r.c, r.a) for r in accesses(traces[name].records(), 0)]
        assert found == (OF_EL2 + [own] if name == "all" else OF_EL2)


@pytest.mark.parametrize("name", ["emulated", "all"])
def test_emulated_accesses(name: str, traces: dict[str, support.Run]) -> None:
    """What was refused and what was done again are none; the record is the guest's next instruction's."""
    records = [r for r in traces[name].records() if r.kind != COUNTS]
    found = accesses(records, EMULATED)
    expected = [
        (el, sub, flags | EMULATED_GUEST, value, NOWHERE + offset)
        for el, rows in ((1, EL1), (0, EL0))
        for offset, sub, flags, value in rows
    ]
    assert [(r.el, r.sub, r.flags, r.c, r.a) for r in found] == expected
    for at, record in enumerate(records):
        if record in found:
            trap, back = records[at - 2 : at]
            assert (trap.kind, trap.a, trap.b, back.kind) == (EXC_EL2, record.b, record.a, ERET_EL2)
            assert (back.a, back.insn + 1) == (record.b + 4, record.insn)
            if record.a == NOWHERE + 0x100:
                after = records[at + 1]
                assert (after.kind, after.insn, after.a) == (EXC_EL1, record.insn, record.b + 4)


def test_nothing_else_changes(traces: dict[str, support.Run]) -> None:
    """The other records are the same bytes, whatever is asked for; an access of the guest itself splits its counts."""
    plain = [r for r in traces["el2"].records() if r.kind != MMIO]
    assert accesses(traces["el2"].records(), EMULATED) == []
    assert [r for r in traces["emulated"].records() if r.kind != MMIO] == plain
    assert traces["all"].events() == traces["el2"].events()
    total = [[sum(column) for column in zip(*(c[5:] for c in traces[name].counts()))] for name in ("all", "el2")]
    assert total[0] == total[1]
    records = traces["all"].records()
    own = next(i for i, r in enumerate(records) if r.kind == MMIO and r.el == 1 and not r.flags & EMULATED)
    assert (records[own + 1].kind, records[own + 1].insn) == (COUNTS, records[own].insn + 1)


class Owner(ctypes.Structure):
    """struct emulation_owner."""

    _fields_ = [("vttbr", ctypes.c_uint64), ("vmpidr", ctypes.c_uint64)]


STORE = 0x24 << 26 | 1 << 24 | 2 << 22 | 5 << 16 | 1 << 6
PC = 0x40001000


@pytest.fixture(name="trapped")
def fixture_trapped(pure: ctypes.CDLL) -> ctypes.Array[ctypes.c_char]:
    """A store of W5 at EL1 that trapped."""
    waiting = ctypes.create_string_buffer(256)
    one = Owner(0x1000, 0x80000000)
    pure.emulation_trap(
        waiting, ctypes.c_uint64(STORE), 1, ctypes.c_uint64(PC), ctypes.c_uint64(NOWHERE), ctypes.byref(one)
    )
    return waiting


def go(pure: ctypes.CDLL, waiting: ctypes.Array[ctypes.c_char], level: int, target: int, vttbr: int = 0x1000) -> bool:
    """An ERET of that vCPU; whether the guest then goes on behind the access."""
    owner = Owner(vttbr, 0x80000000)
    pure.emulation_waits.restype = pure.emulation_done.restype = ctypes.c_bool
    if pure.emulation_waits(waiting):
        pure.emulation_return(waiting, level, ctypes.c_uint64(target), ctypes.byref(owner))
    return bool(pure.emulation_done(waiting, level, ctypes.c_uint64(target)))


def test_another_vcpu_runs_meanwhile(pure: ctypes.CDLL, trapped: ctypes.Array[ctypes.c_char]) -> None:
    """The same address in another VM does not count; the return of the first one does, once it comes."""
    assert not go(pure, trapped, 1, PC + 4, vttbr=0x2000)
    assert go(pure, trapped, 1, PC + 4)


def test_interrupted_return(pure: ctypes.CDLL, trapped: ctypes.Array[ctypes.c_char]) -> None:
    assert go(pure, trapped, 1, PC + 4)
    pure.emulation_interrupt(trapped)
    assert not go(pure, trapped, 1, PC + 4, vttbr=0x2000)
    assert go(pure, trapped, 1, PC + 4)


@pytest.mark.parametrize("level,target", [(1, PC), (1, 0x40000200), (0, PC + 4)])
def test_no_emulation(level: int, target: int, pure: ctypes.CDLL, trapped: ctypes.Array[ctypes.c_char]) -> None:
    """Done again, or an exception instead: a later return to the instruction behind it is none of it."""
    assert not go(pure, trapped, level, target)
    assert not go(pure, trapped, 1, PC + 4)


def test_described(pure: ctypes.CDLL) -> None:
    """A Data Abort from a lower level with ISV."""
    pure.emulation_describes.restype = ctypes.c_bool
    found = [pure.emulation_describes(ctypes.c_uint64(esr)) for esr in (STORE, STORE & ~(1 << 24), STORE | 1 << 26)]
    assert found == [True, False, False]
