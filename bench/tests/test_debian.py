# SPDX-License-Identifier: Apache-2.0
"""Packages of Debian's archive, and initial RAM disks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis.errors import LabError
from bench import debian


def test_cpio_entries_are_aligned() -> None:
    """Header and content each end at a multiple of 4; sizes are in the header."""
    entry = debian.cpio_entry("ab", 0o100644, b"12345")
    assert len(entry) == len(debian.cpio_entry("ab", 0o100644)) + 8
    assert entry.startswith(b"070701") and b"00000005" in entry and entry.endswith(b"12345\0\0\0")


def test_fetching_without_an_archive(tmp_path: Path) -> None:
    """One line and an exit code of its own; names that are none are refused before anything is asked."""
    fetch: list[str | Path] = [debian.FETCH, "-o", tmp_path]
    for name in ("No Such", "../busybox-static", "trixie/x/busybox-static"):
        refused = subprocess.run([*fetch, name], capture_output=True, text=True, check=False)
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    offline = subprocess.run(
        [*fetch, "trixie/busybox-static"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "APT_CONFIG": str(_no_archive(tmp_path))},
    )
    assert offline.returncode == debian.FETCH_UNREACHABLE, offline.stderr
    assert offline.stderr.count("\n") == 1 and "busybox-static" in offline.stderr


def _no_archive(directory: Path) -> Path:
    """An apt configuration by which no archive can be reached."""
    path = directory / "apt.conf"
    path.write_text('Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9";\n')
    return path


def test_files_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the cache is not fetched; a package that lacks the file is named."""
    (tmp_path / "some/boot").mkdir(parents=True)
    for name in ("vmlinuz-1", "vmlinuz-2"):
        (tmp_path / "some/boot" / name).write_text(name, encoding="utf-8")
    (tmp_path / "some.source").write_text("some 1.0 abc\n", encoding="utf-8")
    monkeypatch.setattr(debian, "CACHE", tmp_path)
    monkeypatch.setattr(debian, "FETCH", "true")
    assert debian.file("some", "boot/vmlinuz-*").name == "vmlinuz-2"
    assert debian.source("some") == "some 1.0 abc"
    with pytest.raises(LabError, match="the package some has no boot/xen"):
        debian.file("some", "boot/xen")
