# SPDX-License-Identifier: Apache-2.0
"""Interrupts of a GICv2 guest: loads and stores, made by the guest or emulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import chains, gicregs, ipi, marks, metrics, trace
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import IRQ_LOWER, Writer
from analysis.tests.test_ipi import Machine
from analysis.trace import Trace

GICD, GICC, GICH, GICV = 0x08000000, 0x08010000, 0x08030000, 0x08040000
FRAMES = {"gicd": [GICD, 0x10000], "gicc": [GICC, 0x10000], "gich": [GICH, 0x10000], "gicv": [GICV, 0x10000]}
SGIR, IAR, EOIR, DIR = GICD + 0xF00, 0x0C, 0x10, 0x1000
TO_SELF = 2 << 24
SGI = 3
FROM_CPU1 = 1 << 10  # GICC_IAR.CPUID
TRAP = 50


def access(writer: Writer, address: int, write: bool, value: int, trap: int) -> None:
    """One instruction of the guest, with a trap of that many instructions if that is not 0."""
    if trap:
        writer.emulated(address, write, value, trap)
    else:
        writer.execute(1)
        writer.mmio(address, write, value, guest=writer.guest)


def handle(writer: Writer, frame: int, trap: int, apart: bool = False) -> None:
    """Vector, IAR after 2 instructions, EOIR 3 later, DIR if it deactivates, 4 more."""
    writer.vector()
    writer.execute(2)
    access(writer, frame + IAR, False, SGI | FROM_CPU1, trap)
    writer.execute(3)
    access(writer, frame + EOIR, True, SGI | FROM_CPU1, trap)
    if apart:
        access(writer, frame + DIR, True, SGI | FROM_CPU1, trap)
    writer.execute(4)


def sgis(guest: bool, frame: int, sgir_trap: int, trap: int, apart: bool = False) -> Observation:
    """Three SGIs to itself, each at once in the vector; beside them a spurious acknowledge."""
    writer = Writer(guest)
    writer.mark(marks.MARK_RUN_BEGIN)
    for _ in range(3):
        writer.execute(5)
        access(writer, SGIR, True, TO_SELF | SGI, sgir_trap)
        handle(writer, frame, trap, apart)
        access(writer, frame + IAR, False, 1023, trap)
    writer.mark(marks.MARK_RUN_END)
    return Observation(Trace.of(writer.records()), source=Source("sgi", SGI), regions=FRAMES)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    "guest,frame,sgir_trap,trap", [(False, GICC, 0, 0), (True, GICV, TRAP, 0), (True, GICC, TRAP, TRAP)]
)
def test_moments(guest: bool, frame: int, sgir_trap: int, trap: int, apart: bool) -> None:
    """Bare, gicv2 and te: T0 is the store, before it traps; T2 to T4 are the guest's next instructions."""
    seen = sgis(guest, frame, sgir_trap, trap, apart)
    found = seen.chains
    first = 1 + 5
    cycle = 5 + (1 + sgir_trap) + 2 + (1 + trap) + 3 + (2 if apart else 1) * (1 + trap) + 4 + (1 + trap)
    assert found.t0.tolist() == [first + i * cycle for i in range(3)]
    assert (found.t1 - found.t0).tolist() == [1 + sgir_trap] * 3
    assert (found.t2 - found.t1).tolist() == [2 + 1 + trap] * 3
    assert (found.t3 - found.t2).tolist() == [3 + 1 + trap] * 3
    assert (found.t4 - found.t3).tolist() == [1 + trap if apart else 0] * 3
    assert found.account == {"raised": 3, "acknowledged": 3, "coalesced": 0, "outstanding": 0}
    sums = [sum(samples) for samples in zip(*(samples.tolist() for samples in seen.phases.values()))]
    assert sums == (found.t4 - found.t0).tolist()
    assert seen.phases["handler"].tolist() == [3] * 3


