# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree with a planted change: what the instrument must show, and show nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.suite import ROOT

PARTS = ("Makefile", "virqlab", "analysis", "bench", "guests", "hyp", "plugins", "tools", "vmm")


def plant(directory: Path, file: str, before: str, planted: str) -> Path:
    """
    Copy the sources to `directory`, insert `planted` before the only occurrence of `before` in `file`, build.
    Returns the top of the copy.
    """
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, directory / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, directory / part)
    (directory / "build").mkdir()
    (directory / "build" / "deps").symlink_to(ROOT / "build" / "deps")
    text = (directory / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file} has {text.count(before)} times {before!r}"
    (directory / file).write_text(text.replace(before, planted + before), encoding="utf-8")
    subprocess.run(["make", "-j2", "all"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return directory
