# SPDX-License-Identifier: Apache-2.0
"""The HTML report: what it says, that it stands alone, and that a browser shows all of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from analysis import figures, record, report, table
from analysis.errors import LabError
from analysis.figures import Bars, Curves
from analysis.groups import Pool
from analysis.tests import labs
from analysis.tests.test_record import metric, point, run_record

CHROMIUM = shutil.which("chromium")
# A window cannot be as narrow as a phone, a frame can.
FRAME = """<!DOCTYPE html><title>frame</title><link rel="icon" href="data:,">
<iframe width="{width}" height="900" srcdoc="{page}"></iframe><script>
document.querySelector("iframe").addEventListener("load", (event) => {{
  const found = event.target.contentDocument;
  document.body.dataset.width = event.target.contentWindow.innerWidth;
  document.body.dataset.overflow = found.documentElement.scrollWidth - found.documentElement.clientWidth;
  document.body.dataset.summary = Math.max(...[...found.querySelectorAll(".scroll:has(.grouped)")]
    .map((region) => region.scrollWidth - region.clientWidth));
  document.body.dataset.figures = [...found.querySelectorAll("figure")]
    .filter((figure) => figure.querySelector("svg").getBoundingClientRect().height > 40).length;
}});</script>
"""


@pytest.fixture(name="page", scope="module")
def fixture_page() -> str:
    """The report of a record that has everything."""
    return report.render([labs.lab()])


class Checker(HTMLParser):
    """Every element closed in order, ids unique."""

    VOID = {"wbr", "meta", "link", "br", "rect", "img", "hr", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_whole_and_alone(page: str) -> None:
    """Well formed, unique ids; nothing is loaded from anywhere; no script."""
    checker = Checker()
    checker.feed(page)
    assert checker.open == [] and len(checker.ids) == len(set(checker.ids))
    links = set(re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", page))
    assert links == {"data:,"} and "<script" not in page and "@import" not in page
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}


def test_the_same_bytes_for_the_same_record(page: str) -> None:
    """No time, no path, no order of a set."""
    assert report.render([labs.lab()]) == page


def test_what_it_says(page: str) -> None:
    """Every section, the medians with their ranges, the population, what the numbers are not."""
    text = re.sub(r"\s+", " ", page)
    assert "Simulator counts, not hardware time." in text
    for name in ("summary", "exits by class", "latency", "phases of an interrupt", "event vector"):
        assert f"<h3>virt-v3: {name}</h3>" in text
    assert '<td class="n">116 (100–136)</td>' in text
    assert "Population: 40 samples; swept phase: the deadline moves by one tick an iteration." in text
    assert "300 (40)" in text and "no distribution to draw and no percentile to print" in text
    assert "git checkout " + "0" * 40 in text and "./virqlab compare RUN.json" in text
    assert "10.0.2, SHA-256 00" in text and "GNU C11 12.2.0" in text
    assert page.count("<svg ") == page.count("<figure ") == 4 and "absent" not in text.split("</style>")[1]


def test_the_caption_says_what_the_headlines_are(page: str) -> None:
    """Medians, totals, and one maximum; pooled points keep theirs."""
    for text in (page, table.legend("value")):
        assert re.search("medians.*masked_max_insns:? the maximum", text)
    assert "the maximum" not in table.legend("p50")
    summaries = [metric("insn", [7, 8, 9], 9), metric("insn", [1, 2], 2)]
    assert [Pool(summaries).value(name) for name in ("masked_max_insns", "latency_insns")] == [9, 7]
    assert Pool(summaries[:1]).cell("masked_max_insns") == "9 (7–9)"


def test_a_constant_set_gets_no_percentiles(page: str) -> None:
    """Beside a distribution it is called constant."""
    row = re.search(r'<tr><th scope="row">bare</th><td class="n">40</td>.*?</tr>', page)
    assert row and row[0].endswith('<td class="n" colspan="2">constant</td></tr>')


def test_figures_without_data_say_why() -> None:
    """A record of before the account; one whose points all failed."""
    page = report.render([run_record(point("te", metrics={"latency_insns": metric("insn", [7, 7])}))])
    for text in ("No figure of phases", "No figure of event vectors", "No figure of latency: every sample set is"):
        assert text in page
    failed = point("te", status="fail", reason="it <hangs>", metrics={}, exits=None, irqs=None, insns=None)
    page = report.render([run_record(failed)])
    assert "No summary" in page and "No figure of exits" in page and "it &lt;hangs&gt;" in page


def test_text_of_a_record_stays_text() -> None:
    """Neither HTML nor gnuplot runs what a record says."""
    nasty = "`touch /tmp/x`'\"\n<script>alert(1)</script>$(id)"
    found = run_record(
        point("lr", population=nasty, exits={"total": 3, "classes": {nasty: 3}}, id="virt-v3/lr/" + nasty)
    )
    found["run"]["host"]["compiler"] = nasty
    page = report.render([found])
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_several_runs_and_a_dirty_tree() -> None:
    """Side by side in the environment, one section each, figures of their own."""
    second = labs.lab()
    second["run"]["host"]["dirty"] = True
    page = report.render([labs.lab(), second])
    assert 'id="run1-virt-v3-exits"' in page and 'id="run2-virt-v3-exits"' in page
    assert page.count('class="warn"') == 2


def test_many_classes_are_gathered() -> None:
    """More series than colours: the smallest are one."""
    classes = {f"sysreg:R{number}": 30 + number for number in range(15)}
    page = report.render([run_record(point("te", exits={"total": sum(classes.values()), "classes": classes}))])
    assert page.count("</i>sysreg:R") == figures.COLOURS - 1 and "</i>other" in page


def test_colours_come_from_the_page() -> None:
    """Series are custom properties, text and axes the text's colour; no id, no other colour."""
    bars = Bars("a", "A <b>", "insn", ["x", "y"], [("one", [1, 2]), ("none", [0, 0])])
    curves = Curves("c", "C", "insn", ["p", "q"], [[(1, 0.5), (3, 1)], [(2, 1)]])
    for svg in figures.draw([bars, curves]).values():
        assert set(re.findall(r"var\(--(\w+)\)", svg)) <= {"c0", "c1", "grid", "page"} and "var(--c1)" in svg
        assert "rgb(" not in svg and "black" not in svg and " id=" not in svg
    assert 'aria-label="A &lt;b&gt;"' in figures.draw([bars])["a"]


