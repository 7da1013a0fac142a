# SPDX-License-Identifier: Apache-2.0
"""
An SPI made pending at moments of virtual time without an instruction of what is measured: by a timer of the tracer
(plugins/tcg/stimulus.c), which costs nothing, or, to check that one by means of the architecture alone, by a program at
EL3 (guests/el3), which costs virtual time: an interrupt comes later by so many instructions.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from analysis.gicregs import GICD_ISPENDR

TRACER, EL3 = "tracer", "el3"
EL3_IMAGE = "build/guests/el3.img"
# Where guests/el3/stimulus.S starts and has its table: in the second flash device of QEMU's virt.
EL3_START, EL3_TABLE = 0x04000000, 0x04010000
NEVER = (1 << 63) - 1


@dataclass(frozen=True)
class Stimulus:
    """Stores to GICD_ISPENDR<n>, the first at start_ns of virtual time: `count` of them, or all before end_ns; by:
    TRACER or EL3."""

    start_ns: int
    period_ns: int
    intid: int
    count: int = 0
    end_ns: int = 0
    by: str = TRACER

    @property
    def times(self) -> range:
        """When they are made, ns."""
        end_ns = self.end_ns or self.start_ns + self.count * self.period_ns
        return range(self.start_ns, end_ns, self.period_ns)

    def table(self, gicd: int) -> bytes:
        """The file of the stores; gicd: the distributor's address. EL3's is for a counter of 1 GHz, as cpu max has."""
        word, bit = divmod(self.intid, 32)
        address = gicd + GICD_ISPENDR + 4 * word
        if self.by == EL3:
            return b"".join(struct.pack("<3Q", time, address, 1 << bit) for time in self.times) + struct.pack(
                "<Q", NEVER
            )
        return "".join(f"{time} {address:#x} {1 << bit:#x}\n" for time in self.times).encode()


def el3_options(image: str, table: str) -> list[str]:
    """For a machine with secure=on: CPU 0 starts in the program, which starts what else was asked for."""
    return [
        *("-device", f"loader,file={image},addr={EL3_START:#x},cpu-num=0,force-raw=on"),
        *("-device", f"loader,file={table},addr={EL3_TABLE:#x},force-raw=on"),
    ]
