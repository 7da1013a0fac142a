# SPDX-License-Identifier: Apache-2.0
"""The device trees of a point (bench/peers.toml, `trees`), compiled with dtc; QEMU tells the machine's own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Mapping, Sequence

from analysis.errors import LabError

# Devicetree Specification, A.4: with it a source is a whole tree, without it an addition to the machine's.
WHOLE = "/dts-v1/;"
NAME = re.compile(r"\{(\w+)\}")  # in a source `{` has a blank or the end of the line behind it
TIMEOUT_S = 60


def write(sources: Mapping[str, str], values: Mapping[str, str], machine: Sequence[str], directory: Path) -> None:
    """Each source as a file of its name in `directory`, {name} in it replaced; machine: QEMU with its -M last, and
    without what it boots. LabError when a tool is missing or refuses."""
    for name, source in sources.items():
        text = NAME.sub(lambda found: _quoted(values[found[1]]), source)
        whole = text.lstrip().startswith(WHOLE)
        _run(["dtc", "-q", "-O", "dtb", "-o", name], directory, text if whole else _of(machine, directory) + text)


def _quoted(text: str) -> str:
    """As it stands in a string of a source."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"')


def _of(machine: Sequence[str], directory: Path) -> str:
    """The source of the tree that QEMU makes for a machine."""
    own = directory / "own.dtb"
    _run([*machine[:-1], f"{machine[-1]},dumpdtb={own.name}"], directory)
    try:
        return _run(["dtc", "-q", "-O", "dts", own.name], directory)
    finally:
        own.unlink()


def _run(command: Sequence[str], directory: Path, text: str | None = None) -> str:
    """What it prints."""
    tool = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=directory, input=text, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"no device tree: {tool}: {error}", "run 'make deps'") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise LabError(f"no device tree: {tool}: {last}", "see 'trees' in bench/peers.toml")
    return done.stdout
