# SPDX-License-Identifier: Apache-2.0
"""Files of Debian's arm64 packages, fetched once into build/cache/arm64, and initial RAM disks made of them."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Mapping

from analysis.errors import LabError
from bench.suite import ROOT

FETCH = ROOT / "tools/fetch-arm64.sh"
CACHE = ROOT / "build/cache/arm64"
FETCH_UNREACHABLE = 3  # exit code of tools/fetch-arm64.sh


class Unreachable(LabError):
    """The packages are not in the cache and no archive answers."""


def fetch(package: str) -> Path:
    """The unpacked tree of an arm64 package, `[SUITE/]NAME`, from the cache or the archive."""
    done = subprocess.run([FETCH, package], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise (Unreachable if done.returncode == FETCH_UNREACHABLE else LabError)(said)
    return CACHE / package


def cached(package: str) -> bool:
    """Whether it was fetched already."""
    return (CACHE / f"{package}.source").exists()


def file(package: str, pattern: str) -> Path:
    """The file of a package that matches, of several the last one by name."""
    root = fetch(package)
    found = sorted(root.glob(pattern))
    if not found:
        raise LabError(f"the package {package} has no {pattern}", f"remove {root}* and try again")
    return found[-1]


def source(package: str) -> str:
    """Name, version and SHA-256 of a package that was fetched."""
    return (CACHE / f"{package}.source").read_text(encoding="utf-8").strip()


def write_cpio(path: Path, directories: list[str], files: Mapping[str, bytes]) -> None:
    """An initial RAM disk: directories, executable files by name, /dev/console."""
    console = cpio_entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    made = [cpio_entry(name, stat.S_IFDIR | 0o755) for name in directories]
    entries = [cpio_entry(name, stat.S_IFREG | 0o755, content) for name, content in files.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, b"".join([*made, console, *entries, cpio_entry("TRAILER!!!", 0)]))


def write(path: Path, content: bytes) -> None:
    """All or nothing, also beside another process that does the same."""
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def cpio_entry(name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One member of a "newc" archive (Linux, Documentation/driver-api/early-userspace/buffer-format.rst)."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + encoded) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
