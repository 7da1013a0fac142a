# SPDX-License-Identifier: Apache-2.0
"""
An interrupt that one vCPU sends to another one: its chain lies on both.

Cores run at once, the simulator runs them one after the other. So the time from a moment of the sender to one of the
target is the critical path, from the counts of each vCPU: what the sender executes up to its kick, and from there on
what the target executes. What else either executes meanwhile (the sender going on, a loop that waits) costs no time.

The kick is what makes the target look: where the guest's SGI does not trap the SGI itself; else the first SGI that the
hypervisor writes after it for the target's core; where it writes none, the entry that ends the trapped SGI. A target
that is in an exit of its own may look before that, and acknowledge: then nothing kicked it, its way begins at the SGI.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis import chains, gicregs, marks, trace
from analysis.chains import ABSENT, Chains, Region
from analysis.errors import TraceError
from analysis.trace import Insns, Mask
from analysis.views import View, Views


@dataclass(frozen=True)
class Ipis:
    """One row for each SGI of the measured vCPU.

    chains: T0 to T4 in the instructions of `target`. T0 there is where the target stood at the kick, less what the
    sender executed from its SGI to the kick: later - T0 is the critical path. raised, kicked: of the sender, the SGI,
    and the first instruction after the kick; returned: the sender's first guest instruction after its SGI.
    """

    chains: Chains
    target: int
    raised: Insns
    kicked: Insns
    returned: Insns


def find_ipis(views: Views, intid: int) -> Ipis:
    """TraceError when more than one vCPU acknowledges the INTID, or the account of it is open."""
    sender = views.each[views.measured]
    raised = chains.sgi_raises(sender.region, intid)
    takers = [n for n, view in enumerate(views.each) if chains.acknowledges(view.region, intid).size]
    if len(takers) > 1:
        raise TraceError(f"INTID {intid} is acknowledged by vCPUs {' and '.join(map(str, takers))}: no single target")
    target = takers[0] if takers else views.measured
    returned = _returned(sender, raised)
    at, kicked = _kicks(sender.region, raised, returned, (views.measured, target))
    if target == views.measured:
        return Ipis(chains.find_chains(sender.region, raised, intid), target, raised, kicked, returned)
    sent, arrived = (
        views.trace.position(target, views.measured, record + sender.region.first)
        for record in (np.searchsorted(trace.insns(sender.region.records), raised), at)
    )
    early = _looked_before(views.each[target].region, intid, sent, arrived)
    arrived, kicked = np.where(early, sent, arrived), np.where(early, raised + 1, kicked)
    found = chains.find_chains(views.each[target].region, arrived, intid)
    return Ipis(replace(found, t0=arrived - (kicked - raised), arrived=arrived), target, raised, kicked, returned)


def _looked_before(region: Region, intid: int, sent: Insns, arrived: Insns) -> Mask:
    """Of each SGI whether the target acknowledged it between where it stood at the SGI and where at the kick."""
    acks = chains.moments(region)[chains.acknowledges(region, intid)]
    first = np.append(acks, np.iinfo(np.int64).max)[np.searchsorted(acks, sent, side="right")]
    return first < arrived


@dataclass(frozen=True)
class Ways:
    """Of each round trip what its critical path is made of.

    own: whether the sender's way to its first guest instruction after the SGI is the longer one; replied: of the
    target, the reply; seen: of the sender, where it goes on from both.
    """

    own: Mask
    replied: Insns
    seen: Insns


def ways(views: Views, ipis: Ipis, begin: Insns, end: Insns) -> Ways:
    """
    The critical paths from the sender's MARK_BEGIN to its MARK_END, where the target replies by a store that MARK_REPLY
    follows: the longer one of the sender's way to its first guest instruction after the SGI and of the way through the
    target to the reply, and what the sender then executes. One for each SGI; TraceError when they are no pairs.
    """
    replies = views.each[ipis.target].region
    at = replies.own(trace.select(replies.records, trace.MARK, c=marks.MARK_REPLY))
    if not begin.size == ipis.raised.size == at.size:
        raise TraceError(f"{begin.size} round trips, {ipis.raised.size} SGIs and {at.size} replies: no pairs")
    replied = trace.insns(replies.records)[at]
    seen = views.trace.position(views.measured, ipis.target, at + replies.first)
    if np.any((ipis.raised <= begin) | (end < seen) | (end < ipis.returned) | (replied < ipis.chains.reached)):
        raise TraceError("the account of round trips is open: SGI, reply and marks are out of order")
    own = ipis.returned - ipis.kicked >= replied - ipis.chains.reached
    return Ways(own, replied, np.maximum(seen, ipis.returned))


def roundtrips(views: Views, ipis: Ipis, begin: Insns, end: Insns) -> Insns:
    """Instructions of the critical path of each round trip, marks excluded."""
    way = ways(views, ipis, begin, end)
    through = ipis.kicked + way.replied - ipis.chains.reached
    return np.where(way.own, ipis.returned, through) - begin + end - way.seen - 1


def _returned(sender: View, raised: Insns) -> Insns:
    """The first guest instruction after each SGI: behind its trap, if it traps."""
    found = sender.exits
    after = np.searchsorted(found.begin, raised, side="right")
    begin = np.append(found.begin, ABSENT)[after]
    return np.where(begin == raised + 1, np.append(found.end, ABSENT)[after], raised + 1)


def _kicks(
    region: Region, raised: Insns, returned: Insns, cores: tuple[int, int]
) -> tuple[npt.NDArray[np.intp], Insns]:
    """Of each SGI the position of the record of its kick, and the sender's next instruction; cores: sender, target."""
    records, insn = region.records, trace.insns(region.records)
    sgi = gicregs.sgis(records, region.frames)
    by_host = np.flatnonzero(sgi & ~_own(region) & gicregs.sgi_names(records, *cores))
    first = np.searchsorted(insn[by_host], raised)
    host = np.append(by_host, records.size - 1)[first]
    at = np.searchsorted(insn, raised)
    trapped = returned > raised + 1
    # The record at `returned` or behind it tells where the target stood no later than the one at the entry.
    entry = np.minimum(np.searchsorted(insn, returned - 1), records.size - 1)
    kicked = trapped & (first < by_host.size) & (insn[host] < returned)
    position = np.where(kicked, host, np.where(trapped, entry, at))
    return position, np.where(kicked, insn[host] + 1, returned)


def _own(region: Region) -> Mask:
    return trace.is_guest(region.records) == region.guest
