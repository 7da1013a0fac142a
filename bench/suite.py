# SPDX-License-Identifier: Apache-2.0
"""Read the TOML files of suites, machines, strategies and peers, and plan: turn scenario rows into points."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence, TypeVar

from analysis.errors import LabError
from analysis.metrics import GROUPS, METRICS, SOURCES, Source
from bench import stimulus
from bench.stimulus import Stimulus

ROOT = Path(__file__).resolve().parent.parent
BENCH_DIR = Path(__file__).resolve().parent
# Suite -> the file of its rows. That of the peers is chosen by its strategies, too.
SUITES = {"default": "suite.toml", "full": "suite.toml", "peers": "suite_peers.toml"}
DEFAULT, PEERS = "default", "peers"

Param = int | str
Row = TypeVar("Row")


@dataclass(frozen=True)
class Machine:
    """A row of machines.toml."""

    name: str
    title: str
    executor: str
    qemu: str
    machine: str
    args: list[str]
    gic: int
    insns_per_tick: int
    deadline_ms: float
    timeout_s: float
    trace_mib: int
    regions: dict[str, list[int]] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """What two records must agree on to be comparable, and the title."""
        return {key: getattr(self, key) for key in ("title", "machine", "args", "gic", "insns_per_tick")}


@dataclass(frozen=True)
class Strategy:
    """A row of strategies.toml or peers.toml."""

    name: str
    title: str
    args: list[str]
    gic: list[int]
    fetched: dict[str, list[str]] = field(default_factory=dict)
    archives: dict[str, dict[str, str]] = field(default_factory=dict)
    kallsyms: dict[str, str] = field(default_factory=dict)
    trees: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    regions: dict[str, list[int]] = field(default_factory=dict)
    boot_ms: float = 0
    boot_s: float = 0
    begin: str = ""
    outlives: bool = False
    guests: list[int] = field(default_factory=list)
    machine_options: str = ""
    images: dict[str, str] = field(default_factory=dict)
    symbols: str = ""
    vectors: str = "vectors"
    mmio: str = "el2"
    home: str = ""
    lacks: list[str] = field(default_factory=list)
    conform: str = "vm0.its=1"
    filters: list[str] = field(default_factory=list)
    faults: str = ""

    def runs_on(self, gic: int) -> bool:
        """Whether a machine with this GIC version will do: GICv4 is GICv3 with more (IHI 0069H 1.1)."""
        return gic in self.gic or (gic == 4 and 3 in self.gic)

    @property
    def takes_hyp_args(self) -> bool:
        """Whether something runs that a scenario's `hyp` can be passed to."""
        return any("{hyp_args}" in arg for arg in self.args)


@dataclass(frozen=True)
class Scenario:
    """A row of suite.toml."""

    bench: str
    version: int
    machines: list[str]
    strategies: list[str]
    metrics: list[str]
    suites: list[str] = field(default_factory=lambda: ["default", "full"])
    full_machines: list[str] = field(default_factory=list)
    params: dict[str, Param | list[Param]] = field(default_factory=dict)
    hyp: dict[str, Param | list[Param]] = field(default_factory=dict)
    vcpus: int | list[int] = 1
    cores: int = 0
    vms: int | list[int] = 1
    others: str = ""
    slice_ns: int = 0
    stimulus: dict[str, Param | list[Param]] = field(default_factory=dict)
    devices: list[str] = field(default_factory=list)
    population: str = ""
    source: dict[str, Any] | None = None
    max_exits: int | None = None
    deadline_ms: float | None = None
    timeout_s: float | None = None


