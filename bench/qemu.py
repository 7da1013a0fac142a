# SPDX-License-Identifier: Apache-2.0
"""The QEMU executor: the command of a point, and one run of it in a directory of its own."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from analysis import marks
from analysis.point import PROFILE, TRACE_DIR
from bench import stimulus, trees
from bench.images import Images
from bench.suite import ROOT, Point

STDERR_LOG, STIMULUS = "stderr.log", "stimulus"
# A UART that nothing is behind is not in the machine's device tree: the peer's, as its row has it.
HOST_CONSOLE = ["-serial", "null"]


@dataclass(frozen=True)
class Outcome:
    """How one run ended: `failure` is empty or says why it cannot be measured; wall_s in seconds."""

    failure: str
    wall_s: float


class _Word(str):
    """What a row's {name} stands for; {name:option} is the same inside an option of QEMU, which ends at a comma."""

    def __format__(self, spec: str) -> str:
        return self.replace(",", ",,") if spec == "option" else super().__format__(spec)


def command(point: Point, images: Images, count: str = "fast") -> list[str]:
    """The argument vector; paths inside the point's directory are relative to it, so it is the working directory."""
    strategy = point.strategy
    values = _values(point, images)
    plugin = ",".join(
        [
            f"{values['plugin']:option}",
            f"out={TRACE_DIR}",
            f"deadline={point.deadline_ns}",
            f"count={count}",
            f"mmio={strategy.mmio}",
            f"profile={PROFILE}",
            f"region={marks.MARK_RUN_BEGIN:#x}:{marks.MARK_RUN_END:#x}",
            *([f"stimulus={STIMULUS}"] if point.stimulus and not _at_el3(point) else []),
            *([f"begin={strategy.begin}"] if strategy.begin else []),
            *([f"slice={point.scenario.slice_ns}"] if point.scenario.slice_ns else []),
        ]
    )
    boot = [arg.format(**values) for arg in strategy.args]
    if _at_el3(point):
        boot += stimulus.el3_options(f"{values['el3']:option}", STIMULUS)
    return [str(images.qemu.path), "-M", _machine(point), *point.machine_args, *boot, "-plugin", plugin]


def _at_el3(point: Point) -> bool:
    return point.stimulus is not None and point.stimulus.by == stimulus.EL3


def _machine(point: Point) -> str:
    secure = "secure=on" if _at_el3(point) else ""
    return ",".join(filter(None, [point.machine.machine, point.strategy.machine_options, secure]))


def _values(point: Point, images: Images) -> dict[str, _Word]:
    """What {name} stands for in a row's args."""
    values = {name: _Word(path) for name, path in images.files.items()}
    values |= {"bootargs": _Word(point.bootargs), "hyp_args": _Word(point.hyp_args), "vcpus": _Word(point.vcpus)}
    return values | {name: _Word(text) for name, text in point.strategy.params.items()}


def prepare(point: Point, images: Images, directory: Path) -> None:
    """Write the files that the command names, into the directory it will run in."""
    if point.stimulus:
        (directory / STIMULUS).write_bytes(point.stimulus.table(point.machine.regions["gicd"][0]))
    if point.strategy.trees:
        sizes = {f"{name}_size": str(path.stat().st_size) for name, path in images.files.items()}
        machine = [str(images.qemu.path), *point.machine_args, *HOST_CONSOLE, "-M", _machine(point)]
        trees.write(point.strategy.trees, _values(point, images) | sizes, machine, directory)


def run(arguments: list[str], directory: Path, timeout_s: float, file_mib: int | None = None) -> Outcome:
    """Run QEMU to its end in `directory`, which gets trace/, console.log and stderr.log.

    It is killed after timeout_s seconds of host time, or when a file outgrows file_mib MiB: a guest that does
    nothing but fault writes a record every few instructions.
    """
    (directory / TRACE_DIR).mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with subprocess.Popen(
        [*_die_with_parent(), *arguments],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        if file_mib:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (file_mib << 20, file_mib << 20))
            resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        try:
            said, _ = process.communicate(timeout=timeout_s)
            timed_out = False
        except subprocess.TimeoutExpired:
            process.kill()  # a QEMU with every vCPU asleep ignores SIGTERM
            said, _ = process.communicate()
            timed_out = True
        except BaseException:
            process.kill()
            raise
    said = _without_paths(said, directory, arguments[0])
    (directory / STDERR_LOG).write_text(said, encoding="utf-8")
    failure = _exit_failure(process.returncode, said)
    if timed_out:
        failure = f"killed after {timeout_s:g} s of host time"
    elif failure and file_mib and _largest(directory / TRACE_DIR) >= file_mib << 20:
        failure = f"the trace outgrew {file_mib} MiB"
    return Outcome(failure, time.monotonic() - begin)


def _exit_failure(code: int, said: str) -> str:
    if code == 0:
        return ""
    last = (said.strip().splitlines() or ["it said nothing"])[-1]
    if code < 0:
        return f"QEMU died of {signal.Signals(-code).name}: {last}"
    return f"QEMU exited with {code}: {last}"


def _largest(directory: Path) -> int:
    """The size of the largest file, in bytes."""
    return max((path.stat().st_size for path in directory.iterdir()), default=0)


def _without_paths(said: str, directory: Path, qemu: str) -> str:
    """What QEMU said, without what differs between two hosts or two output directories."""
    for path, name in ((str(directory), "."), (qemu, Path(qemu).name), (str(ROOT) + "/", "")):
        said = said.replace(path, name)
    return said


def _die_with_parent() -> list[str]:
    """Let the kernel end QEMU with a runner that is killed; without setpriv the deadline ends it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
