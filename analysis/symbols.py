# SPDX-License-Identifier: Apache-2.0
"""From a program counter to function+offset, with an ELF's symbol table or the text of Linux's /proc/kallsyms."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Sequence

from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]

from analysis.errors import TraceError

# An arm64 Image with text_offset 0 is loaded at a multiple of 2 MiB (Linux, Documentation/arch/arm64/booting.rst), and
# ours are smaller than that: the low bits of a PC give its place in the image wherever it was loaded.
LOAD_ALIGNMENT = 2 << 20
CODE_LINE = re.compile(r"^([0-9a-f]{16}) [tTwW] ([^$\s]\S*)$", re.MULTILINE)


@dataclass(frozen=True)
class _Functions:
    """All code symbols in address order, as offsets from the base that the image is linked to; the end of the image."""

    offsets: list[int]
    names: list[str]
    base: int
    end: int

    def at(self, offset: int) -> tuple[str, int]:
        """The one at or before an offset, and how far before; no name outside of the image."""
        place = bisect.bisect_right(self.offsets, offset) - 1
        if place < 0 or offset >= self.end:
            return "", 0
        return self.names[place], offset - self.offsets[place]


@lru_cache(maxsize=16)
def _functions(path: Path) -> _Functions:
    """Nothing in it when the file is neither an ELF nor such text."""
    try:
        with path.open("rb") as stream:
            found, base, end = _of_elf(ELFFile(stream))
    except ELFError:
        found, base, end = _of_text(path)
    except OSError:
        found, base, end = {}, 0, 0
    offsets = sorted(found)
    return _Functions(offsets, [found[offset] for offset in offsets], base, end)


def _of_elf(elf: ELFFile) -> tuple[dict[int, str], int, int]:
    """Of several symbols at one place a function counts before a label, then the first."""
    spans = [(segment["p_vaddr"], segment["p_memsz"]) for segment in elf.iter_segments("PT_LOAD")]
    base = min((start for start, _ in spans), default=0)
    base -= base % LOAD_ALIGNMENT
    table = elf.get_section_by_name(".symtab")
    found: dict[str, dict[int, str]] = {"STT_FUNC": {}, "STT_NOTYPE": {}}
    for symbol in table.iter_symbols() if table else ():
        kind = found.get(symbol["st_info"]["type"])
        if kind is None or symbol["st_shndx"] in ("SHN_UNDEF", "SHN_ABS"):
            continue
        if symbol.name and not symbol.name.startswith("$"):
            kind.setdefault(symbol["st_value"] - base, symbol.name)
    return found["STT_NOTYPE"] | found["STT_FUNC"], base, max((sum(span) for span in spans), default=base) - base


def _of_text(path: Path) -> tuple[dict[int, str], int, int]:
    """Lines `address type name`, of code: the last symbol ends the image. Of several at one place the first counts."""
    found: dict[int, str] = {}
    for address, name in CODE_LINE.findall(path.read_text(encoding="utf-8", errors="replace")):
        found.setdefault(int(address, 16), name)
    base = min(found, default=0)
    return {address - base: name for address, name in found.items()}, base, max(found, default=0) - base


def names(path: Path) -> Sequence[str]:
    """All code symbols of a file; none when it is neither an ELF with symbols nor such text."""
    return _functions(path).names


def build_id(path: Path) -> bytes:
    """What the linker of an ELF noted to tell this build from others; empty when it noted nothing, or it is no ELF."""
    try:
        with path.open("rb") as stream:
            notes = (note for part in ELFFile(stream).iter_segments("PT_NOTE") for note in part.iter_notes())
            found = next((note["n_desc"] for note in notes if note["n_type"] == "NT_GNU_BUILD_ID"), "")
            return bytes.fromhex(found)
    except (ELFError, OSError):
        return b""


@dataclass(frozen=True)
class Image:
    """An ELF's code symbols, and how far its image was moved when it was loaded."""

    functions: _Functions
    displacement: int

    @classmethod
    def of(cls, elf: Path, symbol: str, address: int) -> "Image":
        """The image as it runs, known by the address of one symbol. TraceError when the ELF does not have it."""
        found = _functions(elf)
        if symbol not in found.names:
            raise TraceError(f"{elf.name} has no symbol {symbol!r}: the profile of EL2 cannot be named")
        return cls(found, address - found.offsets[found.names.index(symbol)])

    def function(self, pc: int) -> str:
        """The symbol at or before a PC; empty outside of the image."""
        return self.functions.at(pc - self.displacement)[0]


def symbolize(pc: int, elf: Path | None) -> str:
    """`name+0x10` of a PC in the image of this ELF, which runs where it is linked to or, if it is one of ours,
    anywhere; empty when there is no ELF or the PC is not in it."""
    if elf is None:
        return ""
    found = _functions(elf)
    linked = found.base <= pc < found.base + found.end
    if not linked and found.end > LOAD_ALIGNMENT:
        return ""
    name, distance = found.at(pc - found.base if linked else pc % LOAD_ALIGNMENT)
    return f"{name}+{distance:#x}" if distance else name
