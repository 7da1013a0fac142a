# SPDX-License-Identifier: Apache-2.0
"""Mistakes planted in the model are caught: a few of them here, all with `make test-mutants` (MUTANTS=all)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mutants import Mutant, caught, mutants

ALL = os.environ.get("MUTANTS") == "all"


def test_list() -> None:
    """Names are unique, and there are enough of them."""
    names = [mutant.name for mutant in mutants()]
    assert len(names) == len(set(names)) >= 20


@pytest.mark.parametrize("mutant", [row for row in mutants() if ALL or row.quick], ids=lambda row: row.name)
def test_mutant_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    said = caught(mutant, tmp_path)
    print(f"{mutant.by}: {said}")
    assert said, "nobody noticed"
