# SPDX-License-Identifier: Apache-2.0
"""Any guest image under virqlab's hypervisor on QEMU's virt machine, its console on the terminal."""

from __future__ import annotations

import contextlib
import math
import os
import re
import selectors
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from analysis.errors import LabError
from bench import images, suite
from bench.suite import ROOT

HYPERVISOR = "build/hyp/hyp.img"
MACHINE_DEFAULT = "virt-v3"
# QEMU's GICv2 does not look again at a physical interrupt that a list register deactivates: a timer that went off again
# meanwhile never comes, and a guest that waits for it hangs.
RESAMPLED = "lr.hw=0"
VCPUS_MAX = 8
VMS_MAX = 16
CORES_MAX = 8
MEM_DEFAULT, MEM_MIN, MEM_MAX = 256, 8, 65536  # MiB

# Exit codes beside 0: the guest turned itself off.
CRASHED, BAD_INPUT, RESET, TIMED_OUT, INTERRUPTED = 1, 2, 3, 124, 130
EXIT_CODES = (
    "Exit codes: 0 the guest turned itself off (PSCI SYSTEM_OFF), 1 the hypervisor or QEMU failed, 2 bad input, "
    "3 a guest asked for a reset, 124 timeout, 130 interrupted."
)

# QEMU's virt machine has its memory here, the hypervisor at its start and the device tree 128 MiB above that.
RAM_BASE = GUEST_RAM_BASE = 0x40000000
FILES_BASE = RAM_BASE + (144 << 20)
FILE_ALIGN = 2 << 20
RAM_SPARE = 16 << 20  # for the alignment of a guest's memory, and what the hypervisor keeps of its VM
RAW_OFFSET = 2 << 20

# The hypervisor says why it ends a run in the last line of the console.
LAST_LINE = re.compile(rb"virqlab: (error: |BUG |vm0 off|vm0 reset|all off|all ended)([^\r\n]*)\s*\Z")
TAIL_BYTES = 4096
READ_BYTES = 65536


@dataclass(frozen=True)
class Guest:
    """What to run and how; paths exist and are readable once check() has passed."""

    image: Path
    machine: str = MACHINE_DEFAULT
    strategy: str | None = None  # None: the hypervisor's choice for the machine, as for gic
    gic: int | None = None
    its: bool = False
    pci: str = ""
    devices: tuple[str, ...] = ()
    vcpus: int = 1
    vms: int = 1  # all of them like this
    cores: int | None = None  # of the machine; None: one for each vCPU, as far as there can be
    hyp: str = ""  # more parameters of the hypervisor
    mem_mib: int = MEM_DEFAULT
    bootargs: str = ""
    fdt: Path | None = None
    initrd: Path | None = None
    load: int | None = None
    qemu: str = "qemu-system-aarch64"
    timeout_s: float | None = None


@dataclass(frozen=True)
class Ended:
    """How the run ended: the exit code, and what to tell the user ("" when all is well)."""

    code: int
    message: str = ""


def grounds() -> list[tuple[str, str]]:
    """Every machine with every strategy of the hypervisor that can run on it."""
    lab = suite.load()
    ours = [row for row in lab.strategies.values() if "hyp" in row.images]
    return [(machine.name, row.name) for machine in lab.machines.values() for row in ours if machine.gic in row.gic]


def check(guest: Guest) -> None:
    """LabError for the first thing that cannot work."""
    for what, path in (("guest image", guest.image), ("device tree", guest.fdt), ("initial RAM disk", guest.initrd)):
        if path is not None and not _head(what, path, 1):
            raise LabError(f"the {what} {path} is empty")
    if guest.fdt and _head("device tree", guest.fdt, 4) != b"\xd0\x0d\xfe\xed":
        raise LabError(f"{guest.fdt} is not a flattened device tree", "compile the source with dtc -O dtb")
    if not MEM_MIN <= guest.mem_mib <= MEM_MAX:
        raise LabError(f"--mem {guest.mem_mib}: a guest has {MEM_MIN} to {MEM_MAX} MiB")
    if not 1 <= guest.vcpus <= VCPUS_MAX:
        raise LabError(f"--vcpus {guest.vcpus}: a guest has 1 to {VCPUS_MAX}")
    if not 1 <= guest.vms <= VMS_MAX:
        raise LabError(f"--vms {guest.vms}: there can be 1 to {VMS_MAX}")
    if guest.cores is not None and not 1 <= guest.cores <= CORES_MAX:
        raise LabError(f"--cores {guest.cores}: a machine has 1 to {CORES_MAX}")
    if guest.its and (guest.gic or suite.load().machines[guest.machine].gic) == 2:
        raise LabError("--its: a guest with GICv2 has no LPIs", "leave out --its, or choose --gic 3")
    if guest.timeout_s is not None and not 0 < guest.timeout_s < math.inf:
        raise LabError(f"--timeout {guest.timeout_s:g}: give a positive number of seconds")
    if guest.load is not None and not 0 <= guest.load - GUEST_RAM_BASE < guest.mem_mib << 20:
        last = GUEST_RAM_BASE + (guest.mem_mib << 20) - 1
        raise LabError(f"--load {guest.load:#x}: the guest's memory is {GUEST_RAM_BASE:#x} to {last:#x}")
    if guest.load is not None and _is_image(guest.image):
        raise LabError(f"{guest.image} is an arm64 Image: its header says where it goes", "leave --load out")
    size = sum(path.stat().st_size for path in (guest.image, guest.initrd) if path is not None)
    if size > guest.mem_mib << 20:
        raise LabError(f"{size >> 20} MiB of image and RAM disk do not fit into --mem {guest.mem_mib}")


