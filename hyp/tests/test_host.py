# SPDX-License-Identifier: Apache-2.0
"""The pure parts of the hypervisor, compiled for the build host under ASan and UBSan; each program prints TAP."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HYP = Path(__file__).resolve().parent.parent
FLAGS = "-std=c11 -g -O1 -Wall -Wextra -Werror".split()
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all".split()
MODEL = sorted((HYP / "vgic").glob("*.c"))


@pytest.fixture(name="model", scope="session")
def fixture_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that compares the model with its reference."""
    program = tmp_path_factory.mktemp("hyp") / "test_model"
    rooms = [f"-I{HYP / room}" for room in ("lib", "gic", "vgic", "tests")]
    sources = [HYP / "tests" / "test_model.c", HYP / "tests" / "fake.c", *MODEL]
    # hyp/lib's string.h and stdlib.h stand in for a hosted library's: keep them out of the tests' way
    rooms[0] = f"-iquote{HYP / 'lib'}"
    subprocess.run(["gcc", *FLAGS, *SANITIZERS, *rooms, "-o", program, *sources], check=True)
    return program


@pytest.mark.parametrize("seed", [1, 2, 3, 0xDEADBEEF])
def test_model_equals_the_reference(model: Path, seed: int) -> None:
    """Random operations at 4 to 8 priority bits."""
    done = subprocess.run([model, str(seed), "40000"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 5
