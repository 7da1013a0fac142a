#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Check who may include whom: the rooms of hyp/ know each other in one direction only (docs/architecture.md)."""

import re
import sys
from pathlib import Path

# room -> rooms whose headers it may include, besides its own
ALLOWED: dict[str, set[str]] = {
    "hyp/lib": set(),
    "hyp/arch": {"hyp/lib"},
    "hyp/gic/regs": {"hyp/lib"},
    "hyp/gic": {"hyp/gic/regs", "hyp/arch", "hyp/lib"},
    "hyp/dev": {"hyp/arch", "hyp/lib"},
    "hyp/vgic": {"hyp/gic/regs", "hyp/lib"},
    "hyp/seam": {"hyp/vgic", "hyp/gic/regs", "hyp/arch", "hyp/lib"},
    "hyp/delivery": {"hyp/seam", "hyp/vgic", "hyp/gic", "hyp/gic/regs", "hyp/arch", "hyp/lib"},
    "hyp/core": {"hyp/seam", "hyp/vgic", "hyp/gic", "hyp/gic/regs", "hyp/dev", "hyp/arch", "hyp/lib"},
    "hyp/tests": {
        "hyp/core",
        "hyp/seam",
        "hyp/vgic",
        "hyp/delivery",
        "hyp/gic",
        "hyp/gic/regs",
        "hyp/dev",
        "hyp/arch",
        "hyp/lib",
    },
    "guests/lib": {"hyp/lib", "hyp/arch", "hyp/gic/regs"},
    "guests/bench": {"guests/lib", "hyp/lib", "hyp/arch", "hyp/gic/regs"},
    "guests/conform": {"guests/lib", "hyp/lib", "hyp/arch", "hyp/gic/regs"},
    "guests/secure": {"guests/lib", "hyp/lib", "hyp/arch", "hyp/gic/regs"},
    # The device tree of its guest is the hypervisor's.
    "vmm": {"hyp/core", "hyp/seam", "hyp/vgic", "hyp/gic/regs", "hyp/arch", "hyp/lib"},
    "plugins/tcg": set(),
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

HEADERS = (".h", ".inc")  # .inc: of assembly
SUFFIXES = (".c", ".S", *HEADERS)


def room_of(path: Path) -> str:
    """The longest room that holds `path`, relative to the top."""
    return max((room for room in ALLOWED if path.is_relative_to(room)), key=len, default="")


def violations(top: Path) -> list[str]:
    """One line for each include that no room may have, and for each header name that two rooms share."""
    files = [p.relative_to(top) for room in ALLOWED for p in (top / room).rglob("*") if p.suffix in SUFFIXES]
    files = sorted({f for f in files if "tests" not in f.parts or f.is_relative_to("hyp/tests")})
    headers: dict[str, list[Path]] = {}
    for file in files:
        if file.suffix in HEADERS:
            name = f"regs/{file.name}" if file.is_relative_to("hyp/gic/regs") else file.name
            headers.setdefault(name, []).append(file)
    found = []
    for file in files:
        room = room_of(file)
        for name in INCLUDE.findall((top / file).read_text()):
            targets = headers.get(name, [])
            if any(target.parent == file.parent for target in targets):
                continue
            if not any(room_of(target) in ALLOWED[room] | {room} for target in targets):
                found.append(f"{file}: may not include {name}" if targets else f"{file}: no room has {name}")
    return found


def main() -> int:
    found = violations(Path(__file__).resolve().parent.parent)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
