# SPDX-License-Identifier: Apache-2.0
"""The default suite against results/baselines, as `make regress` compares them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from analysis import record
from bench.rebaseline import BASELINES
from bench.suite import ROOT
from bench.tests.planted import plant


def virqlab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the launcher."""
    return subprocess.run(
        [ROOT / "virqlab", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )


def test_nothing_changed_since_the_baseline(tmp_path: Path) -> None:
    """Every count is the baseline's; with another QEMU or compiler there is nothing to compare with: a skip."""
    assert list(BASELINES.glob("*.json")), "results/baselines holds no baseline: './virqlab rebaseline' writes one"
    done = virqlab("run", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = virqlab("compare", "--strict", BASELINES, tmp_path)
    foreign = re.search("not comparable: (QEMU|[a-z]+ compiler).*", done.stderr)
    if done.returncode == 2 and foreign:
        pytest.skip(foreign[0])
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_nop_in_the_injection_path_is_worse_and_named(tmp_path: Path) -> None:
    """An instruction before the list register is written: 1, each sample one more, and the function that has it."""
    tree = tmp_path / "tree"
    tree.mkdir()
    copy = plant(tree, "hyp/delivery/list_reg.S", "    adr     x2, 1f\n", "    nop\n")
    runs = [tmp_path / name for name in ("old", "new")]
    for top, out in zip((ROOT, copy), runs):
        command: list[str | Path] = [
            top / "virqlab",
            "run",
            "--strategy",
            "bare,lr",
            "--bench",
            "hvc,timer_wfi",
            "--out",
            out,
        ]
        subprocess.run(command, cwd=top, check=True, stdout=subprocess.DEVNULL, timeout=300)
    done = virqlab("compare", *runs)
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout
    assert "WORSE virt-v3/lr/timer_wfi\n" in said
    assert re.search(r"latency_insns +\d+ -> \d+  \+1 insn in 1000 of 1000 samples", said)
    assert "lr/hvc" not in said and "bare" not in said, "what does not inject is the same"
    assert record.load(runs[0])["points"][-1]["functions"], "no profile of the hypervisor"
    assert re.search(r"function list_reg_write: \d+ -> \d+ insns \(\+1000, \+1 per interrupt\)", said)
