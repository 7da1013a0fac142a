# SPDX-License-Identifier: GPL-2.0-or-later
"""The trace of the test guest, against QEMU's own logs and against what the guest's source says."""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import support
from support import (
    COUNTS,
    DAIF,
    ERET_EL1,
    ERET_EL2,
    EXC_EL1,
    EXC_EL2,
    GUEST,
    MARK,
    MMIO,
    SYSREG,
    SYSREG_DONE,
    VALID,
    WFX,
)
from support import Eret, Exc, Guest, Record, Run

CONST = support.constants()
IMAGE_BASE = 0x40200000  # where QEMU's virt machine puts an arm64 Image with text_offset 0

# ESR-style encodings, as ESR_EL2 shows them for trapped accesses (x0 to x30 and the direction cleared).
IAR1, EOIR1, DIR = 0x303018, 0x323018, 0x323016
SGI1R, LR0 = 0x3A3016, 0x313018


def mark_name(number: int) -> str:
    """Name of a mark in guest.h."""
    return next(name for name, value in CONST.items() if name.startswith("MARK_") and value == number)


def position(records: list[Record], name: str) -> int:
    """Position of the only mark of that name."""
    found = [i for i, r in enumerate(records) if r.kind == MARK and r.c == CONST[name]]
    assert len(found) == 1, name
    return found[0]


def between(records: list[Record], begin: str, end: str) -> list[Record]:
    """Records between two marks."""
    return records[position(records, begin) + 1 : position(records, end)]


def preempted(first: Exc | Eret, then: Exc | Eret, back: Exc | Eret) -> bool:
    """An exception to EL1, one to EL2 at its vector, and the return to that vector."""
    if not (isinstance(first, Exc) and isinstance(then, Exc) and isinstance(back, Eret)):
        return False
    return (first.to_el, then.to_el) == (1, 2) and then.elr % 0x800 == first.vector * 0x80 and back.pc == then.elr


def as_recorded(log: list[Exc | Eret]) -> list[Exc | Eret]:
    """QEMU logs an exception when it is taken, the trace when its vector starts: one that is preempted there moves
    behind the return to the vector."""
    events = list(log)
    for i in range(len(events) - 2):
        first, then, back = events[i : i + 3]
        if preempted(first, then, back):
            events[i : i + 3] = [then, back, first]
    return events


def test_guest_took_no_unexpected_path(reference: Run) -> None:
    marks = Counter(mark_name(r.c) for r in reference.events() if r.kind == MARK)
    assert marks.pop("MARK_HVC_BEGIN") == marks.pop("MARK_HVC_END") == CONST["ITERATIONS"]
    assert set(marks.values()) == {1}
    assert "MARK_UNEXPECTED" not in marks
    assert "MARK_LAST" in marks


def test_exceptions_and_returns_equal_qemus_log(reference: Run) -> None:
    log = list(support.logged((reference.out.parent / "int.log").read_text()))
    traced = support.traced(reference.events())
    assert Counter(traced) == Counter(log)
    assert traced == as_recorded(log)
    # The sweep did hit the vector of an SVC with a physical interrupt: the hard case was there.
    assert log != as_recorded(log)


def test_order_and_end(reference: Run) -> None:
    records = reference.records()
    assert [r.kind for r in records].count(support.END) == 1
    assert records[-1].kind == support.END and records[-1].sub == 0
    assert all(a.insn <= b.insn for a, b in zip(records, records[1:]))


def test_counts_known_by_heart(reference: Run) -> None:
    records = reference.events()
    begin, end = position(records, "MARK_COUNT_BEGIN"), position(records, "MARK_COUNT_END")
    assert records[end].insn - records[begin].insn == 1 + 5
    begins = [r.insn for r in records if r.kind == MARK and r.c == CONST["MARK_HVC_BEGIN"]]
    ends = [r.insn for r in records if r.kind == MARK and r.c == CONST["MARK_HVC_END"]]
    # mark, hvc; vector: b; trap: mrs lsr cmp b.eq; hypercall: and, 5 x (cmp b.eq), eret
    assert {e - b for b, e in zip(begins, ends)} == {2 + 1 + 4 + 1 + 10 + 1}
    # end mark, subs, b.ne
    assert {b - e for b, e in zip(begins[1:], ends)} == {3}


