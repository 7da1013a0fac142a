# SPDX-License-Identifier: Apache-2.0
"""What a run needs, and what the doctor says of it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from analysis.errors import LabError
from bench import doctor, images, suite


def test_what_is_not_built_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guest, plugin, hypervisor, in a tree where nothing was built; the remedy is make."""
    monkeypatch.setattr(images, "ROOT", tmp_path)
    points = suite.plan(suite.load())
    for name in (images.GUEST, images.PLUGIN, "build/hyp/hyp.img"):
        with pytest.raises(LabError, match=f"not built: {name}: run 'make"):
            images.collect(points)
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(bytes(images.IMAGE_MAGIC_OFFSET) + images.IMAGE_MAGIC + bytes(4))
    assert set(images.collect(points).files) == {"guest", "plugin", "hyp"}


def test_copies_are_what_runs(tmp_path: Path) -> None:
    """A file that changes after the copy does not change the copy."""
    original = tmp_path / "guest.img"
    original.write_bytes(b"one")
    (tmp_path / "copies").mkdir()
    copied = images.Images(images.Qemu(Path("qemu"), "10.0"), {"guest": original}).copy_to(tmp_path / "copies")
    original.write_bytes(b"two")
    assert copied.files["guest"].read_bytes() == b"one"


def test_doctor_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well: 0. Something missing: 1, and the command that mends it."""
    stream = io.StringIO()
    assert doctor.report(Console(file=stream, width=80)) == 0, stream.getvalue()
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor, "MODULES", {"numpy": "numpy", "no_such_module": "x"})
    stream = io.StringIO()
    assert doctor.report(Console(file=stream, width=80)) == 1
    assert "not built: run 'make all'" in stream.getvalue()
    assert "missing: run 'make deps'" in stream.getvalue()
