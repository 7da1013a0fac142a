# SPDX-License-Identifier: Apache-2.0
"""One exit, and one injection, cost the same however many VMs there are and vCPUs the VM has."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from analysis import record
from bench import thresholds
from bench.suite import ROOT

HEAD = """
[[scenario]]
version = 1
machines = ["virt-v3", "virt-v2"]
strategies = ["te", "lr", "gicv2"]
deadline_ms = 1000
timeout_s = 300
"""
VMS = 'vms = [1, 16]\nothers = "bench=idle until_ns=900000000"\n'
CPUS = "vcpus = [1, 8]\n"
SPI = """bench = "spi_hw"
stimulus = { start_ns = 500_000_000, period_ns = 4_000, count = 20, intid = 42 }
source = { kind = "spi", intid = 42 }
metrics = ["completion_insns"]
"""
HVC = 'bench = "hvc"\nmetrics = ["roundtrip_insns"]\n'
PRIORITY = '"vm.mem" = 16, "vm.priority" = 1, "vm0.priority" = 0'
SUITE = "".join(
    HEAD + row
    for row in (
        f"{HVC}{VMS}params = {{ iterations = 20 }}\nhyp = {{ {PRIORITY} }}\n",
        f'{SPI}{VMS}params = {{ iterations = 20 }}\nhyp = {{ {PRIORITY}, "vm0.spis" = 42 }}\n',
        f"{HVC}{CPUS}params = {{ iterations = 20, idle_cpus = 1 }}\n",
        f'{SPI}{CPUS}params = {{ iterations = 20, idle_cpus = 1 }}\nhyp = {{ "vm0.spis" = 42 }}\n',
    )
)


@pytest.fixture(name="out", scope="module")
def fixture_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the least and the most."""
    out = tmp_path_factory.mktemp("flat")
    (out / "suite.toml").write_text(SUITE, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(out / "suite.toml"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_costs_are_flat(out: Path) -> None:
    """As bench/thresholds.toml bounds them; each row has something to hold."""
    found = record.load(out)
    rows = [row for row in thresholds.load() if row.bound == "over"]
    assert {row.value for row in rows} == {"vms", "vcpus"}
    for row in rows:
        held = [point for point in found["points"] if row.matches(point["id"]) and row.metric in point["metrics"]]
        assert len(held) == 8, row.claim
        assert not list(row.broken(found))


def test_the_others_sleep_meanwhile(out: Path) -> None:
    """All turn themselves off, after the first one was measured."""
    (path,) = out.glob("**/virt-v3/te/hvc,vms=16/console.log")
    console = path.read_text(encoding="utf-8").replace("\r", "")
    off = [int(vm) for vm in re.findall(r"^virqlab: vm(\d+) off", console, re.MULTILINE)]
    assert off[0] == 0 and sorted(off) == list(range(16))
