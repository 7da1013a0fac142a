# SPDX-License-Identifier: Apache-2.0
"""Interrupt chains: for every raise the moments T0 raised, T1 taken, T2 acknowledged, T3 EOI, T4 deactivated.

All moments are instruction indices of the vCPU (int64), ABSENT where a moment did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis import exits, gicregs, marks, trace
from analysis.errors import TraceError
from analysis.gicregs import Frames
from analysis.trace import Insns, Mask, Records

ABSENT: Final = -1

# Instructions between the linear map of a timer's deadline and the first instruction that can see the interrupt.
# Measured on QEMU 10.0.2, icount shift=0, guest spinning unmasked: the EL2 vector (virtualized) and the EL1 vector
# (bare) both start exactly at mark + (CVAL - CNTVCT): bench/tests/test_run.py holds it.
DEADLINE_OFFSET: Final = 0

EC_WFX: Final = 0x01
EC_DATA_ABORT_LOWER, EC_DATA_ABORT_SAME = 0x24, 0x25


@dataclass(frozen=True)
class Region:
    """The measured region of a trace: the records between MARK_RUN_BEGIN and MARK_RUN_END, both included; of a vCPU
    that does not mark it, those of the same time.

    begin, end: instruction indices of the two marks; guest: the GUEST flag of the marks, which tells a guest's
    own EL1 from the hypervisor's (bare metal has it clear everywhere); first: position of records[0] in the trace;
    frames: where the machine has the registers of its interrupt controller; vm: the VMID of the VM that has the marks,
    vms: that of each record.
    """

    records: Records
    begin: int
    end: int
    guest: bool
    first: int
    frames: Frames
    vm: int
    vms: Insns

    def own(self, mask: Mask) -> npt.NDArray[np.intp]:
        """The positions in `records` chosen by the mask that the measured guest itself executed, no other VM."""
        return np.flatnonzero(mask & (trace.is_guest(self.records) == self.guest) & (self.vms == self.vm))


@dataclass(frozen=True)
class Chains:
    """One row per raise. acknowledgements: how many there were, which find_chains checks against the rows; outstanding:
    how many raises are still pending at the end, in the hardware or with the hypervisor.

    arrived: where it is another vCPU that raises, the instruction at which the raise reached this one; T0 is before it
    by what the other one executed meanwhile (analysis/ipi.py).
    """

    t0: Insns
    t1: Insns
    t2: Insns
    t3: Insns
    t4: Insns
    acknowledgements: int
    arrived: Insns | None = None
    outstanding: int = 0

    @property
    def reached(self) -> Insns:
        """The instruction of this vCPU from which on it can take the interrupt."""
        return self.t0 if self.arrived is None else self.arrived

    @property
    def account(self) -> dict[str, int]:
        """raised, acknowledged, coalesced (raised again before the acknowledge), outstanding (never acknowledged)."""
        taken = self.t2 != ABSENT
        raised, acknowledged = int(self.t0.size), int(np.count_nonzero(taken))
        coalesced = raised - acknowledged - self.outstanding
        return {
            "raised": raised,
            "acknowledged": acknowledged,
            "coalesced": coalesced,
            "outstanding": self.outstanding,
        }

    @classmethod
    def none(cls) -> "Chains":
        """The chains of a benchmark that raises nothing."""
        empty: Insns = np.zeros(0, np.int64)
        return cls(empty, empty, empty, empty, empty, 0)

    def between(self, later: Insns) -> Insns:
        """later - T0 of the chains that have both."""
        present = (later != ABSENT) & (self.t0 != ABSENT)
        return later[present] - self.t0[present]


def find_region(records: Records, frames: Frames | None = None) -> Region:
    """The measured region. TraceError unless there is exactly one of each RUN mark, in order."""
    begins = np.flatnonzero(trace.select(records, trace.MARK, c=marks.MARK_RUN_BEGIN))
    ends = np.flatnonzero(trace.select(records, trace.MARK, c=marks.MARK_RUN_END))
    if begins.size != 1 or ends.size != 1 or begins[0] > ends[0]:
        raise TraceError(f"no measured region: {begins.size} MARK_RUN_BEGIN and {ends.size} MARK_RUN_END in the trace")
    first, last = int(begins[0]), int(ends[0])
    part, vms = records[first : last + 1], trace.vmids(records)[first : last + 1]
    guest = bool(part["flags"][0] & trace.FLAG_GUEST)
    return Region(part, int(part["insn"][0]), int(part["insn"][-1]), guest, first, frames or {}, int(vms[0]), vms)


def marks_region(records: Records) -> bool:
    """Whether there is any RUN mark."""
    return bool(np.any((records["kind"] == trace.MARK) & np.isin(records["c"], marks.RUN)))


def timer_raises(region: Region, intid: int, insns_per_tick: int) -> Insns:
    """T0 of every MARK_TIMER: its deadline as an instruction index, or the mark itself when it had already passed.

    The guest reads CNTVCT in the instruction before the mark, so the deadline lies CVAL - CNTVCT ticks after the
    mark, unless a WFI before the interrupt was taken warped virtual time to it: then T0 is the first instruction after
    that WFI. The vector only tells which WFI that can be: the last one before it. TraceError when nothing tells.
    """
    records = region.records
    at = region.own(trace.select(records, trace.MARK, c=marks.MARK_TIMER))
    insn = trace.insns(records)
    ticks = records["a"][at].astype(np.int64) - records["b"][at].astype(np.int64)
    linear = _after(records, insn[at], np.maximum(ticks * insns_per_tick + DEADLINE_OFFSET, 0))
    stop, acknowledged = _handled(region, at, intid)
    slept = _waiting_wfis(records)
    candidate = np.searchsorted(slept, stop) - 1
    has = candidate >= 0
    has[has] = slept[candidate[has]] > at[has]
    woken = np.full(at.shape, np.iinfo(np.int64).max)
    woken[has] = insn[slept[candidate[has]]] + 1
    sleeps = woken < linear
    unknown = np.flatnonzero(sleeps & ~acknowledged & (linear >= insn[stop]))
    if unknown.size:
        where = insn[at[unknown[0]]]
        raise TraceError(f"the timer armed at instruction {where} waits in a WFI and is not acknowledged: no T0")
    # The interrupt came before the linear deadline, or right from the WFI: time was warped. Else the guest ran on.
    resumed = sleeps & acknowledged & (linear <= insn[stop])
    begin, end = woken[resumed], insn[stop[resumed]]
    ran = np.zeros(at.shape, np.bool_)
    ran[resumed] = end - begin > exits.find_exits(records).host_between(begin, end)
    t0: Insns = np.where(sleeps & acknowledged & ~ran, woken, linear)
    if np.any(np.diff(t0) < 0):
        raise TraceError("a timer is raised before the one armed before it: MARK_TIMER arguments are wrong")
    return t0[t0 < region.end]  # a deadline after the region raised nothing in it


def untimed(records: Records) -> Insns:
    """Where an instruction has been counted that took no time: a load or store that faulted; the one of its vector."""
    ec = records["c"] >> 26
    faulted = np.isin(records["kind"], (trace.EXC_EL1, trace.EXC_EL2)) & (records["sub"] % 4 == 0)
    return trace.insns(records)[faulted & np.isin(ec, (EC_DATA_ABORT_LOWER, EC_DATA_ABORT_SAME))]


def _after(records: Records, begin: Insns, time: Insns) -> Insns:
    """The instruction that begins so much later than each of these, in instructions that took time."""
    faults = untimed(records)
    clock = faults - np.arange(1, faults.size + 1)
    until = begin - np.searchsorted(faults, begin, side="right") + time
    return until + np.searchsorted(clock, until, side="right")


def slept_by_host(region: Region, t0: Insns, t1: Insns) -> Mask:
    """Between which of these moments the hypervisor or its host executed a WFI, or right before the first one."""
    records = region.records
    slept = trace.select(records, trace.WFX, sub=trace.WFX_WFI) & ~trace.is_guest(records) & region.guest
    at = trace.insns(records)[slept]
    found: Mask = np.searchsorted(at, t1) > np.searchsorted(at, t0 - 1)
    return found


def sgi_raises(region: Region, intid: int) -> Insns:
    """T0 of every write of ICC_SGI*R_EL1 or GICD_SGIR by the guest that names the INTID: the write itself, before it
    traps."""
    records = region.records
    named = gicregs.sgis(records, region.frames) & (gicregs.sgi_intids(records) == intid)
    at = region.own(named)
    raised = trace.insns(records)[at]
    emulated = records["flags"][at] & trace.FLAG_EMULATED != 0
    raised[emulated] = _trapped(region, at[emulated])
    return raised


def _trapped(region: Region, emulated: npt.NDArray[np.intp]) -> Insns:
    """The instruction of each emulated access, the one before its Data Abort's vector."""
    records = region.records
    aborts = region.own(trace.select(records, trace.EXC_EL2) & (records["c"] >> 26 == EC_DATA_ABORT_LOWER))
    last = np.searchsorted(aborts, emulated) - 1
    if np.any(last < 0) or np.any(records["a"][aborts[last]] != records["b"][emulated]):
        raise TraceError("an emulated access does not follow its own Data Abort")
    return trace.insns(records)[aborts[last]] - 1


