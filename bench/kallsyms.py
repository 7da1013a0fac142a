# SPDX-License-Identifier: Apache-2.0
"""The code symbols of an arm64 kernel that has no other file of them: it is booted once, and tells its own."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from bench import debian
from bench.suite import ROOT

CACHE = ROOT / "build/cache/kallsyms"
TIMEOUT_S = 120
# Where the kernel is linked to: as it runs with nokaslr, whatever the machine.
MACHINE = ["-M", "virt,gic-version=3", "-cpu", "max", "-m", "1G"]
PLAIN = ["-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot"]
FIRST = "_stext"
# What the VMM says behind the last of them (vmm/kallsyms.c).
END = "virqlab-vmm: end of kallsyms\n"


def of(kernel: Path, sha256: str, vmm: Path, qemu: Path) -> Path | None:
    """A file of lines `address type name`, kept by the kernel's SHA-256; None when the kernel does not tell all."""
    kept = CACHE / f"{sha256}.txt"
    if not kept.exists():
        told, end, _ = _boot(kernel, vmm, qemu).partition(END)
        if not end or f" {FIRST}\n" not in told:
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        debian.write(kept, told.encode())
    return kept


def _boot(kernel: Path, vmm: Path, qemu: Path) -> str:
    """What it prints on its first UART; nothing when QEMU fails or does not end."""
    with tempfile.TemporaryDirectory() as name:
        console, initrd = Path(name) / "console", Path(name) / "initrd"
        debian.write_cpio(initrd, ["dev", "proc"], {"init": vmm.read_bytes()})
        serial = ["-serial", f"file:{console}", "-serial", "null"]
        boot = ["-kernel", str(kernel), "-initrd", str(initrd)]
        boot += ["-append", "console=ttyAMA1 quiet nokaslr panic=-1 -- kallsyms"]
        try:
            subprocess.run(
                [str(qemu), *MACHINE, *PLAIN, *serial, *boot], stdin=subprocess.DEVNULL, timeout=TIMEOUT_S, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return ""
        return console.read_text(encoding="utf-8", errors="replace") if console.exists() else ""
