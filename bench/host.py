# SPDX-License-Identifier: Apache-2.0
"""What depends on the host, kept apart from the results: provenance for run.host."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy
from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]

from bench.images import Images, elf_of, sha256
from bench.suite import ROOT

UNKNOWN = "unknown"


def provenance(images: Images, hashes: dict[str, str]) -> dict[str, Any]:
    """All of run.host but times and points; hashes: of the bytes that are really run."""
    commit = git("rev-parse", "HEAD")
    changes = git("status", "--porcelain")
    return {
        "commit": commit or UNKNOWN,
        "dirty": None if changes is None else bool(changes),
        "compiler": compiler(images),
        "compilers": compilers(images),
        "qemu": {
            "path": str(images.qemu.path),
            "version": images.qemu.version,
            "sha256": sha256(images.qemu.path),
        },
        "images": {name: _image(images, name, hashes[name]) for name in images.files},
        "machine": machine(),
    }


def _image(images: Images, name: str, sha: str) -> dict[str, str]:
    package = {"package": images.packages[name]} if name in images.packages else {}
    return {"path": _short(images.files[name]), "sha256": sha, **package}


def git(*arguments: str) -> str | None:
    """What git says about this repository; None outside of one or without git."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def compiler(images: Images) -> str:
    """The compiler of the hypervisor (else the guest)."""
    found = compilers(images)
    return found.get("hyp") or found.get("guest") or UNKNOWN


def compilers(images: Images) -> dict[str, str]:
    """By image, the compiler by its own word, flags included: DW_AT_producer of the first unit in C."""
    elves = {name: elf_of(path) for name, path in images.files.items()}
    producers = {name: _producer(elf) for name, elf in elves.items() if elf}
    return {name: producer for name, producer in producers.items() if producer}


def machine() -> dict[str, str | int]:
    """The host: system, processor, number of processors this process may use, Python and numpy."""
    release = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    return {
        "system": release.get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "cpu": _cpu_model(),
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
    }


def _producer(elf: Path) -> str:
    try:
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            if not file.has_dwarf_info():
                return ""
            for unit in file.get_dwarf_info().iter_CUs():
                attribute = unit.get_top_DIE().attributes.get("DW_AT_producer")
                if attribute and not attribute.value.startswith(b"GNU AS"):
                    return str(attribute.value.decode(errors="replace"))
    except (OSError, ELFError):
        pass
    return ""


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
