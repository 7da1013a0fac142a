# SPDX-License-Identifier: Apache-2.0
"""
Figures as inline SVG, drawn by gnuplot in one process. Colours are custom properties of the page (--c0, --c1, … for
the series, currentColor for text and axes), so one drawing serves light and dark. The same data gives the same bytes.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Sequence

from analysis.errors import LabError

COLOURS = 10  # --c0 … --c9 of the page; more series repeat them
WIDTH = 760
FONT_SIZE = 14
BAR_PITCH, BAR_FRAME = 24, 76  # pixels a bar, and around all of them
CURVE_HEIGHT = 340
TIC_APART = 1.3  # on a logarithmic axis, a smaller ratio has no room for two numbers
MARKED = 0x010200  # rgb(1, 2, n) stands for --cn in what gnuplot writes
GRID, PAGE = 0x010300, 0x010301
# What gnuplot reads from a record is text of somebody else: only these characters reach it.
UNSAFE = re.compile(r"[^A-Za-z0-9_.:,/()=+ -]")


@dataclass(frozen=True)
class Bars:
    """Stacked horizontal bars: each row a label and its values in the order of the series."""

    id: str
    title: str
    unit: str
    series: list[str]
    rows: list[tuple[str, list[float]]]

    def script(self) -> str:
        """Its gnuplot commands."""
        boxes, ends = [], []
        for place, (_, values) in enumerate(self.rows):
            left = 0.0
            for number, value in enumerate(values):
                if value > 0:
                    colour = MARKED + number % COLOURS
                    boxes.append(
                        f"{left:.9g} {place} {left:.9g} {left + value:.9g} {place - 0.36} {place + 0.36} {colour}"
                    )
                left += value
            ends.append(f'{left:.9g} {place} "{left:.6g}"')
        longest = max((sum(values) for _, values in self.rows), default=0.0) or 1.0
        tics = ", ".join(f"'{_safe(label)}' {place}" for place, (label, _) in enumerate(self.rows))
        plots = ["$ends using 1:2:3 with labels left offset 0.6,0"]
        if boxes:
            plots.insert(0, "$boxes using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable")
        return "\n".join(
            [
                *_block("boxes", boxes or ["0 0 0 0 0 0 0"]),
                *_block("ends", ends),
                f"set style fill solid 1 border rgb {PAGE}",
                f"set xlabel '{_safe(self.unit)}'",
                f"set xrange [0:{longest * 1.14:.9g}]",
                f"set yrange [{len(self.rows) - 0.4}:-0.6]",
                f"set ytics ({tics}) scale 0",
                "plot " + ", ".join(plots),
            ]
        )

    @property
    def height(self) -> int:
        """Of the drawing, in its own units."""
        return BAR_FRAME + BAR_PITCH * len(self.rows)


@dataclass(frozen=True)
class Curves:
    """Cumulative distributions: each series a list of (value, share of samples at or below it), steps."""

    id: str
    title: str
    unit: str
    series: list[str]
    points: list[list[tuple[float, float]]]

    height = CURVE_HEIGHT

    def script(self) -> str:
        """Its gnuplot commands."""
        lines, plots = [], []
        low = min(points[0][0] for points in self.points)
        high = max(points[-1][0] for points in self.points)
        pad = (high - low or 1.0) * 0.05
        for number, points in enumerate(self.points):
            steps = [f"{low - pad:.9g} 0", f"{points[0][0]:.9g} 0"]
            before = 0.0
            for value, share in points:
                steps += [f"{value:.9g} {before:.6g}", f"{value:.9g} {share:.6g}"]
                before = share
            lines += _block(f"curve{number}", [*steps, f"{high + pad:.9g} 1"])
            style = f"lw 2.5 dt {number % 5 + 1} lc rgb {MARKED + number % COLOURS}"
            plots.append(f"$curve{number} using 1:2 with lines {style}")
        return "\n".join(
            [
                *lines,
                f"set xlabel '{_safe(self.unit)}'",
                "set ylabel 'share of samples'",
                f"set xrange [{low - pad:.9g}:{high + pad:.9g}]",
                "set yrange [0:1.04]",
                "set ytics 0.25",
                "plot " + ", ".join(plots),
            ]
        )


@dataclass(frozen=True)
class Lines:
    """A cost over a parameter: each series a list of (parameter, cost), the parameter on a logarithmic axis."""

    id: str
    title: str
    parameter: str
    unit: str
    series: list[str]
    points: list[list[tuple[int, float]]]

    height = CURVE_HEIGHT

    def script(self) -> str:
        """Its gnuplot commands."""
        lines, plots = [], []
        for number, points in enumerate(self.points):
            lines += _block(f"line{number}", [f"{place} {cost:.9g}" for place, cost in points])
            style = f"lw 2.5 dt {number % 5 + 1} lc rgb {MARKED + number % COLOURS}"
            plots.append(f"$line{number} using 1:2 with lines {style}")
        places = sorted({place for points in self.points for place, _ in points})
        logarithmic = ["set logscale x"] if places[0] > 0 else []
        highest = max(cost for points in self.points for _, cost in points) or 1.0
        tics = [place for before, place in zip([0, *places], places) if place >= TIC_APART * before]
        return "\n".join(
            [
                *lines,
                *logarithmic,
                f"set xlabel '{_safe(self.parameter)}'",
                f"set ylabel '{_safe(self.unit)}'",
                f"set xrange [{places[0]}:{places[-1]}]",
                f"set yrange [0:{highest * 1.08:.9g}]",
                f"set xtics ({', '.join(map(str, tics))})",
                "plot " + ", ".join(plots),
            ]
        )


Figure = Bars | Curves | Lines


def draw(figures: Sequence[Figure]) -> dict[str, str]:
    """SVG elements by figure id. LabError when gnuplot is missing or refuses."""
    if not figures:
        return {}
    with tempfile.TemporaryDirectory(prefix="virqlab-") as directory:
        script = "\n".join(_page(figure, number) for number, figure in enumerate(figures))
        try:
            done = subprocess.run(
                ["gnuplot", "-"], input=script, cwd=directory, capture_output=True, text=True, timeout=120, check=False
            )
        except FileNotFoundError:
            raise LabError("gnuplot not found: it draws the figures", "run 'make deps'") from None
        except subprocess.TimeoutExpired:
            raise LabError("gnuplot took longer than 120 s") from None
        if done.returncode != 0:
            raise LabError(f"gnuplot refuses: {done.stderr.strip()[-200:]}", "gnuplot 5.4 or newer is needed")
        return {
            figure.id: _inline(Path(directory, f"{number}.svg").read_text(encoding="utf-8"), figure)
            for number, figure in enumerate(figures)
        }


def _page(figure: Figure, number: int) -> str:
    return "\n".join(
        [
            "reset session",
            f"set terminal svg size {WIDTH},{figure.height} dynamic font 'sans-serif,{FONT_SIZE}' noenhanced",
            f"set output '{number}.svg'",
            "unset key",
            "set border 3",
            "set tics out nomirror",
            f"set grid xtics ytics lt 1 lw 1 lc rgb {GRID}" if not isinstance(figure, Bars) else "",
            figure.script(),
            "unset output",
            "",
        ]
    )


def _block(name: str, lines: list[str]) -> list[str]:
    return [f"${name} << EOD", *lines, "EOD"]


def _safe(text: str) -> str:
    return UNSAFE.sub("?", text)


def _inline(svg: str, figure: Figure) -> str:
    """gnuplot's document as an element of an HTML page: no prologue, no ids that another figure has, CSS colours."""
    body = svg[svg.index('<g id="gnuplot_canvas">') : svg.rindex("</svg>")]
    body = re.sub(r"<defs>.*?</defs>", "", body, flags=re.DOTALL)  # point shapes, of which none is used
    body = re.sub(r"<title>.*?</title>", "", body)
    body = re.sub(r"\s+id=([\"'])gnuplot_\w+\1", "", body)
    body = re.sub(r"rgb\(\s*1,\s*2,\s*(\d+)\)", r"var(--c\1)", body)
    body = re.sub(r"rgb\(\s*1,\s*3,\s*0\)", "var(--grid)", body)
    body = re.sub(r"rgb\(\s*1,\s*3,\s*1\)", "var(--page)", body)
    body = re.sub(r"\s+color=\"(?:black|white)\"", "", body)
    body = re.sub(r"(fill|stroke)\s*=\s*([\"'])black\2", r'\1="currentColor"', body)
    body = re.sub(r"font-family=\"[^\"]*\"\s*", "", body)
    body = re.sub(r"<g [^>]*>\s*</g>\s*", "", body)
    body = re.sub(r"\n\s*", "\n", body)
    attributes = f'viewBox="0 0 {WIDTH} {figure.height}" role="img" aria-label="{escape(figure.title)}"'
    return f'<svg {attributes} xmlns="http://www.w3.org/2000/svg">\n{body}</svg>'