def test_total_equals_qemus_own_instruction_log(guests: dict[str, Guest], reference: Run, tmp_path: Path) -> None:
    """One line per executed instruction, without the plugin; a line is void when an interrupt stops it."""
    log = tmp_path / "exec.log"
    command = [*support.QEMU, "-M", support.MACHINE, "-kernel", str(guests["off"].image)]
    command += ["-accel", "tcg,one-insn-per-tb=on", "-d", "exec,nochain", "-D", str(log)]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    lines = Counter(line.split(" ", 1)[0] for line in log.read_text().splitlines())
    assert lines["Trace"] - lines["Stopped"] == reference.events()[-1].insn


def executed(guest: Guest, tmp_path: Path) -> Counter[int]:
    """How often each address of the image ran, from a run without the plugin."""
    log = tmp_path / "exec.log"
    command = [*support.QEMU, "-M", support.MACHINE, "-kernel", str(guest.image)]
    command += ["-accel", "tcg,one-insn-per-tb=on", "-d", "exec,nochain", "-D", str(log)]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    found: Counter[int] = Counter()
    for line in log.read_text().splitlines():
        what, _, rest = line.partition(" ")
        if what == "Trace":
            found[int(rest.split("/")[1], 16)] += 1
        elif what == "Stopped":
            found[int(re.search(r"\[([0-9a-f]+)\]", line)[1], 16)] -= 1  # type: ignore[index]
    return found


def test_counts_equal_qemus_own_instruction_log(
    guests: dict[str, Guest], reference: Run, pure: ctypes.CDLL, tmp_path: Path
) -> None:
    """Class by class, but for what ran after the last boundary and before the image."""
    image = guests["off"].image.read_bytes()
    expected = [0] * 8
    for pc, times in executed(guests["off"], tmp_path).items():
        if IMAGE_BASE <= pc < IMAGE_BASE + len(image):
            classes = pure.count_classes(int.from_bytes(image[pc - IMAGE_BASE :][:4], "little"))
            expected = [n + times * (classes >> i & 1) for i, n in enumerate(expected)]
    loader, ending = 2, 1  # QEMU's jump to the Image; the function number of PSCI
    expected[0] += loader - ending
    found = [sum(column) for column in zip(*(c[5:] for c in reference.counts()))]
    assert found == expected and min(found[:3] + found[5:]) > 0


def test_counts_known_by_heart_by_class(reference: Run) -> None:
    """One load between the marks, at EL1, in guest context; the record stands right before the mark."""
    records = reference.records()
    end = position(records, "MARK_COUNT_END")
    assert records[end - 1].kind == COUNTS and records[end - 1].insn == records[end].insn
    counts = next(c for c in reference.counts() if c.insn == records[end].insn)
    assert counts == (records[end].insn, COUNTS, 1, 0, GUEST, 1, 0, 0, 0, 0, 0, 0, 0)
    boundaries = {EXC_EL1, EXC_EL2, ERET_EL1, ERET_EL2, SYSREG, SYSREG_DONE, MARK, WFX}
    after = [records[i + 1] for i, r in enumerate(records) if r.kind == COUNTS]
    assert {r.kind for r in after} <= boundaries
    assert all(sum(c[5:]) > 0 for c in reference.counts())


def test_devices_of_el2(reference: Run) -> None:
    """gic_init's accesses, one by one; the guest's own are not asked for."""
    records = reference.records()
    accesses = [(r.el, r.sub, r.a) for r in records if r.kind == MMIO]
    gicd, gicr = CONST["GICD"], CONST["GICR"]
    sgi = gicr + 0x10000
    registers = [(1, gicd), (0, gicr + 0x14), (1, gicr + 0x14), (1, sgi + 0x80), (1, sgi + 0x100)]
    word = 2 << 4
    assert accesses == [(2, word | write, address) for write, address in registers]


