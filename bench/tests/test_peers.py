# SPDX-License-Identifier: Apache-2.0
"""Unmodified hypervisors under the same tracer; skipped where their packages can be had neither here nor there."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

import pytest

from analysis import record
from bench import cli, debian, images, kallsyms, suite

REPEATED = ["--repeat", "2", "--crosscheck"]


def fetched(strategy: str) -> None:
    """Skip the test when the packages of a peer are not to be had."""
    try:
        for package, _ in suite.peers()[strategy].fetched.values():
            debian.fetch(package)
    except debian.Unreachable as error:
        pytest.skip(str(error))


def run(out: Path, *arguments: str) -> dict[str, Any]:
    """The points of a run, by strategy and benchmark."""
    cli.main(["run", "--out", str(out), "--jobs", "1", *arguments])
    points = record.load(out)["points"]
    return {point["id"].partition("/")[2]: point for point in points}


def kallsyms_of(kernel: Path) -> list[str]:
    """Lines of the kernel's own symbols."""
    told = kallsyms.of(
        kernel, images.sha256(kernel), suite.ROOT / "build/vmm/vmm.elf", images.find_qemu("qemu-system-aarch64").path
    )
    assert told is not None
    return told.read_text(encoding="utf-8").splitlines(keepends=True)


def headline(point: dict[str, Any], metric: str) -> float:
    """What the table shows."""
    assert point["status"] == "pass", point["reason"]
    return float(point["metrics"][metric]["value"])


def test_peers_choose_their_suite() -> None:
    """A peer that is named brings its suite; virqlab's own strategies stand beside it there."""
    assert suite.suite_for(None) == suite.suite_for(["te", "lr"]) == "default"
    assert suite.suite_for(["te", "xen"]) == "peers"
    lab = suite.load("peers")
    assert {point.strategy.name for point in suite.plan(lab, benches=["hvc"])} >= {"bare", "te", "lr", "xen"}


def test_xen_is_what_was_measured_by_hand(tmp_path: Path) -> None:
    """Within 2 % of the figures of another tracer; the same bytes again; equal to QEMU's own log; named functions."""
    fetched("xen")
    found = run(tmp_path, "--strategy", "xen", "--bench", "hvc,mmio_vgic,sgi_self,timer", *REPEATED)
    assert 0.98 * 473 <= headline(found["xen/hvc"], "roundtrip_ticks") <= 1.02 * 480
    assert 0.98 * 591 <= headline(found["xen/mmio_vgic"], "roundtrip_ticks") <= 1.02 * 600
    assert 0.98 * 1028 <= headline(found["xen/sgi_self"], "handler_ticks") <= 1.02 * 1099
    assert headline(found["xen/timer"], "handler_ticks") == pytest.approx(1086, rel=0.02)
    assert found["xen/hvc"]["exits"]["classes"] == {"hvc": 1000}
    assert found["xen/hvc"]["functions"]["do_trap_guest_sync"] > 0 and "?" not in found["xen/hvc"]["functions"]
    images = record.load(tmp_path)["run"]["host"]["images"]
    assert images["xen"]["package"].startswith("xen-hypervisor-4.20-arm64 4.20")


def test_xen_without_a_dom0(tmp_path: Path, bad_guest: Callable[[str], Path]) -> None:
    """It costs what dom0 does. Xen goes on after it: the deadline is the end, and a failure without a result."""
    fetched("xen-dom0less")
    benches = {
        "hvc": "roundtrip",
        "mmio_vgic": "roundtrip",
        "sgi_self": "handler",
        "timer": "handler",
        "ipi": "roundtrip",
    }
    found = run(tmp_path / "1", "--strategy", "xen,xen-dom0less", "--bench", ",".join(benches), *REPEATED)
    for bench, what in benches.items():
        dom0, domu = (headline(found[f"{name}/{bench}"], f"{what}_ticks") for name in ("xen", "xen-dom0less"))
        assert domu == pytest.approx(dom0, rel=0.02)
    arguments = ["--strategy", "xen-dom0less", "--bench", "hvc", "--guest"]
    silent = run(tmp_path / "2", *arguments, str(bad_guest("silent")))["xen-dom0less/hvc"]
    assert silent["status"] == "fail" and silent["reason"].startswith("virtual-time deadline of 2100 ms")
    assert "(XEN) Freed" in silent["diagnosis"]["host_console"][-1]


