#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make messages`: 4096 LPIs of eight devices, sent at exact moments of virtual time by the tracer's stimulus while a
guest with four CPUs moves them between these (guests/messages). Each message is counted: acknowledged once, or, by
plan, coalesced with the one before that the guest had not taken yet. Bare, on QEMU's own ITS, and under every strategy.
The last line is "N passed, N failed".
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import images, qemu, suite
from bench.run import JOBS_DEFAULT
from bench.suite import ROOT
from bench.workload import Outcome

IMAGE = "build/guests/messages.img"
# Machine, strategy and parameters of the hypervisor. A strategy that serves the guest is a row.
ROWS = (
    ("virt-v3", "bare", ""),
    ("virt-v3", "te", ""),
    ("virt-v3", "lr", ""),
    ("virt-v3", "lr", "lr.limit=1"),
    ("virt-v4", "gicv4", ""),
    ("virt-v4", "gicv4", "vm0.wfi=trap"),
    ("virt-v3", "te", "vm0.move=300000"),
    ("virt-v3", "lr", "vm0.move=300000 lr.limit=2"),
    ("virt-v4", "gicv4", "vm0.move=300000"),
    ("virt-v4", "gicv4", "vm0.cores=0,1 sched.slice=100000"),
)
SEEDS, ROUNDS = (1, 2, 3), 8  # of `make messages`
CPUS, DEVICES, EVENTS = 4, 8, 512
SLOT = 3  # of the first device on PCI's bus 0, each in a slot of its own
STRIDE = 8  # functions of a slot, so DeviceIDs from one device to the next
TRANSLATER = 0x08090040  # of QEMU's virt machine
START, WINDOW, PERIOD = 80_000_000, 20_000_000, 80_000_000  # ns of virtual time
TIMEOUT_S = 600.0
RESULT = re.compile(r"^messages: (passed|failed): (.*?)\r?$", re.MULTILINE)
ACCOUNT = re.compile(r"acknowledged (\d+), commands (\d+); by CPU:((?: \d+)+)$")


@dataclass(frozen=True)
class Plan:
    """When which message is sent: an open round sends each once, a closed one each up to three times."""

    seed: int
    rounds: int

    def round(self, number: int) -> list[int]:
        """Its messages in order, each a number of an event from 0 to all devices' last."""
        source = random.Random(self.seed * 1000 + number)
        times = [1 if number % 2 == 0 else source.randint(1, 3) for _ in range(DEVICES * EVENTS)]
        messages = [event for event, count in enumerate(times) for _ in range(count)]
        source.shuffle(messages)
        return messages

    def table(self) -> str:
        """For the stimulus: from the beginning of a round's window to its end."""
        lines = []
        for number in range(self.rounds):
            messages = self.round(number)
            for place, event in enumerate(messages):
                time = START + number * PERIOD + place * WINDOW // len(messages)
                lines.append(f"{time} {TRANSLATER:#x} {event % EVENTS} {device(event // EVENTS):#x}\n")
        return "".join(lines)

    @property
    def sent(self) -> int:
        """All messages."""
        return sum(len(self.round(number)) for number in range(self.rounds))

    @property
    def kept(self) -> int:
        """Those that find no other one of their event pending."""
        return self.rounds * DEVICES * EVENTS

    @property
    def bootargs(self) -> str:
        """What the guest has to know of it."""
        times = f"start={START} window={WINDOW} period={PERIOD}"
        return f"seed={self.seed} rounds={self.rounds} device={device(0)} stride={STRIDE} {times}"


def device(number: int) -> int:
    """The DeviceID of a device, and Requester ID of its function."""
    return (SLOT + number) * STRIDE


def collect(named_qemu: str | None = None) -> images.Images:
    """The images of all rows. LabError for the first that is missing."""
    lab = suite.load()
    rows = [lab.strategies[strategy] for _, strategy, _ in ROWS]
    found = images.of_strategies(rows, ROOT / IMAGE, named_qemu or lab.machines[ROWS[0][0]].qemu)
    found.files["plugin"] = images.built_file(ROOT / images.PLUGIN)
    return found