@dataclass(frozen=True)
class Point:
    """One point: one command, one directory. `id` is its name and its path below DIR/points."""

    id: str
    machine: Machine
    strategy: Strategy
    scenario: Scenario
    params: dict[str, Param]
    hyp: dict[str, Param]
    vcpus: int = 1
    vms: int = 1
    stimulated: dict[str, Param] = field(default_factory=dict)

    @property
    def bootargs(self) -> str:
        """The guest's arguments; it is told of the stimulus, so that it knows when its interrupts are raised."""
        told = {f"stimulus.{key}": value for key, value in self.stimulated.items() if key != "by"}
        return " ".join([f"bench={self.scenario.bench}", *(f"{k}={v}" for k, v in {**self.params, **told}.items())])

    @property
    def hyp_args(self) -> str:
        """The hypervisor's arguments beside those of the strategy, each with a blank before it."""
        vcpus: dict[str, Param] = {"vm0.vcpus": self.vcpus} if self.vcpus != 1 else {}
        others = "".join(
            f' vm{vm}.strategy={self.strategy.name} vm{vm}.args="{self.scenario.others}"' for vm in range(1, self.vms)
        )
        return "".join(f" {key}={value}" for key, value in {**vcpus, **self.hyp}.items()) + others

    @property
    def machine_args(self) -> list[str]:
        """The machine's part of the command line: its cores, unless told as many as the guest has vCPUs, and the
        scenario's devices."""
        count = self.scenario.cores or self.vcpus
        cores = ["-smp", str(count)] if count != 1 else []
        devices = [part for device in self.scenario.devices for part in ("-device", device)]
        return [*self.machine.args, *cores, *devices]

    @property
    def regions(self) -> dict[str, list[int]]:
        """The frames of the machine, and those that its guest sees in their place."""
        return {**self.machine.regions, **self.strategy.regions}

    @property
    def stimulus(self) -> Stimulus | None:
        """The stores that nothing measured makes, if any."""
        return Stimulus(**self.stimulated) if self.stimulated else None  # type: ignore[arg-type]

    @property
    def deadline_ns(self) -> int:
        """The virtual time after which the plugin ends the run, in ns."""
        chosen = self.scenario.deadline_ms
        return round((self.strategy.boot_ms + (self.machine.deadline_ms if chosen is None else chosen)) * 1e6)

    @property
    def timeout_s(self) -> float:
        """The host time after which QEMU is killed, in s."""
        chosen = self.scenario.timeout_s
        return self.strategy.boot_s + (self.machine.timeout_s if chosen is None else chosen)

    @property
    def source(self) -> Source | None:
        """What raises the interrupt, if anything does."""
        return Source(**self.scenario.source) if self.scenario.source else None

    @property
    def _counts(self) -> dict[str, Param]:
        return {name: count for name, count in (("vcpus", self.vcpus), ("vms", self.vms)) if count != 1}

    def identity(self) -> dict[str, Any]:
        """The fields of the record that a point is found by."""
        swept = {key: self.stimulated[key] for key, value in self.scenario.stimulus.items() if isinstance(value, list)}
        return {
            "id": self.id,
            "machine": self.machine.name,
            "strategy": self.strategy.name,
            "bench": self.scenario.bench,
            "bench_version": self.scenario.version,
            "params": {**self.params, **self.hyp, **self._counts, **swept},
            "population": self.scenario.population,
        }


@dataclass(frozen=True)
class Lab:
    """Everything the TOML files say. Of `scenarios` only the rows of the chosen suite."""

    suite: str
    machines: dict[str, Machine]
    strategies: dict[str, Strategy]
    scenarios: list[Scenario]


def load(suite: str = DEFAULT) -> Lab:
    """Read the rows; `suite` is one of SUITES or a file of scenarios. LabError for what is wrong in a file."""
    machines = _named(Machine, BENCH_DIR / "machines.toml")
    strategies = _named(Strategy, BENCH_DIR / "strategies.toml") | peers()
    named = suite in SUITES
    path = BENCH_DIR / SUITES[suite] if named else Path(suite)
    if not named and not path.is_file():
        raise LabError(f"unknown suite {suite!r}", f"say {', '.join(SUITES)} or name a TOML file of scenarios")
    rows = _toml(path).get("scenario", [])
    scenarios = [_row(Scenario, row, f"{path.name}, scenario {n + 1}") for n, row in enumerate(rows)]
    for scenario in scenarios:
        _check(scenario, machines, strategies, path.name)
    scenarios = [
        replace(row, metrics=[m for name in row.metrics for m in GROUPS.get(name, [name])]) for row in scenarios
    ]
    chosen = [scenario for scenario in scenarios if not named or suite in scenario.suites]
    if suite != DEFAULT:
        chosen = [replace(row, machines=[*row.machines, *row.full_machines]) for row in chosen]
    return Lab(suite if named else path.stem, machines, strategies, chosen)


def peers() -> dict[str, Strategy]:
    """The hypervisors that virqlab did not write."""
    return _named(Strategy, BENCH_DIR / "peers.toml")


def suite_for(named: Sequence[str] | None) -> str:
    """The suite that is meant when only strategies are named."""
    return PEERS if set(named or ()) & set(peers()) else DEFAULT


def plan(
    lab: Lab,
    machines: Sequence[str] | None = None,
    strategies: Sequence[str] | None = None,
    benches: Sequence[str] | None = None,
) -> list[Point]:
    """The points of a suite, strategies of a benchmark side by side. LabError for a name that no row has."""
    _known("machine", machines, lab.machines)
    _known("strategy", strategies, lab.strategies)
    _known("benchmark", benches, dict.fromkeys(scenario.bench for scenario in lab.scenarios))
    points = [
        point
        for scenario in lab.scenarios
        if benches is None or scenario.bench in benches
        for point in _points(lab, scenario, machines, strategies)
    ]
    if not points:
        remedy = "the suite has no row with this machine, strategy and benchmark together"
        raise LabError("no point is left", f"{remedy}; try --suite full" if lab.suite == DEFAULT else remedy)
    _distinct(points)
    return points