def test_begin_by_guest(plugin: Path, tmp_path: Path) -> None:
    """What EL2 does to devices and PSTATE.DAIF before it first enters a guest is left out, and nothing else: virqlab's
    own hypervisor, whose guest turns an interrupt on after that."""
    del plugin
    arguments = ["-m", "1G", "-initrd", str(support.TOP / "build/guests/bench.img")]
    arguments += ["-append", "vm0.strategy=te -- bench=timer iterations=3"]
    runs = {}
    for begin in ("reset", "guest"):
        image = support.TOP / "build/hyp/hyp.img"
        runs[begin] = support.qemu(tmp_path / begin, image, *arguments, options=f",begin={begin}")
        assert runs[begin].code == 0, runs[begin].err
    whole = runs["reset"].records()
    entry = next(i for i, r in enumerate(whole) if r.kind == ERET_EL2 and r.flags & GUEST)
    before = [r for r in whole[:entry] if r.kind not in (MMIO, DAIF)]
    assert len(before) < entry
    assert any(r.kind == MMIO and r.el == 2 for r in whole[entry:])
    assert runs["guest"].records() == before + whole[entry:]


def test_profile(guests: dict[str, Guest], reference: Run, tmp_path: Path) -> None:
    """Each instruction at EL2 between two marks, as often as the log without the plugin has it there: the region is
    the loop of hypercalls and the sweep. However it is counted and translated, the same bytes."""
    variants: dict[str, list[str]] = {
        "fast": [],
        "insn": [],
        "single": ["-accel", "tcg,one-insn-per-tb=on"],
        "again": [],
    }
    region = f",region={CONST['MARK_COUNT_BEGIN']:#x}:{CONST['MARK_SWEEP_END']}"
    runs = {}
    for name, arguments in variants.items():
        options = f"{region},profile={tmp_path / name}.profile" + (",count=insn" if name == "insn" else "")
        runs[name] = support.qemu(tmp_path / name, guests["off"].image, *arguments, options=options)
        assert runs[name].code == 0, runs[name].err
    assert len({(tmp_path / f"{name}.profile").read_bytes() for name in runs}) == 1
    vbar, counts = runs["fast"].profile()
    assert vbar == IMAGE_BASE + guests["off"].offset("vectors_el2")
    records = between(reference.records(), "MARK_COUNT_BEGIN", "MARK_SWEEP_END")
    exits = [r for r in records if r.kind == EXC_EL2]
    entries = [r for r in records if r.kind == ERET_EL2]
    assert sum(counts.values()) == sum(out.insn + 1 - into.insn for into, out in zip(exits, entries))
    for vector in (0x400, 0x480):
        assert counts[vbar + vector] == sum(r.sub * 0x80 == vector for r in exits)


@pytest.mark.parametrize("variant", ["again", "insn", "one-insn-per-tb"])
def test_trace_repeats_byte_for_byte(variant: str, guests: dict[str, Guest], reference: Run, tmp_path: Path) -> None:
    """Neither how instructions are counted nor how QEMU cuts blocks changes a byte."""
    options = ",count=insn" if variant == "insn" else ",count=fast"
    arguments = ["-accel", "tcg,one-insn-per-tb=on"] if variant == "one-insn-per-tb" else []
    done = support.qemu(tmp_path, guests["off"].image, *arguments, options=options)
    assert done.code == 0, done.err
    size = len(done.raw())
    if variant == "one-insn-per-tb":  # END names the last block, which then is another
        size -= 16
        assert done.events()[-1].insn == reference.events()[-1].insn
    assert done.raw()[:size] == reference.raw()[:size]


def test_flushed_translations(plugin: Path, tmp_path: Path) -> None:
    """Code that QEMU translates again and again counts the same, and as the source says."""
    del plugin
    image = Guest(tmp_path, "flush.S", "flush").image
    plain = support.qemu(tmp_path / "plain", image)
    flushed = support.qemu(tmp_path / "flushed", image, "-accel", "tcg,tb-size=1")
    assert flushed.raw() == plain.raw()
    rounds, blocks, calls = 3, 20000, 500
    loader, start, off = 6, 5, 2  # QEMU's jump to the Image; branch and set-up; power off
    per_round = 3 * blocks + 3 * calls + 3
    assert plain.events()[-1].insn == loader + start + rounds * per_round - 1 + off


