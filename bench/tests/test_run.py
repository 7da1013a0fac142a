# SPDX-License-Identifier: Apache-2.0
"""End to end: the command line, QEMU, the plugin, the hypervisor and the guest, as `make all` built them."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from analysis import chains, gicregs, marks, record, stats, trace, views
from analysis.trace import Insns
from bench import cli
from bench.checks import directories_differ
from bench.suite import ROOT


SHORT_SUITE = """
[[scenario]]
bench = "hvc"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
metrics = ["roundtrip_insns"]
deadline_ms = 10
"""


def virqlab(*arguments: str | Path, status: int = 0) -> str:
    """Run the launcher; what it printed (stderr when it is expected to refuse)."""
    done = subprocess.run(
        [ROOT / "virqlab", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stderr if status == 2 else done.stdout


def get(run: Path, query: str) -> float:
    """One number of a run."""
    return float(virqlab("get", run, *query.split()))


def get_samples(run: Path, point: str, metric: str = "latency_insns") -> Insns:
    """Every sample of a metric of a point, e.g. te/timer."""
    chosen = next(p for p in record.load(run)["points"] if p["id"] == f"virt-v3/{point}")
    return stats.expand(chosen["metrics"][metric]["samples"])


@pytest.fixture(name="whole", scope="module")
def fixture_whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default suite with the cross-check: shared, never changed."""
    out = tmp_path_factory.mktemp("whole")
    virqlab("run", "--crosscheck", "--out", out)
    return out


def test_exits_of_a_timer_interrupt(whole: Path) -> None:
    """Delivery, IAR and EOIR trap under te; only delivery exits under lr; nothing exits without a hypervisor."""
    for strategy, expected in (("bare", "0"), ("te", "3"), ("lr", "1")):
        query = f"strategy={strategy} bench=timer metric=exits_per_irq".split()
        assert virqlab("get", whole / "run.json", *query) == f"{expected}\n"


def test_every_point_is_whole(whole: Path) -> None:
    """All pass, accounts close, empty exits never, hvc exits once."""
    for point in record.load(whole)["points"]:
        assert point["status"] == "pass", point["reason"]
        assert sum(point["exits"]["classes"].values()) == point["exits"]["total"]
        if point["bench"] == "empty":
            assert point["exits"]["total"] == 0
        if point["bench"] == "hvc":
            expected = 0 if point["strategy"] == "bare" else 1
            assert point["metrics"]["exits_per_op"]["value"] == expected
        if point["irqs"]:
            irqs = point["irqs"]
            assert irqs["raised"] == irqs["acknowledged"] + irqs["coalesced"] + irqs["outstanding"]
            if point["bench"] != "storm":
                assert irqs["raised"] == point["params"]["iterations"] * point["params"].get("k", 1)
                assert irqs["coalesced"] == irqs["outstanding"] == 0


def test_crosscheck_compared_every_exception(whole: Path) -> None:
    """The cross-check looked at every exception of the traces."""
    host = record.load(whole)["run"]["host"]["points"]
    for name, about in host.items():
        vcpus = trace.load(whole / "points" / name / "trace").vcpus
        exceptions = sum(int(np.isin(records["kind"], (trace.EXC_EL1, trace.EXC_EL2)).sum()) for records in vcpus)
        assert about["crosscheck"]["exceptions"] == exceptions


def test_deadline_is_mapped_exactly(whole: Path) -> None:
    """DEADLINE_OFFSET: T0 computed from MARK_TIMER is the vector's first instruction, bare and virtualized."""
    for strategy, kind in (("bare", trace.EXC_EL1), ("te", trace.EXC_EL2), ("lr", trace.EXC_EL2)):
        records = trace.load(whole / f"points/virt-v3/{strategy}/timer/trace").only
        region = chains.find_region(records)
        insn = trace.insns(region.records)
        armed = trace.select(region.records, trace.MARK, c=marks.MARK_TIMER).nonzero()[0]
        vectors = (region.records["kind"] == kind).nonzero()[0]
        first = vectors[vectors.searchsorted(armed)]
        assert chains.timer_raises(region, 27, 1).tolist() == insn[first].tolist()


def test_latency_and_ticks_agree(whole: Path) -> None:
    """The guest's own clock and the tracer tell the same story: ticks are instructions on this machine."""
    bare = get(whole, "strategy=bare bench=timer metric=handler_ticks")
    for strategy in ("te", "lr"):
        ticks = get(whole, f"strategy={strategy} bench=timer metric=handler_ticks")
        assert abs(ticks - bare - get(whole, f"strategy={strategy} bench=timer metric=latency_insns")) <= 2


