# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the test guest under QEMU with the plugin and reads what it leaves."""

from __future__ import annotations

import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, NamedTuple

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
PLUGIN = TOP / "build/plugins/tcg/virqlab.so"
QEMU = ["timeout", "-k", "1", "60", "qemu-system-aarch64", "-cpu", "max", "-nographic"]
QEMU += ["-icount", "shift=0,sleep=off"]
CROSS = "aarch64-linux-gnu-"
MACHINE = "virt,virtualization=on,gic-version=3"

EXC_EL2, ERET_EL2, EXC_EL1, ERET_EL1, SYSREG, SYSREG_DONE, MARK, WFX, END = range(1, 10)
COUNTS, MMIO, DAIF, STIMULUS, SYNC = range(10, 15)
KINDS = ["", "exc_el2", "eret_el2", "exc_el1", "eret_el1", "sysreg", "sysreg_done", "mark", "wfx", "end"]
KINDS += ["counts", "mmio", "daif", "stimulus", "sync"]
GUEST, VALID, EMULATED = 1, 2, 4


class Record(NamedTuple):
    """struct record of record.h."""

    insn: int
    kind: int
    el: int
    sub: int
    flags: int
    c: int
    a: int
    b: int


class Counts(NamedTuple):
    """struct counts of record.h."""

    insn: int
    kind: int
    el: int
    sub: int
    flags: int
    loads: int
    stores: int
    isb: int
    dsb: int
    tlbi: int
    ich: int
    icc: int
    sysreg: int


class Exc(NamedTuple):
    """What QEMU's exception log and the trace both know of an exception."""

    from_el: int
    to_el: int
    vector: int
    esr: int
    elr: int


class Eret(NamedTuple):
    """What both know of an exception return."""

    from_el: int
    to_el: int
    pc: int


@dataclass
class Run:
    """One finished QEMU."""

    code: int
    err: str
    out: Path

    def records(self, vcpu: int = 0) -> list[Record]:
        return [Record(*fields) for fields in struct.iter_unpack("<QBBBBIQQ", self.raw(vcpu))]

    def events(self) -> list[Record]:
        """Records of what happened one by one: without counts and accesses to devices."""
        return [r for r in self.records() if r.kind not in (COUNTS, MMIO)]

    def counts(self) -> list[Counts]:
        """The COUNTS records."""
        return [Counts(*f) for f in struct.iter_unpack("<QBBBBIIHHHHHH", self.raw()) if f[1] == COUNTS]

    def profile(self) -> tuple[int, dict[int, int]]:
        """VBAR_EL2 and how often each instruction at EL2 ran."""
        entries = list(struct.iter_unpack("<QQ", (self.out.parent / f"{self.out.name}.profile").read_bytes()))
        assert entries[0][0] == int.from_bytes(b"VRQPROF1", "little")
        pcs = [pc for pc, _ in entries[1:]]
        assert pcs == sorted(set(pcs))
        return entries[0][1], {pc: count for pc, count in entries[1:]}

    def raw(self, vcpu: int = 0) -> bytes:
        return (self.out / f"vcpu{vcpu}").read_bytes()


def run(*command: str) -> str:
    """Output of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP).stdout


class Guest:
    """One build of an assembly program."""

    def __init__(self, directory: Path, source: str, name: str, *flags: str) -> None:
        self.image = directory / f"{name}.img"
        self.elf = directory / f"{name}.elf"
        flags += ("-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,-Ttext=0")
        run(f"{CROSS}gcc", *flags, "-o", str(self.elf), str(HERE / source))
        run(f"{CROSS}objcopy", "-O", "binary", str(self.elf), str(self.image))

    def offset(self, symbol: str) -> int:
        """Offset of a symbol in the image."""
        for line in run(f"{CROSS}nm", str(self.elf)).splitlines():
            value, _, name = line.split()
            if name == symbol:
                return int(value, 16)
        raise KeyError(symbol)


def qemu(
    out: Path, image: Path, *arguments: str, options: str = "", machine: str = MACHINE, icount: bool = True
) -> Run:
    """Runs `image` to its end; the trace is in `out`."""
    out.mkdir(exist_ok=True)
    start = QEMU if icount else QEMU[: QEMU.index("-icount")]
    command = [*start, "-M", machine, "-kernel", str(image), "-plugin", f"{PLUGIN},out={out}{options}", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stderr, out)


def constants() -> dict[str, int]:
    """The numbers of guest.h."""
    found = re.findall(r"^#define (\w+)\s+(0x[0-9a-f]+|\d+)\b", (HERE / "guest.h").read_text(), re.MULTILINE)
    return {name: int(number, 0) for name, number in found}


def traced(records: list[Record]) -> list[Exc | Eret]:
    """The trace's exceptions and returns in QEMU's terms."""
    found: list[Exc | Eret] = []
    for r in records:
        if r.kind in (EXC_EL1, EXC_EL2):
            found.append(Exc(r.el, 2 if r.kind == EXC_EL2 else 1, r.sub, r.c, r.a))
        elif r.kind in (ERET_EL1, ERET_EL2):
            found.append(Eret(2 if r.kind == ERET_EL2 else 1, r.el, r.a))
    return found


def logged(log: str, vcpu: int = 0) -> Iterator[Exc | Eret]:
    """QEMU's own account, from `-d int`: the exceptions of one vCPU, the returns of all, which it does not tell apart.
    A PSCI call is logged as an exception that goes nowhere."""
    entry = re.compile(
        r"^Taking exception \d+ \[(?P<name>[^]]+)\] on CPU (?P<cpu>\d+)\n"
        r"\.\.\.from EL(?P<from>\d) to EL(?P<to>\d)\n"
        r"(?:\.\.\.with ESR 0x[0-9a-f]+/0x(?P<esr>[0-9a-f]+)\n)?"
        r"(?:\.\.\.with (?:FAR|SPSR) 0x[0-9a-f]+\n)*"
        r"(?:\.\.\.with ELR 0x(?P<elr>[0-9a-f]+)\n\.\.\.to EL\d PC 0x(?P<pc>[0-9a-f]+)|\.\.\.handled as PSCI call)"
        r"|^Exception return from AArch64 EL(?P<efrom>\d) to AArch64 EL(?P<eto>\d) PC 0x(?P<epc>[0-9a-f]+)",
        re.MULTILINE,
    )
    for m in entry.finditer(log):
        if m["efrom"]:
            yield Eret(int(m["efrom"]), int(m["eto"]), int(m["epc"], 16))
        elif m["pc"] and int(m["cpu"]) == vcpu:
            vector = int(m["pc"], 16) % 0x800 // 0x80
            # Interrupts leave ESR_ELx alone; QEMU prints what it would be.
            esr = 0 if vector % 4 in (1, 2) else int(m["esr"] or "0", 16)
            yield Exc(int(m["from"]), int(m["to"]), vector, esr, int(m["elr"], 16))