def command(row: tuple[str, str, str], plan: Plan, files: images.Images) -> list[str]:
    """The argument vector; its directory is the working directory and has the table."""
    lab = suite.load()
    machine, strategy = lab.machines[row[0]], lab.strategies[row[1]]
    options = ",".join(filter(None, [machine.machine, strategy.machine_options]))
    functions = ",".join(f"00:{SLOT + n:02x}.0" for n in range(DEVICES))
    hyp = f" vm0.vcpus={CPUS} vm0.its=1 vm0.pci={functions} vm0.events={EVENTS} {row[2]}".rstrip()
    values = {name: str(path) for name, path in files.files.items()} | {"bootargs": plan.bootargs, "hyp_args": hyp}
    edu = [part for n in range(DEVICES) for part in ("-device", f"edu,addr={SLOT + n:x}")]
    end = START + plan.rounds * PERIOD + PERIOD
    plugin = f"{files.files['plugin']},out=trace,deadline={end},stimulus={qemu.STIMULUS}"
    boot = [arg.format(**values) for arg in strategy.args]
    return [str(files.qemu.path), "-M", options, *machine.args, "-smp", str(CPUS), *edu, *boot, "-plugin", plugin]


def run(row: tuple[str, str, str], plan: Plan, files: images.Images) -> Outcome:
    """One run to its end; `row` is of ROWS."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / qemu.STIMULUS).write_text(plan.table(), encoding="utf-8")
        ended = qemu.run(command(row, plan, files), Path(directory), TIMEOUT_S)
        console = (Path(directory) / "console.log").read_text(encoding="utf-8", errors="replace")
    return judge(console, plan, ended.failure)


def judge(console: str, plan: Plan, failure: str = "") -> Outcome:
    """What a console says of its run; a guest that does not add up has not passed."""
    found = RESULT.search(console)
    if failure or found is None:
        return Outcome(failure or "the guest ended without a result", console[-200:].strip())
    if found[1] == "failed":
        return Outcome(found[2], found[0])
    account = ACCOUNT.match(found[2])
    if account is None:
        return Outcome("the guest tells no account", found[0])
    shares = [int(share) for share in account[3].split()]
    if int(account[1]) != plan.kept or sum(shares) != plan.kept or len(shares) != CPUS:
        return Outcome("the account is open", found[0])
    if min(shares) == 0:
        return Outcome("a CPU had no part in it", found[0])
    return Outcome("", f"sent {plan.sent}, coalesced {plan.sent - plan.kept}, {found[2]}")


def main(arguments: list[str] | None = None) -> int:
    """All rows with all seeds; 0 when all pass, 1 when not, 2 when it cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", help=f"instead of {SEEDS}; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of each run (default {ROUNDS})")
    parser.add_argument("--strategy", help="its rows alone")
    parser.add_argument("--qemu", help="another QEMU")
    chosen = parser.parse_args(arguments)
    try:
        files = collect(chosen.qemu)
    except LabError as error:
        print(f"messages: error: {error}", file=sys.stderr)
        return 2
    rows = [row for row in ROWS if chosen.strategy in (None, row[1])]
    todo = [(row, Plan(seed, chosen.rounds)) for seed in chosen.seed or SEEDS for row in rows]
    failed = 0
    with ThreadPoolExecutor(JOBS_DEFAULT) as pool:
        outcomes = pool.map(lambda pair: run(pair[0], pair[1], files), todo)
        for (row, plan), outcome in zip(todo, outcomes):
            failed += bool(outcome.fault)
            print(f"{' '.join(filter(None, row))}, seed {plan.seed}: {outcome.fault or outcome.said}", flush=True)
    print(f"{len(todo) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
