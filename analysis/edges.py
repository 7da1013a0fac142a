# SPDX-License-Identifier: Apache-2.0
"""
The account of the edges that the stimulus raises, as the trace shows it: each one makes an SPI pending that EL2 takes,
or finds it pending and coalesces with the edge before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

import numpy as np
import numpy.typing as npt

from analysis import gicregs, trace
from analysis.gicregs import Frames
from analysis.trace import Records

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Account:
    """Of one SPI: raised = taken - unraised + coalesced + outstanding.

    coalesced: edges that came while the one before was pending; outstanding: 1 when the last one is so at the end;
    unraised: taken without an edge since it was taken before.
    """

    raised: int
    taken: int
    coalesced: int
    outstanding: int
    unraised: int


def accounts(records: Records, frames: Frames, intids: Iterable[int]) -> dict[int, Account]:
    """Of each of these SPIs, which are edge-triggered and go to the core of these records."""
    stores = np.flatnonzero(trace.select(records, trace.STIMULUS))
    offsets = records["a"][stores].astype(np.int64) - frames["gicd"][0] - gicregs.GICD_ISPENDR
    reads = np.flatnonzero(gicregs.acknowledges(records, frames) & ~trace.is_guest(records))
    by_intid = gicregs.intids(records[reads])
    found = {}
    for intid in intids:
        raises = (offsets == intid // 32 * 4) & (records["c"][stores] >> np.uint32(intid % 32) & 1 == 1)
        found[intid] = _account(records, stores[raises], reads[by_intid == intid])
    return found


def _account(records: Records, raised: Places, taken: Places) -> Account:
    places = np.concatenate([raised, taken])
    is_edge = np.arange(places.size) < raised.size
    edge = is_edge[np.lexsort((places, _moments(records[places])))]
    pending = np.concatenate([[False], edge[:-1]])
    return Account(
        raised.size,
        taken.size,
        int(np.count_nonzero(edge & pending)),
        int(edge.size > 0 and edge[-1]),
        int(np.count_nonzero(~edge & ~pending)),
    )


def _moments(records: Records) -> Places:
    """In half instructions: a store of the stimulus is made before the instruction that its record names; a register is
    read before that, too, and recorded there; a load from a frame is made by it."""
    shift = np.select([records["kind"] == trace.SYSREG_DONE, records["kind"] == trace.MMIO], [-1, 1], 0)
    return 2 * records["insn"].astype(np.int64) + shift
