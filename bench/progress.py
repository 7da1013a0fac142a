# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: a line for each finished point, with an estimate of what is left; a bar, too, on a terminal."""

from __future__ import annotations

from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

STYLES = {"pass": "green", "fail": "bold red", "skip": "yellow", "kept": "dim"}


class Reporter:
    """Use as a context; `finished` may be called from the thread that collects the results only."""

    def __init__(self, total: int, console: Console) -> None:
        self._console, self._total, self._done, self._ran = console, total, 0, 0
        self._begin = monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("points", total=total)

    def __enter__(self) -> "Reporter":
        self._bar.__enter__()
        return self

    def __exit__(self, *details: Any) -> None:
        self._bar.__exit__(*details)

    def finished(self, record: dict[str, Any], wall_s: float, kept: bool) -> None:
        """Say how a point went; a failed one with its reason and its last console lines."""
        self._done, self._ran = self._done + 1, self._ran + (not kept)
        width = len(str(self._total))
        word = "kept" if kept else record["status"]
        line = f"[{self._done:{width}}/{self._total}] {record['id']:<28} {word}"
        self._say(line if kept else f"{line} {wall_s:6.2f} s{self._left()}", STYLES[word])
        if record["status"] != "pass":
            self._say(f"    {record['reason']}", STYLES[record["status"]])
        diagnosis = record["diagnosis"] or {}
        for text in [*diagnosis.get("host_console", []), *diagnosis.get("console", [])]:
            self._say(f"    | {text}", "dim")
        self._bar.advance(self._task)

    def _left(self) -> str:
        """How long the rest takes, should none of it be kept and a point take what it took so far."""
        left_s = (monotonic() - self._begin) / self._ran * (self._total - self._done)
        return f", {left_s / 60:.1f} min left" if self._done < self._total else ""

    def _say(self, line: str, style: str) -> None:
        self._console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)
