# SPDX-License-Identifier: Apache-2.0
"""What is said to be switched is what the hypervisor switches."""

from __future__ import annotations

import re
from pathlib import Path

from analysis import switched

CONTEXT = Path(__file__).resolve().parents[2] / "hyp/arch/context.h"


def test_registers_are_those_of_the_context() -> None:
    """Those of EL1 in order; timers, keys and FP registers by how many there are."""
    text = CONTEXT.read_text(encoding="utf-8")
    macro = text[text.index("#define CONTEXT_REGISTERS(X)") : text.index("#define CONTEXT_KEYS(X)")]
    told = {row.what: row.registers for row in switched.rows()}
    assert told["where it goes on, and EL1"] == [name.upper() for name in re.findall(r"X\((\w+)\)", macro)]
    fields = re.search(r"uint64_t (cntv_ctl.*);", text)
    assert fields and told["timers"] == [f"{name.upper()}_EL0" for name in fields[1].split(", ")]
    assert 2 * len(told["pointer authentication keys"]) == len(re.findall(r"X\(s3_0_c2_c\d_\d\)", text))


def test_only_beside_the_switches() -> None:
    """A record without them has nothing to say of them."""
    assert switched.beside([{"bench": "hvc"}]) == []
    assert switched.beside([{"bench": "hvc"}, {"bench": "vm_switch"}]) == switched.rows()