def test_xen_batches_timers(tmp_path: Path) -> None:
    """A guest that waits for less than timer_slop is woken late; the instructions are the same."""
    fetched("xen")
    found = run(tmp_path, "--strategy", "xen,xen-slop0", "--bench", "timer_wfi", "--crosscheck")
    batched, prompt = (found[f"{name}/timer_wfi,delay=20000"] for name in ("xen", "xen-slop0"))
    assert headline(prompt, "handler_ticks") == pytest.approx(4198, rel=0.02)
    assert headline(batched, "handler_ticks") > 20000
    assert headline(batched, "latency_insns") == headline(prompt, "latency_insns")


def test_kvm(tmp_path: Path) -> None:
    """Within bounds that were set before it was measured; the same bytes again; equal to QEMU's own log."""
    fetched("kvm")
    found = run(tmp_path, "--strategy", "kvm", "--bench", "hvc", *REPEATED)["kvm/hvc"]
    assert 1250 <= headline(found, "roundtrip_ticks") <= 1450
    assert found["exits"]["classes"]["hvc"] == 1000
    assert found["metrics"]["events_tlbi"]["value"] == 0
    assert found["functions"]["__guest_enter"] > 0 and found["masked_max"]["symbol"] in found["functions"]


def test_two_vcpus_of_kvm(tmp_path: Path) -> None:
    """An IPI is a trap of the sender and an interrupt of the target's core. It takes more than two hypercalls, and less
    than the 5226 ticks that kvm-unit-tests told of the same kernel here, whose guest itself does more for one."""
    fetched("kvm")
    found = run(tmp_path, "--strategy", "kvm", "--bench", "ipi", *REPEATED)["kvm/ipi"]
    assert 2 * 1337 < headline(found, "roundtrip_ticks") < headline(found, "mean_ticks") < 5226
    assert headline(found, "exits_per_irq") == pytest.approx(2, abs=0.01)
    assert found["exits"]["classes"]["sysreg:ICC_SGI1R_EL1"] == found["irqs"]["acknowledged"] == 1000
    assert found["exits"]["classes"]["irq"] >= 1000


def test_each_kernel_tells_its_functions(tmp_path: Path) -> None:
    """Also 6.1, which hands words that it does not know to its first process before those that are meant for it."""
    fetched("kvm-6.1")
    found = run(tmp_path, "--strategy", "kvm-6.1,kvm-6.1-nvhe", "--bench", "hvc")
    assert found["kvm-6.1/hvc"]["functions"]["__guest_enter"] > 0
    assert found["kvm-6.1-nvhe/hvc"]["functions"]["__kvm_nvhe___guest_enter"] > 0


def test_kvm_without_its_interrupt_controller(tmp_path: Path) -> None:
    """Trap-and-emulate in user space: as many exits as virqlab's te, delivery, acknowledge and EOI."""
    fetched("kvm-user-gic")
    found = run(tmp_path, "--strategy", "kvm-user-gic", "--bench", "timer", "--crosscheck")["kvm-user-gic/timer"]
    assert headline(found, "exits_per_irq") == pytest.approx(3, abs=0.01)
    assert found["exits"]["classes"]["dabt"] == 2000
    assert found["irqs"]["acknowledged"] == 1000