def test_the_guest_measures_the_same_latency(whole: Path) -> None:
    """Interrupt for interrupt, whatever ran when it was raised: the handler's own counter read is two instructions
    after T1, so T0 is the deadline (or the SGI) and no moment of the hypervisor's."""
    names = [f"{s}/{b}" for s in ("bare", "te", "lr") for b in ("sgi_self", "timer", "timer_wfi", "timer,load=hvc")]
    for name in names:
        assert set((get_samples(whole, name, "handler_ticks") - get_samples(whole, name)).tolist()) == {2}


def test_a_swept_phase_is_a_distribution(whole: Path) -> None:
    """A deadline inside an exit waits for its end: each place in the exit is one latency, none shorter than outside."""
    for strategy in ("te", "lr"):
        swept = get_samples(whole, f"{strategy}/timer,load=hvc")
        constant = get_samples(whole, f"{strategy}/timer")
        exit_insns = int(get(whole, f"strategy={strategy} bench=hvc metric=roundtrip_insns"))
        steady = int(np.sort(constant)[500])
        assert set(swept[1:].tolist()) == set(range(steady, steady + exit_insns))


def events(point: dict[str, Any]) -> dict[str, float]:
    """The event vector of a point."""
    found = {name: metric["value"] for name, metric in point["metrics"].items() if name.startswith("events_")}
    return {name.removeprefix("events_"): value for name, value in found.items()}


def test_events_are_the_architectures(whole: Path) -> None:
    """What an interrupt, an operation and nothing cost beyond instructions, by what the architecture says."""
    points = {point["id"].removeprefix("virt-v3/"): point for point in record.load(whole)["points"]}
    for strategy in ("bare", "te", "lr"):
        assert set(events(points[f"{strategy}/empty"]).values()) == {0}
    # bare: one vector, IAR, EOIR. lr: the physical interrupt and its return before that, acknowledged and dropped at
    # EL2, one list register written. te: IAR and EOIR trap, and the hypervisor deactivates in place of the guest.
    expected = {"bare": (1, 0, 2, 0), "lr": (2, 1, 4, 1), "te": (4, 3, 5, 0)}
    for strategy, counts in expected.items():
        for bench in ("timer", "timer_wfi"):
            found = events(points[f"{strategy}/{bench}"])
            assert tuple(found[name] for name in ("exceptions", "returns", "icc", "ich")) == counts
            assert not any(found[f"mmio_{frame}"] for frame in ("gicd", "gicr", "its", "device"))
    assert events(points["bare/mmio_vgic"])["mmio_gicd"] == 1
    assert events(points["bare/mmio_vgic_write"])["mmio_gicr"] == 1
    assert events(points["te/mmio_vgic"])["mmio_gicd"] == 0, "emulated: the hypervisor touches no device"


def test_el2_acknowledges_each_interrupt_once(whole: Path) -> None:
    """One read of ICC_IAR1_EL1 at EL2 for each timer interrupt, and none that finds nothing."""
    for strategy in ("te", "lr"):
        region = chains.find_region(trace.load(whole / f"points/virt-v3/{strategy}/timer/trace").only)
        reads = region.records[trace.select(region.records, trace.SYSREG_DONE, el=2, c=gicregs.IAR[1])]
        assert reads["a"].tolist() == [27] * 1000


def test_the_account_closes(whole: Path) -> None:
    """Phases of each interrupt sum to its completion, functions to what the hypervisor executed; on bare metal no
    phase at EL2 exists."""
    for point in record.load(whole)["points"]:
        found = {name: stats.expand(metric["samples"]) for name, metric in point["metrics"].items()}
        named = [found[name] for name in found if name.startswith("phase_")]
        assert len(named) == (6 if "completion_insns" in found else 0)
        if named:
            assert np.array_equal(sum(named), found["completion_insns"])
        traced = trace.load(whole / "points" / point["id"] / "trace")
        assert len(traced.vcpus) == point["params"].get("vcpus", 1)
        each = views.find_views(traced).each
        host = [view.host_insns(np.array([view.region.begin, view.region.end], np.int64)) for view in each]
        assert sum(point["functions"].values()) == int(np.sum(host))
        if point["strategy"] == "bare":
            assert point["functions"] == {} and point["masked_max"] is None
            assert not any(found.get(f"phase_{name}_insns", np.zeros(1)).any() for name in ("exit", "entry"))
        elif point["exits"]["total"]:
            longest = point["metrics"].get("masked_max_insns", {"value": point["masked_max"]["insns"]})
            assert point["masked_max"]["insns"] == longest["value"]
            assert point["masked_max"]["symbol"] == "vectors" and int(point["masked_max"]["pc"], 16) % 0x80 == 0
            assert "?" not in point["functions"]


