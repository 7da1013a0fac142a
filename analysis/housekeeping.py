# SPDX-License-Identifier: Apache-2.0
"""What a host does for itself while a guest is measured: it serves a timer of its own, and what that entails.

A window (of an interrupt, an operation, a burst) is *disturbed* when an exit reaches into it in which the hypervisor
or its host acknowledges such an interrupt. Its sample stays; a rate, which is a mean, leaves it out. While a guest
waits in a WFI that trapped, the host's timer may be what it waits for, and disturbs nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis import chains, exits, gicregs, stats, trace
from analysis.trace import Insns, Mask
from analysis.views import View, Views

# DDI 0487 / BSA, the PPIs of CNTHP, CNTHV and CNTP: the measured guests have the virtual timer alone.
OWN_TIMERS: Final = (26, 28, 30)
WFX: Final = exits.class_key(chains.EC_WFX)


def disturbed(views: Views, edges: list[Insns]) -> Mask:
    """For each window [edges[i], edges[i+1]), of each vCPU in its own instructions, whether a host kept house in it."""
    found: Mask = np.zeros(max(edges[0].size - 1, 0), np.bool_)
    for view, at in zip(views.each, edges):
        if view.region.guest:
            first, stop = np.searchsorted(at, _spans(view)[0], side="right") - 1, np.searchsorted(at, _spans(view)[1])
            for low, high in zip(first.tolist(), stop.tolist()):
                found[max(low, 0) : high] = True
    return found


def rate(samples: Insns, per_window: Insns, left_out: Mask) -> int | float:
    """The samples over what they are counted per, of windows that are not left out; of all when no other has any."""
    kept = ~left_out if np.any(per_window[~left_out]) else np.ones_like(left_out)
    return stats.ratio(int(samples[kept].sum()), int(per_window[kept].sum()))


def _spans(view: View) -> tuple[Insns, Insns]:
    """Begin and end of the exits in which the host acknowledged an interrupt of its own."""
    records, found = view.records, view.exits
    own = gicregs.acknowledges(records, {}) & ~trace.is_guest(records) & np.isin(gicregs.intids(records), OWN_TIMERS)
    last = np.unique(np.searchsorted(found.begin, trace.insns(records)[own], side="right")) - 1
    last = last[last >= 0]
    last = last[found.keys[last] != WFX]
    return found.begin[last], found.end[last]
