# SPDX-License-Identifier: Apache-2.0
"""Rows and points."""

from pathlib import Path

import pytest

from analysis.errors import LabError
from bench import qemu, suite
from bench.images import Images, Qemu

ROW = """
[[scenario]]
bench = "timer"
version = 1
machines = ["virt-v3"]
strategies = ["te", "lr"]
metrics = ["latency_insns"]
"""
STORES = "start_ns = 500, period_ns = 10, count = 3, intid = 42"


def plan_of(tmp_path: Path, text: str) -> list[suite.Point]:
    """The points of a suite file."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return suite.plan(suite.load(str(path)))


def planned(tmp_path: Path, text: str) -> list[str]:
    """Their ids."""
    return [point.id for point in plan_of(tmp_path, text)]


def test_default_suite_is_whole() -> None:
    """Every strategy and benchmark of the first table, each point once."""
    ids = [point.id for point in suite.plan(suite.load())]
    benches = ["empty", "hvc", "mmio_vgic", "mmio_vgic_isenabler", "mmio_vgic_write", "eoi", "sgi_self", "timer_wfi"]
    benches += ["timer", "timer,load=hvc"]
    expected = {f"virt-v3/{s}/{b}" for s in ("bare", "te", "lr") for b in benches}
    assert expected <= set(ids) and len(ids) == len(set(ids))


def test_machines_of_the_full_suite() -> None:
    """A machine gets the strategies that its GIC is good for; its own rows are the full suite's."""
    planned_ids = {point.id for point in suite.plan(suite.load("full"), benches=["timer"])}
    assert {name.split("/")[1] for name in planned_ids if name.startswith("virt-v2/")} == {"bare", "te", "gicv2"}
    assert {name.split("/")[1] for name in planned_ids if name.startswith("virt-v3/")} == {"bare", "te", "lr", "pass"}
    on_v4 = {point.strategy.name for point in suite.plan(suite.load("full"), machines=["virt-v4"], benches=["lpi_msi"])}
    assert on_v4 == {"te", "lr", "gicv4"}
    with pytest.raises(LabError, match="no point is left: .*; try --suite full"):
        suite.plan(suite.load(), machines=["virt-v2"], strategies=["te"])


def test_a_strategy_that_no_machine_of_the_row_has_runs_at_home(tmp_path: Path) -> None:
    """Once, and where a machine of the row has its GIC only there; so queries need not name a machine."""
    row = ROW.replace('"te", "lr"', '"te", "gicv2", "gicv4"')
    assert planned(tmp_path, row) == ["virt-v3/te/timer", "virt-v2/gicv2/timer", "virt-v4/gicv4/timer"]
    both = row.replace('["virt-v3"]', '["virt-v4", "virt-v3"]')
    assert planned(tmp_path, both)[:3] == ["virt-v4/te/timer", "virt-v4/gicv4/timer", "virt-v3/te/timer"]
    points = [point for point in suite.plan(suite.load(), benches=["timer", "spi_hw", "sgi_self", "ipi"])]
    plain = [(point.strategy.name, point.scenario.bench) for point in points if "," not in point.id]
    assert len(plain) == len(set(plain)) == 6 * 4


def test_a_peer_has_time_to_boot() -> None:
    """Virtual and host time, added to what the machine or the scenario allows."""
    points = suite.plan(suite.load("peers"), benches=["timer_wfi"], strategies=["lr", "kvm"])
    allowed = {point.strategy.name: (point.deadline_ns, point.timeout_s) for point in points}
    row, (deadline_ns, timeout_s) = suite.peers()["kvm"], allowed["lr"]
    assert row.boot_ms > 0 and row.boot_s > 0
    assert allowed["kvm"] == (deadline_ns + row.boot_ms * 1e6, timeout_s + row.boot_s)