def command(guest: Guest, qemu: Path, terminal: bool) -> list[str]:
    """QEMU's argument vector; on a terminal Ctrl-A X ends QEMU, and everything else goes to the guest."""
    files, loaders, address = [], [], FILES_BASE
    every = "vm" if guest.vms > 1 else "vm0"
    for name, path in (("image", guest.image), ("initrd", guest.initrd), ("fdt", guest.fdt)):
        if path is None:
            continue
        size = path.stat().st_size
        files.append(f"{every}.{name}={address:#x},{size:#x}")
        file = str(path.resolve()).replace(",", ",,")
        loaders += ["-device", f"loader,file={file},addr={address:#x},force-raw=on"]
        address += -(-size // FILE_ALIGN) * FILE_ALIGN
    if not _is_image(guest.image):
        files.append(f"{every}.load={guest.load or GUEST_RAM_BASE + RAW_OFFSET:#x}")
    model = [f"{every}.strategy={guest.strategy}"] if guest.strategy else []
    model += [f"{every}.gic={guest.gic}"] if guest.gic else []
    model += [f"{every}.its=1"] if guest.its else []
    model += [f"vm0.pci={guest.pci}"] if guest.pci else []
    model += [RESAMPLED] if suite.load().machines[guest.machine].gic == 2 else []
    # what is said of the last one says how many there are
    parameters = [*guest.hyp.split(), *model, f"{every}.vcpus={guest.vcpus}", f"vm{guest.vms - 1}.mem={guest.mem_mib}"]
    parameters += [f"vm.mem={guest.mem_mib}", *files] if guest.vms > 1 else files
    memory = address - RAM_BASE + guest.vms * ((guest.mem_mib << 20) + RAM_SPARE)
    options = suite.load().machines[guest.machine].machine
    machine = ["-M", f"{options},virtualization=on", "-cpu", "max", "-smp", str(_cores(guest))]
    machine += [word for device in guest.devices for word in ("-device", device)]
    console = ["-serial", "mon:stdio"] if terminal else ["-serial", "stdio", "-monitor", "none"]
    return [
        *[str(qemu), *machine, "-m", f"{memory >> 20}M", "-nodefaults", "-display", "none", "-no-reboot"],
        *[*console, "-kernel", str(ROOT / HYPERVISOR), *loaders],
        *["-append", f"{' '.join(parameters)} -- {guest.bootargs}".rstrip()],
    ]


def _cores(guest: Guest) -> int:
    return guest.cores or min(guest.vms * guest.vcpus, CORES_MAX)


def run(guest: Guest) -> Ended:
    """Run it to its end; stdin and stdout are its console."""
    check(guest)
    images.image(ROOT / HYPERVISOR, built=True)
    qemu = images.find_qemu(guest.qemu).path
    deadline = time.monotonic() + guest.timeout_s if guest.timeout_s else None
    with _terminal() as terminal, subprocess.Popen(command(guest, qemu, terminal), stdout=subprocess.PIPE) as process:
        try:
            tail = _copy(process, deadline)
        except KeyboardInterrupt:
            return Ended(INTERRUPTED, "interrupted")
        finally:
            process.kill()  # a QEMU with every vCPU asleep ignores SIGTERM
    if tail is None:
        return Ended(TIMED_OUT, f"the guest was still running after {guest.timeout_s:g} s")
    return _ended(process.returncode, tail)


@contextlib.contextmanager
def _terminal() -> Iterator[bool]:
    """Whether stdin is a terminal; QEMU makes it raw, and is not asked to restore it when it is killed."""
    if not sys.stdin.isatty():
        yield False
        return
    print("virqlab: Ctrl-A X ends QEMU, Ctrl-A H shows what else Ctrl-A does", file=sys.stderr)
    saved = termios.tcgetattr(sys.stdin)
    try:
        yield True
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)


def _copy(process: subprocess.Popen[bytes], deadline: float | None) -> bytes | None:
    """Console to stdout as it comes; the end of it, None when the deadline passed."""
    tail = b""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if (left is not None and left <= 0) or not selector.select(left):
                return None
            data = os.read(process.stdout.fileno(), READ_BYTES)
            if not data:
                process.wait()
                return tail
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            tail = (tail + data)[-TAIL_BYTES:]


def _ended(code: int, tail: bytes) -> Ended:
    last = LAST_LINE.search(tail)
    reason = last[1].decode().strip(": ") if last else ""
    text = last[2].decode(errors="replace") if last else ""
    if code != 0:
        return Ended(CRASHED, f"QEMU {f'exited with {code}' if code > 0 else f'died of signal {-code}'}")
    return {
        "vm0 off": Ended(0),
        "vm0 reset": Ended(RESET, "the guest asked for a reset"),
        "all off": Ended(0),
        "all ended": Ended(RESET, "a guest asked for a reset"),
        "error": Ended(BAD_INPUT, text),
        "BUG": Ended(CRASHED, f"the hypervisor stopped at a bug of its own: {text}"),
        "": Ended(CRASHED, "QEMU ended before the guest did"),
    }[reason]


def _head(what: str, path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(size)
    except OSError as error:
        raise LabError(f"cannot read the {what} {path}: {error.strerror}") from None


def _is_image(path: Path) -> bool:
    end = images.IMAGE_MAGIC_OFFSET + len(images.IMAGE_MAGIC)
    return _head("guest image", path, end)[images.IMAGE_MAGIC_OFFSET :] == images.IMAGE_MAGIC
