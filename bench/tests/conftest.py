# SPDX-License-Identifier: Apache-2.0
"""For tests: the committed reference run, and tiny arm64 Images that misbehave, assembled on the spot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest

from analysis import record
from bench.rebaseline import REFERENCE

# 64-byte header of an arm64 Image with a branch over it, then the body at offset 64.
HEADER = """
    b body
    nop
    .quad 0, end - start, 0xa, 0, 0, 0
    .ascii "ARM\\x64"
    .long 0
body:
"""
BAD_GUESTS = {
    "hang": "1: b 1b",
    "sleep": "msr daifset, #15\n1: wfi\n b 1b",
    # a data abort at EL1 with a vector table that loops
    "fault": """
        adr x0, vectors
        msr vbar_el1, x0
        isb
        movz x1, #0xdead, lsl #48
        ldr x2, [x1]
        .balign 2048
        vectors: .rept 16
        b spin
        .balign 128
        .endr
        spin: b spin
    """,
    # every instruction faults again: no vector table at all
    "storm": "1: .inst 0\n b 1b",
    # a load from where no machine has anything
    "wild": "mov x1, #0x8000000000\n ldr w2, [x1]\n b .",
    "silent": "movz w0, #0x8400, lsl #16\n movk w0, #8\n hvc #0\n b .",
}


@pytest.fixture(name="reference", scope="session")
def fixture_reference() -> dict[str, Any]:
    """The committed reference run; VIRQLAB_REFERENCE names another one that is to take its place."""
    return record.load(Path(os.environ.get("VIRQLAB_REFERENCE", REFERENCE)))


@pytest.fixture(name="bad_guest", scope="session")
def fixture_bad_guest(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """bad_guest("hang") is the path of that Image."""
    directory = tmp_path_factory.mktemp("guests")

    def build(name: str) -> Path:
        source, elf, image = (directory / f"{name}{suffix}" for suffix in (".S", ".elf", ".img"))
        if not image.exists():
            source.write_text(f".global start\nstart:{HEADER}{BAD_GUESTS[name]}\nend:\n", encoding="utf-8")
            link = ["-nostdlib", "-static", "-Wl,-Ttext=0", "-Wl,-e,start", "-Wl,--build-id=none"]
            subprocess.run(["aarch64-linux-gnu-gcc", *link, "-o", elf, source], check=True)
            subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", elf, image], check=True)
        return image

    return build
