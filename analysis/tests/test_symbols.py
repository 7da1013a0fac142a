# SPDX-License-Identifier: Apache-2.0
"""Names of program counters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis import symbols
from analysis.errors import TraceError

KALLSYMS = """\
ffff800080000000 T _text
ffff800080010000 T _stext
ffff800080010000 T first
ffff800080010800 t vectors
ffff800080010900 D data
ffff800080010a00 W last
ffff800000001000 t other\t[module]
"""


def test_symbols_of_a_kernel(tmp_path: Path) -> None:
    """Code of the kernel alone, wherever it was moved; of several names at one place the first."""
    path = tmp_path / "kallsyms"
    path.write_text(KALLSYMS, encoding="utf-8")
    image = symbols.Image.of(path, "vectors", 0x5000_0010_0800)
    named = {pc: image.function(0x5000_0010_0000 + pc) for pc in (-1, 0, 0x7FC, 0x800, 0x9FC, 0xA00, 0x1000)}
    assert named == {
        -1: "_text",
        0: "_stext",
        0x7FC: "_stext",
        0x800: "vectors",
        0x9FC: "vectors",
        0xA00: "",  # the last one only ends the image
        0x1000: "",
    }
    with pytest.raises(TraceError, match="kallsyms has no symbol 'data'"):
        symbols.Image.of(path, "data", 0)


def test_what_is_no_table_of_symbols(tmp_path: Path) -> None:
    """No names, no failure: a console that the kernel died on."""
    path = tmp_path / "text"
    path.write_text(
        "Kernel panic - not syncing\nffffffffffffffff B the real map is elsewhere\nsome t thing\n", encoding="utf-8"
    )
    assert symbols.symbolize(0x1000, path) == ""


def test_where_a_kernel_is_linked_to(tmp_path: Path) -> None:
    """An image larger than the alignment of its load address is known there alone."""
    path = tmp_path / "kallsyms"
    path.write_text(KALLSYMS.replace("ffff800080010a00", "ffff800080410a00"), encoding="utf-8")
    assert symbols.symbolize(0xFFFF_8000_8001_0804, path) == "vectors+0x4"
    assert symbols.symbolize(0x4000_0804, path) == ""


def test_an_elf_file(tmp_path: Path) -> None:
    """A function has precedence over labels at the same place; the build is told where the linker noted it."""
    source, elf = tmp_path / "two.S", tmp_path / "two"
    source.write_text(
        ".global label, function\nlabel:\n.type function, %function\nfunction: nop\nlater: nop\n", encoding="utf-8"
    )
    link = ["-nostdlib", "-static", "-Wl,-Ttext=0xffff800080010000", "-Wl,-e,0", "-Wl,--build-id=0xabcd"]
    subprocess.run(["aarch64-linux-gnu-gcc", *link, "-o", elf, source], check=True)
    assert symbols.symbolize(0xFFFF_8000_8001_0000, elf) == "function"
    assert symbols.Image.of(elf, "later", 0x4_0004).function(0x4_0000) == "function"
    assert symbols.build_id(elf) == b"\xab\xcd" and symbols.build_id(source) == b""
