# SPDX-License-Identifier: Apache-2.0
"""The record: schema, atomic writing, selection of a number, the table."""

import io
import gc
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from analysis import record, select, stats, table
from analysis.errors import LabError


def metric(unit: str, samples: list[int], value: float | None = None) -> dict[str, Any]:
    """A metric of a record."""
    return stats.summary(unit, np.array(samples, np.int64), value)


def point(strategy: str, bench: str = "timer", **fields: Any) -> dict[str, Any]:
    """A passed point; `fields` replace."""
    return {
        "id": f"virt-v3/{strategy}/{bench}",
        "machine": "virt-v3",
        "strategy": strategy,
        "bench": bench,
        "bench_version": 1,
        "params": {"iterations": 1000},
        "population": "constant phase",
        "status": "pass",
        "reason": "",
        "guest": {"cntfrq": "1000000000"},
        "insns": 12345,
        "irqs": {"raised": 3, "acknowledged": 3, "coalesced": 0, "outstanding": 0},
        "exits": {"total": 9, "classes": {"irq": 3, "sysreg:ICC_EOIR1_EL1": 3, "sysreg:ICC_IAR1_EL1": 3}},
        "metrics": {
            "latency_insns": metric("insn", [100, 100, 130]),
            "exits_per_irq": metric("exit", [3, 3, 3], 3),
        },
        "masked_max": None,
        "functions": None,
        "diagnosis": None,
        **fields,
    }


def run_record(*points: dict[str, Any]) -> dict[str, Any]:
    """A run record with these points."""
    host = {
        "started": "2026-01-01T00:00:00+00:00",
        "wall_s": 1.5,
        "jobs": 2,
        "commit": "unknown",
        "dirty": None,
        "compiler": "GNU C11 12.2.0",
        "qemu": {"path": "qemu", "version": "10.0.2", "sha256": "00"},
        "images": {"guest": {"path": "build/guests/bench.img", "sha256": "00"}},
        "machine": {"cpus": 2},
        "points": {},
    }
    run = {"suite": "default", "count": "fast", "host": host}
    return {"schema": record.NAME, "version": record.VERSION, "run": run, "points": list(points)}


@pytest.fixture(name="lab")
def fixture_lab() -> dict[str, Any]:
    """te and lr side by side, and a failed point."""
    lr = point(
        "lr",
        metrics={"latency_insns": metric("insn", [80]), "exits_per_irq": metric("exit", [1, 2], 1.5)},
        exits={"total": 3, "classes": {"irq": 3}},
    )
    failed = point("te", "hvc", status="fail", reason="it hangs", metrics={}, exits=None, irqs=None, insns=None)
    return run_record(point("te"), lr, failed)


def test_schema_accepts_and_names_what_is_wrong(lab: dict[str, Any]) -> None:
    """The first broken field is named."""
    record.check(lab, "x")
    lab["points"][1]["metrics"]["latency_insns"]["unit"] = "parsec"
    with pytest.raises(LabError, match="points/1/metrics/latency_insns/unit"):
        record.check(lab, "x")


def test_write_and_load(lab: dict[str, Any], tmp_path: Path) -> None:
    """What is written is read back, from the file or its directory; the same value gives the same bytes."""
    path = tmp_path / "run.json"
    record.write_json(path, lab)
    assert record.load(path) == record.load(tmp_path) == lab
    assert json.loads(record.dumps(lab)) == lab
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize(
    "content, message",
    [("{", "not JSON"), ("[]", "no run record"), ('{"schema": "virqlab-run", "version": 99}', "version 99")],
)
def test_foreign_files_are_refused(content: str, message: str, tmp_path: Path) -> None:
    """Not JSON, not ours, another version, not there."""
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabError, match=message):
        record.load(path)
    with pytest.raises(LabError, match="virqlab run"):
        record.load(tmp_path / "none.json")


def test_the_collector_is_as_it_was(lab: dict[str, Any], tmp_path: Path) -> None:
    """Loading switches it off and on again, also when the file is no JSON."""
    record.write_json(tmp_path / "run.json", lab)
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    record.load(tmp_path)
    with pytest.raises(LabError, match="is not JSON"):
        record.load(tmp_path / "bad.json")
    assert gc.isenabled()


