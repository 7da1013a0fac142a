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
from dataclasses import dataclass
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import images, qemu, soak
from bench.soak import Outcome

IMAGE = "build/guests/messages.img"
# A strategy that serves the guest is a row.
ROWS: tuple[soak.Row, ...] = (
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
    return soak.collect(ROWS, IMAGE, named_qemu, plugin=True)


def command(row: soak.Row, plan: Plan, files: images.Images) -> list[str]:
    """The argument vector; its directory is the working directory and has the table."""
    functions = ",".join(f"00:{SLOT + n:02x}.0" for n in range(DEVICES))
    hyp = f"vm0.vcpus={CPUS} vm0.its=1 vm0.pci={functions} vm0.events={EVENTS} {row[2]}".rstrip()
    edu = [part for n in range(DEVICES) for part in ("-device", f"edu,addr={SLOT + n:x}")]
    end = START + plan.rounds * PERIOD + PERIOD
    plugin = f"{files.files['plugin']},out=trace,deadline={end},stimulus={qemu.STIMULUS}"
    return soak.command((row[0], row[1], hyp), plan.bootargs, files, ["-smp", str(CPUS), *edu, "-plugin", plugin])


def run(row: soak.Row, plan: Plan, files: images.Images) -> Outcome:
    """One run to its end; `row` is of ROWS."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / qemu.STIMULUS).write_text(plan.table(), encoding="utf-8")
        ended = qemu.run(command(row, plan, files), Path(directory), soak.TIMEOUT_S)
        console = (Path(directory) / "console.log").read_text(encoding="utf-8", errors="replace")
    return judge(console, plan, ended.failure)


def judge(console: str, plan: Plan, failure: str = "") -> Outcome:
    """What a console says of its run; a guest that does not add up has not passed."""
    told = soak.verdict(console, "messages", ACCOUNT, failure)
    if isinstance(told, Outcome):
        return told
    shares = [int(share) for share in told[3].split()]
    if int(told[1]) != plan.kept or sum(shares) != plan.kept or len(shares) != CPUS:
        return Outcome("the account is open", told.string)
    if min(shares) == 0:
        return Outcome("a CPU had no part in it", told.string)
    return Outcome("", f"sent {plan.sent}, coalesced {plan.sent - plan.kept}, {told.string}")


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
    plans = [Plan(seed, chosen.rounds) for seed in chosen.seed or SEEDS]
    runs = [
        (f"{' '.join(filter(None, row))}, seed {plan.seed}", partial(run, row, plan, files))
        for plan in plans
        for row in rows
    ]
    return soak.count(runs)


if __name__ == "__main__":
    sys.exit(main())
