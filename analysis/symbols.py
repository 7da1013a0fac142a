# SPDX-License-Identifier: Apache-2.0
"""From a program counter to function+offset, with an ELF's symbol table or the text of Linux's /proc/kallsyms."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]

from analysis.errors import TraceError

# An arm64 Image with text_offset 0 is loaded at a multiple of 2 MiB (Linux, Documentation/arch/arm64/booting.rst), and
# ours are smaller than that: the low bits of a PC give its place in the image wherever it was loaded.
LOAD_ALIGNMENT = 2 << 20
CODE_LINE = re.compile(r"^([0-9a-f]{16}) [tTwW] ([^$\s]\S*)$", re.MULTILINE)


@lru_cache(maxsize=16)
def _functions(path: Path) -> tuple[list[int], list[str], int]:
    """Offsets and names of all code symbols in address order, and the end of the image; empty when it is neither."""
    found: dict[int, str] = {}
    end = 0
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            base = min((s["p_vaddr"] for s in elf.iter_segments("PT_LOAD")), default=0)
            base -= base % LOAD_ALIGNMENT
            end = max((s["p_vaddr"] + s["p_memsz"] - base for s in elf.iter_segments("PT_LOAD")), default=0)
            for symbol in table.iter_symbols() if table else ():
                kind, section = symbol["st_info"]["type"], symbol["st_shndx"]
                if kind in ("STT_FUNC", "STT_NOTYPE") and section not in ("SHN_UNDEF", "SHN_ABS"):
                    if symbol.name and not symbol.name.startswith("$"):
                        found[symbol["st_value"] - base] = symbol.name
    except ELFError:
        found, end = _of_text(path)
    except OSError:
        return [], [], 0
    offsets = sorted(found)
    return offsets, [found[offset] for offset in offsets], end


def _of_text(path: Path) -> tuple[dict[int, str], int]:
    """Lines `address type name`, of code: the last symbol ends the image. Of several at one place the first counts."""
    found: dict[int, str] = {}
    for address, name in CODE_LINE.findall(path.read_text(encoding="utf-8", errors="replace")):
        found.setdefault(int(address, 16), name)
    base = min(found, default=0)
    return {address - base: name for address, name in found.items()}, max(found, default=0) - base


@dataclass(frozen=True)
class Image:
    """An ELF's code symbols, and how far its image was moved when it was loaded."""

    offsets: list[int]
    names: list[str]
    end: int
    displacement: int

    @classmethod
    def of(cls, elf: Path, symbol: str, address: int) -> "Image":
        """The image as it runs, known by the address of one symbol. TraceError when the ELF does not have it."""
        offsets, names, end = _functions(elf)
        if symbol not in names:
            raise TraceError(f"{elf.name} has no symbol {symbol!r}: the profile of EL2 cannot be named")
        return cls(offsets, names, end, address - offsets[names.index(symbol)])

    def function(self, pc: int) -> str:
        """The symbol at or before a PC; empty outside of the image."""
        offset = pc - self.displacement
        at = bisect.bisect_right(self.offsets, offset) - 1
        return self.names[at] if at >= 0 and offset < self.end else ""


def symbolize(pc: int, elf: Path | None) -> str:
    """`name+0x10` of a PC in the image of this ELF; empty when there is no ELF or the PC is not in it."""
    if elf is None:
        return ""
    offsets, names, end = _functions(elf)
    offset = pc % LOAD_ALIGNMENT
    at = bisect.bisect_right(offsets, offset) - 1
    if at < 0 or offset >= end:
        return ""
    distance = offset - offsets[at]
    return f"{names[at]}+{distance:#x}" if distance else names[at]
