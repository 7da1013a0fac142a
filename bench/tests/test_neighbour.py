# SPDX-License-Identifier: Apache-2.0
"""An interrupt for a VM beside which another one is busy: what the policy promises, and that cores keep VMs apart."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import exits, record, stats, sysregs, trace
from bench.suite import ROOT

N, SLICE, PERIOD = 100, 20_000, 19_583
SWITCHES = 3000  # instructions, more than waking one VM and taking the core from another one takes
LOADS = ("compute", "storm", "thrash")

HEAD = """
[[scenario]]
bench = "neighbour"
version = 1
machines = ["virt-v3"]
strategies = ["te", "lr"]
metrics = ["handler_ticks", "latency_insns", "completion_insns", "phases"]
"""
SPI = f"""
stimulus = {{ start_ns = 40_000_000, period_ns = {PERIOD}, count = {N}, intid = 42 }}
source = {{ kind = "spi", intid = 42 }}
"""
HYP = f"""
[scenario.hyp]
"sched.slice" = {SLICE}
"vm0.spis" = 42
"vm0.cores" = 0
"vm1.strategy" = "{{strategy}}"
"vm1.args" = '"bench=neighbour role=load load={{load}} until_ns=44000000"'
"""
SAME = f'{HYP}"vm1.cores" = 0\nsched = ["wait", "boost"]\n'
TIMER = f"""
params = {{ iterations = {N}, source = ["timer"], load = "compute", span = {SLICE}, start_ns = 40_000_000 }}
source = {{ kind = "timer", intid = 27 }}
"""
CHECKED = f'{HEAD}{TIMER}{SAME}{HEAD}params = {{ iterations = {N}, load = ["compute"] }}\n{SPI}{SAME}'
SUITE = (
    f'{HEAD}params = {{ iterations = {N}, load = ["storm"] }}\n{SPI}{SAME}'
    f"{HEAD}params = {{ iterations = {N}, load = {list(LOADS)} }}\ncores = 2\nslice_ns = 1000\n{SPI}"
    f'{HYP}"vm1.cores" = [1]\n'
)
RAISED = ("load=compute", "load=storm", "source=timer")


def run(directory: Path, text: str, *arguments: str) -> dict[str, dict[str, Any]]:
    """The points of a suite by id."""
    path = directory / "suite.toml"
    path.write_text(text, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(path), "--out", str(directory), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {point["id"]: point for point in record.load(directory)["points"]}


@pytest.fixture(name="ran", scope="module")
def fixture_ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Points by id; where the other VM does not flood it, QEMU's own log has the same exceptions, class by class."""
    directory = tmp_path_factory.mktemp("neighbour")
    return directory, {**run(directory, CHECKED, "--crosscheck"), **run(directory, SUITE)}


def latencies(point: dict[str, Any]) -> np.ndarray:
    """Samples in instructions, none of them missing."""
    assert point["irqs"] == {"raised": N, "acknowledged": N, "coalesced": 0, "outstanding": 0}, point["id"]
    return stats.expand(point["metrics"]["latency_insns"]["samples"])


@pytest.mark.parametrize("strategy", ["te", "lr"])
@pytest.mark.parametrize("name", RAISED)
def test_wait_is_as_long_as_the_rest_of_the_turn(
    strategy: str, name: str, ran: tuple[Path, dict[str, dict[str, Any]]]
) -> None:
    """Uniform: the deciles are tenths of the longest, which is a slice and the switches."""
    found = np.sort(latencies(ran[1][f"virt-v3/{strategy}/neighbour,{name},sched=wait"]))
    assert found.size == N and SLICE - SWITCHES < found[-1] < SLICE + SWITCHES
    tenths = found[np.arange(1, 10) * found.size // 10]
    assert np.all(np.abs(tenths - np.arange(1, 10) * found[-1] / 10) < 0.1 * SLICE), tenths


@pytest.mark.parametrize("strategy", ["te", "lr"])
@pytest.mark.parametrize("name", RAISED)
def test_boost_takes_the_core_at_once(strategy: str, name: str, ran: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    """Whatever is left of the other one's turn; beside one that computes it is the same each time, but for the few
    instructions of its loop in which its counter read is not one."""
    found = latencies(ran[1][f"virt-v3/{strategy}/neighbour,{name},sched=boost"])
    assert found.max() < SWITCHES
    assert np.ptp(found) <= 10 or name == "load=storm"


@pytest.mark.parametrize("strategy", ["te", "lr"])
def test_another_core_is_another_world(strategy: str, ran: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    """Whatever the other VM does there: the same samples, instruction by instruction."""
    every = [ran[1][f"virt-v3/{strategy}/neighbour,load={load},vm1.cores=1"] for load in LOADS]
    for name in ("latency_insns", "completion_insns"):
        assert [point["metrics"][name]["samples"] for point in every[1:]] == [every[0]["metrics"][name]["samples"]] * 2
    assert latencies(every[0]).size == N


@pytest.mark.parametrize("policy", ["wait", "boost"])
def test_the_trace_loses_no_access(policy: str, ran: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    """Two VMs with the same program at the same addresses, one preempted right behind its traps: what traps is done."""
    directory = ran[0] / "points" / f"virt-v3/te/neighbour,load=storm,sched={policy}"
    records = trace.load(directory / "trace").only
    found, vms = exits.find_exits(records), trace.vmids(records)
    entered = set(vms.tolist()) - {0}
    assert len(entered) == 2
    for name in ("ICC_IAR1_EL1", "ICC_EOIR1_EL1"):
        register = sysregs.ENCODINGS[name]
        done = trace.select(records, trace.SYSREG_DONE, c=register) & trace.is_guest(records)
        for vm in entered:
            trapped = np.count_nonzero((found.keys == exits.sysreg_key(register)) & (found.vms == vm))
            assert trapped == np.count_nonzero(done & (vms == vm)) >= N, (name, vm)
