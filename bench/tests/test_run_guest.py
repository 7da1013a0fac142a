# SPDX-License-Identifier: Apache-2.0
"""Guests of the user's own: bad input, raw binaries, and how a run's end becomes its exit code."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from bench import images, run_guest
from bench.suite import ROOT

BENCH = ROOT / images.GUEST

# Prints "raw", its load address modulo 16 MiB and whether x0 leads to a device tree, then the given ending.
RAW = """
    .global start
start:
    mov x19, x0
    movz x20, #0x0900, lsl #16
    adr x1, text
1:  ldrb w2, [x1], #1
    cbz w2, 2f
    str w2, [x20]
    b 1b
2:  adr x1, start
    ubfx x2, x1, #20, #4
    add w2, w2, #'0'
    str w2, [x20]
    ldr w3, [x19]
    ldr w4, =0xedfe0dd0
    cmp w3, w4
    mov w2, #'N'
    mov w5, #'F'
    csel w2, w5, w2, eq
    str w2, [x20]
    mov w2, #10
    str w2, [x20]
"""
END = {
    "off": "movz w0, #0x8400, lsl #16\n movk w0, #8\n hvc #0\n",
    "reset": "movz w0, #0x8400, lsl #16\n movk w0, #9\n hvc #0\n",
    "hang": "b .\n",
}
# Uses what -cpu max has and EL2 can trap, each with its letter; then asks for what does not exist, and sees it fail.
FEATURES = """
    .arch armv8.7-a+sve+sme+mops
    .macro say letter
    mov w9, #\\letter
    str w9, [x20]
    .endm
    .macro expect ec
    mov x10, #\\ec
    .endm
    .global start
start:
    movz x20, #0x0900, lsl #16
    adr x0, vectors
    msr vbar_el1, x0
    mov x0, #-1
    msr cpacr_el1, x0
    isb
    expect 0x3f
    rdvl x1, #1
    mov x0, #15
    msr zcr_el1, x0
    isb
    rdvl x2, #1
    cmp x2, #256
    b.ne fail
    say 'V'
    mov x0, #42
    msr tpidr2_el0, x0
    mrs x1, tpidr2_el0
    cmp x1, #42
    b.ne fail
    mrs x1, smpri_el1
    smstart
    smstop
    say 'S'
    adr x1, from
    adr x2, to
    mov x3, #8
    cpyfp [x2]!, [x1]!, x3!
    cpyfm [x2]!, [x1]!, x3!
    cpyfe [x2]!, [x1]!, x3!
    ldr x1, from
    ldr x2, to
    cmp x1, x2
    b.ne fail
    say 'M'
    mrs x1, actlr_el1
    msr actlr_el1, x1
    mrs x1, scxtnum_el1
    mrs x1, pmcr_el0
    mrs x1, lorc_el1
    say 'R'
    expect 0
    mrs x1, s3_7_c15_c15_7
    mrs x1, icc_ctlr_el3
    mrs x1, ich_vtr_el2
    expect 0x25
    movz x0, #0x0a00, lsl #16
    ldr x1, [x0]
    str x1, [x0]
    movz x0, #0x10, lsl #32
    ldp x1, x2, [x0], #16
    expect 0x3f
    say '\\n'
    movz w0, #0x8400, lsl #16
    movk w0, #8
    hvc #0
fail:
    say '!'
    b .
    .balign 8
from: .quad 0x0123456789abcdef
to: .quad 0
    .balign 2048
vectors:
    .rept 16
    mrs x11, esr_el1
    lsr x11, x11, #26
    cmp x11, x10
    b.ne fail
    mov w11, #'e'
    str w11, [x20]
    mrs x11, elr_el1
    add x11, x11, #4
    msr elr_el1, x11
    eret
    .balign 128
    .endr