def _points(
    lab: Lab, scenario: Scenario, machines: Sequence[str] | None, strategies: Sequence[str] | None
) -> Iterable[Point]:
    for params, suffix in _swept(scenario.params):
        for machine, row in _grounds(lab, scenario):
            if (machines is not None and machine not in machines) or (
                strategies is not None and row.name not in strategies
            ):
                continue
            known: dict[str, Param] = {"strategy": row.name, **params}
            hyps = {k: _filled(v, known) for k, v in scenario.hyp.items()} if row.takes_hyp_args else {}
            axes: list[Mapping[str, Param | Sequence[Param]]]
            axes = [hyps, {"vcpus": scenario.vcpus, "vms": scenario.vms}, scenario.stimulus]
            for chosen in itertools.product(*(list(_swept(axis)) for axis in axes)):
                (hyp, counts, told), suffixes = zip(*chosen)
                name = "".join([f"{machine}/{row.name}/{scenario.bench}{suffix}", *suffixes])
                numbers = (int(counts["vcpus"]), int(counts["vms"]))
                yield Point(name, lab.machines[machine], row, scenario, params, hyp, *numbers, told)


def _grounds(lab: Lab, scenario: Scenario) -> list[tuple[str, Strategy]]:
    """Machine by machine the strategies that run there; those that none of the machines is for run at home."""
    rows = [lab.strategies[name] for name in scenario.strategies]
    found = [(name, row) for name in scenario.machines for row in rows if row.runs_on(lab.machines[name].gic)]
    placed = {row.name for _, row in found}
    return found + [(row.home, row) for row in rows if row.home and row.name not in placed]


def _filled(value: Param | list[Param], known: Mapping[str, Param]) -> Param | list[Param]:
    """A parameter of the hypervisor; {strategy} and, of the guest's parameters, {name} in its text are told to a VM
    beside the guest."""
    return value.format(**known) if isinstance(value, str) else value


def _swept(table: Mapping[str, Param | Sequence[Param]]) -> Iterable[tuple[dict[str, Param], str]]:
    """Each choice of values of a table, and the part of a point's name that tells it: of lists only."""
    choices = [value if isinstance(value, list) else [value] for value in table.values()]
    for values in itertools.product(*choices):
        chosen = dict(zip(table, values))
        yield chosen, "".join(f",{key}={chosen[key]}" for key, value in table.items() if isinstance(value, list))


def _distinct(points: list[Point]) -> None:
    """No two points may share a directory."""
    if len({point.id for point in points}) != len(points):
        raise LabError("two scenarios of the suite make the same points", "sweep the parameter that differs as a list")


def _known(what: str, names: Sequence[str] | None, rows: dict[str, Any]) -> None:
    for name in names or ():
        if name not in rows:
            raise LabError(f"unknown {what} {name!r}", f"one of {', '.join(rows)}")


def _check(scenario: Scenario, machines: dict[str, Machine], strategies: dict[str, Strategy], file: str) -> None:
    where = f"{file}, benchmark {scenario.bench}"
    references: list[tuple[str, list[str], Mapping[str, object]]] = [
        ("machine", [*scenario.machines, *scenario.full_machines], machines),
        ("strategy", scenario.strategies, strategies),
        ("metric", scenario.metrics, METRICS | GROUPS),
        ("source", [scenario.source["kind"]] if scenario.source else [], dict.fromkeys(SOURCES)),
    ]
    if scenario.stimulus:
        row = _row(Stimulus, scenario.stimulus, f"{where}, stimulus")
        if bool(row.count) == bool(row.end_ns):
            raise LabError(f"{where}, stimulus: give count or end_ns")
        references.append(("stimulus by", [str(row.by)], dict.fromkeys((stimulus.TRACER, stimulus.EL3))))
    for what, names, rows in references:
        for name in names:
            if name not in rows:
                raise LabError(f"{where}: unknown {what} {name!r}", f"one of {', '.join(rows)}")


def _named(kind: type[Row], path: Path) -> dict[str, Row]:
    """The tables of a file; one that is `like` another one, which stands before it, takes over what it does not say."""
    rows: dict[str, dict[str, Any]] = {}
    for name, row in _toml(path).items():
        like = row.pop("like", None)
        if like is not None and like not in rows:
            raise LabError(f"{path.name}, {name}: no table {like!r} stands before it")
        rows[name] = {**rows.get(like, {}), **row, "name": name}
    return {name: _row(kind, row, f"{path.name}, {name}") for name, row in rows.items()}


def _row(kind: type[Row], row: dict[str, Any], where: str) -> Row:
    """A dataclass from a TOML table. LabError for a key it does not have or lacks."""
    known = [item.name for item in fields(kind)]
    for key in row:
        if key not in known:
            raise LabError(f"{where}: unknown key {key!r}", f"one of {', '.join(known)}")
    try:
        return kind(**row)
    except TypeError as error:
        raise LabError(f"{where}: {str(error).split('() ')[-1]}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise LabError(f"cannot read {path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{path} is not TOML: {error}") from None
