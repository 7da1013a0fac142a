# SPDX-License-Identifier: Apache-2.0
"""The files a run needs: guest and hypervisor images, the plugin, QEMU. Each checked before anything starts."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterable, Mapping

from analysis import symbols
from analysis.errors import LabError
from bench import debian, kallsyms
from bench.stimulus import EL3, EL3_IMAGE
from bench.suite import ROOT, Point, Strategy

GUEST = "build/guests/bench.img"
IMAGE_SUFFIX = ".img"
SYMBOLS = "symbols"
ARCHIVES = ROOT / "build/peers"
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
    """The checked files of a run: name -> absolute path. Always `guest` and `plugin`, more as the strategies ask.

    missing: name -> why a file that would be fetched is not there; packages: name -> the package that it is of;
    archives: initial RAM disks, name -> {path inside: name of a file}.
    """

    qemu: Qemu
    files: dict[str, Path] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    archives: dict[str, dict[str, str]] = field(default_factory=dict)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file, by name."""
        return {name: sha256(path) for name, path in self.files.items()}

    def copy_to(self, directory: Path) -> "Images":
        """The same with files copied to a directory, so that a build beside a run does not change what it measures."""
        copies = {name: Path(shutil.copyfile(path, directory / name)) for name, path in self.files.items()}
        return replace(self, files=copies | _archived(self.archives, copies, directory))


def collect(
    points: list[Point], guest: str | None = None, qemu: str | None = None, own: Mapping[str, str] | None = None
) -> Images:
    """Find and check what these points need; own: the user's files in place of those that are fetched, by name, and of
    their symbols, as SYMBOLS. LabError with the remedy for the first thing missing; what cannot be fetched is told."""
    emulators = {qemu or point.machine.qemu for point in points}
    if len(emulators) != 1:
        raise LabError("the machines of one run use one QEMU", "choose one with --qemu or narrow with --machine")
    found = find_qemu(emulators.pop())
    files = {"guest": image(Path(guest)) if guest else image(ROOT / GUEST, built=True)}
    files["plugin"] = built_file(ROOT / PLUGIN)
    if any(point.stimulus and point.stimulus.by == EL3 for point in points):
        files["el3"] = built_file(ROOT / EL3_IMAGE)
    rows = list({point.strategy.name: point.strategy for point in points}.values())
    for row in rows:
        for name, path in row.images.items():
            files[name] = image(ROOT / path, built=True) if path.endswith(IMAGE_SUFFIX) else built_file(ROOT / path)
    fetched, missing, packages = _fetched(rows, dict(own or {}))
    files |= fetched
    files |= _symbols(rows, files, own or {}, found)
    if own and SYMBOLS in own:
        _check_symbols([row for row in rows if files.get(row.symbols) == Path(own[SYMBOLS]).resolve()], files, own)
    archives = {name: members for row in rows for name, members in row.archives.items()}
    return Images(found, files | _archived(archives, files, ARCHIVES), missing, packages, archives)


def _symbols(rows: list[Strategy], files: Mapping[str, Path], own: Mapping[str, str], qemu: Qemu) -> dict[str, Path]:
    """The files of the rows' `kallsyms`: the user's, or what the kernel tells; without, functions have no names."""
    found = {}
    for name, kernel in {name: kernel for row in rows for name, kernel in row.kallsyms.items()}.items():
        if kernel in own and SYMBOLS in own:
            found[name] = _readable(Path(own[SYMBOLS]))
        elif kernel in files:
            told = kallsyms.of(files[kernel], sha256(files[kernel]), files["vmm"], qemu.path)
            found |= {name: told} if told else {}
    return found


def _check_symbols(rows: list[Strategy], files: Mapping[str, Path], own: Mapping[str, str]) -> None:
    """LabError unless the user's symbols can be those of the user's images of these rows."""
    path = Path(own[SYMBOLS])
    remedy = "name the vmlinux, System.map or xen-syms of the same build"
    if not rows:
        raise LabError(f"--{SYMBOLS}: no chosen strategy has an image of yours", "name that with --kernel or --xen")
    if not symbols.names(path):
        raise LabError(f"{path} has no symbols: it is no ELF file with them nor text as in /proc/kallsyms", remedy)
    build = symbols.build_id(path)
    for row in rows:
        if row.vectors not in symbols.names(path):
            raise LabError(f"{path} has no symbol {row.vectors!r}: it is of nothing that {row.name} runs", remedy)
        for name in row.fetched:
            if name in own and build not in files[name].read_bytes():
                raise LabError(
                    f"{path} is of another build than {own[name]}: there is no build ID {build.hex()}", remedy
                )


def _fetched(rows: list[Strategy], own: dict[str, str]) -> tuple[dict[str, Path], dict[str, str], dict[str, str]]:
    """Files, what is missing and packages of the rows' `fetched`."""
    files: dict[str, Path] = {}
    missing: dict[str, str] = {}
    packages: dict[str, str] = {}
    for name, (package, pattern) in {name: place for row in rows for name, place in row.fetched.items()}.items():
        users = [row for row in rows if name in row.fetched]
        if name in own:
            files[name] = image(Path(own[name]))
        elif any(row.symbols == name and set(own) & set(row.fetched) for row in users):
            if SYMBOLS in own:
                files[name] = _readable(Path(own[SYMBOLS]))
        elif missing and not debian.cached(package):
            missing[name] = next(iter(missing.values()))  # who did not answer once is not asked again
        else:
            try:
                files[name], packages[name] = debian.file(package, pattern), debian.source(package)
            except debian.Unreachable as error:
                missing[name] = str(error)
    unused = [name for name in own if name not in files and name != SYMBOLS]
    if unused:
        raise LabError(f"--{unused[0]}: no chosen strategy has it", "choose one with --strategy")
    return files, missing, packages


def _archived(archives: dict[str, dict[str, str]], files: Mapping[str, Path], directory: Path) -> dict[str, Path]:
    """The archives, made in a directory."""
    made = {}
    for name, members in archives.items():
        made[name] = directory / name
        content = {path: files[member].read_bytes() for path, member in members.items() if member in files}
        debian.write_cpio(made[name], ["dev", "proc", "sys"], content)
    return made


def of_strategies(rows: Iterable[Strategy], guest: Path, qemu: str) -> Images:
    """What these rows boot of ours, with `guest` as their guest. LabError for the first that is missing."""
    files = {name: image(ROOT / path, built=True) for row in rows for name, path in row.images.items()}
    return Images(find_qemu(qemu), files | {"guest": image(guest, built=True)})


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
        built_file(path)
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


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise LabError(f"cannot read {path}: no such file")
    return path.resolve()


def built_file(path: Path) -> Path:
    """The path of what the build makes. LabError when it is missing."""
    if not path.is_file():
        raise LabError(f"not built: {_short(path)}", "run 'make all'")
    return path


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
