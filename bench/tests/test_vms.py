# SPDX-License-Identifier: Apache-2.0
"""Several VMs, and more vCPUs than cores: nobody notices that others run meanwhile."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bench import images, suite, workload
from bench.suite import ROOT

HYP = ROOT / "build/hyp/hyp.img"
BENCH = ROOT / images.GUEST
CONFORM = ROOT / "build/guests/conform.img"
SOURCE = Path(__file__).with_name("preempted.S")
PLACE = 0x40200000  # of an image in a guest's memory
FILE = 0x70000000  # of a second one in the machine's
MACHINE = "virt-v3"
TIMEOUT_S = 180

# What an exception log of QEMU's says of an interrupt that EL2 takes from EL1, up to where it struck.
PREEMPTED = re.compile(r"\[IRQ\][^\n]*\n\.\.\.from EL1 to EL2\n[^\n]*\n[^\n]*\n\.\.\.with ELR 0x([0-9a-f]+)")


def _run(image: Path, cores: int, parameters: str, *options: str | Path, machine: str = MACHINE) -> str:
    """The console of a run to its end."""
    row = suite.load().machines[machine]
    args = [arg for arg in row.args if arg not in ("-serial", "file:console.log")]
    command: list[str | Path] = [images.find_qemu(row.qemu).path, "-M", f"{row.machine},virtualization=on", *args]
    command += [
        "-serial",
        "stdio",
        "-smp",
        str(cores),
        "-kernel",
        HYP,
        "-initrd",
        image,
        "-append",
        parameters,
        *options,
    ]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S, check=True
    )
    return done.stdout.replace("\r", "")


def _said(console: str, vm: int) -> str:
    """What a VM printed."""
    return "".join(f"{line}\n" for line in re.findall(rf"^vm{vm}: (.*)$", console, re.MULTILINE))


def _assemble(source: Path, directory: Path) -> tuple[Path, dict[str, int]]:
    """A raw binary and its global symbols."""
    elf, binary = directory / f"{source.stem}.elf", directory / f"{source.stem}.bin"
    link = ["-nostdlib", "-static", "-Wl,-Ttext=0", "-Wl,-e,start", "-Wl,--build-id=none"]
    subprocess.run(["aarch64-linux-gnu-gcc", *link, "-o", elf, source], check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", elf, binary], check=True)
    names = subprocess.run(["aarch64-linux-gnu-nm", elf], capture_output=True, text=True, check=True).stdout
    return binary, {name: int(value, 16) for value, _, name in (line.split() for line in names.splitlines())}


@pytest.mark.parametrize("first, second", [("te", "te"), ("lr", "lr"), ("te", "lr")])
def test_preempted_at_every_instruction_of_a_handler(first: str, second: str, tmp_path: Path) -> None:
    """Two guests in turn: each timer interrupt comes once, in its time, whatever state the other one's is in."""
    binary, symbols = _assemble(SOURCE, tmp_path)
    log = tmp_path / "exceptions.log"
    parameters = f"vm0.strategy={first} vm1.strategy={second} vm.load={PLACE:#x} vm.mem=16 sched.slice=1009"
    console = _run(binary, 1, parameters, "-d", "int", "-D", log)
    assert [_said(console, vm) for vm in (0, 1)] == ["ok\n", "ok\n"], console
    assert console.endswith("virqlab: all off\n")
    struck = {int(address, 16) - PLACE for address in PREEMPTED.findall(log.read_text(encoding="ascii"))}
    assert set(range(symbols["handler"], symbols["handler_end"], 4)) - struck == set()


def test_conformance_in_turn() -> None:
    """All rules hold under te and under lr, on one core that changes hands every few microseconds."""
    console = _run(CONFORM, 1, "vm0.strategy=te vm1.strategy=lr vm.its=1 sched.slice=25001 sched=boost")
    for vm in (0, 1):
        said = _said(console, vm)
        plan = re.search(r"^1\.\.(\d+)$", said, re.MULTILINE)
        assert plan is not None and len(re.findall(r"^ok \d+ ", said, re.MULTILINE)) == int(plan[1]), said
        assert "not ok" not in said


@pytest.mark.parametrize("strategy", ["te", "lr"])
def test_conformance_on_the_move(strategy: str) -> None:
    """All rules hold for two vCPUs that change their cores all the time, sometimes to the same one."""
    parameters = f"vm0.strategy={strategy} vm0.vcpus=2 vm0.its=1 vm0.move=50000 sched.slice=5000"
    console = _run(CONFORM, 2, parameters)
    plan = re.search(r"^1\.\.(\d+)$", console, re.MULTILINE)
    assert plan is not None and len(re.findall(r"^ok \d+ ", console, re.MULTILINE)) == int(plan[1]), console
    assert "not ok" not in console