def message_raises(region: Region, intid: int) -> Insns:
    """T0 of every store that asserts an interrupt or sends its message, the instruction after it: the guest says so by
    MARK_SPI (if that store traps, before the trap)."""
    return (
        trace.insns(region.records)[region.own(trace.select(region.records, trace.MARK, c=marks.MARK_SPI, a=intid))] + 2
    )


def spi_raises(region: Region, intid: int, gicd: int) -> Insns:
    """T0 of every store that asserts the SPI, the instruction after it: of the stimulus to its bit of GICD_ISPENDR in
    the distributor at `gicd`, or of the guest."""
    records, insn = region.records, trace.insns(region.records)
    word, bit = divmod(intid, 32)
    by_stimulus = trace.select(records, trace.STIMULUS, a=gicd + gicregs.GICD_ISPENDR + 4 * word)
    by_stimulus &= records["c"] >> bit & 1 != 0
    return np.sort(np.concatenate((insn[by_stimulus], message_raises(region, intid))))


def find_chains(region: Region, t0: Insns, intid: int, edges: bool = False) -> Chains:
    """Follow each raise of one INTID through the guest's vector, acknowledge, EOI and deactivation.

    The acknowledge of raise i is the first IAR read that returns the INTID in [T0_i, T0_i+1). Where the hypervisor
    acknowledges physical edges first, that is so of its acknowledges, and in the same way the guest's follow them.
    TraceError when the guest acknowledges more often than the interrupt was raised.
    """
    records, insn = region.records, moments(region)
    this = gicregs.intids(records) == intid
    acks = acknowledges(region, intid)
    eois = region.own(this & gicregs.eois(records, region.frames))
    dirs = region.own(this & gicregs.deactivations(records, region.frames))
    vectors = _vectors(region)
    by_host = _acknowledged_by_host(region, intid) if edges else acks[:0]
    arrived = ack = _first_in_window(insn[by_host if by_host.size else acks], t0)
    outstanding = int(t0.size > 0 and arrived[-1] == ABSENT)
    if by_host.size:
        begun = _before_exits(insn[acks], exits.find_exits(records))
        reached = _first_in_window(begun, insn[by_host])
        ack = np.where(arrived == ABSENT, ABSENT, reached[arrived])
        outstanding += int(reached[-1] == ABSENT)
    matched = ack != ABSENT
    if np.count_nonzero(matched) != acks.size:
        raise TraceError(
            f"INTID {intid} was acknowledged {acks.size} times, {np.count_nonzero(matched)} of them after one of "
            f"{t0.size} raises: the account is open"
        )
    position = np.full(t0.shape, ABSENT, np.int64)
    position[matched] = acks[ack[matched]]
    t1, t2 = np.full(t0.shape, ABSENT, np.int64), np.full(t0.shape, ABSENT, np.int64)
    t2[matched] = insn[position[matched]]
    before = np.searchsorted(vectors, position) - 1
    taken = matched & (before >= 0)
    t1[taken] = insn[vectors[before[taken]]]
    t1[t1 < t0] = ABSENT  # the handler was already running: this raise took no vector of its own
    next_ack = _next_present(position, records.size)
    t3 = _first_after(insn, eois, position, next_ack)
    t4 = _first_after(insn, dirs, position, next_ack)
    return Chains(t0, t1, t2, t3, np.where(t4 == ABSENT, t3, t4), int(acks.size), outstanding=outstanding)


