# SPDX-License-Identifier: Apache-2.0
"""Run records of any size with the whole account (phases, events, functions), for tests of what reads records."""

from __future__ import annotations

from typing import Any

from analysis.tests.test_record import metric, point, run_record

STRATEGIES = ("bare", "te", "lr")
BENCHES = ("hvc", "mmio_vgic", "sgi_self", "timer")
EVENTS = ("exc_entry", "exc_return", "ich", "icc", "sysreg", "mmio_gicd", "isb", "dsb", "tlbi", "loads", "stores")
PHASES = ("exit", "trap", "model", "flush", "entry", "guest")
COST = {"bare": 0, "te": 3, "lr": 1}


def full_point(strategy: str, bench: str, sweep: int | None = None, iterations: int = 40) -> dict[str, Any]:
    """A passed point: latencies of a sweep spread, others are constant."""
    cost = COST[strategy]
    name = bench if sweep is None else f"{bench},phase={sweep}"
    latency = [100 * cost + (number % 37 if sweep is not None and cost else 0) for number in range(iterations)]
    same = [1] * iterations
    metrics = {
        "handler_ticks": metric("tick", [value + 2 for value in latency]),
        "latency_insns": metric("insn", latency),
        "completion_insns": metric("insn", [value + 38 for value in latency]),
        "exits_per_irq": metric("exit", [cost * one for one in same], cost),
        "masked_max_insns": metric("insn", [180 * cost]),
    }
    for place, phase in enumerate(PHASES):
        metrics[f"phase_{phase}_insns"] = metric("insn", [(10 + 5 * place) * cost * one for one in same])
    for place, event in enumerate(EVENTS):
        metrics[f"events_{event}"] = metric("exit", [(place + 1) * cost * one for one in same])
    return point(
        strategy,
        bench,
        id=f"virt-v3/{strategy}/{name}",
        population="swept phase: the deadline moves by one tick an iteration"
        if sweep is not None
        else "constant phase",
        params={"iterations": iterations} | ({} if sweep is None else {"phase": sweep}),
        irqs={"raised": iterations, "acknowledged": iterations, "coalesced": 0, "outstanding": 0},
        exits={"total": cost * iterations, "classes": {"irq": cost * iterations} if cost else {}},
        metrics=metrics,
        functions={"trap_irq": 90 * cost, "deliver_lr_flush": 40 * cost} if cost else {},
    )


def lab(points: int = 12) -> dict[str, Any]:
    """A record of about so many points; timer is swept when there are more than one each."""
    sweep = points // (len(STRATEGIES) * len(BENCHES))
    found: list[dict[str, Any]] = []
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for bench in BENCHES:
        for number in range(max(sweep, 1)):
            swept = number if bench == "timer" or sweep > 1 else None
            for strategy in STRATEGIES:
                if number == 0:
                    made[strategy, bench] = full_point(strategy, bench, swept)
                first = made[strategy, bench]
                renamed = first["id"].replace("phase=0", f"phase={number}")
                params = first["params"] if swept is None else {**first["params"], "phase": number}
                found.append({**first, "id": renamed, "params": params})
    record = run_record(*found)
    record["run"]["host"].update(dirty=False, commit="0" * 40)
    return record
