#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make vms`: 16 VMs on 2 cores, two strategies side by side on each, and an interrupt for each VM that the tracer's
stimulus raises at random moments (guests/vms). Of each run: every edge was acknowledged once by the VM that owns it, or
coalesced with the one before, as the trace shows; all memory of a VM that it does not use, and its image, are in the
machine's memory afterwards what they were; and no VM that could run waited for longer than the policy says. With edges
so far apart that none coalesces, and so close that many do. The last line is "N passed, N failed".
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis import edges, gicregs, trace
from analysis.errors import LabError
from analysis.point import TRACE_DIR
from bench import images, qemu, soak, suite
from bench.soak import Outcome

IMAGE = "build/guests/vms.img"
VMS, CORES = 16, 2
SHARING = VMS // CORES  # VMs of a core
INTERRUPTS = 100_000  # of a run, of all VMs together
INTID = 208  # of vm0; QEMU's virt machine wires nothing to this one and those of the others behind it
SLICE_NS = 20_000
# A core's timer is late by the other one's turn in the simulator at most: half of this, which both share.
QUANTUM_NS = 4_000
TURN_NS = SLICE_NS + QUANTUM_NS + 2_000  # and the switch, in both cores' time
START_NS, CHECK_NS = 300_000_000, 600_000_000  # for the VMs to fill their memory, and to check it
MEMORY_MIB = 8
RAM, RAM_BASE, IMAGE_OFFSET = "ram", 0x40000000, 0x200000  # a VM's memory begins at a multiple of the latter
STEP = 0x9E3779B97F4A7C15  # as guests/vms/main.c has it
ACCOUNT = re.compile(r"acknowledged (\d+), longest (\d+), image (\d+)$")

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Ground:
    """What a run is on. strategies: of VMs side by side on one core, in turn; period_ns: of the edges of one VM."""

    machine: str
    strategies: tuple[str, str]
    policy: str
    period_ns: int

    def __str__(self) -> str:
        return f"{self.machine} {'+'.join(self.strategies)} {self.policy}, an edge every {self.period_ns // 1000} us"

    def strategy(self, vm: int) -> str:
        """Of a VM: VMs take the cores in turn."""
        return self.strategies[vm // CORES % 2]

    @property
    def coalesces(self) -> bool:
        """Whether edges come closer than VMs take their turns."""
        return self.period_ns < SHARING * SLICE_NS

    @property
    def longest_ns(self) -> int:
        """How long one that can run waits at most (hyp/core/runqueue.h)."""
        return (SHARING - 1) * TURN_NS * (4 if self.policy == "boost" else 1)


APART_NS, CLOSE_NS = 800_000, 50_000
GROUNDS = tuple(
    Ground(machine, strategies, policy, period)
    for period in (APART_NS, CLOSE_NS)
    for policy in ("wait", "boost")
    for machine, strategies in (("virt-v3", ("te", "lr")), ("virt-v2", ("te", "gicv2")))
)


@dataclass(frozen=True)
class Plan:
    """When which edge is raised: one of each VM in each period, somewhere in its first half."""

    seed: int
    each: int  # edges of a VM
    ground: Ground

    def table(self) -> str:
        """For the stimulus."""
        source, gicd = random.Random(self.seed), suite.load().machines[self.ground.machine].regions["gicd"][0]
        period = self.ground.period_ns
        moments = sorted(
            (START_NS + n * period + source.randrange(period // 2), vm) for n in range(self.each) for vm in range(VMS)
        )
        return "".join(
            f"{time} {gicd + gicregs.GICD_ISPENDR + intid(vm) // 32 * 4:#x} {1 << intid(vm) % 32:#x}\n"
            for time, vm in moments
        )

    @property
    def end_ns(self) -> int:
        """When each VM has had all its turns for the last one."""
        return START_NS + self.each * self.ground.period_ns + 4 * self.ground.longest_ns

    @property
    def row(self) -> soak.Row:
        """With the parameters of each VM."""
        words = [f"vm.mem={MEMORY_MIB} sched={self.ground.policy} sched.slice={SLICE_NS}"]
        # QEMU's GICv2 does not look again at a physical interrupt that a list register deactivates (strategies.toml).
        words += ["lr.hw=0"] if "gicv2" in self.ground.strategies else []
        for vm in range(VMS):
            words += [f"vm{vm}.strategy={self.ground.strategy(vm)}"] if vm != 0 else []
            guest = f"vm={vm} seed={self.seed} intid={intid(vm)} start={START_NS} end={self.end_ns}"
            words.append(f'vm{vm}.spis={intid(vm)} vm{vm}.args="{guest}"')
        return self.ground.machine, self.ground.strategy(0), " ".join(words)


def intid(vm: int) -> int:
    """The SPI of a VM."""
    return INTID + vm


def collect(named_qemu: str | None = None) -> images.Images:
    """The images of all grounds. LabError for the first that is missing."""
    rows = [(ground.machine, strategy, "") for ground in GROUNDS for strategy in ground.strategies]
    return soak.collect(rows, IMAGE, named_qemu, plugin=True)


def run(plan: Plan, files: images.Images) -> Outcome:
    """One run to its end. The machine's memory is a file, which outlives it."""
    deadline = plan.end_ns + CHECK_NS
    plugin = f"{files.files['plugin']},out={TRACE_DIR},deadline={deadline},stimulus={qemu.STIMULUS},slice={QUANTUM_NS}"
    memory = f"memory-backend-file,id=ram,size=1G,mem-path={RAM},share=on"
    options = ["-smp", str(CORES), "-object", memory, "-machine", "memory-backend=ram", "-plugin", plugin]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / qemu.STIMULUS).write_text(plan.table(), encoding="utf-8")
        ended = qemu.run(soak.command(plan.row, "", files, options), directory, soak.TIMEOUT_S)
        console = (directory / "console.log").read_text(encoding="utf-8", errors="replace").replace("\r", "")
        if ended.failure:
            return Outcome(ended.failure, console[-200:].strip())
        told = verdicts(console)
        if isinstance(told, Outcome):
            return told
        accounts = traced(directory, plan)
        fault = account_fault(plan, told, accounts)
        fault = fault or memory_fault(directory / RAM, plan.seed, files.files["guest"], told[0].kept)
    coalesced = sum(account.coalesced for account in accounts)
    counts = [account.taken for account in accounts]
    said = f"raised {VMS * plan.each}, acknowledged {sum(counts)} ({min(counts)} to {max(counts)} a VM)"
    longest = max(vm.longest_ns for vm in told)
    return Outcome(fault, f"{said}, coalesced {coalesced}; waited {longest} ns of {plan.ground.longest_ns} at most")


@dataclass(frozen=True)
class Told:
    """A VM's own account. kept: bytes of its image that nobody writes."""

    acknowledged: int
    longest_ns: int
    kept: int


def verdicts(console: str) -> list[Told] | Outcome:
    """What each VM says, or what the first one that has not passed says."""
    found = []
    for vm in range(VMS):
        said = "".join(f"{line}\n" for line in re.findall(rf"^vm{vm}: (.*)$", console, re.MULTILINE))
        told = soak.verdict(said, "vms", ACCOUNT)
        if isinstance(told, Outcome):
            return Outcome(f"vm{vm}: {told.fault}", told.said or console[-200:].strip())
        found.append(Told(int(told[1]), int(told[2]), int(told[3])))
    return found if console.endswith("virqlab: all off\n") else Outcome("not all are off", console[-200:].strip())


def traced(directory: Path, plan: Plan) -> list[edges.Account]:
    """The account of each VM's edges."""
    cores, frames = trace.load(directory / TRACE_DIR).vcpus, suite.load().machines[plan.ground.machine].regions
    by_core = [edges.accounts(cores[n], frames, [intid(vm) for vm in range(n, VMS, CORES)]) for n in range(CORES)]
    return [by_core[vm % CORES][intid(vm)] for vm in range(VMS)]


def account_fault(plan: Plan, told: list[Told], accounts: list[edges.Account]) -> str:
    """What does not add up; empty when all does."""
    for vm, (guest, account) in enumerate(zip(told, accounts)):
        if account.raised != plan.each:
            return f"vm{vm}: {account.raised} edges were raised, not {plan.each}"
        if account.outstanding or account.unraised:
            return f"vm{vm}: {account.outstanding} edges were left, {account.unraised} interrupts came without one"
        if guest.acknowledged != account.taken:
            return f"vm{vm}: it acknowledged {guest.acknowledged} of {account.taken} interrupts"
        if (account.coalesced > 0) != plan.ground.coalesces:
            return f"vm{vm}: {account.coalesced} edges coalesced"
        if guest.longest_ns > plan.ground.longest_ns:
            return f"vm{vm}: waited for {guest.longest_ns} ns of {plan.ground.longest_ns} at most"
    return ""


def pattern(vm: int, seed: int, begin: int, end: int) -> Words:
    """What a VM's memory has from one offset to another, as guests/vms/main.c writes it."""
    key = np.uint64((seed << 8 | vm) * STEP % 2**64)
    addresses: Words = np.arange(RAM_BASE + begin, RAM_BASE + end, 8, dtype=np.uint64)
    return key ^ addresses * np.uint64(STEP)


def memory_fault(ram: Path, seed: int, image: Path, kept: int) -> str:
    """Which VM's memory is not what it was; empty when all is. `ram`: the machine's; kept: bytes of the image."""
    memory: Words = np.memmap(ram, "<u8", mode="r")
    size = MEMORY_MIB << 20
    for vm in range(VMS):
        expected = pattern(vm, seed, 0, size)
        steps = range(0, memory.size - size // 8 + 1, IMAGE_OFFSET // 8)
        places = [at for at in steps if np.array_equal(memory[at + size // 8 - 512 :][:512], expected[-512:])]
        if len(places) != 1:
            return f"vm{vm}: its memory is found {len(places)} times"
        fault = _difference(memory[places[0] :][: size // 8], expected, image.read_bytes(), kept)
        if fault:
            return f"vm{vm}: {fault}"
    return ""


def _difference(found: Words, expected: Words, image: bytes, kept: int) -> str:
    """Between the memory of a VM and what it should have beside the device tree and what the image writes."""
    tree = int.from_bytes(found[:1].tobytes()[4:], "big")  # totalsize (Devicetree Specification v0.4, 5.2)
    occupied = int.from_bytes(image[16:24], "little")  # image_size (Linux, Documentation/arch/arm64/booting.rst)
    for begin, end in ((_pages(tree), IMAGE_OFFSET), (IMAGE_OFFSET + _pages(occupied), expected.size * 8)):
        wrong = np.flatnonzero(found[begin // 8 : end // 8] != expected[begin // 8 : end // 8])
        if wrong.size:
            return f"{wrong.size} words were changed, the first at {RAM_BASE + begin + int(wrong[0]) * 8:#x}"
    if found[IMAGE_OFFSET // 8 :].view(np.uint8)[:kept].tobytes() != image[:kept]:
        return "its image was changed"
    return ""


def _pages(size: int) -> int:
    return -(-size // 4096) * 4096


def main(arguments: list[str] | None = None) -> int:
    """All grounds; 0 when all pass, 1 when not, 2 when it cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", help="instead of 1; may be repeated")
    parser.add_argument("--interrupts", type=int, default=INTERRUPTS, help=f"of each run (default {INTERRUPTS})")
    parser.add_argument("--machine", help="its grounds alone")
    parser.add_argument("--qemu", help="another QEMU")
    chosen = parser.parse_args(arguments)
    try:
        files = collect(chosen.qemu)
    except LabError as error:
        print(f"vms: error: {error}", file=sys.stderr)
        return 2
    plans = [
        Plan(seed, chosen.interrupts // VMS, ground)
        for seed in chosen.seed or [1]
        for ground in GROUNDS
        if chosen.machine in (None, ground.machine)
    ]
    return soak.count([(f"{plan.ground}, seed {plan.seed}", partial(run, plan, files)) for plan in plans])


if __name__ == "__main__":
    sys.exit(main())
