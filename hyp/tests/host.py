# SPDX-License-Identifier: Apache-2.0
"""Builds the pure parts of the hypervisor for the build host: tests, fuzzers, mutants."""

from __future__ import annotations

import subprocess
from pathlib import Path

HYP = Path(__file__).resolve().parent.parent
FLAGS = "-std=c11 -g -O1 -Wall -Wextra -Werror".split()
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all".split()
# Against a reference: they take a seed and a number.
REFERENCES = ("test_model", "test_lists", "test_secure", "test_messages")
GIC = ("test_its", "test_its_command", "test_vpe", "test_direct")  # the drivers of physical controllers, on fakes
LPIS = ("test_vlpi", "test_vits")
# Each with a fake of its own, if it needs one: the drivers of devices, the scheduler's policy.
ALONE = {"test_pci": "dev/pci_function", "test_smmu": "dev/smmu", "test_runqueue": "core/runqueue"}
MODEL = (
    "test_routing",
    "test_extended",
    "test_one_of_n",
    "test_overflow",
    "test_pass",
    "test_states",
    "test_nmi",
    *LPIS,
)
TESTS = (*MODEL, *GIC, *ALONE)  # scenarios
ROOMS = ("lib", "arch", "gic", "dev", "vgic", "seam", "delivery", "core", "tests")
# What the strategies on list registers are made of, and the core that they run on here.
LISTS = ("test_lists", "test_overflow")
LISTS_RIG = ("lists", "lists_ref", "fake_vif", "fake_ich", "fake_gich", "fake_core")
LISTS_DELIVERY = ("lr_state", "lr_deliver", "lr_fetch", "linked", "vif_v3", "vif_v2", "deliver_lr", "deliver_gicv2")
# What GIC is made of.
GIC_DRIVERS = ("its", "its_command", "its_device", "its_queue", "its_table", "lpi", "table", "vpe")
FAKE_ITS = ("its_rig", "fake_its", "fake_its_command", "tap")  # what they drive here
DIRECT = ("direct_rig", "lpis", "fake")  # a VM with direct injection
ORACLES = ("consistent", "fake", "fake_hw", "lpis", "fuzz_lpis", "direct_rig", *FAKE_ITS)  # what is not fuzzed itself
FRAMES = ("gicd", "gicr", "gicc", "cpuif", "secure", "smp", "vits", "direct")


def _compile(compiler: list[str], sources: list[Path], program: Path, hyp: Path) -> Path:
    # some headers of hyp/lib and hyp/arch have a hosted library's names: keep them out of the tests' way
    rooms = [f"-iquote{hyp / room}" for room in ("tests/arch", "lib", "arch")]
    rooms += ["-include", str(hyp / "tests" / "fake_regs.h")]
    rooms += [f"-I{hyp / room}" for room in ("gic", "dev", "vgic", "seam", "delivery", "core", "tests")]
    subprocess.run([*compiler, *rooms, "-o", program, *sources], check=True, capture_output=True)
    return program


def _gic_sources(names: list[str], hyp: Path) -> list[Path]:
    drivers = [hyp / "gic" / f"{driver}.c" for driver in GIC_DRIVERS]
    return [hyp / "tests" / f"{part}.c" for part in (*names, *FAKE_ITS)] + drivers


def _direct_sources(names: list[str], hyp: Path) -> list[Path]:
    model = [hyp / "delivery" / "direct.c", *sorted((hyp / "vgic").glob("*.c"))]
    return _gic_sources([*names, *DIRECT], hyp) + model


def _build(compiler: list[str], names: list[str], program: Path, hyp: Path) -> Path:
    sources = [hyp / "tests" / f"{name}.c" for name in names] + sorted((hyp / "vgic").glob("*.c"))
    if names[0] in LISTS:
        sources += [hyp / "tests" / f"{name}.c" for name in LISTS_RIG]
        sources += [hyp / "delivery" / f"{name}.c" for name in LISTS_DELIVERY]
    if names[0] == "test_pass":
        sources += [hyp / "delivery" / "pass_frames.c", hyp / "gic" / "dist.c"]
    return _compile(compiler, sources, program, hyp)


def build_test(name: str, directory: Path, hyp: Path = HYP, mutant: bool = False) -> Path:
    """The program of hyp/tests/NAME.c with the model of the tree at `hyp`; a mutant may leave things unused."""
    flags = [*FLAGS, "-w"] if mutant else FLAGS + SANITIZERS
    if name in ALONE:
        sources = [hyp / "tests" / f"{name}.c", hyp / "tests" / "tap.c", hyp / f"{ALONE[name]}.c"]
        return _compile(["gcc", *flags], sources, directory / name, hyp)
    if name in GIC:
        sources = _direct_sources([name], hyp) if name == "test_direct" else _gic_sources([name], hyp)
        return _compile(["gcc", *flags], sources, directory / name, hyp)
    return _build(["gcc", *flags], [name, "consistent", "fake", "lpis", "secure_ref", "tap"], directory / name, hyp)


def _build_fuzzer(flags: list[str], frame: str, program: Path) -> Path:
    if frame == "direct":
        sources = _direct_sources(["fuzz_direct", "fuzz", "fuzz_lpis", "consistent"], HYP)
        return _compile(["clang", *flags], sources, program, HYP)
    parts = ["consistent", "fake", "fake_hw", "lpis", "fuzz_lpis"]
    return _build(["clang", *flags], [f"fuzz_{frame}", "fuzz", *parts], program, HYP)


def build_fuzzer(frame: str, directory: Path) -> Path:
    """The libFuzzer program of a register frame. New inputs are those that reach something new of the model."""
    aside = directory / "uncovered.txt"
    aside.write_text("".join(f"src:*/{name}.c\n" for name in ORACLES), encoding="ascii")
    flags = [*FLAGS, "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
    flags.append(f"-fsanitize-coverage-ignorelist={aside}")
    return _build_fuzzer(flags, frame, directory / frame)


def build_coverage(frame: str, directory: Path) -> Path:
    """The same program, which writes what of the model it reached (LLVM_PROFILE_FILE)."""
    flags = [*FLAGS, "-fsanitize=fuzzer", "-fprofile-instr-generate", "-fcoverage-mapping"]
    return _build_fuzzer(flags, frame, directory / f"{frame}-coverage")