"""
TEXT = '\n b .\n .ltorg\ntext: .asciz "raw "\n'


def virqlab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`virqlab run-guest` without a terminal."""
    return subprocess.run(
        [ROOT / "virqlab", "run-guest", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(name="raw", scope="module")
def fixture_raw(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """raw("off") is the path of a raw binary that ends like that."""
    directory = tmp_path_factory.mktemp("raw")

    def build(name: str, text: str = "") -> Path:
        source, elf, binary = (directory / f"{name}{suffix}" for suffix in (".S", ".elf", ".bin"))
        if not binary.exists():
            source.write_text(text or RAW + END[name] + TEXT, encoding="utf-8")
            link = ["-nostdlib", "-static", "-Wl,-Ttext=0", "-Wl,-e,start", "-Wl,--build-id=none"]
            subprocess.run(["aarch64-linux-gnu-gcc", *link, "-o", elf, source], check=True)
            subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", elf, binary], check=True)
        return binary

    return build


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["no-such-file"], "cannot read the guest image no-such-file: No such file"),
        (["."], "cannot read the guest image .: Is a directory"),
        (["/dev/null"], "the guest image /dev/null is empty"),
        ([BENCH, "--fdt", "Makefile"], "Makefile is not a flattened device tree"),
        ([BENCH, "--fdt", "nowhere"], "cannot read the device tree nowhere"),
        ([BENCH, "--initrd", "nowhere"], "cannot read the initial RAM disk nowhere"),
        ([BENCH, "--mem", "4"], "--mem 4: a guest has 8 to 65536 MiB"),
        ([BENCH, "--vcpus", "0"], "--vcpus 0: a guest has 1 to 8"),
        ([BENCH, "--vms", "17"], "--vms 17: there can be 1 to 16"),
        ([BENCH, "--cores", "0"], "--cores 0: a machine has 1 to 8"),
        ([BENCH, "--load", "0x40200000"], "is an arm64 Image"),
        (["Makefile", "--load", "0x80000000"], "--load 0x80000000: the guest's memory is 0x40000000 to 0x4fffffff"),
        ([BENCH, "--timeout", "-1"], "--timeout -1: give a positive number of seconds"),
        ([BENCH, "--strategy", "magic"], "invalid choice: 'magic'"),
        ([BENCH, "--qemu", "no-such-qemu"], "QEMU not found: no-such-qemu"),
    ],
)
def test_bad_input(arguments: list[str | Path], said: str) -> None:
    """One line that says what is wrong, exit code 2."""
    done = virqlab(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_only_the_hypervisor_finds_is_bad_input(tmp_path: Path) -> None:
    """A header that asks for more memory than there is: the hypervisor's line becomes the launcher's."""
    image = bytearray(BENCH.read_bytes())
    image[16:24] = (1 << 40).to_bytes(8, "little")
    (tmp_path / "huge").write_bytes(image)
    done = virqlab(tmp_path / "huge")
    assert (done.returncode, done.stderr) == (2, "virqlab: the guest's image does not fit into vm0.mem=256 MiB\n")
    done = virqlab(BENCH, "--gic", "2", "--strategy", "lr")
    assert done.returncode == 2 and done.stderr.startswith("virqlab: vm0.strategy=lr: "), done.stderr
    tree = tmp_path / "tree"
    tree.write_bytes(bytes.fromhex("d00dfeed") + bytes(60))
    done = virqlab(BENCH, "--fdt", tree)
    assert done.returncode == 2 and "the guest's device tree cannot be used" in done.stderr


@pytest.mark.parametrize("machine, strategy", run_guest.grounds())
def test_raw_binary(raw: Callable[..., Path], machine: str, strategy: str) -> None:
    """It starts where it was loaded, by default 2 MiB into its memory, with x0 at a device tree."""
    done = virqlab(raw("off"), "--machine", machine, "--strategy", strategy)
    assert done.returncode == 0, done.stderr
    assert "raw 2F\n" in done.stdout and done.stderr == ""


@pytest.mark.parametrize("machine, strategy", run_guest.grounds())
def test_features_and_what_does_not_exist(raw: Callable[..., Path], machine: str, strategy: str) -> None:
    """SVE, SME, memory copies and registers work as the CPU says; 3 unknown registers, 3 accesses to nothing."""
    done = virqlab(raw("features", FEATURES), "--machine", machine, "--strategy", strategy, "--timeout", "20")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VSMReeeeee\n" in done.stdout


def test_raw_binary_at_the_start_of_memory(raw: Callable[..., Path]) -> None:
    """Then the device tree is behind it."""
    done = virqlab(raw("off"), "--load", "0x40000000", "--mem", "8")
    assert done.returncode == 0 and "raw 0F\n" in done.stdout, done.stderr


def test_device_tree_of_the_users_own(raw: Callable[..., Path], tmp_path: Path) -> None:
    """It reaches the guest."""
    tree = tmp_path / "own.dtb"
    subprocess.run(["dtc", "-O", "dtb", "-o", tree], input=b"/dts-v1/; / { own; };", check=True)
    done = virqlab(raw("off"), "--fdt", tree, "--bootargs", "some words")
    assert done.returncode == 0 and "raw 2F\n" in done.stdout, done.stderr


def test_exit_codes(raw: Callable[..., Path], tmp_path: Path) -> None:
    """Reset, timeout, and a QEMU that fails."""
    done = virqlab(raw("reset"))
    assert (done.returncode, done.stderr) == (3, "virqlab: the guest asked for a reset\n")
    done = virqlab(raw("hang"), "--timeout", "1.5")
    assert (done.returncode, done.stderr) == (124, "virqlab: the guest was still running after 1.5 s\n")
    assert "raw 2F\n" in done.stdout
    qemu = tmp_path / "qemu"
    real = shutil.which("qemu-system-aarch64")
    qemu.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\nexit 5\n', encoding="utf-8")
    qemu.chmod(0o755)
    done = virqlab(raw("off"), "--qemu", qemu)
    assert (done.returncode, done.stderr) == (1, "virqlab: QEMU exited with 5\n")
    qemu.write_text(qemu.read_text(encoding="utf-8").replace("exit 5", "echo something; exit 0"), encoding="utf-8")
    done = virqlab(raw("off"), "--qemu", qemu)
    assert (done.returncode, done.stderr) == (1, "virqlab: QEMU ended before the guest did\n")


def test_several_guests_on_fewer_cores(raw: Callable[..., Path]) -> None:
    """Each has its lines; the worst end is the run's."""
    options = ["--vms", "3", "--vcpus", "2", "--cores", "2", "--mem", "16"]
    done = virqlab(raw("off"), *options, "--hyp", "vm1.strategy=te sched=boost")
    assert done.returncode == 0 and all(f"vm{vm}: raw 2F\n" in done.stdout for vm in range(3)), done.stdout
    assert "vm1 strategy=te vcpus=2" in done.stdout and "vm2 strategy=lr vcpus=2" in done.stdout
    done = virqlab(raw("reset"), *options)
    assert (done.returncode, done.stderr) == (3, "virqlab: a guest asked for a reset\n")


def test_a_file_name_with_a_comma(raw: Callable[..., Path], tmp_path: Path) -> None:
    """QEMU takes a comma for the next option unless it is doubled."""
    image = tmp_path / "a,b=c d"
    shutil.copyfile(raw("off"), image)
    assert virqlab(image).returncode == 0
