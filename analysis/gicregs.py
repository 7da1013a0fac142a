# SPDX-License-Identifier: Apache-2.0
"""
What software does with an interrupt controller: acknowledges, EOIs, deactivations and SGIs, by system registers (GICv3)
or by loads and stores to frames (GICv2).

A frame's name is that of the registers that software expects there. A guest expects GICC; what it reaches is GICC, or
GICV in its place: a direct access is told by the physical address, an emulated one by the guest's.
"""

from __future__ import annotations

from typing import Final, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analysis import sysregs, trace
from analysis.trace import Mask, Records

Frames = Mapping[str, Sequence[int]]  # name -> [base, size]

IAR: Final = tuple(sysregs.ENCODINGS[name] for name in ("ICC_IAR0_EL1", "ICC_IAR1_EL1", "ICC_NMIAR1_EL1"))
EOIR: Final = tuple(sysregs.ENCODINGS[name] for name in ("ICC_EOIR0_EL1", "ICC_EOIR1_EL1"))
DIR: Final = (sysregs.ENCODINGS["ICC_DIR_EL1"],)
SGIR: Final = tuple(sysregs.ENCODINGS[name] for name in ("ICC_SGI0R_EL1", "ICC_SGI1R_EL1", "ICC_ASGI1R_EL1"))
SGIR_INTID_SHIFT: Final = 24  # IHI 0069H 12.2.24, ICC_SGI1R_EL1: INTID, bits 27:24; TargetList from bit 0; Aff1; IRM
AFF1_SHIFT: Final = 16
IRM_SHIFT: Final = 40
CORES_PER_CLUSTER: Final = 16  # QEMU's virt machine with GICv3: the affinity of core n is n / 16, n % 16

# IHI 0048B.b 4.4, GICC_* and 5.5, GICV_*: the same offsets; 4.3.15, GICD_SGIR.
GICC_IAR, GICC_AIAR = 0x0C, 0x20
GICC_EOIR, GICC_AEOIR = 0x10, 0x24
GICC_DIR: Final = 0x1000
GICD_SGIR: Final = 0xF00
GICD_ISPENDR: Final = 0x200  # of GICD_ISPENDR<0> (IHI 0069H 12.9, IHI 0048B.b 4.3.7): a bit for each INTID
INTERRUPT_ID: Final = 0x3FF  # of IAR, EOIR and DIR: bits 9:0; bits 12:10 name the CPU that sent an SGI
SGIR_SGIINTID: Final = 0xF
SGIR_TARGETS_SHIFT: Final = 16  # CPUTargetList, a bit for each CPU interface
SGIR_FILTER_SHIFT: Final = 24  # TargetListFilter
FILTER_LIST, FILTER_OTHERS, FILTER_SELF = range(3)


def acknowledges(records: Records, frames: Frames) -> Mask:
    """The records of reads that acknowledge, of which the INTID is known."""
    return _done(records, IAR) | _cpu_interface(records, frames, (GICC_IAR, GICC_AIAR), write=False)


def eois(records: Records, frames: Frames) -> Mask:
    """Ditto of writes that drop the priority, and deactivate where EOIR does that."""
    return _done(records, EOIR) | _cpu_interface(records, frames, (GICC_EOIR, GICC_AEOIR), write=True)


def deactivations(records: Records, frames: Frames) -> Mask:
    """Ditto of writes that deactivate apart from the priority drop."""
    return _done(records, DIR) | _cpu_interface(records, frames, (GICC_DIR,), write=True)


def intids(records: Records) -> npt.NDArray[np.int64]:
    """The INTID of each record of the three above."""
    by_frame = records["c"].astype(np.int64) & INTERRUPT_ID
    return np.where(records["kind"] == trace.MMIO, by_frame, records["a"].astype(np.int64))


def sgis(records: Records, frames: Frames) -> Mask:
    """The records of writes that send SGIs: of a system register before it executes or traps; of GICD_SGIR once the
    store is done, or emulated."""
    by_register = (records["kind"] == trace.SYSREG) & np.isin(records["c"], SGIR)
    return by_register | _accesses(records, frames, ("gicd",), (GICD_SGIR,), write=True)


def sgi_intids(records: Records) -> npt.NDArray[np.int64]:
    """The INTID that each of them names."""
    by_register = (records["a"] >> np.uint64(SGIR_INTID_SHIFT)).astype(np.int64) & 15
    return np.where(records["kind"] == trace.MMIO, records["c"] & SGIR_SGIINTID, by_register)


def sgi_names(records: Records, sender: int, core: int) -> Mask:
    """Which of them, sent by this core, name that one."""
    value = records["a"]
    cluster, bit = divmod(core, CORES_PER_CLUSTER)
    listed = (value >> np.uint64(bit) & np.uint64(1) == 1) & (
        value >> np.uint64(AFF1_SHIFT) & np.uint64(0xFF) == cluster
    )
    by_register = listed | (value >> np.uint64(IRM_SHIFT) & np.uint64(1) == 1)
    rule = records["c"] >> SGIR_FILTER_SHIFT & 3
    by_frame = np.select(
        [rule == FILTER_LIST, rule == FILTER_OTHERS, rule == FILTER_SELF],
        [records["c"] >> (SGIR_TARGETS_SHIFT + core) & 1 == 1, sender != core, sender == core],
    )
    return np.where(records["kind"] == trace.MMIO, by_frame, by_register).astype(np.bool_)


def is_direct(records: Records) -> Mask:
    """The mmio records of accesses that happened: they name their own instruction, emulated ones the one behind."""
    return (records["kind"] == trace.MMIO) & (records["flags"] & trace.FLAG_EMULATED == 0)


def _done(records: Records, registers: Sequence[int]) -> Mask:
    known = (records["kind"] == trace.SYSREG_DONE) & (records["flags"] & trace.FLAG_VALID != 0)
    return known & np.isin(records["c"], registers)


def _cpu_interface(records: Records, frames: Frames, offsets: Sequence[int], write: bool) -> Mask:
    return _accesses(records, frames, ("gicc", "gicv"), offsets, write)


def _accesses(records: Records, frames: Frames, names: Sequence[str], offsets: Sequence[int], write: bool) -> Mask:
    """Words read or written at these offsets of the frames."""
    addresses = [frames[name][0] + offset for name in names if name in frames for offset in offsets]
    if not addresses:
        return np.zeros(records.shape, np.bool_)
    mmio = (records["kind"] == trace.MMIO) & (records["flags"] & trace.FLAG_VALID != 0)
    mmio &= records["sub"] & trace.MMIO_WRITE == (trace.MMIO_WRITE if write else 0)
    return mmio & np.isin(records["a"], np.array(addresses, np.uint64))
