# SPDX-License-Identifier: Apache-2.0
"""The files a run needs: guest and hypervisor images, the plugin, QEMU. Each checked before anything starts."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import LabError
from bench.suite import ROOT, Point

GUEST = "build/guests/bench.img"
PLUGIN = "build/plugins/tcg/virqlab.so"
QEMU_MINIMUM = (10, 0)  # plugin API 4: register reads and per-vCPU inline counters
# Linux, Documentation/arch/arm64/booting.rst: the header of an arm64 Image.
IMAGE_MAGIC, IMAGE_MAGIC_OFFSET = b"ARM\x64", 56


@dataclass(frozen=True)
class Qemu:
    """A usable emulator: absolute path and version as it reports it."""

    path: Path
    version: str


@dataclass(frozen=True)
class Images:
    """The checked files of a run: name -> absolute path. Always `guest` and `plugin`, more as the strategies ask."""

    qemu: Qemu
    files: dict[str, Path] = field(default_factory=dict)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file, by name."""
        return {name: sha256(path) for name, path in self.files.items()}

    def copy_to(self, directory: Path) -> "Images":
        """The same with files copied to a directory, so that a build beside a run does not change what it measures."""
        copies = {name: Path(shutil.copyfile(path, directory / name)) for name, path in self.files.items()}
        return Images(self.qemu, copies)


def collect(points: list[Point], guest: str | None = None, qemu: str | None = None) -> Images:
    """Find and check what these points need. LabError with the remedy for the first thing missing."""
    emulators = {qemu or point.machine.qemu for point in points}
    if len(emulators) != 1:
        raise LabError("the machines of one run use one QEMU", "choose one with --qemu or narrow with --machine")
    found = find_qemu(emulators.pop())
    files = {"guest": image(Path(guest)) if guest else image(ROOT / GUEST, built=True)}
    files["plugin"] = _built(ROOT / PLUGIN)
    for point in points:
        for name, path in point.strategy.images.items():
            files[name] = image(ROOT / path, built=True)
    return Images(found, files)


def find_qemu(name: str) -> Qemu:
    """The emulator by name or path. LabError when it is missing, does not run, or is older than 10.0."""
    path = shutil.which(name)
    remedy = "run 'make deps', or name one with --qemu PATH"
    if path is None:
        raise LabError(f"QEMU not found: {name}", remedy)
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    match = re.search(r"QEMU emulator version ((\d+)\.(\d+)[^\s]*)", answer)
    if match is None:
        raise LabError(f"{name} is not QEMU: it does not tell a QEMU version", remedy)
    if (int(match[2]), int(match[3])) < QEMU_MINIMUM:
        raise LabError(f"QEMU {match[1]} is too old: 10.0 or newer is needed", remedy)
    return Qemu(Path(path).resolve(), match[1])


def image(path: Path, built: bool = False) -> Path:
    """The absolute path of an arm64 Image. LabError when it is missing or its header lacks the magic."""
    if built:
        _built(path)
    try:
        with path.open("rb") as stream:
            header = stream.read(IMAGE_MAGIC_OFFSET + len(IMAGE_MAGIC))
    except OSError as error:
        raise LabError(f"cannot read the guest image {path}: {error.strerror}") from None
    if header[IMAGE_MAGIC_OFFSET:] != IMAGE_MAGIC:
        raise LabError(
            f"{_short(path)} is not an arm64 Image: no 'ARM\\x64' at byte {IMAGE_MAGIC_OFFSET}",
            "run 'make clean all'" if built else "a guest starts with the 64-byte header of an arm64 Image",
        )
    return path.resolve()


def elf_of(path: Path) -> Path | None:
    """The ELF file with the symbols of an image: beside it, with the suffix .elf."""
    elf = path.with_suffix(".elf")
    return elf if elf.is_file() else None


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _built(path: Path) -> Path:
    if not path.is_file():
        raise LabError(f"not built: {_short(path)}", "run 'make all'")
    return path


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
