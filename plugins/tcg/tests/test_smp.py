# SPDX-License-Identifier: GPL-2.0-or-later
"""Several vCPUs that take turns: what each executes is its own, in QEMU's order, and turns end where they should."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
import support
from support import COUNTS, END, ERET_EL1, ERET_EL2, EXC_EL1, EXC_EL2, MARK, MMIO, SYNC, SYSREG, SYSREG_DONE
from support import Exc, Guest, Run, qemu, run

PING, PONG, REPLY, DONE, UNEXPECTED = 0x20, 0x21, 0x22, 0x23, 0xBAD
ROUNDS = 50
DEADLINE = ",deadline=400000000"


def build(directory: Path, cpus: int, spin: str = "yield") -> Guest:
    """smp.S for so many CPUs, which wait for each other with that instruction."""
    return Guest(directory, "smp.S", f"smp-{cpus}-{spin}", "-march=armv8.1-a", f"-DCPUS={cpus}", f"-DSPIN={spin}")


def start(out: Path, guest: Guest, cpus: int, *arguments: str, options: str = "") -> Run:
    """Runs it to its end."""
    done = qemu(out, guest.image, "-smp", str(cpus), *arguments, options=DEADLINE + options)
    assert done.code == 0, done.err
    return done


class Order:
    """Where the other vCPUs stand at each record of one."""

    def __init__(self, done: Run, vcpu: int, cpus: int) -> None:
        self.records = []
        self.positions = []
        known = [0] * cpus
        for record in done.records(vcpu):
            if record.kind == SYNC:
                assert record.c != vcpu and record.a > known[record.c]
                known[record.c] = record.a
            else:
                self.records.append(record)
                self.positions.append(list(known))

    def find(self, kind: int, **fields: int) -> list[int]:
        """The records of this kind with these fields."""
        wanted = fields.items()
        return [i for i, r in enumerate(self.records) if r.kind == kind and all(getattr(r, k) == v for k, v in wanted)]


@pytest.fixture(scope="module", params=[2, 4])
def cpus(request: pytest.FixtureRequest) -> int:
    """Number of vCPUs."""
    return int(request.param)


@pytest.fixture(scope="module")
def guest(cpus: int, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    """The guest that waits with YIELD."""
    return build(tmp_path_factory.mktemp("smp"), cpus)


@pytest.fixture(scope="module")
def done(plugin: Path, guest: Guest, cpus: int, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Its trace, with QEMU's exception log beside it."""
    del plugin
    directory = tmp_path_factory.mktemp("smp")
    return start(directory / "trace", guest, cpus, "-d", "int", "-D", str(directory / "int.log"))


def test_guest_took_no_unexpected_path(done: Run, cpus: int) -> None:
    for vcpu in range(cpus):
        records = done.records(vcpu)
        marks = Counter(r.c for r in records if r.kind == MARK)
        own = {PING: ROUNDS * (cpus - 1), PONG: ROUNDS * (cpus - 1)} if vcpu == 0 else {REPLY: ROUNDS}
        assert marks == {**own, DONE: 1}
        assert [r.a for r in records if r.kind == MARK and r.c == DONE] == [vcpu]
        assert all(a.insn <= b.insn for a, b in zip(records, records[1:]))
        assert [r.kind for r in records].count(END) == 1 and records[-1].kind == END


def test_exceptions_equal_qemus_log(done: Run, cpus: int) -> None:
    log = (done.out.parent / "int.log").read_text()
    returns = 0
    for vcpu in range(cpus):
        traced = support.traced(done.records(vcpu))
        logged = [e for e in support.logged(log, vcpu) if isinstance(e, Exc)]
        assert [e for e in traced if isinstance(e, Exc)] == logged and logged
        returns += sum(not isinstance(e, Exc) for e in traced)
    assert returns == sum(not isinstance(e, Exc) for e in support.logged(log))


