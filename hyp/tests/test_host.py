# SPDX-License-Identifier: Apache-2.0
"""The pure parts of the hypervisor, compiled for the build host under ASan and UBSan; each program prints TAP."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from host import TESTS, build_test


@pytest.fixture(name="model", scope="session")
def fixture_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares the model with its reference."""
    return build_test("test_model", tmp_path_factory.mktemp("hyp"))


@pytest.mark.parametrize("seed", [1, 2, 3, 0xDEADBEEF])
def test_model_equals_the_reference(model: Path, seed: int) -> None:
    """Random operations at 4 to 8 priority bits."""
    done = subprocess.run([model, str(seed), "40000"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 5


@pytest.fixture(name="lists", scope="session")
def fixture_lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares lr and gicv2, on fakes of their virtual interfaces, with their reference."""
    return build_test("test_lists", tmp_path_factory.mktemp("hyp"))


@pytest.mark.parametrize("seed", [1, 2, 0xDEADBEEF])
def test_list_registers_equal_the_reference(lists: Path, seed: int) -> None:
    """1 to 16 list registers, with and without QEMU's deviations from the architecture."""
    done = subprocess.run([lists, str(seed), "10000"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 30


@pytest.fixture(name="messages", scope="session")
def fixture_messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares LPIs and the virtual ITS with their reference."""
    return build_test("test_messages", tmp_path_factory.mktemp("hyp"))


@pytest.mark.parametrize("seed", [1, 2, 0xDEADBEEF])
def test_lpis_equal_the_reference(messages: Path, seed: int) -> None:
    """Random commands, configuration and acknowledges with three vCPUs."""
    done = subprocess.run([messages, str(seed), "40000"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 1


@pytest.fixture(name="secure", scope="session")
def fixture_secure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares two security states with their reference."""
    return build_test("test_secure", tmp_path_factory.mktemp("hyp"))


@pytest.mark.parametrize("seed", [1, 2, 0xDEADBEEF])
def test_two_security_states_equal_the_reference(secure: Path, seed: int) -> None:
    """Random accesses from both states and EL3, at 5 to 8 priority bits."""
    done = subprocess.run([secure, str(seed), "5000"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 4


@pytest.mark.parametrize("name", TESTS)
def test_scenarios(name: str, tmp_path: Path) -> None:
    """Programs of written-down scenarios."""
    program = build_test(name, tmp_path)
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == int(done.stdout.split("\n", 1)[0].removeprefix("1.."))
