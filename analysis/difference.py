# SPDX-License-Identifier: Apache-2.0
"""The outcome of a comparison in words, for an 80-column terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Iterator

from analysis.compare import Change, Comparison, PointChange, Verdict

WIDTH = 80
WORDS = {Verdict.SAME: "same", Verdict.BETTER: "better", Verdict.MOVED: "changed", Verdict.WORSE: "WORSE"}
STYLES = {"WORSE": "bold red", "better": "green", "changed": "yellow"}

Line = tuple[str, str]


def lines(result: Comparison, strict: bool) -> Iterator[Line]:
    """(text, style) of each line, what is worst first; obstacles are not among them."""
    for warning in result.warnings:
        yield from _wrap(f"warning: {warning}", "yellow")
    for verdict in (Verdict.WORSE, Verdict.MOVED, Verdict.BETTER):
        for point in result.points:
            if point.verdict is verdict:
                yield from _point(point)
    for note in result.notes:
        yield from _wrap(note, "")
    yield from _wrap(summary(result, strict), "bold")


def summary(result: Comparison, strict: bool) -> str:
    """`27 points compared: 1 worse, 26 same` and what that means."""
    counts = Counter(point.verdict for point in result.points)
    named = (("worse", Verdict.WORSE), ("changed", Verdict.MOVED), ("better", Verdict.BETTER))
    said = [f"{counts[verdict]} {word}" for word, verdict in named if counts[verdict]]
    vanished = sum(point.changes[0].name == "the point" for point in result.points)
    same = result.compared - len(result.points) + vanished
    said += [f"{same} the same"] if same or not said else []
    gone = f" ({vanished} not in NEW)" if vanished else ""
    text = f"{result.compared} points compared: {', '.join(said)}{gone}"
    status = result.status(strict)
    if status == 1 and not counts[Verdict.WORSE]:
        return f"{text}. --strict: any change fails; when it is meant, './virqlab rebaseline --reason \"...\"'"
    if status == 0 and counts[Verdict.BETTER]:
        return f"{text}. An improvement"
    return text


def _point(point: PointChange) -> Iterator[Line]:
    word = WORDS[point.verdict]
    yield f"{word} {point.id}", STYLES.get(word, "")
    width = max(len(change.name) for change in point.changes)
    for change in point.changes:
        yield from _change(change, min(width, 24))
    for text in point.explanation:
        yield from _wrap(f"    {text}", "dim", "      ")


def _change(change: Change, width: int) -> Iterator[Line]:
    style = STYLES.get(WORDS[change.verdict], "")
    head = f"  {WORDS[change.verdict]:<7} {change.name:<{width}}  {change.values}"
    line = f"{head}  {change.detail}".rstrip()
    if len(line) <= WIDTH:
        yield line, style
    else:
        yield from _wrap(head, style, "      ")
        yield from _wrap(f"      {change.detail}", style, "      ")


def _wrap(text: str, style: str, indent: str = "  ") -> Iterator[Line]:
    for line in textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]:
        yield line, style