def test_a_row_like_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has what it says, and the rest of the other one, which stands before it."""
    monkeypatch.setattr(suite, "BENCH_DIR", tmp_path)
    path = tmp_path / "peers.toml"
    path.write_text('[a]\ntitle = "A"\nargs = ["-x"]\ngic = [3]\n[b]\nlike = "a"\ntitle = "B"\n', encoding="utf-8")
    assert {row.name: (row.title, row.args) for row in suite.peers().values()} == {
        "a": ("A", ["-x"]),
        "b": ("B", ["-x"]),
    }
    path.write_text('[b]\nlike = "a"\n', encoding="utf-8")
    with pytest.raises(LabError, match="peers.toml, b: no table 'a' stands before it"):
        suite.peers()


def test_selection_narrows() -> None:
    """--strategy and --bench."""
    points = suite.plan(suite.load("full"), strategies=["lr"], benches=["timer", "hvc"])
    assert {point.strategy.name for point in points} == {"lr"}
    assert {point.scenario.bench for point in points} == {"timer", "hvc"}
    assert points[0].bootargs == "bench=hvc iterations=1000"


def test_lists_are_swept(tmp_path: Path) -> None:
    """A swept parameter is in the name, a fixed one is not."""
    ids = planned(tmp_path, ROW + "params = { phase = [0, 7], iterations = 10 }\n")
    assert ids == [f"virt-v3/{s}/timer,phase={p}" for p in (0, 7) for s in ("te", "lr")]


def test_parameters_of_the_hypervisor(tmp_path: Path) -> None:
    """Swept where there is one to pass them to, part of name, identity and command; bare metal runs once."""
    path = tmp_path / "mine.toml"
    row = ROW.replace('"te", "lr"', '"bare", "lr"')
    path.write_text(row + 'params = { n = 5 }\nhyp = { "lr.limit" = [1, 4], "vm0.spis" = 42 }\n', encoding="utf-8")
    points = suite.plan(suite.load(str(path)))
    assert [point.id.removeprefix("virt-v3/") for point in points] == [
        "bare/timer",
        "lr/timer,lr.limit=1",
        "lr/timer,lr.limit=4",
    ]
    assert [point.hyp_args for point in points] == ["", " lr.limit=1 vm0.spis=42", " lr.limit=4 vm0.spis=42"]
    assert points[2].identity()["params"] == {"n": 5, "lr.limit": 4, "vm0.spis": 42}
    assert points[2].bootargs == "bench=timer n=5"


def test_vcpus(tmp_path: Path) -> None:
    """As many cores, and the hypervisor is told; part of the identity, of the name when swept; one is not told."""
    path = tmp_path / "mine.toml"
    row = ROW.replace('"te", "lr"', '"bare", "lr"')
    path.write_text(row + 'vcpus = [1, 4]\nhyp = { "lr.limit" = 2 }\nslice_ns = 1000\n', encoding="utf-8")
    points = {point.id.removeprefix("virt-v3/"): point for point in suite.plan(suite.load(str(path)))}
    assert list(points) == [f"{s}/timer,vcpus={n}" for s in ("bare", "lr") for n in (1, 4)]
    one, four = points["lr/timer,vcpus=1"], points["lr/timer,vcpus=4"]
    assert (one.hyp_args, four.hyp_args) == (" lr.limit=2", " vm0.vcpus=4 lr.limit=2")
    assert (one.identity()["params"], four.identity()["params"]) == ({"lr.limit": 2}, {"lr.limit": 2, "vcpus": 4})
    assert one.machine_args == one.machine.args
    assert four.machine_args == points["bare/timer,vcpus=4"].machine_args == [*one.machine.args, "-smp", "4"]
    named = {name: Path(name) for name in ("guest", "hyp", "plugin")}
    command = qemu.command(four, Images(Qemu(Path("qemu"), "10.0"), named))
    assert command[-1].endswith(",slice=1000") and "vm0.vcpus=4" in " ".join(command)


def test_vms(tmp_path: Path) -> None:
    """On the same cores; the hypervisor is told of each beside the first; part of identity, of the name when swept."""
    path = tmp_path / "mine.toml"
    path.write_text(ROW + 'vms = [1, 3]\nothers = "bench=idle n=5"\nhyp = { "vm.mem" = 16 }\n', encoding="utf-8")
    one, three = suite.plan(suite.load(str(path)), strategies=["te"])
    assert (one.id, three.id) == ("virt-v3/te/timer,vms=1", "virt-v3/te/timer,vms=3")
    other = 'strategy=te vm{0}.args="bench=idle n=5"'
    assert one.hyp_args == " vm.mem=16"
    assert three.hyp_args == f" vm.mem=16 vm1.{other.format(1)} vm2.{other.format(2)}"
    assert (one.identity()["params"], three.identity()["params"]) == ({"vm.mem": 16}, {"vm.mem": 16, "vms": 3})
    assert one.machine_args == three.machine_args == one.machine.args


def test_a_stimulus_is_a_table(tmp_path: Path) -> None:
    """Stores to the INTID's bit of GICD_ISPENDR; the guest is told."""
    path = tmp_path / "mine.toml"
    path.write_text(ROW + f"stimulus = {{ {STORES} }}\n", encoding="utf-8")
    point = suite.plan(suite.load(str(path)))[0]
    assert point.stimulus is not None
    assert point.stimulus.table(0x8000000).decode() == "".join(f"{t} 0x8000204 0x400\n" for t in (500, 510, 520))
    assert "stimulus.start_ns=500 stimulus.period_ns=10 stimulus.count=3 stimulus.intid=42" in point.bootargs