def test_an_exit_behind_the_access_belongs_to_it() -> None:
    """As for a system register: the EOI that makes EL2's interrupts deliverable is done when the guest goes on."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.emulated(SGIR, True, TO_SELF | SGI, TRAP)
    writer.vector()
    access(writer, GICV + IAR, False, SGI, 0)
    access(writer, GICV + EOIR, True, SGI, 0)
    done = writer.insn
    writer.exit(30, sub=IRQ_LOWER, esr=0)
    writer.exit(20, sub=IRQ_LOWER, esr=0)
    writer.execute(1)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), source=Source("sgi", SGI), regions=FRAMES)
    assert (seen.chains.t2.tolist(), seen.chains.t4.tolist()) == ([done - 1], [done + 50])


def test_what_is_no_acknowledge() -> None:
    """A write, another register, EL2's own, one of which the value is not known; GICC_AIAR is one."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    for address, write, guest in ((GICV + IAR, True, True), (GICV + 0x18, False, True), (GICC + IAR, False, False)):
        writer.execute(1)
        writer.mmio(address, write, SGI, guest=guest)
    writer.emulated(GICC + IAR, False, SGI, TRAP)
    last = list(writer.rows[-1])
    last[4] &= ~trace.FLAG_VALID
    writer.rows[-1] = tuple(last)  # type: ignore[assignment]
    access(writer, GICV + 0x20, False, SGI, 0)
    writer.mark(marks.MARK_RUN_END)
    region = chains.find_region(writer.records(), FRAMES)
    assert region.records["a"][chains.acknowledges(region, SGI)].tolist() == [GICV + 0x20]
    assert chains.acknowledges(chains.find_region(writer.records()), SGI).size == 0


def test_an_emulated_sgi_has_its_own_abort() -> None:
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.emulated(SGIR, True, TO_SELF | SGI, TRAP)
    last = list(writer.rows[-1])
    last[7] += 4
    writer.rows[-1] = tuple(last)  # type: ignore[assignment]
    writer.mark(marks.MARK_RUN_END)
    with pytest.raises(TraceError, match="does not follow its own Data Abort"):
        chains.sgi_raises(chains.find_region(writer.records(), FRAMES), SGI)


@pytest.mark.parametrize(
    "value,named", [(0x020000, True), (0x010000, False), (1 << 24, True), (2 << 24, False), (1 << 24 | 0x010000, True)]
)
def test_targets_of_gicd_sgir(value: int, named: bool) -> None:
    """Core 0 sends: a list of CPUs, all others, or itself."""
    writer = Writer(True)
    writer.execute(1)
    writer.mmio(SGIR, True, value)
    assert gicregs.sgi_names(writer.records()[:1], 0, 1).tolist() == [named]


@pytest.mark.parametrize("kick", [False, True])
def test_ipi(kick: bool) -> None:
    """The sender's share ends behind EL2's own store to GICD_SGIR, else at the entry."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    pc = 0x40000000
    sender.execute(1)
    sender.add(trace.EXC_EL2, sub=8, c=0x24 << 26 | 1 << 24, a=pc, b=SGIR)
    sender.execute(60)
    if kick:
        sender.mmio(SGIR, True, 2 << 16)
    sender.execute(39)
    sender.add(trace.ERET_EL2, a=pc + 4)
    sender.execute(1)
    emulated = trace.FLAG_VALID | trace.FLAG_EMULATED
    sender.add(trace.MMIO, sub=2 << 4 | 1, flags=emulated, c=2 << 16 | SGI, a=SGIR, b=pc)
    target.exit(80, sub=IRQ_LOWER, esr=0)
    handle(target, GICV, 0)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", SGI), regions=FRAMES)
    share = 1 + (60 if kick else 100)
    assert seen.chains.between(seen.chains.t1).tolist() == [share + 80]
    assert ipi.find_ipis(seen.views, SGI).target == 1


def events_of(seen: Observation) -> dict[str, Any]:
    """Headline values of accesses to devices."""
    names = [name for name in metrics.GROUPS["events"] if "mmio" in name]
    return {name: found["value"] for name, found in metrics.compute(seen, names).items()}


def test_events() -> None:
    """What EL2 emulates is no access to a device; GICV in its place is one; a machine without a frame has no such."""
    assert events_of(sgis(True, GICC, TRAP, TRAP)) == {
        "events_mmio_gicd": 0,
        "events_mmio_gicc": 0,
        "events_mmio_gich": 0,
        "events_mmio_gicv": 0,
        "events_mmio_device": 0,
    }
    assert events_of(sgis(True, GICV, TRAP, 0))["events_mmio_gicv"] == 2
    bare = events_of(sgis(False, GICC, 0, 0))
    assert (bare["events_mmio_gicd"], bare["events_mmio_gicc"]) == (1, 2)
    assert not np.any([name.endswith(("gicr", "its")) for name in bare])
