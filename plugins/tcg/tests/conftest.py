# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds what the tests run: the plugin, the guest, and the plugin's pure parts as a library for ctypes."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import support  # noqa: E402
from support import Guest, run  # noqa: E402

BEHAVIOURS = {"off": 0, "spin": 1, "sleep": 2}


@pytest.fixture(scope="session")
def plugin() -> Path:
    """The plugin, up to date."""
    run("make", "-s", "-f", "plugins/plugins.mk", "BUILD=build", "build/plugins/tcg/virqlab.so")
    return support.PLUGIN


@pytest.fixture(scope="session")
def guests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Guest]:
    """The guest with each of its endings."""
    directory = tmp_path_factory.mktemp("guests")
    return {name: Guest(directory, "guest.S", name, f"-DBEHAVE={number}") for name, number in BEHAVIOURS.items()}


@pytest.fixture(scope="session")
def reference(plugin: Path, guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> support.Run:
    """The guest that powers off, with QEMU's exception log beside the trace."""
    del plugin
    directory = tmp_path_factory.mktemp("reference")
    done = support.qemu(directory / "trace", guests["off"].image, "-d", "int", "-D", str(directory / "int.log"))
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="session")
def pure(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """decode.c, flow.c, count.c and emulation.c, for this host."""
    library = tmp_path_factory.mktemp("pure") / "pure.so"
    sources = [str(support.HERE.parent / name) for name in ("decode.c", "flow.c", "count.c", "emulation.c")]
    run("gcc", "-std=c11", "-O1", "-g", "-fPIC", "-shared", "-o", str(library), *sources)
    return ctypes.CDLL(str(library))
