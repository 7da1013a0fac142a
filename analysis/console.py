# SPDX-License-Identifier: Apache-2.0
"""The guest's console: a KTAP result, `key=value` facts and CRC-checked frames of 64-bit samples.

    KTAP version 1
    1..1
    # virqlab-guest version=1 cntfrq=1000000000
    ok 1 timer                  or `not ok 1 timer # reason`, `ok 1 timer # SKIP reason`
    # data handler_ticks 1000 u64
    # 0000000000000084 0000000000000084 …     up to four words a line
    # crc32 1a2b3c4d            IEEE CRC-32 (zlib.crc32) over the little-endian words

Lines of the hypervisor (`virqlab: …`) may stand between any two of them. With several VMs each line begins with the
name of its own, and vm0 is the one that is measured (`vm0: ok 1 timer`).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Iterator

import numpy as np
import numpy.typing as npt

from analysis.errors import ConsoleError

RESULT = re.compile(r"(ok|not ok) (\d+) (\S+)(?:\s+#\s*(.*))?$")
DATA = re.compile(r"# data (\S+) (\d+) u64$")
WORDS = re.compile(r"#((?: [0-9a-f]{16}){1,4})$")
CRC = re.compile(r"# crc32 ([0-9a-f]{8})$")
FACTS = re.compile(r"# virqlab-guest (.*)$")
HYPERVISOR = "virqlab: "
PANIC = re.compile(r"Kernel panic - not syncing|Panic on CPU \d")  # of Linux, of Xen
VM = re.compile(r"vm(\d+): ?")

Words = npt.NDArray[np.uint64]


@dataclass
class Console:
    """What the guest said: facts, the result (passed None when there is no result line), frames by metric."""

    facts: dict[str, str] = field(default_factory=dict)
    passed: bool | None = None
    bench: str = ""
    reason: str = ""
    skipped: bool = False
    frames: dict[str, Words] = field(default_factory=dict)


def parse(text: str) -> Console:
    """Parse a console log. ConsoleError when a frame is short, long, garbled or fails its CRC."""
    console = Console()
    lines = _lines(text)
    for line in lines:
        if match := FACTS.match(line):
            pairs = (word.partition("=") for word in match[1].split())
            console.facts.update({key: value for key, equals, value in pairs if equals})
        elif match := RESULT.match(line):
            _result(console, match)
        elif match := DATA.match(line):
            console.frames[match[1]] = _frame(match[1], int(match[2]), lines)
    return console


def _lines(text: str) -> Iterator[str]:
    for line in map(str.rstrip, text.splitlines()):
        match = VM.match(line)
        if match and match[1] == "0":
            yield line[match.end() :]
        elif not match and not line.startswith(HYPERVISOR):
            yield line


def last_lines(text: str, count: int) -> list[str]:
    """The last lines that are not sample words, for a failed point's diagnosis; of one that panics the first of that:
    what it panics of stands there, and a call trace behind it."""
    stripped = (line.rstrip() for line in text.splitlines())
    lines = [line for line in stripped if line and not WORDS.match(line)]
    panic = next((place for place, line in enumerate(lines) if PANIC.search(line)), None)
    return lines[-count:] if panic is None else lines[panic : panic + count]


def _result(console: Console, match: re.Match[str]) -> None:
    note = match[4] or ""
    console.bench = match[3]
    console.skipped = note.upper().startswith("SKIP")
    console.passed = match[1] == "ok" and not console.skipped
    console.reason = note[4:].strip() if console.skipped else note


def _frame(metric: str, count: int, lines: Iterator[str]) -> Words:
    words: list[int] = []
    for line in lines:
        if match := WORDS.match(line):
            words += [int(word, 16) for word in match[1].split()]
        elif match := CRC.match(line):
            return _checked(metric, count, words, int(match[1], 16))
        else:
            raise ConsoleError(f"console frame {metric} is garbled after {len(words)} of {count} words: {line!r}")
    raise ConsoleError(f"console frame {metric} ends after {len(words)} of {count} words")


def _checked(metric: str, count: int, words: list[int], crc: int) -> Words:
    if len(words) != count:
        raise ConsoleError(f"console frame {metric} has {len(words)} words, its header says {count}")
    samples = np.array(words, "<u8")
    computed = zlib.crc32(samples.tobytes())
    if computed != crc:
        raise ConsoleError(f"console frame {metric} has CRC {crc:08x}, its words give {computed:08x}")
    return samples
