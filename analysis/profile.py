# SPDX-License-Identifier: Apache-2.0
"""The profile of EL2 (docs/trace-format.md): how often each instruction ran in the measured region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis import symbols
from analysis.errors import TraceError

MAGIC = int.from_bytes(b"VRQPROF1", "little")
UNKNOWN = "?"


@dataclass(frozen=True)
class Profile:
    """vbar: VBAR_EL2 when the region ended; pc, count: of each instruction that ran, by rising PC."""

    vbar: int
    pc: npt.NDArray[np.uint64]
    count: npt.NDArray[np.uint64]

    @property
    def total(self) -> int:
        """Instructions executed at EL2."""
        return int(self.count.sum())

    def functions(self, elf: Path, vectors: str) -> dict[str, int]:
        """Instructions by function, most first; the image lies where its vector table is VBAR_EL2."""
        names = symbols.Image.of(elf, vectors, self.vbar)
        found: dict[str, int] = {}
        for pc, count in zip(self.pc.tolist(), self.count.tolist()):
            name = names.function(pc) or UNKNOWN
            found[name] = found.get(name, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def load(path: Path) -> Profile | None:
    """Read a profile; None when there is none. TraceError when it breaks the format."""
    if not path.exists():
        return None
    entries = np.fromfile(path, "<u8")
    if entries.size < 2 or entries.size % 2 or entries[0] != MAGIC:
        raise TraceError(f"{path.name} is no profile of EL2")
    pc, count = entries[2::2], entries[3::2]
    if np.any(pc[1:] <= pc[:-1]) or np.any(count == 0):
        raise TraceError(f"{path.name} is not sorted by PC")
    return Profile(int(entries[1]), pc, count)