def test_stimulus_is_swept(tmp_path: Path) -> None:
    """A list makes a point of each value, whose name and parameters tell it; end_ns instead of a count."""
    table = "{ start_ns = 500, period_ns = [10, 20], end_ns = 540, intid = 42 }"
    points = plan_of(tmp_path, ROW.replace(', "lr"', "") + f"stimulus = {table}\n")
    assert [point.id for point in points] == [f"virt-v3/te/timer,period_ns={period}" for period in (10, 20)]
    assert [list(point.stimulus.times) for point in points if point.stimulus] == [[500, 510, 520, 530], [500, 520]]
    assert [point.identity()["params"]["period_ns"] for point in points] == [10, 20]
    assert [f"stimulus.period_ns={period} " in point.bootargs for period, point in zip((10, 20), points)] == [True] * 2


def test_a_vm_beside_is_told(tmp_path: Path) -> None:
    """What the guest's parameters are, by name; and there is a core for it."""
    text = 'params = { load = ["a", "b"] }\ncores = 2\nhyp = { "vm1.args" = "load={load}" }\n'
    points = plan_of(tmp_path, ROW.replace(', "lr"', "") + text)
    assert [point.hyp_args for point in points] == [" vm1.args=load=a", " vm1.args=load=b"]
    assert all(point.machine_args[-2:] == ["-smp", "2"] for point in points)


@pytest.mark.parametrize(
    "text, message",
    [
        (ROW + ROW, "same points"),
        (ROW + "stimulus = { start_ns = 5, period_ns = 1, intid = 42 }\n", "stimulus: give count or end_ns"),
        (ROW.replace("virt-v3", "virt-v9"), "unknown machine 'virt-v9': one of virt-v3"),
        (ROW.replace("latency", "lateness"), "unknown metric 'lateness_insns': one of"),
        (ROW + "colour = 1\n", "mine.toml, scenario 1: unknown key 'colour'"),
        (ROW.replace("version = 1", ""), "missing 1 required positional argument: 'version'"),
        (ROW + 'source = { kind = "psychic", intid = 1 }\n', "unknown source 'psychic'"),
        (ROW + "stimulus = { start_ns = 5 }\n", "benchmark timer, stimulus: missing 2 required"),
        (ROW + f"stimulus = {{ {STORES}, by = 'el2' }}\n", "unknown stimulus by 'el2': one of tracer, el3"),
        ("[[scenario", "not TOML"),
        ("", "no point is left"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, text: str, message: str) -> None:
    """Each mistake in a suite file is one clear line."""
    with pytest.raises(LabError, match=message):
        planned(tmp_path, text)