def test_babeltrace_decodes_every_record(reference: Run) -> None:
    done = subprocess.run(["babeltrace2", str(reference.out)], check=True, capture_output=True, text=True)
    records = reference.records()
    lines = done.stdout.splitlines()
    assert [line.split(": {")[0].split()[-1] for line in lines] == [support.KINDS[r.kind] for r in records]
    last = records[-1]
    fields = f"el = {last.el}, sub = {last.sub}, flags = {last.flags}, c = 0x{last.c:X}, a = 0x{last.a:X}, b = 0x0"
    assert fields in lines[-1] and f"{last.insn:09}]" in lines[-1]


def test_guest_flag(reference: Run) -> None:
    """Stage 2 is enabled once, before EL1 first runs."""
    for r in reference.events():
        lower = r.el < 2
        assert bool(r.flags & GUEST) == lower, r


def test_aborts(reference: Run) -> None:
    records = reference.events()
    aborts = [r for r in records if r.kind == EXC_EL2 and r.c >> 26 in (0x24, 0x25)]
    assert [(r.el, r.b) for r in aborts] == [(2, CONST["HOLE"]), (1, CONST["NOWHERE"] + 0x128)]


def test_untrapped_gic_accesses(reference: Run) -> None:
    """41 is acknowledged masked; its EOI makes 42 deliverable, so the vector is the instruction after the access."""
    records = between(reference.events(), "MARK_COUNT_END", "MARK_TRAP_BEGIN")
    done = [(r.c, r.a, r.flags) for r in records if r.kind == SYSREG_DONE]
    valid, void = GUEST | VALID, GUEST
    first, second = [(IAR1, 41, valid), (EOIR1, 41, valid)], [(IAR1, 42, valid), (EOIR1, 42, valid)]
    assert done == [*first, *second, (IAR1, 0, void), (DIR, 41, valid)]
    eoi = next(i for i, r in enumerate(records) if r.kind == SYSREG_DONE and r.c == EOIR1)
    vector = records[eoi + 1]
    assert (vector.kind, vector.sub, vector.insn, vector.a) == (EXC_EL1, 5, records[eoi].insn, records[eoi].b + 4)
    # Nothing trapped: the instruction after the access is the next one.
    ack = next(r for r in records if r.kind == SYSREG_DONE and r.c == IAR1)
    assert records[records.index(ack) + 1].kind == MARK
    assert records[records.index(ack) + 1].insn == ack.insn


def test_trapped_gic_accesses(reference: Run) -> None:
    """The trap is part of the access: the record stands where the guest goes on."""
    records = between(reference.events(), "MARK_TRAP_BEGIN", "MARK_PLAIN_BEGIN")
    access = [EXC_EL2, ERET_EL2, SYSREG_DONE]
    hvc = [EXC_EL2, ERET_EL2]
    assert [r.kind for r in records] == access + [MARK] + access + access + hvc
    done = [(r.c, r.a, r.flags & VALID) for r in records if r.kind == SYSREG_DONE]
    assert done == [(IAR1, 77, VALID), (EOIR1, 77, VALID), (EOIR1, 0, 0)]
    assert all(r.insn == records[i - 1].insn + 1 for i, r in enumerate(records) if r.kind == SYSREG_DONE)
    assert all(r.b + 4 == records[i - 1].a for i, r in enumerate(records) if r.kind == SYSREG_DONE)


def test_recorded_writes(reference: Run) -> None:
    writes = [(r.el, r.c, r.a, r.flags) for r in reference.events() if r.kind == SYSREG]
    op2 = 1 << 17
    assert writes == [
        (2, LR0, 0x50A0000000000029, VALID),
        (2, LR0 + op2, 0x50A000000000002A, VALID),
        (2, LR0 + 2 * op2, 0, 0),
        (1, SGI1R, 0x02000001, VALID | GUEST),
    ]


def test_plain_flow_into_vectors_is_no_exception(reference: Run) -> None:
    """BR, fall-through, ERET from EL1, ERET from EL2 and B to a vector: only the hypercall between them is one."""
    records = between(reference.events(), "MARK_PLAIN_BEGIN", "MARK_PLAIN_END")
    assert [r.kind for r in records] == [ERET_EL1, EXC_EL2, ERET_EL2]


