# SPDX-License-Identifier: Apache-2.0
"""16 VMs on 2 cores with 1000 interrupts each, some so far apart that none coalesces; `make vms` is the long run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.edges import Account
from bench import vms
from bench.soak import Outcome

CLOSE = [ground for ground in vms.GROUNDS if ground.coalesces]
APART = [ground for ground in vms.GROUNDS if not ground.coalesces]
GROUND = vms.Ground("virt-v3", ("te", "lr"), "wait", vms.CLOSE_NS)
PLAN = vms.Plan(1, 10, GROUND)
SAID = "".join(f"vm{vm}: vms: passed: acknowledged {vm}, longest 7, image 512\n" for vm in range(vms.VMS))
CONSOLE = f"{SAID}virqlab: all off\n"


@pytest.mark.parametrize("ground, each", [(CLOSE[0], 1000), (CLOSE[-1], 1000), (APART[1], 50), (APART[2], 50)], ids=str)
def test_sixteen_vms_on_two_cores(ground: vms.Ground, each: int) -> None:
    """Both machines, both policies."""
    outcome = vms.run(vms.Plan(1, each, ground), vms.collect())
    assert outcome.fault == "", outcome


def test_the_plan_is_what_the_vms_are_told() -> None:
    """As many edges of each, rising, of the SPI that it owns, before all have their last turns."""
    rows = [[int(word, 0) for word in line.split()] for line in PLAN.table().splitlines()]
    assert rows == sorted(rows, key=lambda row: row[0])
    assert vms.START_NS <= rows[0][0] and rows[-1][0] < PLAN.end_ns
    raised = [(address - 0x08000200) * 8 + value.bit_length() - 1 for _, address, value in rows]
    assert {vm: raised.count(vms.intid(vm)) for vm in range(vms.VMS)} == dict.fromkeys(range(vms.VMS), 10)
    for vm in range(1, vms.VMS):
        strategy = GROUND.strategies[vm // 2 % 2]
        assert f' vm{vm}.strategy={strategy} vm{vm}.spis={vms.intid(vm)} vm{vm}.args="vm={vm} ' in PLAN.row[2]


def test_verdicts_of_all_vms() -> None:
    """One that failed, says nothing or does not end is enough."""
    assert vms.verdicts(CONSOLE) == [vms.Told(vm, 7, 512) for vm in range(vms.VMS)]
    for text, fault in (
        (CONSOLE.replace("vm3: vms: passed: a", "vm3: vms: failed: its memory\nvm3: a"), "vm3: its memory"),
        (CONSOLE.replace("vm15:", "vm1:"), "vm15: the guest ended without a result"),
        (CONSOLE.replace("longest 7", "shortest 7"), "vm0: the guest tells no account"),
        (SAID, "not all are off"),
    ):
        told = vms.verdicts(text)
        assert isinstance(told, Outcome) and told.fault == fault


@pytest.mark.parametrize(
    "account, longest, period, fault",
    [
        (Account(10, 7, 3, 0, 0), 100, vms.CLOSE_NS, ""),
        (Account(10, 10, 0, 0, 0), 100, vms.APART_NS, ""),
        (Account(9, 7, 2, 0, 0), 100, vms.CLOSE_NS, "9 edges were raised, not 10"),
        (Account(10, 7, 2, 1, 0), 100, vms.CLOSE_NS, "1 edges were left, 0 interrupts came without one"),
        (Account(10, 7, 4, 0, 1), 100, vms.CLOSE_NS, "0 edges were left, 1 interrupts came without one"),
        (Account(10, 6, 4, 0, 0), 100, vms.CLOSE_NS, "it acknowledged 7 of 6 interrupts"),
        (Account(10, 7, 3, 0, 0), 100, vms.APART_NS, "3 edges coalesced"),
        (Account(10, 10, 0, 0, 0), 100, vms.CLOSE_NS, "0 edges coalesced"),
        (Account(10, 7, 3, 0, 0), 10**6, vms.CLOSE_NS, f"waited for 1000000 ns of {GROUND.longest_ns} at most"),
    ],
)
def test_what_does_not_add_up(account: Account, longest: int, period: int, fault: str) -> None:
    """The account of one VM among others that are fine."""
    plan = vms.Plan(1, 10, vms.Ground("virt-v3", ("te", "lr"), "wait", period))
    acknowledged = 10 if account.taken == 10 else 7
    fine = Account(10, 10, 0, 0, 0) if period == vms.APART_NS else Account(10, 9, 1, 0, 0)
    told = [vms.Told(fine.taken, 1, 512), vms.Told(acknowledged, longest, 512)]
    assert vms.account_fault(plan, told, [fine, account]) == (f"vm1: {fault}" if fault else "")


def test_longer_under_boost() -> None:
    """hyp/core/runqueue.h: 4 (N - 1) slices, where each waits for the others' once otherwise."""
    boost = vms.Ground("virt-v3", ("te", "lr"), "boost", vms.CLOSE_NS)
    assert GROUND.longest_ns == 7 * vms.TURN_NS and boost.longest_ns == 4 * GROUND.longest_ns


def _write_memory(ram: Path, image: bytes) -> None:
    """Of the machine: each VM's with a device tree and its image, the last one's first, and the hypervisor's."""
    size = vms.MEMORY_MIB << 20
    with ram.open("wb") as stream:
        for vm in reversed(range(vms.VMS)):
            own = bytearray(vms.pattern(vm, 1, 0, size).tobytes())
            own[:8] = b"\xd0\x0d\xfe\xed\x00\x00\x10\x01"  # a tree of 4097 bytes
            own[vms.IMAGE_OFFSET : vms.IMAGE_OFFSET + len(image)] = image
            stream.write(own)
        stream.write(bytes(size))


def test_memory_that_is_not_what_it_was(tmp_path: Path) -> None:
    """One bit anywhere but in what a VM writes itself, from the beginning of its unused memory to the end."""
    image, ram = tmp_path / "image", tmp_path / "ram"
    image.write_bytes(bytes(16) + (8192).to_bytes(8, "little") + bytes(range(256)) * 8)
    _write_memory(ram, image.read_bytes())

    def fault(offset: int, seed: int = 1) -> str:
        place = (vms.VMS - 1 - 5) * (vms.MEMORY_MIB << 20) + offset
        memory = np.memmap(ram, np.uint8, mode="r+")
        memory[place] ^= 0x10
        found = vms.memory_fault(ram, seed, image, 512)
        memory[place] ^= 0x10
        return found

    for free in (100, 4096, 0x200000 + 512, 0x200000 + 8191):
        assert fault(free) == ""
    for offset in (8192, 0x200000 - 1, 0x200000, 0x200000 + 511, 0x200000 + 8192, (8 << 20) - 4097):
        assert fault(offset).startswith("vm5: "), hex(offset)
    assert fault((8 << 20) - 1) == "vm5: its memory is found 0 times"
    assert fault(100, seed=2) == "vm0: its memory is found 0 times"