def linked(path: Path, at: int, build: str, **places: int) -> Path:
    """An ELF with these functions, at these distances from where it is linked to, and this build ID."""
    lines = [f".org {place}\n.global {name}\n.type {name}, %function\n{name}:" for name, place in places.items()]
    path.with_suffix(".S").write_text("\n".join([*lines, ".org 0x200000", ""]), encoding="utf-8")
    link = ["-nostdlib", "-static", f"-Wl,-Ttext={at:#x}", "-Wl,-e,0", f"-Wl,--build-id={build}"]
    subprocess.run(["aarch64-linux-gnu-gcc", *link, "-o", path, path.with_suffix(".S")], check=True)
    return path


def test_a_kernel_of_the_user(tmp_path: Path) -> None:
    """It takes the place of the fetched one, and its symbols, text or ELF, that of what it tells itself."""
    fetched("kvm")
    own = debian.file(*suite.peers()["kvm"].fetched["kernel"])
    lines = [line for line in kallsyms_of(own) if line.split()[2] in ("_text", "__kvm_hyp_vector", "__guest_enter")]
    (tmp_path / "System.map").write_text("".join(lines), encoding="utf-8")
    places = {line.split()[2]: int(line.split()[0], 16) for line in lines}
    base = places["_text"]
    linked(tmp_path / "vmlinux", base, "none", **{name: place - base for name, place in places.items()})
    arguments = ["--strategy", "kvm", "--bench", "hvc", "--kernel", str(own), "--symbols"]
    found = {
        name: run(tmp_path / "out" / name, *arguments, str(tmp_path / name))["kvm/hvc"]
        for name in ("System.map", "vmlinux")
    }
    assert found["System.map"]["status"] == "pass", found["System.map"]["reason"]
    text, elf = (point["functions"] for point in found.values())
    assert set(text) == {"_text", "__guest_enter", "?"}  # the last symbol ends the image
    assert elf["__guest_enter"] == text["__guest_enter"] > 0 and "__kvm_hyp_vector" in elf
    assert sum(elf.values()) == sum(text.values())
    image = record.load(tmp_path / "out" / "vmlinux")["run"]["host"]["images"]["kernel"]
    assert image["path"] == str(own.relative_to(suite.ROOT)) and "package" not in image


def test_a_peer_that_cannot_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line; its points are skipped with that reason, the others run."""

    def unreachable(package: str) -> Path:
        raise debian.Unreachable(f"cannot fetch {package}: nobody answers")

    monkeypatch.setattr(debian, "fetch", unreachable)
    found = run(tmp_path, "--strategy", "bare,xen", "--bench", "hvc")
    assert found["bare/hvc"]["status"] == "pass"
    assert found["xen/hvc"]["status"] == "skip" and "nobody answers" in found["xen/hvc"]["reason"]
    said = capsys.readouterr().err
    assert said.startswith("virqlab: skipped: xen: cannot fetch") and said.count("\n") == 1


def test_a_peer_that_crashes(tmp_path: Path, bad_guest: Callable[[str], Path]) -> None:
    """A Xen of the user's that hangs, and a guest that ends without a word: failed points that say why."""
    fetched("xen")
    broken = run(tmp_path / "1", "--strategy", "xen", "--bench", "hvc", "--xen", str(bad_guest("sleep")))["xen/hvc"]
    assert broken["status"] == "fail" and broken["reason"].startswith("virtual-time deadline of 2100 ms")
    silent = run(tmp_path / "2", "--strategy", "xen", "--bench", "hvc", "--guest", str(bad_guest("silent")))["xen/hvc"]
    assert silent["status"] == "fail" and "its host's last: (XEN) Hardware Dom0 halted" in silent["reason"]
    assert "(XEN) Freed" in " ".join(silent["diagnosis"]["host_console"])


def said_last(point: dict[str, Any]) -> str:
    """The last lines of a peer's console in a failed point."""
    assert point["status"] == "fail"
    return " ".join(point["diagnosis"]["host_console"])


