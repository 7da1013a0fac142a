#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make fuzz`: libFuzzer on every register frame, and on all of them with several vCPUs, from the kept corpus, 60 s each.

Prints the executions of each; exit code 1 when one failed, with the input that did it under build/fuzz. As many run at
once as there are cores. --keep replaces the corpus (hyp/tests/corpus, an input a line in hex) by the smallest set of
inputs that covers as much. --coverage runs the kept corpus alone and prints what of the model it reaches.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host import FRAMES, HYP, build_coverage, build_fuzzer

CORPUS = HYP / "tests" / "corpus"
EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
LENGTH_MAX = 512


def unpack(frame: str, directory: Path) -> Path:
    """The kept inputs as libFuzzer wants them: a file each."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    lines = (CORPUS / f"{frame}.txt").read_text(encoding="ascii").split() if (CORPUS / f"{frame}.txt").exists() else []
    for number, line in enumerate(lines):
        (directory / f"{number:03}").write_bytes(bytes.fromhex(line))
    return directory


def fuzz(program: Path, frame: str, seconds: float, found: Path) -> tuple[int, str]:
    """Run from the kept corpus, new inputs go to `found`: (executions, what failed or nothing)."""
    found.mkdir(parents=True, exist_ok=True)
    kept = unpack(frame, found.parent / f"{frame}-kept")
    options = [
        f"-max_total_time={max(1, round(seconds))}",
        f"-max_len={LENGTH_MAX}",
        "-len_control=0",
        "-timeout=10",
        "-seed=1",
    ]
    options += ["-print_final_stats=1", f"-artifact_prefix={found.parent}/{frame}-"]
    command = [str(program), *options, str(found), str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    executed = EXECUTED.search(done.stderr)
    count = int(executed[1]) if executed else 0
    return count, "" if done.returncode == 0 and count > 0 else done.stderr[-4000:] or "nothing was executed"


def keep(program: Path, frame: str, found: Path) -> None:
    """The smallest set of inputs that covers what the old corpus and the new inputs cover."""
    fresh = found.parent / f"{frame}-fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    kept = found.parent / f"{frame}-kept"
    command = [
        str(program),
        "-set_cover_merge=1",
        "-use_counters=0",
        f"-max_len={LENGTH_MAX}",
        str(fresh),
        str(found),
        str(kept),
    ]
    subprocess.run(command, capture_output=True, timeout=300, check=True)
    lines = sorted(path.read_bytes().hex() for path in fresh.iterdir() if path.stat().st_size > 0)
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{frame}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def coverage(directory: Path) -> str:
    """What the kept corpus reaches of hyp/vgic and direct injection: llvm-cov's table by file."""
    programs, profiles = [], []
    for frame in FRAMES:
        programs.append(str(build_coverage(frame, directory)))
        profiles.append(str(directory / f"{frame}.profraw"))
        kept = unpack(frame, directory / f"{frame}-kept")
        command = [programs[-1], "-runs=0", str(kept)]
        environment = os.environ | {"LLVM_PROFILE_FILE": profiles[-1]}
        subprocess.run(command, env=environment, capture_output=True, timeout=300, check=True)
    merged = str(directory / "profile")
    subprocess.run(["llvm-profdata", "merge", "-o", merged, *profiles], capture_output=True, check=True)
    objects = [part for program in programs[1:] for part in ("-object", program)]
    command = ["llvm-cov", "report", programs[0], *objects, "-instr-profile", merged]
    command += [str(HYP / "vgic"), str(HYP / "delivery" / "direct.c")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def fuzz_all(chosen: argparse.Namespace) -> int:
    """All frames; how many of them failed."""

    def one(frame: str) -> tuple[int, str]:
        program, found = build_fuzzer(frame, chosen.out), chosen.out / f"{frame}-corpus"
        executed, failure = fuzz(program, frame, chosen.seconds, found)
        print(
            f"{frame}: {executed} executions, {'failed' if failure else 'nothing failed'}\n{failure}",
            end="",
            flush=True,
        )
        if chosen.keep and not failure:
            keep(program, frame, found)
        return executed, failure

    with ThreadPoolExecutor(chosen.jobs) as pool:
        results = list(pool.map(one, FRAMES))
    print(f"{sum(executed for executed, _ in results)} executions of {len(FRAMES)} fuzzers")
    return sum(failure != "" for _, failure in results)


def main() -> int:
    """Fuzz all frames."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="for each frame (default 60)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="frames at once (default: cores)")
    parser.add_argument("--keep", action="store_true", help="renew the kept corpus")
    parser.add_argument("--coverage", action="store_true", help="what the kept corpus reaches of the model")
    parser.add_argument("--out", type=Path, default=HYP.parent / "build" / "fuzz", help="programs and new inputs")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.coverage:
        print(coverage(chosen.out), end="")
        return 0
    failed = fuzz_all(chosen)
    print(f"{len(FRAMES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
