# SPDX-License-Identifier: Apache-2.0
"""Debian's own arm64 kernel and a busybox initial RAM disk, as a guest: fetched once, put together in build/linux.

`python3 -m bench.linux` does that and prints the two paths; with --boots N it boots them N times under each strategy,
with --load it runs hackbench and cyclictest there to their ends, with --vms N it boots two VMs with two vCPUs each on
two cores N times and runs hackbench in both, with --run COMMAND a command of the user's, for which they are installed.
Exit code 3 when the packages cannot be had.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Callable, Sequence

from analysis.errors import LabError
from bench import debian, images, run_guest
from bench.suite import ROOT

OUT = ROOT / "build/linux"
KERNEL, BUSYBOX = "linux-image-cloud-arm64", "busybox-static"
LOAD_TIMEOUT_S = 600  # of host time
MACHINES = ("virt-v3", "virt-v2")
SHARING = ("te", "lr")  # strategies of VMs that share all cores, with a vCPU on each
SHARED_CORES = 2
READY = "guest-linux: ready"

# Programs of Debian's rt-tests, and what they are linked to: package -> files, from the root of the guest.
RT_TESTS: dict[str, tuple[str, ...]] = {"rt-tests": ("usr/bin/hackbench", "usr/bin/cyclictest")}
LIBRARIES: dict[str, tuple[str, ...]] = {
    "libc6": ("ld-linux-aarch64.so.1", "libc.so.6", "libpthread.so.0", "librt.so.1"),
    "libnuma1": ("libnuma.so.1",),
}

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


def kernel() -> Path:
    """The kernel's Image, as the package brings it, by a name without its version."""
    found = debian.file(KERNEL, "boot/vmlinuz-*")
    path = OUT / "Image"
    OUT.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size != found.stat().st_size:
        debian.write(path, found.read_bytes())
    return path


def initramfs(rt_tests: bool = False) -> Path:
    """An initial RAM disk with busybox and INIT; with hackbench and cyclictest in /bin, and their libraries."""
    busybox = debian.file(BUSYBOX, "bin/busybox").read_bytes()
    path = OUT / ("initramfs-rt-tests.cpio" if rt_tests else "initramfs.cpio")
    files = {"bin/busybox": busybox, "init": INIT.encode(), **(_rt_tests() if rt_tests else {})}
    debian.write_cpio(path, ["bin", "dev", "lib", "proc", "sys"], files)
    return path


def _rt_tests() -> dict[str, bytes]:
    """Where it goes in the guest, and content."""
    found = {}
    for package, names in RT_TESTS.items():
        for name in names:
            found[f"bin/{Path(name).name}"] = debian.file(package, name).read_bytes()
    for package, names in LIBRARIES.items():
        for name in names:
            found[f"lib/{name}"] = debian.file(package, f"**/{name}").read_bytes()
    return found


@dataclass(frozen=True)
class Boot:
    """One boot to the end of its command: `fault` is empty when all went as it should."""

    fault: str
    console: str
    seconds: float


@dataclass(frozen=True)
class Ground:
    """What it boots on."""

    machine: str
    strategy: str
    vcpus: int

    def __str__(self) -> str:
        return f"{self.strategy} on {self.machine}, {self.vcpus} vCPU{'s' if self.vcpus > 1 else ''}"


def grounds(vcpus: Sequence[int], strategies: Sequence[str] = ()) -> list[Ground]:
    """Every strategy on each of MACHINES that it runs on, or those that are named, with each number of vCPUs."""
    every = [Ground(*ground, n) for ground in run_guest.grounds() if ground[0] in MACHINES for n in vcpus]
    return [ground for ground in every if not strategies or ground.strategy in strategies]


def boot(ground: Ground, command: str = "true", timeout_s: float = 60, rt_tests: bool = False) -> Boot:
    """Boot, run a shell command in place of the shell, power off. LabError for one with double quotes."""
    arguments = ["--machine", ground.machine, "--strategy", ground.strategy, "--vcpus", str(ground.vcpus)]
    done, seconds = _run_guest(arguments, command, timeout_s, rt_tests)
    return Boot(_exit_fault(done) or _fault(done.stdout, ground.vcpus), done.stdout, seconds)


