# SPDX-License-Identifier: Apache-2.0
"""A short run of the random workload under each row; `make workload` is the long one."""

from __future__ import annotations

import pytest

from bench import workload

GOOD = "workload: passed: raised 12, acknowledged 7, coalesced 4, withdrawn 1, outstanding 0, deepest 3\r\n"


@pytest.mark.parametrize("row", workload.ROWS, ids=" ".join)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_doubled_or_out_of_order(row: tuple[str, ...], seed: int) -> None:
    """On QEMU's own controller too: what the guest expects is the architecture's."""
    outcome = workload.run(row, seed, 4000, workload.collect())
    assert outcome.fault == "", outcome


@pytest.mark.parametrize(
    "console, fault",
    [
        (GOOD, ""),
        (GOOD.replace("raised 12", "raised 13"), "the account is open"),
        (GOOD.replace("outstanding 0", "outstanding 1").replace("12", "13"), "the account is open"),
        (GOOD.replace("7", "6").replace("12", "11"), "the account is open"),
        ("workload: failed: lost: 42\n", "lost: 42"),
        ("virqlab: BUG\n", "the guest ended without a result"),
    ],
)
def test_verdicts(console: str, fault: str) -> None:
    """A guest that says it passed must add up too."""
    assert workload.judge(console, 7).fault == fault


def test_seeds_are_numbers() -> None:
    """Of a file with comments."""
    assert workload.seeds("# a\n1\n\n 16 # b\n") == [1, 16]
    assert len(workload.seeds(workload.SEEDS.read_text(encoding="utf-8"))) >= 4
