# SPDX-License-Identifier: Apache-2.0
"""Device trees of a point: compiled, or one line that says why not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis.errors import LabError
from bench import images, trees

WHOLE = '/dts-v1/; / { a = "{text}"; b = <{number}>; };'


def machine(*more: str) -> list[str]:
    """The command of one that has a tree."""
    return [str(images.find_qemu("qemu-system-aarch64").path), "-display", "none", *more, "-M", "virt"]


def of(tree: Path, node: str, name: str, kind: str = "s") -> str:
    """A property."""
    done = subprocess.run(["fdtget", "-t", kind, tree, node, name], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def test_what_stands_in_braces(tmp_path: Path) -> None:
    """It is replaced, as part of a string or not; quotes do not end the string."""
    trees.write({"one": WHOLE}, {"text": 'say "a\\b", {number}', "number": "7"}, machine(), tmp_path)
    assert of(tmp_path / "one", "/", "a") == 'say "a\\b", {number}' and of(tmp_path / "one", "/", "b", "i") == "7"


def test_an_addition(tmp_path: Path) -> None:
    """Beside what the machine has, to which the command's other options belong."""
    trees.write({"two": "/ { chosen { added; }; };"}, {}, machine("-smp", "2"), tmp_path)
    assert of(tmp_path / "two", "/chosen", "added") == "" and of(tmp_path / "two", "/cpus/cpu@1", "reg", "i") == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["two"]


@pytest.mark.parametrize(
    "source, command, message",
    [
        ("/dts-v1/; / { a = ; };", machine(), "no device tree: dtc: .*see 'trees'"),
        ("/ { };", machine("-cpu", "none-such"), "no device tree: qemu.*none-such"),
        ("/ { };", ["/nowhere/qemu", "-M", "virt"], "no device tree: qemu: .*run 'make deps'"),
    ],
)
def test_what_cannot_be_made(source: str, command: list[str], message: str, tmp_path: Path) -> None:
    """The reason in one line."""
    with pytest.raises(LabError, match=message) as said:
        trees.write({"one": source}, {}, command, tmp_path)
    assert "\n" not in str(said.value)
