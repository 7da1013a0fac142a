# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of one operation or interrupt each: as many exits as the architecture asks for, or the reason for more."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from analysis import record
from bench.suite import ROOT

HEAD = """
[[scenario]]
version = 1
machines = ["virt-v3", "virt-v2"]
strategies = ["bare", "te", "lr", "gicv2"]
"""
OPERATION = 'metrics = ["exits_per_op"]\n'
IRQ = 'metrics = ["exits_per_irq"]\n'
N = 20
DEPTHS = [1, 4, 5]
VCPUS = [2, 5, 8]

SUITE = "".join(
    HEAD + row
    for row in (
        f'bench = "sysreg_trap"\nparams = {{ iterations = {N} }}\n{OPERATION}',
        f'bench = "enable_toggle"\nparams = {{ iterations = {N} }}\n{OPERATION}',
        f'bench = "spi_emulated"\nparams = {{ iterations = {N}, eoimode = [0, 1] }}\n{IRQ}'
        'source = { kind = "spi", intid = 45 }\n',
        f'bench = "ipi_all"\nparams = {{ iterations = {N} }}\nvcpus = {VCPUS}\n{OPERATION}',
        f'bench = "masked"\nparams = {{ iterations = {N} }}\n{IRQ}source = {{ kind = "timer", intid = 27 }}\n',
        f'bench = "preempt"\nparams = {{ iterations = {N}, depth = {DEPTHS} }}\n{IRQ}source = {{ kind = "burst" }}\n',
        f'bench = "wfi_wake"\nparams = {{ iterations = {N} }}\nhyp = {{ "vm0.spis" = 42 }}\n{IRQ}'
        f"stimulus = {{ start_ns = 20_000_000, period_ns = 20_000, count = {N}, intid = 42 }}\n"
        'source = { kind = "spi", intid = 42 }\n',
    )
)
SUITE += f"""
[[scenario]]
bench = "level_resample"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
params = {{ iterations = {N} }}
{IRQ}source = {{ kind = "burst" }}

[[scenario]]
bench = "mmio_device"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
params = {{ iterations = {N} }}
hyp = {{ "vm0.its" = 1, "vm0.pci" = "00:03.0" }}
devices = ["edu,addr=3"]
{OPERATION}"""

LISTS = ("lr", "gicv2")
# By bench: what te takes, what list registers take. A masked guest's accesses to its timer trap, for its line may drop:
# so does the one in the handler of `masked`, and that behind the second arrival of `level_resample`.
EXITS = {
    "sysreg_trap": (1, 1),
    "mmio_device": (1, 1),
    "enable_toggle": (2, 2),
    "spi_emulated": (3, 1),
    "masked": (3, 2),
    "wfi_wake": (3, 1),
    "level_resample": (3, 1.5),
}


def expected(strategy: str, bench: str, params: dict[str, object]) -> float:
    """Exits an operation or an interrupt."""
    if strategy == "bare":
        return 0
    if bench == "ipi_all":  # the SGI traps; each target is kicked
        return 1 + (int(str(params["vcpus"])) - 1) * (1 if strategy in LISTS else 3)
    if bench == "preempt":
        return preempted(strategy, int(str(params["depth"])))
    te, lists = EXITS[bench]
    dir_traps = strategy != "lr" and params.get("eoimode") == 1  # of a GICv2 guest always: GICV's second page
    return (lists if strategy in LISTS else te) + dir_traps


def preempted(strategy: str, depth: int) -> float:
    """From the unmask on: each but the first is sent by a trap. The fifth has no list register left: an active one
    makes room for it and is completed by an exit."""
    if strategy in LISTS:
        return (depth - 1 + (depth > 4)) / depth
    return (3 * depth - 1) / depth


@pytest.fixture(name="points", scope="module")
def fixture_points(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Both machines, all strategies that they have."""
    directory = tmp_path_factory.mktemp("minimum")
    path = directory / "suite.toml"
    path.write_text(SUITE, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(path), "--out", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, Any]] = record.load(directory)["points"]
    return found


def test_all_ran(points: list[dict[str, Any]]) -> None:
    """Bare, te and what the machine has list registers for."""
    assert len(points) == 2 * 3 * (5 + 1 + len(DEPTHS) + len(VCPUS)) + 2 * 3


def test_exits(points: list[dict[str, Any]]) -> None:
    for point in points:
        (found,) = point["metrics"].values()
        wanted = expected(point["strategy"], point["bench"], point["params"])
        assert found["value"] == pytest.approx(wanted, abs=1e-3), point["id"]


def test_account_is_closed(points: list[dict[str, Any]]) -> None:
    """What was raised was acknowledged; each benchmark of interrupts says how many."""
    each = {"level_resample": 2}
    for point in points:
        if "irqs" in point and point["irqs"] is not None:
            count = N * int(str(point["params"].get("depth", each.get(point["bench"], 1))))
            assert point["irqs"] == {"raised": count, "acknowledged": count, "coalesced": 0, "outstanding": 0}, point[
                "id"
            ]
