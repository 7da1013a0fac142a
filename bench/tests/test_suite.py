# SPDX-License-Identifier: Apache-2.0
"""Rows and points."""

from pathlib import Path

import pytest

from analysis.errors import LabError
from bench import suite

ROW = """
[[scenario]]
bench = "timer"
version = 1
machines = ["virt-v3"]
strategies = ["te", "lr"]
metrics = ["latency_insns"]
"""


def planned(tmp_path: Path, text: str) -> list[str]:
    """The ids of the points of a suite file."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return [point.id for point in suite.plan(suite.load(str(path)))]


def test_default_suite_is_whole() -> None:
    """Every strategy and benchmark of the first table, each point once."""
    ids = [point.id for point in suite.plan(suite.load())]
    benches = ["empty", "hvc", "mmio_vgic", "mmio_vgic_isenabler", "mmio_vgic_write", "eoi", "sgi_self", "timer_wfi"]
    benches += ["timer", "timer,load=hvc"]
    expected = {f"virt-v3/{s}/{b}" for s in ("bare", "te", "lr") for b in benches}
    assert expected <= set(ids) and len(ids) == len(set(ids))


def test_selection_narrows() -> None:
    """--strategy and --bench."""
    points = suite.plan(suite.load("full"), strategies=["lr"], benches=["timer", "hvc"])
    assert {point.strategy.name for point in points} == {"lr"}
    assert {point.scenario.bench for point in points} == {"timer", "hvc"}
    assert points[0].bootargs == "bench=hvc iterations=1000"


def test_lists_are_swept(tmp_path: Path) -> None:
    """A swept parameter is in the name, a fixed one is not."""
    ids = planned(tmp_path, ROW + "params = { phase = [0, 7], iterations = 10 }\n")
    assert ids == [f"virt-v3/{s}/timer,phase={p}" for p in (0, 7) for s in ("te", "lr")]


@pytest.mark.parametrize(
    "text, message",
    [
        (ROW + ROW, "same points"),
        (ROW.replace("virt-v3", "virt-v9"), "unknown machine 'virt-v9': one of virt-v3"),
        (ROW.replace("latency", "lateness"), "unknown metric 'lateness_insns': one of"),
        (ROW + "colour = 1\n", "mine.toml, scenario 1: unknown key 'colour'"),
        (ROW.replace("version = 1", ""), "missing 1 required positional argument: 'version'"),
        (ROW + 'source = { kind = "psychic", intid = 1 }\n', "unknown source 'psychic'"),
        ("[[scenario", "not TOML"),
        ("", "no point is left"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, text: str, message: str) -> None:
    """Each mistake in a suite file is one clear line."""
    with pytest.raises(LabError, match=message):
        planned(tmp_path, text)
