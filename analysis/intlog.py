# SPDX-License-Identifier: Apache-2.0
"""QEMU's own exception log (`-d int`), counted by class and compared with a trace.

One exception in the log (target/arm/helper.c, arm_cpu_do_interrupt, QEMU 10.0):

    Taking exception 11 [Hypervisor Call] on CPU 0
    ...from EL1 to EL2
    ...with ESR 0x16/0x5a000000
    ...with SPSR 0x600003c5
    ...with ELR 0x40200014
    ...to EL2 PC 0x40201400 PSTATE 0x3c9

Under -icount vCPUs take turns on one thread: the lines of one exception stand together. A
PSCI or semihosting call is logged too, says `...handled as` instead of `...to`, and is no exception.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import exits, sysregs, trace
from analysis.trace import Records

TAKING = re.compile(r"Taking exception \d+ \[[^]]*\] on CPU (\d+)")
FROM_TO = re.compile(r"\.\.\.from EL(\d) to EL(\d)")
ESR = re.compile(r"\.\.\.with ESR 0x[0-9a-f]+/0x([0-9a-f]+)")
TO_PC = re.compile(r"\.\.\.to EL\d PC 0x([0-9a-f]+)")
VECTOR_TABLE_MASK = 0x7FF


@dataclass(frozen=True, order=True)
class ExceptionClass:
    """Target level, source level, vector (offset / 0x80) and the class name of analysis/exits.py."""

    target_el: int
    source_el: int
    vector: int
    name: str

    def __str__(self) -> str:
        return f"EL{self.source_el}->EL{self.target_el} vector {self.vector * 0x80:#05x} {self.name}"


Counts = Counter[ExceptionClass]


def count_log(path: Path, vcpus: int) -> list[Counts]:
    """By vCPU, the exceptions to EL1 and EL2 of a `-d int` log; EL3 is outside the account."""
    counts: list[Counts] = [Counter() for _ in range(vcpus)]
    vcpu = source = target = esr = 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := TAKING.match(line):
                vcpu = int(match[1])
            elif match := FROM_TO.match(line):
                source, target, esr = int(match[1]), int(match[2]), 0
            elif match := ESR.match(line):
                esr = int(match[1], 16) & 0xFFFFFFFF
            elif match := TO_PC.match(line):
                vector = (int(match[1], 16) & VECTOR_TABLE_MASK) // 0x80
                if target in (1, 2):
                    counts[vcpu][ExceptionClass(target, source, vector, exits.class_name(vector, esr))] += 1
    return counts


def count_trace(records: Records) -> Counts:
    """The exceptions of one vCPU's trace."""
    counts: Counts = Counter()
    for kind, target in ((trace.EXC_EL1, 1), (trace.EXC_EL2, 2)):
        chosen = records[records["kind"] == kind]
        # One unique key for what the class depends on: ESR without what varies inside a class.
        register = chosen["c"] & np.uint32(0xFC000000 | sysregs.REGISTER_MASK)
        keys = chosen["el"].astype(np.uint64) << np.uint64(40) | chosen["sub"].astype(np.uint64) << np.uint64(32)
        found, totals = np.unique(keys | register.astype(np.uint64), return_counts=True)
        for key, total in zip(found.tolist(), totals.tolist()):
            vector = key >> 32 & 0xFF
            name = exits.class_name(vector, key & 0xFFFFFFFF)
            counts[ExceptionClass(target, key >> 40, vector, name)] += total
    return counts


def differences(log: Counts, traced: Counts) -> list[str]:
    """One line for each class whose two counts differ; empty when the trace agrees with QEMU."""
    return [
        f"{kind}: QEMU's log has {log[kind]}, the trace {traced[kind]}"
        for kind in sorted(log.keys() | traced.keys())
        if log[kind] != traced[kind]
    ]
