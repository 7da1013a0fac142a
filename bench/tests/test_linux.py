# SPDX-License-Identifier: Apache-2.0
"""Debian's unmodified arm64 kernel as a guest."""

from __future__ import annotations

import re
import subprocess
from functools import partial
from pathlib import Path
from typing import Callable

import pexpect  # type: ignore[import]
import pytest

from analysis.errors import LabError
from bench import debian, linux
from bench.linux import Ground
from bench.suite import ROOT

GROUNDS = linux.grounds([4])  # fewer vCPUs boot in the tests of the shell
GROUNDS_2 = linux.grounds([2])


@pytest.fixture(name="files", scope="module")
def fixture_files() -> tuple[Path, Path]:
    """Kernel and initial RAM disk; without archive and cache there is nothing to boot."""
    try:
        return linux.kernel(), linux.initramfs()
    except debian.Unreachable as error:
        pytest.skip(str(error))


def interrupts(console: str, name: str) -> list[int]:
    """The counts of one line of /proc/interrupts, by CPU: as printed last."""
    line = re.findall(rf"^ *\d+:((?: +\d+)+) +GIC.*{name}", console, re.MULTILINE)[-1]
    return [int(count) for count in line.split()]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("ground", GROUNDS, ids=str)
def test_boots_to_user_space_and_powers_off(ground: Ground) -> None:
    """No complaint of the kernel on the way; every CPU gets its timer's interrupts."""
    result = linux.boot(ground, "sleep 0.2; cat /proc/interrupts")
    assert result.fault == "", result.console
    timers = interrupts(result.console, "arch_timer")
    assert len(timers) == ground.vcpus and all(count > 20 for count in timers)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("ground", GROUNDS_2, ids=str)
def test_a_cpu_goes_off_and_on_again(ground: Ground) -> None:
    """PSCI CPU_OFF and CPU_ON: its interrupt controller starts anew, its timer ticks again."""
    online = "/sys/devices/system/cpu/cpu1/online"
    cycle = f"echo 0 > {online}; echo 1 > {online}; "
    result = linux.boot(ground, cycle * 3 + "cat /proc/interrupts; sleep 0.5; cat /proc/interrupts")
    assert result.fault == "", result.console
    lines = re.findall(r"^ *\d+: +\d+ +(\d+) +GIC.*arch_timer", result.console, re.MULTILINE)
    assert int(lines[-1]) > int(lines[-2]), result.console


@pytest.mark.parametrize(
    "machine, strategy, gic, vcpus",
    [("virt-v3", "te", 3, 1), ("virt-v3", "te", 2, 2), ("virt-v3", "lr", 3, 2), ("virt-v2", "gicv2", 2, 2)],
)
def test_shell_on_the_console(files: tuple[Path, Path], machine: str, strategy: str, gic: int, vcpus: int) -> None:
    """What is typed arrives by the interrupt of the UART, on the CPU it is routed to; exit powers off."""
    kernel, initrd = files
    model = ["--machine", machine, "--strategy", strategy, "--gic", str(gic), "--vcpus", str(vcpus)]
    arguments = ["run-guest", str(kernel), "--initrd", str(initrd), *model, "--bootargs", "console=ttyAMA0 quiet"]
    shell = pexpect.spawn(str(ROOT / "virqlab"), [*arguments, "--timeout", "60"], timeout=30)
    try:
        shell.expect("/ # ")
        shell.sendline("echo $((6 * 7))-$(nproc)")
        shell.expect(f"42-{vcpus}\r")
        shell.sendline("set -- $(grep pl011 /proc/interrupts)")
        shell.sendline(f"echo {1 << (vcpus - 1)} > /proc/irq/${{1%:}}/smp_affinity")
        shell.sendline("tr a-z A-Z")
        shell.sendline("typed")  # what answers is in the foreground: Ctrl-C is for it
        shell.expect("TYPED\r")
        shell.sendintr()
        shell.expect("/ # ")
        shell.sendline("cat /proc/interrupts")
        shell.expect("Err:")
        assert interrupts(shell.before.decode().replace("\r", ""), "uart-pl011")[-1] >= 2
        shell.sendline("exit")
        shell.expect(pexpect.EOF)
    finally:
        shell.close(force=True)
    assert shell.exitstatus == 0