def test_a_peer_that_panics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Xen with a guest that gets more memory than there is, a host of KVM without its first process: their last words
    are kept."""
    fetched("xen")
    fetched("kvm")
    rows = suite.peers()
    wrong = {"xen": " dom0_mem=8G", "kvm": " rdinit=/nothing"}
    broken = {name: replace(rows[name], params={**rows[name].params, "more": more}) for name, more in wrong.items()}
    monkeypatch.setattr(suite, "peers", lambda: rows | broken)
    found = run(tmp_path, "--strategy", "xen,kvm", "--bench", "hvc")
    assert "(XEN) Panic on CPU 0:" in said_last(found["xen/hvc"])
    assert "Kernel panic - not syncing" in said_last(found["kvm/hvc"])
    assert "Kernel panic - not syncing" in found["kvm/hvc"]["reason"]


def test_what_hangs_under_kvm(tmp_path: Path, bad_guest: Callable[[str], Path]) -> None:
    """A guest that says nothing more, and a kernel: the deadline ends both."""
    fetched("kvm")
    arguments = ["--strategy", "kvm", "--bench", "hvc"]
    guest = run(tmp_path / "1", *arguments, "--guest", str(bad_guest("sleep")))["kvm/hvc"]
    assert guest["reason"].startswith("virtual-time deadline of 3100 ms: last exit ")
    assert "virqlab-vmm: vcpus=1 gic=3 bench=hvc" in said_last(guest)
    symbols = linked(tmp_path / "vmlinux", 0xFFFF800080000000, "none", __kvm_hyp_vector=0)  # it would be asked for them
    own = ["--kernel", str(bad_guest("sleep")), "--symbols", str(symbols)]
    kernel = run(tmp_path / "2", *arguments, *own)["kvm/hvc"]
    assert kernel["status"] == "fail" and kernel["reason"].startswith("virtual-time deadline of 3100 ms: no exit")


def test_a_guest_that_kvm_cannot_run(tmp_path: Path, bad_guest: Callable[[str], Path]) -> None:
    """The VMM's word and the kernel's last lines are in the failed point."""
    fetched("kvm")
    found = run(tmp_path, "--strategy", "kvm", "--bench", "hvc", "--guest", str(bad_guest("wild")))["kvm/hvc"]
    assert found["status"] == "fail" and "host's last: " in found["reason"]
    assert "virqlab-vmm: vCPU 0: nothing answers at 0x8000000000" in " ".join(found["diagnosis"]["host_console"])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--strategy", "te", "--xen", "{guest}"], "--xen: no chosen strategy has it"),
        (["--strategy", "xen", "--xen", "{text}"], "is not an arm64 Image"),
        (["--strategy", "xen", "--xen", "{guest}", "--symbols", "/nowhere"], "cannot read /nowhere"),
        (["--strategy", "xen", "--xen", "{guest}", "--symbols", "{text}"], "text has no symbols"),
        (["--strategy", "xen", "--xen", "{guest}", "--symbols", "{hyp}"], "has no symbol 'hyp_traps_vector'"),
        (["--strategy", "xen", "--xen", "{guest}", "--symbols", "{other}"], "there is no build ID 1234"),
        (["--strategy", "xen", "--symbols", "{hyp}"], "--symbols: no chosen strategy has an image of yours"),
    ],
)
def test_wrong_images_of_the_user(
    tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 2, nothing run."""
    text = tmp_path / "text"
    text.write_text("no image", encoding="utf-8")
    other = linked(tmp_path / "other", 0xA0000200000, "0x1234", hyp_traps_vector=0x800)
    values = {"guest": str(suite.ROOT / "build/guests/bench.img"), "hyp": str(suite.ROOT / "build/hyp/hyp.elf")}
    values |= {"text": str(text), "other": str(other)}
    arguments = [argument.format(**values) for argument in arguments]
    assert cli.main(["run", "--bench", "hvc", "--out", str(tmp_path / "out"), *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
