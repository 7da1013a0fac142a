# SPDX-License-Identifier: Apache-2.0
"""A kernel's own symbols are kept when all of them were told, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import kallsyms

SYMBOLS = "ffff800080000000 T _stext\nffff800080000010 t first\n"


@pytest.fixture(name="cache", autouse=True)
def fixture_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty one."""
    monkeypatch.setattr(kallsyms, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


def told(tmp_path: Path, printed: str, status: int = 0) -> Path | None:
    """What is kept of a simulator that prints this on the first UART and ends so."""
    (tmp_path / "printed").write_text(printed, encoding="utf-8")
    qemu = tmp_path / "qemu"
    find = "for each; do case $each in file:*) console=${each#file:};; esac; done"
    qemu.write_text(f'#!/bin/sh\n{find}\ncp "{tmp_path}/printed" "$console"\nexit {status}\n', encoding="utf-8")
    qemu.chmod(0o755)
    return kallsyms.of(tmp_path / "kernel", "0" * 64, tmp_path / "printed", qemu)


@pytest.mark.parametrize(
    "printed, status",
    [
        (SYMBOLS, 0),
        (SYMBOLS + kallsyms.END[:-1], 0),
        (SYMBOLS + kallsyms.END, 1),
        (kallsyms.END, 0),
        ("", 0),
    ],
    ids=["truncated", "end truncated", "failed", "no symbols", "nothing"],
)
def test_what_is_not_whole_is_not_kept(printed: str, status: int, tmp_path: Path, cache: Path) -> None:
    """And the next one that is whole takes its place."""
    assert told(tmp_path, printed, status) is None and not cache.exists()
    kept = told(tmp_path, SYMBOLS + kallsyms.END)
    assert kept is not None and kept.read_text(encoding="utf-8") == SYMBOLS
    assert told(tmp_path, "", 1) == kept  # not asked again


def test_the_end_is_what_the_vmm_says() -> None:
    """The same words on both sides."""
    text = (kallsyms.ROOT / "vmm/kallsyms.c").read_text(encoding="utf-8")
    assert f'"{kallsyms.END.rstrip()}\\n"' in text