def test_a_pci_device_interrupts_without_an_exit(files: tuple[Path, Path]) -> None:
    """gicv4, NVMe behind an SMMU: its MSI-X reach the CPU that Linux routes them to, now another one."""
    kernel, initrd = files
    model = ["--machine", "virt-v4-smmu", "--strategy", "gicv4", "--device", "nvme,serial=1,addr=3", "--pci", "00:03.0"]
    work = "cd /proc/irq/*/nvme0q0/..; echo 2 > smp_affinity; "
    work += "for i in 1 2 3 4; do echo 1 > /sys/class/nvme/nvme0/rescan_controller; sleep 0.3; done; "
    work += "grep nvme0q0 /proc/interrupts"
    arguments = ["run-guest", str(kernel), "--initrd", str(initrd), *model, "--vcpus", "2", "--timeout", "90"]
    done = subprocess.run(
        [str(ROOT / "virqlab"), *arguments, "--bootargs", f"console=ttyAMA0 quiet -- {work}"],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = re.findall(r"^ *\d+: +(\d+) +(\d+) +ITS-MSI .*nvme0q0", done.stdout, re.MULTILINE)[-1]
    assert int(first) >= 8 and int(second) >= 8, done.stdout
    assert "misuse" not in done.stdout and "SMMU stopped" not in done.stdout


def test_a_kernel_that_panics_asks_for_a_reset(files: tuple[Path, Path]) -> None:
    """Exit code 3: no init to run, and panic=-1."""
    done = subprocess.run(
        [ROOT / "virqlab", "run-guest", files[0], "--bootargs", "console=ttyAMA0 panic=-1", "--timeout", "60"],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "Kernel panic" in done.stdout


def test_a_command_with_quotes_of_the_kernel() -> None:
    """They would end its one word."""
    with pytest.raises(LabError):
        linux.boot(GROUNDS[0], 'echo "a"')


@pytest.mark.parametrize(
    "console, fault",
    [
        (f"Time: 1.2\r\n{linux.LOAD_ENDED}\r\n", ""),
        ("Time: 1.2\r\n", "it failed"),
        (f"{linux.LOAD_ENDED}\r\n", "is not on the console"),
        (f"Time: 1.2\r\nsh: {linux.LOAD_ENDED}\r\n", "it failed"),
    ],
)
def test_a_load_must_end(console: str, fault: str) -> None:
    """It says so itself, and its exit code does."""
    said = linux.load_fault(linux.Load("hackbench", r"^Time: \d"), console)
    assert (said == "") == (fault == "") and fault in said


@pytest.mark.parametrize("ground", GROUNDS_2, ids=str)
def test_hackbench_runs_to_its_end(ground: Ground) -> None:
    """A short one of `make linux-load`."""
    try:
        linux.initramfs(rt_tests=True)
    except debian.Unreachable as error:
        pytest.skip(str(error))
    result = linux.run_load(ground, linux.Load("hackbench -g 1 -l 20", r"^Time: \d"))
    assert result.fault == "", result.console


@pytest.mark.usefixtures("files")
def test_two_vms_share_two_cores() -> None:
    """te and lr side by side, two vCPUs each; `make linux-vms` runs hackbench in both, many times."""
    result = linux.run_sharing(linux.Load("sleep 0.2", "^guest-linux: ready"))
    assert result.fault == "", result.console


def test_each_vm_is_judged() -> None:
    """By its own lines."""
    load = linux.Load("true", r"^Time: \d")
    lines = ["guest-linux: ready 6.1 cpus=2", "Time: 1.5", linux.LOAD_ENDED]
    console = "".join(f"vm{vm}: {line}\n" for line in lines for vm in (1, 0))
    assert linux.sharing_fault(load, console) == ""
    for gone, fault in ((0, "no line 'guest-linux: ready ... cpus=2'"), (1, "Time"), (2, "it failed")):
        assert fault in linux.sharing_fault(load, console.replace(f"vm1: {lines[gone]}", f"vm0: {lines[gone]}"))
    assert linux.sharing_fault(load, console + "vm1: Oops\n") == "vm1: the kernel complains: Oops"


def test_what_passed_is_not_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A count that was stopped goes on; what failed runs again."""
    ran: list[str] = []

    def runs(*faults: str) -> list[tuple[str, Callable[[], linux.Boot]]]:
        def one(number: int) -> linux.Boot:
            ran.append(str(number))
            return linux.Boot(faults[number], "", 0)

        return [(f"boot {number}", partial(one, number)) for number in range(len(faults))]

    kept = tmp_path / "kept"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(linux, "OUT", tmp_path)
        assert linux._count(runs("", "stuck", ""), kept) == 1
        assert linux._count(runs("", "", "", ""), kept) == 0
    assert ran == ["0", "1", "2", "1", "3"]
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 0 failed"
