# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: a bar with an estimate on a terminal, one plain line for each finished point otherwise."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

STYLES = {"pass": "green", "fail": "bold red", "skip": "yellow", "kept": "dim"}


class Reporter:
    """Use as a context; `finished` may be called from the thread that collects the results only."""

    def __init__(self, total: int, console: Console) -> None:
        self._console, self._total, self._done = console, total, 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
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
        self._done += 1
        width = len(str(self._total))
        word = "kept" if kept else record["status"]
        line = f"[{self._done:{width}}/{self._total}] {record['id']:<28} {word}"
        self._say(line if kept else f"{line} {wall_s:6.2f} s", STYLES[word])
        if record["status"] != "pass":
            self._say(f"    {record['reason']}", STYLES[record["status"]])
        diagnosis = record["diagnosis"] or {}
        for text in [*diagnosis.get("host_console", []), *diagnosis.get("console", [])]:
            self._say(f"    | {text}", "dim")
        self._bar.advance(self._task)

    def _say(self, line: str, style: str) -> None:
        self._console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)