def _run_guest(
    arguments: list[str], command: str, timeout_s: float, rt_tests: bool
) -> tuple[subprocess.CompletedProcess[str], float]:
    """What run-guest with these arguments said, and the seconds it took."""
    if '"' in command:
        raise LabError(f"the guest's command has a double quote: {command}", "use single quotes")
    arguments = [*arguments, "--timeout", str(timeout_s)]
    bootargs = f'console=ttyAMA0 earlycon panic=-1 -- "{command}"'  # one word: the kernel takes at most 32
    begin = time.monotonic()
    done = subprocess.run(
        [ROOT / "virqlab", "run-guest", kernel(), "--initrd", initramfs(rt_tests), *arguments, "--bootargs", bootargs],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done, time.monotonic() - begin


def _exit_fault(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit code {done.returncode}: {done.stderr.strip()}" if done.returncode != 0 else ""


def _fault(console: str, vcpus: int) -> str:
    complaint = COMPLAINT.search(console)
    if complaint:
        return f"the kernel complains: {complaint[0].strip()}"
    if not re.search(rf"^{READY} .* cpus={vcpus}\r?$", console, re.MULTILINE):
        return f"no line '{READY} ... cpus={vcpus}' on the console"
    return ""


@dataclass(frozen=True)
class Load:
    """A program that runs to its end: its command, and what it says there."""

    command: str
    said: str


LOAD_ENDED = "guest-linux: load ended"
LOAD_BEGIN = "mkdir -p /dev/shm; mount -t tmpfs tmpfs /dev/shm"  # cyclictest shows its state there


def loads(vcpus: int) -> list[Load]:
    """hackbench by sockets and by pipes; cyclictest alone, and beside hackbench, with a thread for each vCPU."""
    cycles = 2000
    cyclictest = f"cyclictest -q -m -a -t {vcpus} -p 80 -i 1000 -d 0 -l {cycles}"
    finished = rf"^T: *\d+ .* C: *{cycles} "  # of the thread that is first, which ends the others
    return [
        Load("hackbench -g 2 -l 100", r"^Time: \d"),
        Load("hackbench -p -g 2 -l 100", r"^Time: \d"),
        Load(cyclictest, finished),
        Load(f"hackbench -g 2 -l 100 > /dev/null & {cyclictest} && wait $!", finished),
    ]


def _to_its_end(load: Load) -> str:
    return f"{LOAD_BEGIN}; {load.command} && echo {LOAD_ENDED}"


def run_load(ground: Ground, load: Load) -> Boot:
    """Boot, run it, power off; its fault too when it did not run to its end."""
    result = boot(ground, _to_its_end(load), LOAD_TIMEOUT_S, rt_tests=True)
    return result if result.fault else replace(result, fault=load_fault(load, result.console))


def load_fault(load: Load, console: str) -> str:
    """Why a load did not run to its end; empty when it did."""
    if not re.search(load.said, console, re.MULTILINE):
        return f"{load.said!r} is not on the console"
    return "" if re.search(rf"^{LOAD_ENDED}\r?$", console, re.MULTILINE) else "it failed"


def run_sharing(load: Load) -> Boot:
    """Boot the VMs that share the cores, run it in each; the fault of the first that has one."""
    hyp = " ".join(f"vm{vm}.strategy={strategy}" for vm, strategy in enumerate(SHARING))
    arguments = ["--vms", str(len(SHARING)), "--vcpus", str(SHARED_CORES), "--cores", str(SHARED_CORES), "--hyp", hyp]
    done, seconds = _run_guest(arguments, _to_its_end(load), LOAD_TIMEOUT_S, rt_tests=True)
    return Boot(_exit_fault(done) or sharing_fault(load, done.stdout), done.stdout, seconds)


def sharing_fault(load: Load, console: str) -> str:
    """Of the first VM that did not do what it should by what it printed; empty when all did."""
    for vm in range(len(SHARING)):
        said = "".join(f"{line}\n" for line in re.findall(rf"^vm{vm}: (.*)$", console, re.MULTILINE))
        fault = _fault(said, SHARED_CORES) or load_fault(load, said)
        if fault:
            return f"vm{vm}: {fault}"
    return ""


def _record_of_sharing() -> Path:
    """Where the boots that passed are kept, with these images."""
    parts = (ROOT / run_guest.HYPERVISOR, kernel(), initramfs(rt_tests=True))
    made_of = hashlib.sha256("".join(map(images.sha256, parts)).encode()).hexdigest()
    return OUT / f"sharing-{made_of[:16]}"


def main() -> int:
    """For `make linux`, `linux-20`, `linux-load` and `linux-vms`; the last line of these is "N passed, N failed"."""
    parser = argparse.ArgumentParser(prog="bench.linux", description=__doc__.splitlines()[0])
    parser.add_argument("--boots", type=int, default=0, metavar="N", help="boot it N times on each of what is below")
    parser.add_argument("--load", action="store_true", help="run hackbench and cyclictest to their ends")
    parser.add_argument(
        "--vms", type=int, default=0, metavar="N", help="two VMs on two cores, N times; stopped, it goes on"
    )
    parser.add_argument("--run", metavar="COMMAND", help="run a shell command, of hackbench and cyclictest, too")
    parser.add_argument("--vcpus", type=int, nargs="+", default=[1, 4], metavar="N", help="default 1 4")
    parser.add_argument("--strategy", nargs="+", default=[], metavar="NAME", help="default all, each on all machines")
    arguments = parser.parse_args()
    try:
        print(kernel(), initramfs(), sep="\n")
    except LabError as error:
        print(f"virqlab: {error}", file=sys.stderr)
        return debian.FETCH_UNREACHABLE if isinstance(error, debian.Unreachable) else 2
    chosen = grounds(arguments.vcpus, arguments.strategy)
    if arguments.run:
        return _run(arguments.run, chosen)
    runs = [(f"{ground}, boot {n + 1}", partial(boot, ground)) for ground in chosen for n in range(arguments.boots)]
    if arguments.load:
        pairs = [(ground, load) for ground in chosen for load in loads(ground.vcpus)]
        runs += [(f"{ground}, {load.command}", partial(run_load, ground, load)) for ground, load in pairs]
    kept = None
    if arguments.vms:
        load, kept = loads(SHARED_CORES)[0], _record_of_sharing()
        name = f"{' and '.join(SHARING)} on {SHARED_CORES} cores, {load.command}"
        runs += [(f"{name}, boot {n + 1}", partial(run_sharing, load)) for n in range(arguments.vms)]
    return _count(runs, kept) if runs else 0


def _run(command: str, chosen: Sequence[Ground]) -> int:
    failed = 0
    for ground in chosen:
        result = boot(ground, command, LOAD_TIMEOUT_S, rt_tests=True)
        failed += bool(result.fault)
        print(f"== {ground}: {result.seconds:.1f} s: {result.fault or 'ok'}", flush=True)
        print(result.console)
    return 1 if failed else 0


def _count(runs: Sequence[tuple[str, Callable[[], Boot]]], kept: Path | None = None) -> int:
    """`kept`: a file with the names of those that passed before, which count and are not run again."""
    passed = set(kept.read_text(encoding="utf-8").splitlines()) if kept and kept.exists() else set()
    failed = 0
    for number, (name, run) in enumerate(runs):
        if name in passed:
            print(f"{name}: ok before", flush=True)
            continue
        result = run()
        failed += bool(result.fault)
        print(f"{name}: {result.seconds:.1f} s: {result.fault or 'ok'}", flush=True)
        if result.fault:
            path = OUT / f"failed-{number}.log"
            path.write_text(result.console, encoding="utf-8")
            print(f"  console: {path}")
        elif kept:
            with kept.open("a", encoding="utf-8") as stream:
                stream.write(f"{name}\n")
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