@pytest.mark.parametrize(
    "machine, strategy", [("virt-v3", "te"), ("virt-v3", "lr"), ("virt-v2", "te"), ("virt-v2", "gicv2")]
)
def test_a_level_in_its_handler_does_not_come_again(machine: str, strategy: str) -> None:
    """A device's line stays asserted while the vCPU that has its interrupt moves: it is taken once."""
    row = next(row for row in suite.load().scenarios if row.params.get("source") == ["edu"])
    parameters = " ".join(f"{key}={value}" for key, value in row.hyp.items())
    parameters = f"vm0.strategy={strategy} {parameters} vm0.move=1009 -- bench=spi_hw source=edu iterations=1000"
    assert "ok 1 spi_hw\n" in _run(BENCH, 2, parameters, "-device", row.devices[0], machine=machine)


def test_a_core_that_a_vcpu_left_sleeps() -> None:
    """Also where the vCPU had an interrupt pending and masked: the other one's core is not kept from its turn."""
    assert "ok 696 " in _run(CONFORM, 2, "vm0.strategy=te vm0.vcpus=2 vm0.move=50000 -- rule=696")


@pytest.mark.parametrize("strategy", ["te", "lr"])
def test_fp_registers_follow(strategy: str, tmp_path: Path) -> None:
    """A vCPU finds its own where it comes to, and nobody else's."""
    source = tmp_path / "fp.S"
    source.write_text(FP, encoding="ascii")
    binary, _ = _assemble(source, tmp_path)
    parameters = f"vm.strategy={strategy} vm0.move=3001 vm1.move=4001 vm2.cores=0 vm3.cores=1 sched.slice=1009"
    console = _run(binary, 2, f"{parameters} vm.load={PLACE:#x} vm.mem=16")
    assert [f"virqlab: vm{vm} off\n" in console for vm in range(4)] == [True] * 4, console


# rules of the timers' lines, and of what one vCPU changes of another
@pytest.mark.parametrize("rule", [865, 869, 870, 871, 872, 875, 876, 1045, 1047, 1157, 1159, 1161, 1163, 1164])
@pytest.mark.parametrize("strategy", ["te", "lr"])
def test_rules_of_vcpus_in_turn(strategy: str, rule: int) -> None:
    """What one vCPU changes or asks concerns another one that waits for its turn on the same core."""
    parameters = f"vm0.strategy={strategy} vm0.vcpus=4 vm0.cores=0 sched.slice=5000 -- rule={rule}"
    assert re.search(rf"^ok {rule} [\w.]+$", _run(CONFORM, 1, parameters), re.MULTILINE)


@pytest.mark.parametrize("policy", ["wait", "boost"])
def test_nothing_is_lost_doubled_or_out_of_order(policy: str) -> None:
    """The random workload twice on one core, and its account."""
    parameters = f"vm0.strategy=lr vm1.strategy=te lr.limit=2 sched={policy} sched.slice=3001"
    console = _run(ROOT / workload.IMAGE, 1, f"{parameters} -- seed=3 interrupts=3000")
    for vm in (0, 1):
        outcome = workload.judge(_said(console, vm), 3000)
        assert outcome.fault == "", outcome


def test_sixteen_on_two_cores() -> None:
    """Each VM has its own memory, and runs to its end."""
    console = _run(
        BENCH, 2, "vm15.strategy=lr vm8.strategy=te vm.mem=16 sched.slice=50000 -- bench=timer iterations=50"
    )
    for vm in range(16):
        assert "ok 1 timer\n" in _said(console, vm), console
    assert console.endswith("virqlab: all off\n")


@pytest.mark.parametrize("strategy", ["te", "lr"])
def test_more_vcpus_than_cores(strategy: str) -> None:
    """vCPUs that send each other interrupts in turn, on one core."""
    parameters = f"vm0.strategy={strategy} vm1.strategy={strategy} vm.vcpus=2 sched.slice=5000"
    console = _run(BENCH, 1, f"{parameters} -- bench=ipi iterations=100")
    assert all("ok 1 ipi\n" in _said(console, vm) for vm in (0, 1)), console


def test_cores_are_chosen() -> None:
    """The machine has two cores; on the second is nobody but vm1, whose interrupts wait for no turn."""
    parameters = "vm0.cores=0 vm1.cores=1 vm2.cores=0 -- bench=timer iterations=50"
    console = _run(BENCH, 2, f"vm.strategy=lr sched.slice=2000 {parameters}")
    stamps = [re.findall(r"\b[0-9a-f]{16}\b", _said(console, vm)) for vm in range(3)]
    slowest = [max(int(stamp, 16) for stamp in of_vm[1:]) for of_vm in stamps]
    assert slowest[1] < 1000 < min(slowest[0], slowest[2]), console


