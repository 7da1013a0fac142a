# SPDX-License-Identifier: Apache-2.0
"""Build small traces by hand, instruction by instruction, for tests that know every number beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis import marks, sysregs, trace
from analysis.trace import Records

IRQ_LOWER, IRQ_CURRENT = 9, 5  # vector offset / 0x80: from a lower level, from the current level with SP_ELx
SYNC_LOWER = 8
ESR_HVC = 0x16 << 26
ESR_WFI = 0x01 << 26
ESR_DABT = 0x24 << 26 | 1 << 24
WORD = 2 << trace.MMIO_SIZE_SHIFT  # of an mmio record's sub
TIMER = 27


def trapped(register: str, read: bool = True) -> int:
    """ESR_EL2 of a trapped access with Rt = x0."""
    return 0x18 << 26 | 1 << 25 | sysregs.ENCODINGS[register] | int(read)


class Writer:
    """Appends records; `insn` is the index of the next instruction and advances with what is executed."""

    def __init__(self, guest: bool) -> None:
        self.rows: list[tuple[int, int, int, int, int, int, int, int]] = []
        self.insn = 0
        self.guest = guest
        self.vm = 0  # the VMID that entries tell

    def add(self, kind: int, el: int = 1, sub: int = 0, flags: int = 0, c: int = 0, a: int = 0, b: int = 0) -> None:
        """One record at the current instruction, with the GUEST flag of this trace's guest."""
        self.rows.append((self.insn, kind, el, sub, flags | (trace.FLAG_GUEST if self.guest else 0), c, a, b))

    def execute(self, count: int) -> None:
        """Instructions that leave no record."""
        self.insn += count

    def mark(self, imm: int, a: int = 0, b: int = 0) -> None:
        """A mark, itself one instruction."""
        self.add(trace.MARK, c=imm, a=a, b=b)
        self.execute(1)

    def exit(
        self, host_insns: int, sub: int = SYNC_LOWER, esr: int = ESR_HVC, counts: dict[str, int] | None = None
    ) -> None:
        """An exit whose span is host_insns long, the ERET included; counts: what EL2 executed by class."""
        self.add(trace.EXC_EL2, sub=sub, c=esr)
        self.execute(host_insns - 1)
        if counts:
            self.counts(el=2, **counts)
        self.add(trace.ERET_EL2, c=self.vm)
        self.execute(1)

    def switch(self, vm: int, host_insns: int) -> None:
        """An interrupt, after which another VM goes on."""
        self.vm = vm
        self.exit(host_insns, sub=IRQ_LOWER, esr=0)

    def counts(self, el: int, **counts: int) -> None:
        """A counts record: executed since the last one at this level, by the guest below EL2."""
        row = np.zeros(1, trace.COUNTS_RECORD)
        row["insn"], row["kind"], row["el"], row["flags"] = self.insn, trace.COUNTS, el, self.guest and el < 2
        for name, count in counts.items():
            row[name] = count
        self.rows.append(row.view(trace.RECORD)[0].item())

    def mmio(self, address: int, write: bool = False, value: int = 0, guest: bool = False) -> None:
        """An access of EL2 (on bare metal, and of a guest's own, of EL1) to a word of a device, in the instruction
        before."""
        sub, flags = WORD | int(write), trace.FLAG_VALID | (trace.FLAG_GUEST if guest else 0)
        el = 2 if self.guest and not guest else 1
        self.rows.append((self.insn - 1, trace.MMIO, el, sub, flags, value, address, 0))

    def emulated(self, address: int, write: bool, value: int, trap_insns: int) -> None:
        """A guest's access to a word of a device, itself one instruction, which EL2 emulates."""
        pc = 0x40000000 + 4 * self.insn
        self.execute(1)
        self.add(trace.EXC_EL2, sub=SYNC_LOWER, c=ESR_DABT, a=pc, b=address)
        self.execute(trap_insns - 1)
        self.add(trace.ERET_EL2, c=self.vm, a=pc + 4)
        self.execute(1)
        flags = trace.FLAG_VALID | trace.FLAG_EMULATED
        self.add(trace.MMIO, sub=WORD | int(write), flags=flags, c=value, a=address, b=pc)

    def daif(self, sub: int, imm: int = 0, value: int = 0, pc: int = 0) -> None:
        """A write of PSTATE.DAIF at EL2, itself one instruction."""
        self.rows.append((self.insn, trace.DAIF, 2, sub, 0, imm, value, pc))
        self.execute(1)

    def vector(self) -> None:
        """The guest takes an interrupt."""
        self.add(trace.EXC_EL1, sub=IRQ_CURRENT)

    def done(self, register: str, intid: int, trap_insns: int = 0) -> None:
        """An access to IAR, EOIR or DIR, trapped when trap_insns is not 0."""
        self.execute(1)
        if trap_insns:
            self.exit(trap_insns, esr=trapped(register, register.startswith("ICC_IAR")))
        self.add(trace.SYSREG_DONE, flags=trace.FLAG_VALID, c=sysregs.ENCODINGS[register], a=intid)

    def records(self) -> Records:
        """What was written, with END."""
        return np.array([*self.rows, (self.insn, trace.END, 1, 0, 0, 0, 0x40000000, 0)], trace.RECORD)

    def save(self, directory: Path) -> Path:
        """Write a trace directory."""
        directory.mkdir(parents=True, exist_ok=True)
        self.records().tofile(directory / "vcpu0")
        return directory


def timer_trace(strategy: str, iterations: int = 3, spin: int = 100) -> Records:
    """Timer interrupts with known moments: T1 at T0 (bare) or T0 + 40, IAR after 2 instructions, EOIR after 3 more."""
    guest = strategy != "bare"
    trap = 30 if strategy == "te" else 0
    writer = Writer(guest)
    writer.execute(10)
    writer.mark(marks.MARK_RUN_BEGIN, a=iterations)
    for _ in range(iterations):
        writer.execute(4)
        counter = writer.insn + 5000  # the guest's counter has an offset
        writer.mark(marks.MARK_TIMER, a=counter + spin, b=counter)
        writer.execute(spin - 1)
        if guest:
            writer.exit(40, sub=IRQ_LOWER, esr=0)
        writer.vector()
        writer.execute(2)
        writer.done("ICC_IAR1_EL1", TIMER, trap)
        writer.execute(3)
        writer.done("ICC_EOIR1_EL1", TIMER, trap)
        writer.execute(6)
    writer.mark(marks.MARK_RUN_END)
    writer.execute(20)
    return writer.records()