def test_without_gnuplot(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the remedy."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError, match="make deps"):
        report.render([labs.lab()])


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast(page: str) -> None:
    """WCAG AA: text 4.5, graphics 3, in both colour schemes."""
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", page, re.S)]
    assert len(schemes) == 2
    for colours in schemes:
        for name in ("text", "dim", "link"):
            assert contrast(colours[name], colours["page"]) >= 4.5, name
        assert contrast(colours["warn"], colours["warn-shade"]) >= 4.5
        for number in range(figures.COLOURS):
            assert contrast(colours[f"c{number}"], colours["page"]) >= 3, number


def browse(page: str, directory: Path) -> str:
    """The document that a browser makes of a page; no console message."""
    path = directory / "page.html"
    path.write_text(page, encoding="utf-8")
    command = [
        *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
        *("--no-first-run", f"--user-data-dir={directory / 'profile'}", "--window-size=1300,1000"),
        *("--enable-logging=stderr", "--v=0", "--dump-dom", path.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "CONSOLE" not in done.stderr
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: run 'make deps'")
def test_every_figure_is_in_the_document(page: str, tmp_path: Path) -> None:
    """As a browser reads it."""
    found = re.findall(r'<figure id="([^"]+)">.*?(<svg |</figure>)', browse(page, tmp_path), re.S)
    assert [kind for _, kind in found] == ["<svg "] * 4


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: run 'make deps'")
@pytest.mark.parametrize("width", [1200, 390])
def test_nothing_is_wider_than_the_screen(page: str, width: int, tmp_path: Path) -> None:
    """On a desk and on a phone, where the summary has room for every strategy; figures have a height."""
    found = browse(FRAME.format(width=width, page=escape(page)), tmp_path)
    probe = dict(re.findall(r'data-(width|overflow|summary|figures)="(-?\d+)"', found))
    assert probe == {"width": str(width), "overflow": "0", "summary": "0", "figures": "4"}


def test_ten_thousand_points_in_ten_seconds(tmp_path: Path) -> None:
    """Loaded, checked against the schema, and reported; the page stays small."""
    big: dict[str, Any] = labs.lab(10_000)
    assert len(big["points"]) >= 9_990
    path = tmp_path / "run.json"
    path.write_text(json.dumps(big), encoding="utf-8")
    begin = time.monotonic()
    page = report.render([record.load(path)])
    assert time.monotonic() - begin <= 10
    assert len(page) < 500_000 and "are pooled" in page and "833 points" in page