def test_get_prints_bare_numbers(lab: dict[str, Any]) -> None:
    """Ints without .0, rates as they are, any stat."""

    def get(text: str) -> str:
        return select.get(lab, select.parse_query(text.split()))

    assert get("strategy=te bench=timer metric=exits_per_irq") == "3"
    assert get("strategy=lr bench=timer metric=exits_per_irq") == "1.5"
    assert get("strategy=te bench=timer metric=latency_insns") == "100"
    assert get("strategy=te bench=timer metric=latency_insns stat=max iterations=1000") == "130"


@pytest.mark.parametrize(
    "query, message",
    [
        ("strategy=lr", "no metric named"),
        ("metric=latency_insns bench=timer", "2 points"),
        ("metric=latency_insns strategy=lr bench=nope", "no point with"),
        ("metric=nope strategy=lr bench=timer", "no metric 'nope': it has latency_insns, exits_per_irq"),
        ("metric=latency_insns strategy=te bench=hvc", "status is fail: it hangs"),
        ("metric=latency_insns stat=p51", "unknown stat"),
        ("metric=latency_insns strategy", "cannot understand 'strategy'"),
        ("metric=latency_insns strategy=lr iterations=5", "no point"),
    ],
)
def test_get_refuses(lab: dict[str, Any], query: str, message: str) -> None:
    """No such point, more than one, no such metric, nonsense."""
    with pytest.raises(LabError, match=message):
        select.get(lab, select.parse_query(query.split()))


def test_table_fits_80_columns(lab: dict[str, Any]) -> None:
    """Strategies side by side, ranges, failures with their reason, exits by class."""
    stream = io.StringIO()
    table.show(lab, Console(file=stream, width=80))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "100 (100-130)" in text and "1.5 (1-2)" in text
    assert "FAIL virt-v3/te/hvc: it hangs" in text
    assert "sysreg:ICC_IAR1_EL1" in text


def test_many_strategies_keep_their_digits() -> None:
    """Six of them in 80 columns: no units, no ranges, and no number is cut; the seventh in another table."""
    names = ("bare", "te", "lr", "xen", "kvm", "kvm-nvhe", "kvm-6.1-nvhe")
    points = []
    costs = (5, 100, 101, 1002, 1003, 1004, 1005)
    for name, cost in zip(names, costs):
        metrics = {
            "roundtrip_ticks": metric("tick", [cost, 20000]),
            "host_insns_per_irq": metric("insn", [4321], 432.125 if name == "lr" else cost),
        }
        points.append(point(name, "mmio_vgic_isenabler", metrics=metrics, exits=None))
    stream = io.StringIO()
    table.show(run_record(*points), Console(file=stream, width=80))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80 and "…" not in text
    assert all(f" {cost}" in text for cost in costs) and text.count("20000") == 1 and " 432.1 " in text
    assert "roundtrip_ticks*" in text and "'*', 'sim': simulator-only" in " ".join(text.split())
    assert text.count("continued") == 1 and text.index("continued") < text.index("1005 (1005-20000)")


@pytest.mark.parametrize("strategies", [2, 3, 4])
def test_a_long_name_leaves_room_for_numbers(strategies: int) -> None:
    """It goes on in the rows below, whole, and no digit is cut; where there is one row, in more lines of that."""
    bench, swept = "neighbour", ("load=compute", "sched=boost", "sched.slice=1000000")
    points = []
    for name in ("te", "lr", "bare", "pass")[:strategies]:
        metrics = {"handler_ticks": metric("tick", [40001, 123456])}
        one = point(name, bench, metrics=metrics | ({"latency_insns": metric("insn", [77])} if name == "te" else {}))
        points.append(one | {"id": f"virt-v3/{name}/{','.join((bench, *swept))}"})
    stream = io.StringIO()
    table.show(run_record(*points), Console(file=stream, width=80))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80 and "…" not in text
    assert all(word in text for word in (bench, *swept)) and text.count("40001") >= strategies
    assert table.folded("a,b=1,c=2", 2) == ["a,b=1,c=2", ""]
    assert table.folded(",".join((bench, *swept)), 1) == ["neighbour,load=compute\n,sched=boost\n,sched.slice=1000000"]
    assert table.folded(",".join((bench, *swept)), 2) == [
        "neighbour,load=compute",
        ",sched=boost\n,sched.slice=1000000",
    ]