def test_an_ipi_costs_both_vcpus(whole: Path) -> None:
    """The SGI and the kick exit everywhere, IAR and EOIR under te. Bare, it is as long as to itself.
    lr is to stay below 500 instructions there and back."""
    for bench in ("ipi", "ipi target=wfi"):
        for strategy, expected in (("bare", 0), ("te", 4), ("lr", 2)):
            assert get(whole, f"strategy={strategy} bench={bench} metric=exits_per_irq") == expected
        own = get(whole, "strategy=bare bench=sgi_self metric=completion_insns")
        assert get(whole, f"strategy=bare bench={bench} metric=completion_insns") == own
        assert get(whole, f"strategy=lr bench={bench} metric=roundtrip_insns") <= 500


def test_repetition_is_identical(whole: Path, tmp_path: Path) -> None:
    """Another run, one point at a time instead of two, each instruction counted: the same bytes under points/."""
    virqlab("run", "--jobs", "1", "--count", "insn", "--out", tmp_path)
    assert directories_differ(whole / "points", tmp_path / "points") == ""


def test_rerun_keeps_finished_points(tmp_path: Path) -> None:
    """Nothing runs twice, unless it is lost, changed, or --fresh says so."""
    command = ("run", "--bench", "empty", "--strategy", "bare,lr", "--out", tmp_path)
    assert virqlab(*command).count(" pass ") == 2
    assert virqlab(*command).count(" kept") == 2
    (tmp_path / "points/virt-v3/lr/empty/point.json").unlink()
    again = virqlab(*command)
    assert again.count(" kept") == 1 and again.count(" pass ") == 1
    assert virqlab(*command, "--repeat", "2").count(" pass ") == 2
    assert virqlab(*command).count(" kept") == 2
    assert virqlab(*command, "--fresh").count(" pass ") == 2


@pytest.mark.parametrize("guest", ["hang", "sleep", "fault", "storm"])
@pytest.mark.parametrize("strategy", ["bare", "lr"])
def test_a_guest_that_does_not_end(guest: str, strategy: str, bad_guest: Callable[[str], Path], tmp_path: Path) -> None:
    """Its point ends with the reason, the last exit and a PC; exit code 1, the record is written."""
    suite = tmp_path / "short.toml"
    suite.write_text(SHORT_SUITE, encoding="utf-8")
    selected = ("--suite", suite, "--guest", bad_guest(guest), "--strategy", strategy)
    out = virqlab("run", *selected, "--out", tmp_path, status=1)
    point = record.load(tmp_path)["points"][0]
    assert point["status"] == "fail" and point["metrics"] == {}
    assert point["reason"] in " ".join(out.split())
    assert "PC 0x" in point["reason"]
    if guest != "storm":
        assert "deadline of 10 ms" in point["reason"]
        assert point["diagnosis"]["end"]["pc"].startswith("0x")


def test_other_points_complete(tmp_path: Path) -> None:
    """A failing point stops nobody: a suite whose second row of three cannot finish in time."""
    suite = tmp_path / "suite.toml"
    deadlines = {"empty": 100, "hvc": 1, "mmio_vgic": 100}
    rows = [SHORT_SUITE.replace("hvc", bench).replace("= 10\n", f"= {ms}\n") for bench, ms in deadlines.items()]
    suite.write_text("".join(rows), encoding="utf-8")
    virqlab("run", "--suite", suite, "--strategy", "lr", "--out", tmp_path / "out", status=1)
    states = {point["bench"]: point["status"] for point in record.load(tmp_path / "out")["points"]}
    assert states == {"empty": "pass", "hvc": "fail", "mmio_vgic": "pass"}


def test_a_guest_that_says_nothing(bad_guest: Callable[[str], Path], tmp_path: Path) -> None:
    """Powered off without a result line."""
    arguments = ("--guest", bad_guest("silent"), "--strategy", "bare", "--bench", "hvc", "--out", tmp_path)
    assert "without a result line" in virqlab("run", *arguments, status=1)


