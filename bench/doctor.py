# SPDX-License-Identifier: Apache-2.0
"""What is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
from dataclasses import dataclass
from typing import Callable, Iterator

from rich.console import Console
from rich.text import Text

from analysis.errors import LabError
from bench import images
from bench.suite import ROOT

PYTHON_MINIMUM = (3, 11)
# The module that is imported -> the distribution that tells its version.
MODULES = {
    "numpy": "numpy",
    "jsonschema": "jsonschema",
    "rich": "rich",
    "elftools": "pyelftools",
    "jinja2": "Jinja2",
}
TOOLS = {
    "aarch64-linux-gnu-gcc": "builds the hypervisor and the guests",
    "gcc": "builds the plugin",
    "make": "builds everything",
    "gnuplot": "draws the report's figures",
    "dtc": "makes the device tree of a peer",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: remedy is empty when all is well."""

    what: str
    state: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Everything a run needs, in the order in which it is needed."""
    yield _probe("Python", _python)
    for module, distribution in MODULES.items():
        yield _module(module, distribution)
    for tool, purpose in TOOLS.items():
        path = shutil.which(tool)
        yield Finding(tool, path or f"missing ({purpose})", "" if path else "run 'make deps'")
    yield _probe("QEMU >= 10.0", _qemu)
    for path in (images.PLUGIN, images.GUEST, "build/hyp/hyp.img"):
        built = (ROOT / path).is_file()
        yield Finding(path, "built" if built else "not built", "" if built else "run 'make all'")


def report(console: Console) -> int:
    """Print the findings; 0 when a run can start, 1 when something is missing."""
    findings = list(examine())
    for finding in findings:
        line = Text("missing " if finding.remedy else "ok      ", style="red" if finding.remedy else "green")
        line.append(f"{finding.what:<26}", style="default").append(f" {finding.state}", style="default")
        if finding.remedy:
            line.append(f": {finding.remedy}", style="bold")
        console.print(line, soft_wrap=True, highlight=False)
    return 1 if any(finding.remedy for finding in findings) else 0


def _probe(what: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(what, probe())
    except LabError as error:
        return Finding(what, error.message, error.remedy)


def _python() -> str:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < PYTHON_MINIMUM:
        raise LabError(f"{version} at {sys.executable}", "3.11 or newer is needed: run 'make deps'")
    return f"{version} at {sys.executable}"


def _module(name: str, distribution: str) -> Finding:
    what = f"Python module {name}"
    if importlib.util.find_spec(name) is None:
        return Finding(what, "missing", "run 'make deps'")
    try:
        return Finding(what, importlib.metadata.version(distribution))
    except importlib.metadata.PackageNotFoundError:
        return Finding(what, "installed")


def _qemu() -> str:
    found = images.find_qemu("qemu-system-aarch64")
    return f"{found.version} at {found.path}"
