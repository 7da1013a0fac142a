# SPDX-License-Identifier: Apache-2.0
"""The command line: one function a subcommand. Exit codes: 0 good, 1 a point or a check failed, 2 bad input."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from pathlib import Path
from typing import Any, Sequence

from rich.console import Console

from analysis import baseline, costs, difference, families, hardware, markdown, minimum, record, select, stats, table
from analysis.errors import LabError
from bench import doctor, images, model, rebaseline, run_guest, suite
from bench.arguments import address, names, positive
from bench.progress import Reporter
from bench.run import JOBS_DEFAULT, Options, Runner, TimeLimit, unwritable
from bench.store import Store

OUT_DEFAULT = "results/latest"
REPORT_DEFAULT = "results/latest/report.html"
HELP_COLUMNS = 80
# A user's own build in place of a fetched file of the same name (bench/peers.toml).
OWN = {
    "kernel": "another arm64 kernel Image for kvm and its like, not kvm-6.1",
    "xen": "another Xen for xen and xen-dom0less",
    "symbols": "its symbols: vmlinux, System.map, xen-syms",
}
EXIT_CODES = "Exit codes: 0 good, 1 a point or a check failed, 2 bad input."


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and dispatch; every LabError becomes one line on stderr and exit code 2."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.function(arguments))
    except LabError as error:
        print(f"virqlab: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("virqlab: interrupted: finished points are kept, the same command continues", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="virqlab",
        description="What it costs to deliver an interrupt to a virtual machine: exits, instructions, latency.",
        epilog=f"Each command has --help with an example. {EXIT_CODES}",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _doctor(_command(commands, "doctor", "say what is installed, what is missing and what mends it", ""))
    _plan(_command(commands, "plan", "list the points of a suite, one a line", "--suite full --strategy lr"))
    _run(_command(commands, "run", "run a suite, write DIR/run.json and DIR/points/", "--bench timer --strategy te,lr"))
    _run_guest(
        _command(
            commands,
            "run-guest",
            "run any guest image under virqlab's hypervisor, its console on the terminal",
            "build/linux/Image --initrd build/linux/initramfs.cpio \\\n    --strategy te --bootargs console=ttyAMA0",
            run_guest.EXIT_CODES,
        )
    )
    _show(_command(commands, "show", "print the comparison table of a run", "results/latest/run.json"))
    _get(
        _command(
            commands,
            "get",
            "print one number of a run",
            "results/latest strategy=lr bench=timer metric=exits_per_irq",
        )
    )
    _compare(
        _command(
            commands,
            "compare",
            "compare two runs exactly, say what changed and which exits, phases and functions explain it",
            "results/baselines results/latest --strict",
            "Exit codes: 0 same or better, 1 worse (--strict: any change), 2 not comparable or bad input.",
        )
    )
    _rebaseline(
        _command(
            commands,
            "rebaseline",
            "keep a run in results/baselines/, what 'make regress' compares with",
            '--reason "lr: a shorter injection" results/latest',
        )
    )
    _report(
        _command(
            commands,
            "report",
            "write one self-contained HTML file about one or more runs",
            "results/latest --out report.html",
        )
    )
    model.add(
        _command(
            commands,
            "model",
            "fit a cost model on published numbers, check it, predict times",
            "check",
            model.EXIT_CODES,
        )
    )
    return top


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    example: str,
    codes: str = EXIT_CODES,
) -> argparse.ArgumentParser:
    line = f"./virqlab {name} {example}".rstrip()
    description, codes = (textwrap.fill(part, HELP_COLUMNS) for part in (f"{text[0].upper()}{text[1:]}.", codes))
    return commands.add_parser(
        name,
        help=text,
        description=description,
        epilog=f"Example:\n  {line}\n\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _selection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--suite", metavar="SUITE", help="default, full, peers, or a TOML file (default: what has the strategies named)"
    )
    command.add_argument("--strategy", type=names, metavar="A,B", help="only these strategies, e.g. te,lr")
    command.add_argument("--bench", type=names, metavar="A,B", help="only these benchmarks, e.g. timer,hvc")
    command.add_argument("--machine", type=names, metavar="A,B", help="only these machines, e.g. virt-v3")


def _points(arguments: argparse.Namespace) -> tuple[suite.Lab, list[suite.Point]]:
    lab = suite.load(arguments.suite or suite.suite_for(arguments.strategy))
    return lab, suite.plan(lab, arguments.machine, arguments.strategy, arguments.bench)


def _doctor(command: argparse.ArgumentParser) -> None:
    command.set_defaults(function=lambda _: doctor.report(Console(highlight=False)))


def _plan(command: argparse.ArgumentParser) -> None:
    _selection(command)
    command.set_defaults(function=plan)


def plan(arguments: argparse.Namespace) -> int:
    """`virqlab plan`: the ids of the points."""
    for point in _points(arguments)[1]:
        print(point.id)
    return 0


def _run(command: argparse.ArgumentParser) -> None:
    _selection(command)
    command.add_argument("--guest", metavar="PATH", help=f"another guest image (default {images.GUEST})")
    for name, what in OWN.items():
        command.add_argument(f"--{name}", metavar="PATH", help=what)
    command.add_argument("--qemu", metavar="PATH", help="another QEMU (10.0 or newer)")
    command.add_argument("--repeat", type=positive, default=1, metavar="N", help="run each point N times: identical?")
    command.add_argument(
        "--jobs", type=positive, default=JOBS_DEFAULT, metavar="N", help=f"points at a time (default {JOBS_DEFAULT})"
    )
    command.add_argument(
        "--time-limit", type=float, default=float("inf"), metavar="S", help="end the whole run after S seconds"
    )
    command.add_argument("--crosscheck", action="store_true", help="compare each point's exits with QEMU's -d int")
    command.add_argument(
        "--count", choices=("fast", "insn"), default="fast", help="count by block, or each instruction (debug)"
    )
    command.add_argument("--out", default=OUT_DEFAULT, metavar="DIR", help=f"where to write (default {OUT_DEFAULT})")
    command.add_argument("--fresh", action="store_true", help="forget the points that DIR already has")
    command.set_defaults(function=run)


def run(arguments: argparse.Namespace) -> int:
    """`virqlab run`: 1 when a point failed."""
    lab, points = _points(arguments)
    own = {name: getattr(arguments, name) for name in OWN if getattr(arguments, name)}
    found = images.collect(points, arguments.guest, arguments.qemu, own)
    if found.missing:
        lacking = {p.strategy.name: 0 for p in points if set(p.strategy.fetched) & set(found.missing)}
        print(f"virqlab: skipped: {', '.join(lacking)}: {next(iter(found.missing.values()))}", file=sys.stderr)
    options = Options(arguments.repeat, arguments.crosscheck, arguments.count, arguments.jobs, arguments.time_limit)
    out, console = Path(arguments.out), Console(highlight=False)
    try:
        with Store(out, arguments.fresh) as store:
            with Reporter(len(points), console) as reporter:
                result = Runner(store, found, options).run(lab, points, reporter)
            path = store.write_run(result)
    except TimeLimit as error:
        print(f"virqlab: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        raise unwritable(error, out) from None
    if arguments.crosscheck:
        print(_crosschecked(result))
    states = [point["status"] for point in result["points"]]
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("pass", "fail", "skip") if state in states)
    print(f"{len(states)} points: {counts}; {path}")
    return 1 if "fail" in states else 0


def _crosschecked(result: dict[str, Any]) -> str:
    """What the cross-check covered; a point that disagreed has failed and said so."""
    found = {name: about["crosscheck"] for name, about in result["run"]["host"]["points"].items()}
    failed = {point["id"] for point in result["points"] if point["status"] == "fail"}
    agreed = [check for name, check in found.items() if check and name not in failed]
    exceptions = sum(check["exceptions"] for check in agreed)
    return f"crosscheck: {exceptions} exceptions in {len(agreed)} points equal QEMU's own log, class by class"


def _run_guest(command: argparse.ArgumentParser) -> None:
    default = run_guest.Guest(Path())
    command.add_argument("image", metavar="IMAGE", type=Path, help="an arm64 Image, or a raw binary (--load)")
    grounds = run_guest.grounds()
    machines, strategies = (list(dict.fromkeys(names)) for names in zip(*grounds))
    command.add_argument(
        "--machine",
        metavar="NAME",
        choices=machines,
        default=default.machine,
        help=f"{', '.join(machines)}; default %(default)s",
    )
    strategy = "default lr with GICv3, gicv2 with GICv2; gicv4 drives GICv4.0: nothing of GICv4.1 has run; "
    strategy += "pass is for trusted guests: their SGIs reach any core"
    command.add_argument("--strategy", choices=strategies, help=strategy)
    command.add_argument("--gic", type=int, choices=(2, 3), help="the guest's GIC version, default the machine's")
    command.add_argument("--its", action="store_true", help="LPIs and an ITS for a GICv3 guest")
    command.add_argument("--device", action="append", default=[], metavar="TEXT", help="QEMU's -device, repeatable")
    command.add_argument("--pci", default=default.pci, metavar="BB:DD.F,...", help="PCI functions for the guest itself")
    command.add_argument("--vcpus", type=int, default=default.vcpus, metavar="N", help="default %(default)s")
    command.add_argument("--vms", type=int, default=default.vms, metavar="N", help="as many VMs, all like this one")
    command.add_argument("--cores", type=int, metavar="N", help="of the machine, default one a vCPU, at most 8")
    command.add_argument("--hyp", default=default.hyp, metavar="TEXT", help="more parameters, as vm1.strategy=te")
    command.add_argument("--mem", type=int, default=default.mem_mib, metavar="MiB", help="default %(default)s")
    command.add_argument("--bootargs", default="", metavar="TEXT", help="the guest's command line")
    command.add_argument("--initrd", type=Path, metavar="FILE", help="an initial RAM disk for the guest")
    command.add_argument("--fdt", type=Path, metavar="FILE", help="a device tree instead of the hypervisor's own")
    command.add_argument(
        "--load", type=address, metavar="ADDR", help="where a raw binary goes and starts, default 0x40200000"
    )
    command.add_argument("--qemu", default=default.qemu, metavar="PATH", help="another QEMU (10.0 or newer)")
    command.add_argument("--timeout", type=float, metavar="S", help="kill the run after that many seconds of host time")
    command.set_defaults(function=start_guest)


def start_guest(arguments: argparse.Namespace) -> int:
    """`virqlab run-guest`: how the guest ended; what went wrong is one line on stderr."""
    named = {
        name: getattr(arguments, name)
        for name in ("image", "machine", "strategy", "gic", "vcpus", "bootargs", "fdt", "initrd")
    }
    rest = {"load": arguments.load, "qemu": arguments.qemu, "mem_mib": arguments.mem, "timeout_s": arguments.timeout}
    rest |= {"its": arguments.its, "pci": arguments.pci, "devices": tuple(arguments.device)}
    rest |= {"vms": arguments.vms, "cores": arguments.cores, "hyp": arguments.hyp}
    ended = run_guest.run(run_guest.Guest(**named, **rest))
    if ended.message:
        print(f"virqlab: {ended.message}", file=sys.stderr)
    return ended.code


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", metavar="RUN.json", type=Path, help="a run record, or the directory of a run")
    command.add_argument("--stat", choices=stats.STATS, default="value", help="what of each sample set to show")
    command.add_argument(
        "--group",
        choices=(families.SUMMARY, families.PHASES, families.EVENTS),
        default=families.SUMMARY,
        help="which metrics: the costs, the phases of an interrupt, or its event vector (default %(default)s)",
    )
    command.add_argument("--markdown", action="store_true", help="print the summary as a GitHub table, as in README.md")
    command.add_argument("--bench", type=names, metavar="A,B", help="with --markdown: only these benchmarks")
    command.add_argument(
        "--minimum", action="store_true", help="exits for each interrupt beside the least that the architecture allows"
    )
    command.set_defaults(function=show)


def show(arguments: argparse.Namespace) -> int:
    """`virqlab show`: the table."""
    found = record.load(arguments.run)
    if arguments.minimum:
        _show_minimum(found, arguments.markdown)
    elif arguments.markdown:
        print(markdown.table(found, arguments.stat, arguments.bench or ()), end="")
    else:
        console = Console(highlight=False)
        table.show(found, console, arguments.stat, arguments.group)
        hardware.show(found, console, costs.best())
    return 0


def _show_minimum(found: dict[str, Any], as_markdown: bool) -> None:
    if as_markdown:
        print("\n".join(minimum.markdown(found)))
    else:
        minimum.show(found, Console(highlight=False))


def _get(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", metavar="RUN.json", type=Path, help="a run record, or the directory of a run")
    command.add_argument(
        "query",
        nargs="+",
        metavar="KEY=VALUE",
        help="strategy, bench, machine or a parameter chooses the point; metric=NAME; stat=p50 (value, n, min, p50, "
        "p90, p99, max; value is the median, for rates total / acknowledgements or operations, for masked_max_insns "
        "the maximum)",
    )
    command.set_defaults(function=get)


def get(arguments: argparse.Namespace) -> int:
    """`virqlab get`: the bare number; 2 when no such point or metric."""
    query = select.parse_query(arguments.query)
    print(select.get(record.load(arguments.run), query))
    return 0


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("old", metavar="OLD", type=Path, help="a run record, its directory, or results/baselines")
    command.add_argument("new", metavar="NEW", type=Path, help="a run record, or the directory of a run")
    command.add_argument("--strict", action="store_true", help="any change of a count is 1, a better one too")
    command.set_defaults(function=compare)


def compare(arguments: argparse.Namespace) -> int:
    """`virqlab compare`: the worst of the comparisons when OLD is a directory of baselines."""
    results = baseline.compare_all(baseline.load(arguments.old), record.load(arguments.new))
    console = Console(highlight=False)
    for result in results:
        for obstacle in result.obstacles:
            print(f"virqlab: not comparable: {obstacle}", file=sys.stderr)
        if result.compared or result.points:
            for text, style in difference.lines(result, arguments.strict):
                console.print(text, style=style, markup=False, soft_wrap=True)
    states = [result.status(arguments.strict) for result in results]
    return 1 if 1 in states else max(states)


def _rebaseline(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "run", metavar="RUN.json", type=Path, nargs="?", default=Path(OUT_DEFAULT), help=f"default {OUT_DEFAULT}"
    )
    command.add_argument("--reason", required=True, metavar="TEXT", help="why the numbers may change; kept in the file")
    command.add_argument(
        "--reference", action="store_true", help="write results/reference/run.json, the run that README.md shows"
    )
    command.set_defaults(function=rebase)


def rebase(arguments: argparse.Namespace) -> int:
    """`virqlab rebaseline`: 2, and nothing written, for a run that cannot be a baseline."""
    for path in rebaseline.keep(record.load(arguments.run), arguments.reason, arguments.reference):
        print(f"{path.relative_to(suite.ROOT)}: {path.stat().st_size} bytes; commit it")
    return 0


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("runs", metavar="RUN.json", type=Path, nargs="+", help="a run record, or a run's directory")
    command.add_argument(
        "--out", metavar="FILE.html", type=Path, default=Path(REPORT_DEFAULT), help="default %(default)s"
    )
    command.set_defaults(function=write_report)


def write_report(arguments: argparse.Namespace) -> int:
    """`virqlab report`: one HTML file."""
    from analysis import report  # only here: the template engine would slow every other command

    records = [record.load(path) for path in arguments.runs]
    text = report.render(records)
    try:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(arguments.out, text)
    except OSError as error:
        raise LabError(f"cannot write {arguments.out}: {error.strerror}", "choose another file with --out") from None
    print(f"{arguments.out}: {len(text.encode())} bytes, {sum(len(r['points']) for r in records)} points")
    return 0