def test_counts_known_by_heart(done: Run, cpus: int) -> None:
    """From the guest's SGI to its handler on the other vCPU: the sender up to the physical SGI, which the target takes
    at the very instruction it stands at."""
    sender = Order(done, 0, cpus)
    targets = {vcpu: Order(done, vcpu, cpus) for vcpu in range(1, cpus)}
    turns = {vcpu: count() for vcpu in targets}
    for ping, pong in zip(sender.find(MARK, c=PING), sender.find(MARK, c=PONG)):
        vcpu = sender.records[ping].a
        target = targets[vcpu]
        sent = [r for r in sender.records[ping:pong] if r.kind not in (COUNTS, MMIO)]
        # mark, msr; vector: b; and, msr; mrs, add, msr, eret
        begin = sent[0].insn
        assert [(r.kind, r.el, r.insn - begin) for r in sent[1:]] == [
            (SYSREG, 1, 1), (EXC_EL2, 1, 2), (SYSREG, 2, 4), (ERET_EL2, 1, 8)
        ]  # fmt: skip
        kick = sender.records.index(sent[3])
        stands = sender.positions[kick][vcpu]
        turn = next(turns[vcpu])
        vector = target.find(EXC_EL2)[turn]
        assert target.records[vector].insn == stands
        # vector: b; mrs, msr, ldr, msr, eret; vector: b; mrs, mov, add, ldadd; mark, msr, eret
        taken = [r for r in target.records[vector:] if r.kind != COUNTS]
        expected = [(SYSREG_DONE, 2), (SYSREG_DONE, 3), (SYSREG, 4), (ERET_EL2, 5), (EXC_EL1, 6), (SYSREG_DONE, 8)]
        expected += [(MARK, 11), (SYSREG_DONE, 13), (ERET_EL1, 13)]
        assert [(r.kind, r.insn - stands) for r in taken[1 : 1 + len(expected)]] == expected
        # The target is seen where it stands when the sender goes on, and the other way round.
        assert sender.positions[pong][vcpu] > target.records[target.find(MARK, c=REPLY)[turn]].insn
        assert sender.records[kick].insn < target.positions[vector][0] <= sender.records[pong].insn


def test_every_instruction_is_its_own_vcpus(guest: Guest, done: Run, cpus: int, tmp_path: Path) -> None:
    """One line of QEMU's log for each instruction, with the vCPU that runs it."""
    log = tmp_path / "exec.log"
    arguments = ["-accel", "tcg,one-insn-per-tb=on", "-d", "exec,nochain", "-D", str(log)]
    single = start(tmp_path / "trace", guest, cpus, *arguments)
    ran, last = [0] * cpus, 0
    for line in log.read_text().splitlines():
        what, vcpu = line.split(" ", 2)[:2]
        if what == "Trace":
            last = int(vcpu.rstrip(":"))
            ran[last] += 1
        elif what == "Stopped":  # the one before did not run: its turn had ended
            ran[last] -= 1
    assert [single.records(vcpu)[-1].insn for vcpu in range(cpus)] == ran
    del done


@pytest.mark.parametrize("options", ["", ",count=insn"])
def test_trace_repeats_byte_for_byte(options: str, guest: Guest, done: Run, cpus: int, tmp_path: Path) -> None:
    again = start(tmp_path, guest, cpus, options=options)
    for vcpu in range(cpus):
        assert again.raw(vcpu) == done.raw(vcpu)


def test_babeltrace_decodes_every_record(done: Run, cpus: int) -> None:
    text = subprocess.run(["babeltrace2", str(done.out)], check=True, capture_output=True, text=True).stdout
    found = Counter(line.split(": {")[0].split()[-1] for line in text.splitlines())
    assert found == Counter(support.KINDS[r.kind] for vcpu in range(cpus) for r in done.records(vcpu))
    assert found["sync"] > ROUNDS


def waits(done: Run) -> list[int]:
    """What the sender executed from each SGI to its reply."""
    marks = [r for r in done.records() if r.kind == MARK]
    pairs = zip((r for r in marks if r.c == PING), (r for r in marks if r.c == PONG))
    return [pong.insn - ping.insn for ping, pong in pairs]


