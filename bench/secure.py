#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make conform-secure`: rules of two security states, from EL3, on QEMU's own interrupt controller (guests/secure).

Each rule that is not as it must be is printed; the last line is "N passed, N failed". Rules that QEMU lacks are in
guests/secure/skips.txt: those must still fail, or they are to be taken out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import conform, images, qemu, suite
from bench.suite import ROOT

IMAGE = "build/guests/secure.img"
SKIPS = ROOT / "guests" / "secure" / "skips.txt"
MACHINE_OPTIONS = "secure=on,virtualization=on"
# The loader starts the CPU at the highest Exception level; QEMU's device tree lies below, at the start of memory.
LOADER = "loader,file={image},addr=0x40200000,cpu-num=0,force-raw=on"
TIMEOUT_S = 60.0


def boot(emulator: images.Qemu, image: Path, directory: Path, more: Sequence[str] = ()) -> str:
    """What the guest prints; `more`: options of QEMU. LabError when the guest does not come to its end."""
    machine = suite.load().machines[conform.MACHINE]
    loader = LOADER.format(image=str(image).replace(",", ",,"))
    command = [str(emulator.path), "-M", f"{machine.machine},{MACHINE_OPTIONS}", *machine.args, "-device", loader]
    outcome = qemu.run([*command, *more], directory, TIMEOUT_S)
    path = directory / "console.log"
    console = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if outcome.failure or not conform.CLOSING.search(console):
        raise LabError(f"the guest did not come to its end: {outcome.failure or console[-200:]}")
    return console


def verdicts_of(console: str) -> conform.Verdicts:
    """The verdicts of all planned rules."""
    planned = conform.PLAN.search(console)
    if planned is None:
        raise LabError(f"the guest printed no plan: {console[:200]}")
    found = conform.parse(console)
    return {number: found.get(number, conform.Verdict("none")) for number in range(1, int(planned[1]) + 1)}


def judge(found: conform.Verdicts, skipped: dict[int, str]) -> list[str]:
    """A line for every rule that is not as it must be."""
    problems = []
    for number, verdict in sorted(found.items()):
        if number in skipped and verdict.outcome == "ok":
            problems.append(f"rule {number} {verdict.name}: QEMU passes it: take it out of {SKIPS.name}")
        elif number not in skipped and verdict.outcome != "ok":
            problems.append(f"rule {number} {verdict.name}: {verdict}")
    return problems + [f"rule {number}: there is none" for number in skipped if number not in found]


def main(arguments: list[str] | None = None) -> int:
    """0 when all rules are as they must be, 1 when not, 2 when they cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qemu", help="another QEMU")
    chosen = parser.parse_args(arguments)
    try:
        emulator = images.find_qemu(chosen.qemu or suite.load().machines[conform.MACHINE].qemu)
        skipped = conform.skips(SKIPS.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as directory:
            found = verdicts_of(boot(emulator, images.image(ROOT / IMAGE, built=True), Path(directory)))
    except LabError as error:
        print(f"conform-secure: error: {error}", file=sys.stderr)
        return 2
    problems = judge(found, skipped)
    for problem in problems:
        print(problem)
    print(f"{len(found)} rules, {len(skipped)} that QEMU lacks")
    print(f"{len(found) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