def test_refused_access_is_not_done(reference: Run) -> None:
    """ICC_IAR1_EL1 is UNDEFINED at EL0."""
    records = between(reference.events(), "MARK_EL0", "MARK_SWEEP_BEGIN")
    assert [r.kind for r in records] == [EXC_EL1, ERET_EL1, EXC_EL1]


def test_wfx(reference: Run) -> None:
    waits = [r for r in reference.events() if r.kind == WFX]
    assert [(r.sub, r.el) for r in waits] == [(0, 1), (1, 1)]
    assert waits[1].a == waits[0].a + 4


@pytest.mark.parametrize("behaviour,symbol", [("spin", "spin"), ("sleep", "sleep")])
def test_deadline(behaviour: str, symbol: str, guests: dict[str, Guest], reference: Run, tmp_path: Path) -> None:
    """A guest that hangs ends at the deadline, in a loop and asleep, twice at the same instruction."""
    guest = guests[behaviour]
    runs = [support.qemu(tmp_path / n, guest.image, options=",deadline=2000000") for n in ("a", "b")]
    assert [r.code for r in runs] == [0, 0], runs[0].err
    assert runs[0].raw() == runs[1].raw()
    end = runs[0].events()[-1]
    assert (end.kind, end.sub, end.el) == (support.END, 1, 1)
    # The block that sleeps begins at the mark before it: it never ran a second time.
    expected = guest.offset(symbol) - (4 if behaviour == "sleep" else 0)
    assert end.a == IMAGE_BASE + expected
    body = [r for r in reference.events() if r.kind != support.END]
    assert len(runs[0].events()) > len(body) - 5


def test_without_el2(guests: dict[str, Guest], tmp_path: Path) -> None:
    """On a machine without EL2 there is no guest; the program faults at its first EL2 register and is stopped."""
    done = support.qemu(tmp_path, guests["off"].image, options=",deadline=10000", machine="virt,gic-version=3")
    assert done.code == 0, done.err
    assert all(r.flags & GUEST == 0 and r.el == 1 for r in done.events())
    assert done.events()[-1].sub == 1


def test_full_disk_leaves_no_end(guests: dict[str, Guest], tmp_path: Path) -> None:
    (tmp_path / "vcpu0").symlink_to("/dev/full")
    done = support.qemu(tmp_path, guests["off"].image)
    assert "virqlab: cannot write" in done.err and "No space left" in done.err
    assert done.err.count("virqlab:") == 1
    assert done.code == 1


@pytest.mark.parametrize(
    "options,word",
    [
        (",deadline=12x", "deadline=12x"),
        (",deadline=0", "deadline=0"),
        (",deadline=-1", "deadline=-1"),
        (",count=slow", "count=slow"),
        (",colour=red", "colour=red"),
        (",mmio=el1", "mmio=el1"),
        (",slice=0", "slice=0"),
        (",region=0x100", "region=0x100"),
        (",region=0x100:0x100", "region=0x100:0x100"),
        (",region=1:0x10000", "region=1:0x10000"),
        (",profile=x", "profile"),
    ],
)
def test_bad_option(options: str, word: str, plugin: Path, guests: dict[str, Guest], tmp_path: Path) -> None:
    del plugin
    done = support.qemu(tmp_path, guests["off"].image, options=options)
    ours = [line for line in done.err.splitlines() if line.startswith("virqlab:")]
    assert done.code != 0
    assert (
        len(ours) == 1
        and f"'{word}'" in ours[0]
        and "out=DIR, deadline=NS, count=fast|insn, mmio=el2|emulated|all" in ours[0]
    )


def test_missing_directory(plugin: Path, guests: dict[str, Guest], tmp_path: Path) -> None:
    del plugin
    done = support.qemu(tmp_path / "trace", guests["off"].image, options="/none")
    assert done.code != 0
    assert f"virqlab: cannot write {tmp_path}/trace/none/metadata: No such file or directory" in done.err