def test_images_and_command_lines_of_their_own(tmp_path: Path) -> None:
    """One VM asks for a reset, the others go on."""
    source = tmp_path / "reset.S"
    source.write_text(".global start\nstart: movz w0, #0x8400, lsl #16\n movk w0, #9\n hvc #0\n", encoding="ascii")
    binary, _ = _assemble(source, tmp_path)
    parameters = f"vm0.image={FILE:#x},{binary.stat().st_size} vm0.load={PLACE:#x} vm2.mem=64"
    parameters += ' vm1.args="bench=hvc iterations=7" -- bench=eoi iterations=5'
    console = _run(BENCH, 1, parameters, "-device", f"loader,file={binary},addr={FILE:#x},force-raw=on")
    assert "ok 1 hvc\n" in _said(console, 1) and "ok 1 eoi\n" in _said(console, 2), console
    assert "virqlab: vm0 reset\n" in console and console.endswith("virqlab: all ended, reset by 1\n")


# Turns its VM off after many turns in which each register kept what it was given.
FP = """.global start
start: mrs x0, cpacr_el1
 orr x0, x0, #(3 << 20)
 msr cpacr_el1, x0
 isb
 mrs x1, cntvct_el0
 mov x2, #60000
1: add x1, x1, #1
 dup v0.2d, x1
 mvn v31.16b, v0.16b
 mov x3, #50
2: subs x3, x3, #1
 b.ne 2b
 mov x4, v0.d[1]
 mov x5, v31.d[0]
 mvn x5, x5
 cmp x4, x1
 b.ne .
 cmp x5, x1
 b.ne .
 subs x2, x2, #1
 b.ne 1b
 movz w0, #0x8400, lsl #16
 movk w0, #8
 hvc #0
"""

TWICE_OFF = """.global start
start: movz x0, #0xc400, lsl #16
 movk x0, #3
 mov x1, #1
 adr x2, other
 hvc #0
1: ldr w1, flag
 cbz w1, 1b
 b off
other: adr x1, flag
 mov w2, #1
 str w2, [x1]
off: movz w0, #0x8400, lsl #16
 movk w0, #8
 hvc #0
flag: .word 0
"""


def test_a_vm_ends_once(tmp_path: Path) -> None:
    """Two vCPUs turn their VM off at the same time: the others run on. Short slices make cores alternate quickly."""
    source = tmp_path / "twice.S"
    source.write_text(TWICE_OFF, encoding="ascii")
    binary, _ = _assemble(source, tmp_path)
    parameters = f"vm0.image={FILE:#x},{binary.stat().st_size} vm0.load={PLACE:#x} vm0.vcpus=2 vm0.cores=0-1"
    parameters += " vm1.cores=2 vm2.cores=2 sched.slice=500 -- bench=eoi iterations=50"
    console = _run(BENCH, 3, parameters, "-device", f"loader,file={binary},addr={FILE:#x},force-raw=on")
    assert all(f"virqlab: vm{vm} off\n" in console for vm in range(3)), console
    assert console.endswith("virqlab: all off\n")


@pytest.mark.parametrize(
    "parameters, said",
    [
        ("vm16.strategy=te", "vm16: there can be 16 VMs, vm0 to vm15"),
        ("vm0.cores=1-2", "vm0.cores=1-2: this machine has cores 0 to 1: give CORE|FIRST-LAST[,...]"),
        ("vm0.cores=1,", "vm0.cores=1,: this machine has"),
        ("vm0.vcpus=9", "vm0.vcpus=9: give 1 to 8"),
        ("vm1.priority=8", "vm1.priority=8: give 0 to 7, which runs first"),
        ("sched=first", "sched=first: give wait or boost"),
        ("vm0.move=999", "vm0.move=999: give 1000 to 10000000000 (ns)"),
        ("sched.slice=99", "sched.slice=99: give 100 to 10000000000 (ns)"),
        ("vm.cores=0 vm0.strategy=pass vm1.strategy=te", "vm0.strategy=pass: it needs its cores for itself"),
        ("vm0.strategy=pass vm0.move=5000", "vm0.strategy=pass: it needs its cores for itself"),
        ("vm1.pci=00:03.0", "vm1.pci=00:03.0: only vm0 can have PCI functions"),
        ("vm0.spis=40 vm1.spis=40-41", "vm1: vm0 has the physical interrupt 40 already"),
        ("vm15.mem=128", "no 128 MiB of free memory for vm"),
    ],
)
def test_bad_parameters(parameters: str, said: str) -> None:
    """One line that says what is wrong."""
    assert f"virqlab: error: {said}" in _run(BENCH, 2, parameters)