def test_slice_bounds_a_turn(plugin: Path, tmp_path: Path) -> None:
    """Without YIELD a vCPU keeps its turn until a timer ends it: two vCPUs share a slice, so the sender waits for the
    rest of its own half and one more at most."""
    del plugin
    guest = build(tmp_path, 2, "nop")
    unbound = waits(qemu(tmp_path / "unbound", guest.image, "-smp", "2", options=",deadline=200000000"))
    assert 0 < len(unbound) < ROUNDS and min(unbound) > 1000000
    for slice_ns in (1000, 4000):
        runs = [start(tmp_path / name, guest, 2, options=f",slice={slice_ns}") for name in ("a", "b")]
        assert len(waits(runs[0])) == ROUNDS and max(waits(runs[0])) <= slice_ns
        assert [runs[0].raw(vcpu) for vcpu in (0, 1)] == [runs[1].raw(vcpu) for vcpu in (0, 1)]


def test_wfe_ends_a_turn(plugin: Path, tmp_path: Path) -> None:
    del plugin
    found = waits(start(tmp_path / "trace", build(tmp_path, 2, "wfe"), 2))
    assert len(found) == ROUNDS and max(found) < 50


def test_slice_needs_icount(plugin: Path, guest: Guest, tmp_path: Path) -> None:
    del plugin
    refused = qemu(tmp_path, guest.image, options=",slice=1000", icount=False)
    assert refused.code != 0 and "virqlab: slice: needs -icount" in refused.err


@pytest.mark.parametrize("thread", ["multi", "single"])
def test_without_icount(thread: str, plugin: Path, tmp_path: Path) -> None:
    """In threads of their own vCPUs have no order to tell; in one thread they take turns."""
    del plugin
    guest = build(tmp_path, 2)
    accel = ["-smp", "2", "-accel", f"tcg,thread={thread}"]
    ran = qemu(tmp_path / "trace", guest.image, *accel, icount=False)
    assert ran.code == 0, ran.err
    kinds = [Counter(r.kind for r in ran.records(vcpu)) for vcpu in (0, 1)]
    assert kinds[1][EXC_EL2] == kinds[1][EXC_EL1] == ROUNDS
    assert bool(kinds[0][SYNC]) == bool(kinds[1][SYNC]) == (thread == "single")


def test_self_test_finds_code_of_another_vcpu(tmp_path: Path) -> None:
    """A plugin that leaves QEMU's translation as it is: what CPU 0 translated runs on CPU 1 with CPU 0's index."""
    sources = tmp_path / "plugin"
    shutil.copytree(support.HERE.parent, sources, ignore=shutil.ignore_patterns("tests"))
    machine = sources / "machine.c"
    text = machine.read_text()
    broken = text.replace("cflags_init(cpu, true);", "").replace("return before ^ cflags(cpu);", "return 1;")
    assert broken != text and broken.count("cflags(cpu)") == 1
    machine.write_text(broken)
    files = [str(path) for path in sorted([*sources.glob("*.c"), *sources.glob("*.S")])]
    library = tmp_path / "broken.so"
    command = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-fPIC", "-fvisibility=hidden", "-shared"]
    run(*command, f"-I{sources}", f"-Wa,-I{sources}", "-o", str(library), *files)
    guest = build(tmp_path, 2)
    out = tmp_path / "trace"
    out.mkdir()
    ran = subprocess.run(
        [*support.QEMU, "-M", support.MACHINE, "-smp", "2", "-kernel", str(guest.image)]
        + ["-plugin", f"{library},out={out}{DEADLINE}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "virqlab: several vCPUs: self-test failed: QEMU attributes one's code to another" in ran.stderr
    assert ran.stderr.count("virqlab:") == 1
    assert all((out / f"vcpu{vcpu}").stat().st_size == 0 for vcpu in (0, 1))