def _acknowledged_by_host(region: Region, intid: int) -> npt.NDArray[np.intp]:
    """Positions of the hypervisor's own acknowledges of a physical interrupt; none on bare metal."""
    records = region.records
    found = gicregs.acknowledges(records, region.frames) & (gicregs.intids(records) == intid)
    return np.flatnonzero(found & ~trace.is_guest(records) & region.guest)


def _before_exits(moment: Insns, found: exits.Exits) -> Insns:
    """Where the exit begins that ends at the moment, the one that ended there, and so on: an access that trapped."""
    begin, end = np.append(found.begin, ABSENT), np.append(found.end, ABSENT)
    while True:
        at = np.searchsorted(found.end, moment)
        exited = end[at] == moment
        if not np.any(exited):
            return moment
        moment = np.where(exited, begin[at], moment)


def _behind_exits(moment: Insns, found: exits.Exits) -> Insns:
    """Where an exit begins at the moment, the one at which it ends, and so on."""
    begin, end = np.append(found.begin, ABSENT), np.append(found.end, ABSENT)
    while True:
        at = np.searchsorted(found.begin, moment)
        exited = begin[at] == moment
        if not np.any(exited):
            return moment
        moment = np.where(exited, end[at], moment)


def _handled(region: Region, at: npt.NDArray[np.intp], intid: int) -> tuple[npt.NDArray[np.intp], Mask]:
    """For each position of a mark: where the guest takes the INTID before the next mark (its vector; the acknowledge
    when the handler ran already), and whether it does; where it does not, the next mark or the last record."""
    acks = acknowledges(region, intid)
    following = np.append(at[1:], region.records.size - 1)[: at.size]
    found = np.searchsorted(acks, at)
    ack = np.append(acks, region.records.size)[found]
    acknowledged = ack < following
    vectors = np.append(-1, _vectors(region))
    vector = vectors[np.searchsorted(vectors, ack) - 1]
    return np.where(acknowledged, np.where(vector > at, vector, ack), following), acknowledged


