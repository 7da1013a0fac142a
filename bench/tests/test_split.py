# SPDX-License-Identifier: Apache-2.0
"""HCR_EL2.FMO = 1, IMO = 0: what of the CPU interface is virtual for EL1 (docs/architecture.md, "pass, and Group 0 to
EL2"). split.S gives physical and virtual registers different values and reads them at EL1."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.suite import ROOT

CROSS = "aarch64-linux-gnu-"
SOURCE = Path(__file__).with_name("split.S")
# The physical ones are 0xf0, 0xff (idle), 0, 1, 1, 3, 4, 0, 0.
VIRTUAL = {"PMR": 0x80, "RPR": 0x20, "CTLR.EOImode": 1, "IGRPEN0": 0, "BPR0": 5, "AP0R0": 0x100}
VIRTUAL |= {"HPPIR0": 1023, "IAR0": 1023}  # nothing is pending there, while an SGI of Group 1 is physically
PHYSICAL = {"IGRPEN1": 1, "BPR1": 4, "AP1R0": 0, "HPPIR1": 1}
SGI = 1 << 1
BEHAVIOUR = {
    "taken_with_PMR_0": 1,  # the mask is ICV_PMR_EL1: it masks no physical interrupt
    "active_before_EOIR1": SGI,
    "active_after_DIR": SGI,  # it was written to ICV_DIR_EL1
    "active_after_EOIR1": 0,  # though ICV_CTLR_EL1.EOImode is 1
    "FIQ_at_EL2": 2,  # Group 0, whatever PSTATE.F is at EL1
    "SGI1R_traps": 0x18,
}


def test_what_is_virtual(tmp_path: Path) -> None:
    """Group 0 and what both groups have in common; of Group 1 nothing, and SGIs trap."""
    elf, image, log = (tmp_path / name for name in ("split.elf", "split.img", "console.log"))
    link = ["-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,-Ttext=0"]
    subprocess.run([f"{CROSS}gcc", *link, "-o", str(elf), str(SOURCE)], check=True)
    subprocess.run([f"{CROSS}objcopy", "-O", "binary", str(elf), str(image)], check=True)
    command = ["timeout", "-k", "1", "60", "qemu-system-aarch64", "-M", "virt,gic-version=3,virtualization=on"]
    command += ["-cpu", "max", "-icount", "shift=0,sleep=off", "-display", "none", "-serial", f"file:{log}"]
    subprocess.run([*command, "-kernel", str(image)], check=True, cwd=ROOT)
    found = {name: int(value, 16) for name, value in (line.split() for line in log.read_text("ascii").splitlines())}
    assert found == VIRTUAL | PHYSICAL | BEHAVIOUR
