#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make fuzz`: libFuzzer on every register frame, from the kept corpus, 60 s each.

Prints the executions of each frame; exit code 1 when one failed, with the input that did it under build/fuzz.
--keep replaces the corpus (hyp/tests/corpus, an input a line in hex) by the smallest set of inputs that covers as much.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from host import FRAMES, HYP, build_fuzzer

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
    options = [f"-max_total_time={max(1, round(seconds))}", f"-max_len={LENGTH_MAX}", "-timeout=10", "-seed=1"]
    options += ["-print_final_stats=1", f"-artifact_prefix={found.parent}/{frame}-"]
    command = [str(program), *options, str(found), str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    executed = EXECUTED.search(done.stderr)
    return int(executed[1]) if executed else 0, "" if done.returncode == 0 else done.stderr[-4000:]


def keep(program: Path, frame: str, found: Path) -> None:
    """The smallest set of inputs that covers what the old corpus and the new inputs cover."""
    fresh = found.parent / f"{frame}-fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    kept = found.parent / f"{frame}-kept"
    command = [str(program), "-set_cover_merge=1", f"-max_len={LENGTH_MAX}", str(fresh), str(found), str(kept)]
    subprocess.run(command, capture_output=True, timeout=300, check=True)
    lines = sorted(path.read_bytes().hex() for path in fresh.iterdir() if path.stat().st_size > 0)
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{frame}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def main() -> int:
    """Fuzz all frames."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="for each frame (default 60)")
    parser.add_argument("--keep", action="store_true", help="renew the kept corpus")
    parser.add_argument("--out", type=Path, default=HYP.parent / "build" / "fuzz", help="programs and new inputs")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for frame in FRAMES:
        program = build_fuzzer(frame, chosen.out)
        found = chosen.out / f"{frame}-corpus"
        executed, failure = fuzz(program, frame, chosen.seconds, found)
        print(f"{frame}: {executed} executions, {'failed' if failure else 'nothing failed'}", flush=True)
        if failure:
            print(failure, file=sys.stderr)
            failed += 1
        elif chosen.keep:
            keep(program, frame, found)
    print(f"{len(FRAMES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