def acknowledges(region: Region, intid: int) -> npt.NDArray[np.intp]:
    """Positions of the guest's reads of an IAR that returned the INTID."""
    records = region.records
    return region.own(gicregs.acknowledges(records, region.frames) & (gicregs.intids(records) == intid))


def moments(region: Region) -> Insns:
    """The instruction of each record, but of a direct access to a device the guest's first one after it: behind an exit
    that an interrupt makes there."""
    insn = trace.insns(region.records)
    direct = region.own(gicregs.is_direct(region.records))
    if direct.size:
        insn[direct] = _behind_exits(insn[direct] + 1, exits.find_exits(region.records))
    return insn


def _vectors(region: Region) -> npt.NDArray[np.intp]:
    """Positions of the guest's IRQ and FIQ vectors."""
    records = region.records
    return region.own((records["kind"] == trace.EXC_EL1) & np.isin(records["sub"] % 4, (1, 2)))


def _waiting_wfis(records: Records) -> npt.NDArray[np.intp]:
    """Positions of the WFIs, at any level, that may have waited: not followed by their own trap to EL2."""
    executed = np.flatnonzero(records["kind"] != trace.STIMULUS)
    wfi = np.flatnonzero(trace.select(records, trace.WFX, sub=trace.WFX_WFI))
    following = np.searchsorted(executed, wfi, side="right")
    wfi, following = wfi[following < executed.size], following[following < executed.size]
    after = records[executed[following]]
    trapped = (after["kind"] == trace.EXC_EL2) & (after["sub"] % 4 == 0) & (after["c"] >> 26 == EC_WFX)
    return wfi[~trapped]


def _first_in_window(moments: Insns, t0: Insns) -> Insns:
    """For each window [t0[i], t0[i+1]) the position in `moments` of the first one in it, or ABSENT."""
    first = np.searchsorted(moments, t0)
    stop = np.append(first[1:], moments.size)
    return np.where(first < stop, first, ABSENT).astype(np.int64)


def _next_present(positions: Insns, end: int) -> Insns:
    """For each entry the nearest later entry that is not ABSENT, or `end`."""
    filled = np.where(positions == ABSENT, end, positions)
    following = np.append(filled[1:], end)
    return np.minimum.accumulate(following[::-1])[::-1].astype(np.int64)


def _first_after(insn: Insns, moments: npt.NDArray[np.intp], start: Insns, stop: Insns) -> Insns:
    """insn of the first of `moments` with start < position < stop; ABSENT when there is none or start is ABSENT."""
    found = np.searchsorted(moments, start, side="right")
    padded = np.append(moments, np.iinfo(np.int64).max)
    position = padded[found]
    present = (start != ABSENT) & (position < stop)
    result = np.full(start.shape, ABSENT, np.int64)
    result[present] = insn[position[present]]
    return result
