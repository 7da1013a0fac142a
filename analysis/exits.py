# SPDX-License-Identifier: Apache-2.0
"""Exits (an exception from a guest to EL2), the spans they open, their classes, and the guest/host account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis import sysregs, trace
from analysis.errors import TraceError
from analysis.trace import Insns, Records

# The exception class of ESR_ELx (DDI 0487, ESR_EL2.EC) -> the name an exit is published under.
EC_SVC, EC_SYSREG, EC_DATA_ABORT = 0x15, 0x18, 0x24  # the last one from a lower level
EC_NAMES = {
    0x00: "unknown",
    0x01: "wfx",
    0x07: "fp",
    0x0E: "illegal-state",
    0x15: "svc",
    0x16: "hvc",
    0x17: "smc",
    0x19: "sve",
    0x1A: "eret",
    0x20: "iabt",
    0x21: "iabt",
    0x22: "pc-alignment",
    0x24: "dabt",
    0x25: "dabt",
    0x26: "sp-alignment",
    0x2F: "serror",
    0x3C: "brk",
}
# Vector offset / 0x80, modulo 4 (DDI 0487, D1.3.1, "Exception vectors").
VECTOR_SIZE = 0x80
VECTOR_KINDS = ("sync", "irq", "fiq", "serror")


@dataclass(frozen=True)
class Exits:
    """Every exit of one vCPU and the entry that ended it.

    index: position in the records; begin: instruction index of the first instruction of the EL2 vector;
    end: instruction index of the first guest instruction after the entry's ERET (so end - begin is what the
    hypervisor executed). An exit that the trace's end cut short ends there. vms: the VMID of the VM that exited.
    """

    index: npt.NDArray[np.intp]
    begin: Insns
    end: Insns
    keys: npt.NDArray[np.int64]
    vms: Insns

    def classes(self, first: int, last: int) -> dict[str, int]:
        """How many exits of each class have first <= begin < last, by name."""
        low, high = np.searchsorted(self.begin, [first, last])
        keys, counts = np.unique(self.keys[low:high], return_counts=True)
        totals: dict[str, int] = {}
        for key, count in zip(keys.tolist(), counts.tolist()):
            totals[class_of_key(key)] = totals.get(class_of_key(key), 0) + count
        return dict(sorted(totals.items()))

    def count(self, edges: Insns) -> Insns:
        """Exits in each window [edges[i], edges[i+1])."""
        return np.diff(np.searchsorted(self.begin, edges)).astype(np.int64)

    def host_insns(self, edges: Insns) -> Insns:
        """Instructions in each window [edges[i], edges[i+1]) that lie in a span, i.e. that no guest executed."""
        return np.diff(self._host_before(edges))

    def host_between(self, begin: Insns, end: Insns) -> Insns:
        """Instructions in [begin, end) that lie in a span, element by element."""
        return self._host_before(end) - self._host_before(begin)

    def _host_before(self, at: Insns) -> Insns:
        if self.begin.size == 0:
            return np.zeros(at.shape, np.int64)
        total = np.concatenate(([0], np.cumsum(self.end - self.begin)))
        opened = np.searchsorted(self.begin, at, side="right")
        last = np.maximum(opened - 1, 0)
        beyond = np.maximum(self.end[last] - np.maximum(at, self.begin[last]), 0)
        before: Insns = np.where(opened > 0, total[opened] - beyond, 0)
        return before


def find_exits(records: Records) -> Exits:
    """Pair every exit with the next entry. TraceError when an exit follows an exit without an entry between."""
    insn, guest = trace.insns(records), trace.is_guest(records)
    exits = np.flatnonzero((records["kind"] == trace.EXC_EL2) & guest)
    entries = np.flatnonzero((records["kind"] == trace.ERET_EL2) & guest)
    pair = np.searchsorted(entries, exits)
    shared = np.flatnonzero(pair[1:] == pair[:-1])
    if shared.size:
        raise TraceError(f"no entry to the guest between two exits at instruction {insn[exits[shared[0] + 1]]}")
    closed = pair < entries.size
    end = np.full(exits.shape, insn[-1] if insn.size else 0, np.int64)
    end[closed] = insn[entries[pair[closed]]] + 1
    chosen = records[exits]
    return Exits(exits, insn[exits], end, class_keys(chosen["sub"], chosen["c"]), trace.vmids(records)[exits])


def below_el2(records: Records) -> int:
    """Instructions of spans that a host executed at EL1 or EL0 (KVM's kernel on nVHE, a VHE host's user space)."""
    insn = trace.insns(records)
    down = (records["kind"] == trace.ERET_EL2) & (records["el"] < 2) & ~trace.is_guest(records)
    left = np.flatnonzero(down)
    entered = np.flatnonzero(records["kind"] == trace.EXC_EL2)
    following = np.searchsorted(entered, left)
    left = left[following < entered.size]
    return int(np.sum(insn[entered[following[following < entered.size]]] - insn[left] - 1))


def sysreg_key(register: int) -> int:
    """The key of a trapped MSR or MRS of this register."""
    return EC_SYSREG << 32 | register


def class_key(ec: int) -> int:
    """The key of synchronous exceptions of this class, EC_SYSREG but."""
    return ec << 32


def class_keys(sub: npt.NDArray[np.uint8], esr: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """One integer for each exception class: vector kind, and for synchronous ones EC and the trapped register."""
    kind = sub.astype(np.int64) % 4
    ec = esr.astype(np.int64) >> 26
    register = np.where(ec == EC_SYSREG, esr.astype(np.int64) & sysregs.REGISTER_MASK, 0)
    return np.where(kind == 0, ec << 32 | register, -kind)


def class_of_key(key: int) -> str:
    """The published name of a class: irq, fiq, serror, hvc, dabt, sysreg:ICC_IAR1_EL1, …"""
    if key < 0:
        return VECTOR_KINDS[-key]
    ec = key >> 32
    if ec == EC_SYSREG:
        return "sysreg:" + sysregs.register_name(key & 0xFFFFFFFF)
    return EC_NAMES.get(ec, f"ec-{ec:#04x}")


def class_name(sub: int, esr: int) -> str:
    """The class of one exception record (its fields sub and c)."""
    keys = class_keys(np.array([sub], np.uint8), np.array([esr], np.uint32))
    return class_of_key(int(keys[0]))
