# SPDX-License-Identifier: Apache-2.0
"""The default suite against results/baselines, as `make regress` compares them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bench.rebaseline import BASELINES
from bench.suite import ROOT


def virqlab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the launcher."""
    return subprocess.run(
        [ROOT / "virqlab", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )


def test_nothing_changed_since_the_baseline(tmp_path: Path) -> None:
    """Every count is the baseline's; with another QEMU or compiler there is nothing to compare with: a skip."""
    if not list(BASELINES.glob("*.json")):
        pytest.skip("results/baselines holds no baseline: './virqlab rebaseline' writes one")
    done = virqlab("run", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = virqlab("compare", "--strict", BASELINES, tmp_path)
    foreign = re.search("not comparable: (QEMU|[a-z]+ compiler).*", done.stderr)
    if done.returncode == 2 and foreign:
        pytest.skip(foreign[0])
    assert done.returncode == 0, done.stdout + done.stderr
