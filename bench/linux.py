# SPDX-License-Identifier: Apache-2.0
"""Debian's own arm64 kernel and a busybox initial RAM disk, as a guest: fetched once, put together in build/linux.

`python3 -m bench.linux` does that and prints the two paths; with --boots N it boots them N times under each strategy.
Exit code 3 when the packages cannot be had.
"""

from __future__ import annotations

import argparse
import os
import re
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import LabError
from bench.suite import ROOT

FETCH = ROOT / "tools/fetch-arm64.sh"
CACHE = ROOT / "build/cache/arm64"
OUT = ROOT / "build/linux"
KERNEL, BUSYBOX = "linux-image-cloud-arm64", "busybox-static"
FETCH_UNREACHABLE = 3  # exit code of tools/fetch-arm64.sh
STRATEGIES = ("te", "lr")
READY = "guest-linux: ready"

# What a healthy boot does not print.
COMPLAINT = re.compile(r".*(nobody cared|detected stall|BUG:|WARNING:|Oops|Call trace|Kernel panic|unhandled).*")

# What follows "--" on the kernel's command line is its arguments: a command to run instead of a shell.
INIT = f"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
echo "{READY} $(uname -r) cpus=$(nproc)"
cat /proc/interrupts
if [ $# -gt 0 ]; then
    sh -c "$*"
else
    setsid cttyhack sh
fi
poweroff -f
"""


class Unreachable(LabError):
    """The packages are not in the cache and no archive answers."""


def fetch(package: str) -> Path:
    """The unpacked tree of an arm64 package of Debian, from the cache or the archive."""
    done = subprocess.run([FETCH, package], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise (Unreachable if done.returncode == FETCH_UNREACHABLE else LabError)(said)
    return CACHE / package


def kernel() -> Path:
    """The kernel's Image, as the package brings it, by a name without its version."""
    found = sorted((fetch(KERNEL) / "boot").glob("vmlinuz-*"))
    if not found:
        raise LabError(f"the package {KERNEL} has no boot/vmlinuz-*", f"remove {CACHE / KERNEL}* and try again")
    path = OUT / "Image"
    OUT.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size != found[-1].stat().st_size:
        _write(path, found[-1].read_bytes())
    return path


def initramfs() -> Path:
    """An initial RAM disk with busybox and INIT."""
    busybox = (fetch(BUSYBOX) / "bin/busybox").read_bytes()
    console = cpio_entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    directories = [cpio_entry(name, stat.S_IFDIR | 0o755) for name in ("bin", "dev", "proc", "sys")]
    files = [
        cpio_entry("bin/busybox", stat.S_IFREG | 0o755, busybox),
        cpio_entry("init", stat.S_IFREG | 0o755, INIT.encode()),
    ]
    path = OUT / "initramfs.cpio"
    OUT.mkdir(parents=True, exist_ok=True)
    _write(path, b"".join([*directories, console, *files, cpio_entry("TRAILER!!!", 0)]))
    return path


def _write(path: Path, content: bytes) -> None:
    """All or nothing, also beside another process that does the same."""
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def cpio_entry(name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One member of a "newc" archive (Linux, Documentation/driver-api/early-userspace/buffer-format.rst)."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + encoded) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


@dataclass(frozen=True)
class Boot:
    """One boot to the end of its command: `fault` is empty when all went as it should."""

    fault: str
    console: str
    seconds: float


def boot(strategy: str, vcpus: int, command: str = "true", timeout_s: float = 60) -> Boot:
    """Boot, run a shell command in place of the shell, power off."""
    arguments = ["--strategy", strategy, "--vcpus", str(vcpus), "--timeout", str(timeout_s)]
    bootargs = f"console=ttyAMA0 earlycon panic=-1 -- {command}"
    begin = time.monotonic()
    done = subprocess.run(
        [ROOT / "virqlab", "run-guest", kernel(), "--initrd", initramfs(), *arguments, "--bootargs", bootargs],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Boot(_fault(done, vcpus), done.stdout, time.monotonic() - begin)


def _fault(done: subprocess.CompletedProcess[str], vcpus: int) -> str:
    if done.returncode != 0:
        return f"exit code {done.returncode}: {done.stderr.strip()}"
    complaint = COMPLAINT.search(done.stdout)
    if complaint:
        return f"the kernel complains: {complaint[0].strip()}"
    if not re.search(rf"^{READY} .* cpus={vcpus}\r?$", done.stdout, re.MULTILINE):
        return f"no line '{READY} ... cpus={vcpus}' on the console"
    return ""


def main() -> int:
    """For `make linux` and `make linux-20`; the last line of the latter is "N passed, N failed"."""
    parser = argparse.ArgumentParser(prog="bench.linux", description=__doc__.splitlines()[0])
    parser.add_argument("--boots", type=int, default=0, metavar="N")
    parser.add_argument("--vcpus", type=int, default=4, metavar="N")
    arguments = parser.parse_args()
    try:
        print(kernel(), initramfs(), sep="\n")
    except LabError as error:
        print(f"virqlab: {error}", file=sys.stderr)
        return FETCH_UNREACHABLE if isinstance(error, Unreachable) else 2
    return _boots(arguments.boots, arguments.vcpus) if arguments.boots else 0


def _boots(count: int, vcpus: int) -> int:
    failed = 0
    for strategy in STRATEGIES:
        for number in range(1, count + 1):
            result = boot(strategy, vcpus)
            failed += bool(result.fault)
            name = f"{strategy}, {vcpus} vCPUs, boot {number} of {count}: {result.seconds:.1f} s"
            print(f"{name}: {result.fault or 'ok'}", flush=True)
            if result.fault:
                path = OUT / f"{strategy}-{number}.log"
                path.write_text(result.console, encoding="utf-8")
                print(f"  console: {path}")
    print(f"{count * len(STRATEGIES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
