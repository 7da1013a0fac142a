# SPDX-License-Identifier: Apache-2.0
"""Which strategies serve which guests on which machines: the table of docs/architecture.md, from the TOML rows.

`/usr/bin/python3 -m bench.combinations` prints it.
"""

from __future__ import annotations

from bench import suite
from bench.suite import Lab, Strategy


def serves(strategy: Strategy, host: int, guest: int) -> bool:
    """Whether a guest of that GIC version can run on a machine of this one: without a hypervisor it has the same."""
    if not strategy.runs_on(host) or guest not in strategy.guests:
        return False
    return guest <= host if strategy.takes_hyp_args else guest == host


def table(lab: Lab) -> str:
    """Markdown; a row for each GIC version of a machine and of a guest that some strategy serves there."""
    lines = ["| machine's GIC | machines | guest's GIC | strategies |", "|---|---|---|---|"]
    for host in sorted({machine.gic for machine in lab.machines.values()}):
        machines = ", ".join(name for name, machine in lab.machines.items() if machine.gic == host)
        found = {
            guest: [name for name, row in lab.strategies.items() if serves(row, host, guest)]
            for guest in range(host, 1, -1)
        }
        for guest, names in {guest: names for guest, names in found.items() if names}.items() or {0: []}.items():
            told = f"{guest} | {', '.join(names)}" if names else "- | none"
            lines.append(f"| {host} | {machines} | {told} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(suite.load()), end="")
