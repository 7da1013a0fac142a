# SPDX-License-Identifier: Apache-2.0
"""A short run of 4096 LPIs that move while they fire, under each row; `make messages` is the long one."""

from __future__ import annotations

import pytest

from bench import messages

PLAN = messages.Plan(1, 2)
GOOD = f"messages: passed: acknowledged {PLAN.kept}, commands 9; by CPU: 1 2 3 {PLAN.kept - 6}\r\n"


@pytest.mark.parametrize("row", messages.ROWS, ids=" ".join)
def test_none_is_lost_or_doubled(row: tuple[str, str, str]) -> None:
    """An open round and a closed one. On QEMU's own ITS too: what the guest expects is the architecture's."""
    outcome = messages.run(row, PLAN, messages.collect())
    assert outcome.fault == "", outcome


def test_the_plan_is_what_the_guest_is_told() -> None:
    """Each event once in an open round, one to three times in a closed one, inside its window."""
    rows = [line.split() for line in PLAN.table().splitlines()]
    assert len(rows) == PLAN.sent
    times = [int(row[0]) for row in rows]
    assert times == sorted(times)
    for number in range(PLAN.rounds):
        begin = messages.START + number * messages.PERIOD
        sent = [row for row in rows if begin <= int(row[0]) < begin + messages.WINDOW]
        assert len(sent) == len(PLAN.round(number))
        events = [(int(row[3], 0), int(row[2])) for row in sent]
        counts = {events.count(event) for event in events[:200]}
        assert len(set(events)) == messages.DEVICES * messages.EVENTS
        assert counts == ({1} if number % 2 == 0 else {1, 2, 3})
    assert {int(row[3], 0) for row in rows} == {messages.device(n) for n in range(messages.DEVICES)}


@pytest.mark.parametrize(
    "console, fault",
    [
        (GOOD, ""),
        (GOOD.replace(f"acknowledged {PLAN.kept}", f"acknowledged {PLAN.kept + 1}"), "the account is open"),
        (GOOD.replace(": 1 2", ": 2 2"), "the account is open"),
        (GOOD.replace(": 1 2", ": 0 3"), "a CPU had no part in it"),
        (GOOD.replace(": 1 2 3", ": 3 3"), "the account is open"),
        ("messages: failed: lost: LPI 8192\n", "lost: LPI 8192"),
        ("virqlab: BUG\n", "the guest ended without a result"),
    ],
)
def test_verdicts(console: str, fault: str) -> None:
    """A guest that says it passed must add up too."""
    assert messages.judge(console, PLAN).fault == fault