def script(path: Path, body: str) -> Path:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("columns", ["80", "200"])
def test_help_fits_80_columns(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command's; what is wrapped by hand also on a wider terminal."""
    monkeypatch.setenv("COLUMNS", columns)
    top = cli.parser()
    commands = next(action.choices for action in top._actions if isinstance(action, argparse._SubParsersAction))
    assert len(commands) >= 9
    for name, command in commands.items():
        parts = [command.format_help()] if columns == "80" else [command.description or "", command.epilog or ""]
        assert [line for part in parts for line in part.splitlines() if len(line) > 80] == [], name


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    """What is wrong and what to do, on one line of stderr, exit code 2, nothing written."""
    old = script(tmp_path / "old", "echo 'QEMU emulator version 7.2.9 (Debian)'")
    other = script(tmp_path / "other", "echo hello")
    plain = tmp_path / "plain.img"
    plain.write_bytes(bytes(4096))
    cases: list[tuple[tuple[str | Path, ...], str]] = [
        (("--strategy", "warp"), "unknown strategy 'warp': one of bare, te, lr"),
        (("--bench", "warp"), "unknown benchmark 'warp': one of empty, hvc, vcpu_switch, vm_switch, mmio_vgic,"),
        (("--machine", "warp"), "unknown machine 'warp': one of virt-v3"),
        (("--suite", "warp"), "unknown suite 'warp'"),
        (("--qemu", "/nowhere/qemu"), "QEMU not found: /nowhere/qemu: run 'make deps'"),
        (("--qemu", old), "QEMU 7.2.9 is too old: 10.0 or newer is needed: run 'make deps'"),
        (("--qemu", other), "is not QEMU"),
        (("--guest", plain), "is not an arm64 Image"),
        (("--guest", tmp_path / "none"), "cannot read the guest image"),
        (("--out", plain / "sub"), "cannot write"),
    ]
    for arguments, message in cases:
        out = [] if arguments[0] == "--out" else [f"--out={tmp_path / 'out'}"]
        said = virqlab("run", *arguments, *out, status=2)
        assert message in said and said.count("\n") == 1, said
    assert not (tmp_path / "out").exists()


def test_other_commands_refuse_in_one_line(whole: Path, tmp_path: Path) -> None:
    """get and show."""
    assert "no point with strategy=gicv9" in virqlab("get", whole, "strategy=gicv9", "metric=x", status=2)
    assert "no metric 'x'" in virqlab("get", whole, "strategy=lr", "bench=timer", "metric=x", status=2)
    assert "cannot read" in virqlab("show", tmp_path / "none.json", status=2)


def test_show_and_plan(whole: Path) -> None:
    """The table has every strategy, plan every point."""
    table = virqlab("show", whole / "run.json")
    assert all(name in table for name in ("bare", "te", "lr", "exits_per_irq", "sysreg:ICC_IAR1_EL1"))
    assert max(map(len, table.splitlines())) <= 80
    assert virqlab("plan").splitlines() == [point["id"] for point in record.load(whole)["points"]]


def test_points_hold_nothing_of_the_host(whole: Path) -> None:
    """No path of this machine in any file under points/."""
    paths = [str(ROOT).encode(), str(whole).encode()]
    for path in (whole / "points").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(text in content for text in paths), path


def test_record_matches_point_files(whole: Path) -> None:
    """run.json repeats the point.json files, in the order of the plan."""
    points: list[dict[str, Any]] = record.load(whole)["points"]
    for point in points:
        assert point == json.loads((whole / "points" / point["id"] / "point.json").read_text(encoding="utf-8"))


# `make test-kill` raises it; each kill costs about a second.
KILLS = int(os.environ.get("VIRQLAB_KILLS", "5"))


def finished_points(out: Path) -> dict[str, int]:
    """The notes that say a point is finished, with the time they were written in ns."""
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in out.glob("host/**/*.json")}


def test_killed_runs_continue(whole: Path, tmp_path: Path) -> None:
    """SIGKILL of the runner at random moments: no half point, no finished point lost, the same bytes in the end."""
    command = [str(ROOT / "virqlab"), "run", "--out", str(tmp_path)]
    moment = random.Random(KILLS)
    killed = 0
    finished: dict[str, int] = {}
    while killed < KILLS:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as runner:
            try:
                runner.wait(moment.uniform(0.3, 1.5))
            except subprocess.TimeoutExpired:
                runner.kill()
                killed += 1
        now = finished_points(tmp_path)
        assert {name: now.get(name) for name in finished} == finished, "a finished point was lost or has run again"
        for point in tmp_path.glob("points/*/*/*"):
            assert directories_differ(point, whole / point.relative_to(tmp_path)) == ""
        finished = now
        if (tmp_path / "run.json").exists():
            virqlab("show", tmp_path)
            shutil.rmtree(tmp_path)
            finished = {}
    virqlab("run", "--out", tmp_path)
    assert directories_differ(whole / "points", tmp_path / "points") == ""
    assert not (tmp_path / "work").exists()


def test_whole_run_has_a_time_limit(whole: Path, tmp_path: Path) -> None:
    """When its time is over a run ends with 1, says how to go on, and the next one finishes it."""
    done = subprocess.run(
        [ROOT / "virqlab", "run", "--time-limit", "0.5", "--out", tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "run again" in done.stderr and done.stderr.count("\n") == 1
    before = finished_points(tmp_path)
    virqlab("run", "--out", tmp_path)
    assert len(finished_points(tmp_path)) > len(before)
    assert directories_differ(whole / "points", tmp_path / "points") == ""
