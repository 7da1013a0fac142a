# SPDX-License-Identifier: Apache-2.0
"""The account of an interrupt: where the instructions between its raise and its deactivation went.

    raise    T0 -> the first instruction at EL2 of the exit that delivers it; without one, T0 -> T1; of an IPI: the
             sender's share (analysis/ipi.py), then the target's
    exit     that exit, to its entry; of an exit that ran already at T0, the rest
    entry    entry -> T1, the first instruction of the guest's vector
    ack      T1 -> T2: the vector's own code and the IAR read, its trap included
    handler  T2 -> the EOIR write
    eoi      the EOIR write -> T4: its trap and, with EOImode = 1, the DIR included

An exit belongs to the phase it happens in. raise + exit + entry = latency, all six = completion. A raise that took no
vector of its own (the handler ran already) has no latency; T0 -> T2 is ack.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis import exits
from analysis.chains import ABSENT, EC_DATA_ABORT_LOWER, Chains
from analysis.errors import TraceError
from analysis.exits import Exits
from analysis.gicregs import EOIR
from analysis.trace import Insns

PHASES: Final = ("raise", "exit", "entry", "ack", "handler", "eoi")
LATENCY: Final = PHASES[:3]


def find_phases(chains: Chains, found: Exits, vm: int) -> dict[str, Insns]:
    """Instructions of each phase, one sample for each chain that was completed by the VM of this VMID. TraceError when
    they do not add up."""
    complete = (chains.t2 != ABSENT) & (chains.t3 != ABSENT) & (chains.t4 != ABSENT)
    t0, t1, t2, t3, t4 = (moment[complete] for moment in (chains.t0, chains.t1, chains.t2, chains.t3, chains.t4))
    vector = np.where(t1 == ABSENT, chains.reached[complete], t1)
    begin, end = _delivery(found, chains.reached[complete], vector)
    eoi = _eoi_begin(found, vm, t2, t3)
    edges = (t0, begin, end, vector, t2, eoi, t4)
    phases = {name: later - earlier for name, earlier, later in zip(PHASES, edges, edges[1:])}
    _check(phases, chains.between(chains.t4), (t1 - t0)[t1 != ABSENT], t1 != ABSENT)
    return phases


def _delivery(found: Exits, reached: Insns, vector: Insns) -> tuple[Insns, Insns]:
    """Begin and end of the last exit between the raise and the vector; both the vector where there is none."""
    last = np.searchsorted(found.end, vector, side="right") - 1
    if found.end.size == 0:
        return vector, vector
    end = found.end[np.maximum(last, 0)]
    exists = (last >= 0) & (end > reached)
    begin = np.maximum(found.begin[np.maximum(last, 0)], reached)
    return np.where(exists, begin, vector), np.where(exists, end, vector)


def _eoi_begin(found: Exits, vm: int, t2: Insns, t3: Insns) -> Insns:
    """The EOIR write: the instruction before T3, or the one that trapped if no guest instruction ran since."""
    registers = [exits.sysreg_key(register) for register in EOIR]
    trapped = np.isin(found.keys, [*registers, exits.class_key(EC_DATA_ABORT_LOWER)]) & (found.vms == vm)
    begin, end = found.begin[trapped], found.end[trapped]
    if begin.size == 0:
        return t3 - 1
    last = np.maximum(np.searchsorted(begin, t3) - 1, 0)
    own = (begin[last] > t2) & (end[last] <= t3) & (found.host_between(end[last], t3) == t3 - end[last])
    return np.where(own, begin[last] - 1, t3 - 1)


def _check(phases: dict[str, Insns], completion: Insns, latency: Insns, has_latency: np.ndarray) -> None:
    total = np.sum(list(phases.values()), axis=0)
    until_vector = np.sum([phases[name] for name in LATENCY], axis=0)[has_latency]
    negative = [name for name, samples in phases.items() if np.any(samples < 0)]
    if negative:
        raise TraceError(f"the account is open: phase {negative[0]} of an interrupt is negative")
    if not np.array_equal(total, completion):
        raise TraceError("the account is open: the phases of an interrupt do not sum to its completion")
    if not np.array_equal(until_vector, latency):
        raise TraceError("the account is open: the phases up to the vector do not sum to the latency")
