# SPDX-License-Identifier: Apache-2.0
"""QEMU's exception log against a trace."""

from pathlib import Path

from analysis import intlog
from analysis.tests.synthetic import ESR_HVC, IRQ_LOWER, Writer

LOG = """\
Taking exception 11 [Hypervisor Call] on CPU 0
...from EL1 to EL2
...with ESR 0x16/0x5a000000
...handled as PSCI call
Taking exception 11 [Hypervisor Call] on CPU 0
...from EL1 to EL2
...with ESR 0x16/0x5a000000
...with SPSR 0x3c5
...with ELR 0x40200010
...to EL2 PC 0x40201400 PSTATE 0x3c9
Exception return from AArch64 EL2 to AArch64 EL1 PC 0x40200010
Taking exception 5 [IRQ] on CPU 0
...from EL1 to EL2
...with ESR 0x18/0x62303019
...with SPSR 0x345
...with ELR 0x400802d8
...to EL2 PC 0x40201480 PSTATE 0x3c9
Exception return from AArch64 EL2 to AArch64 EL1 PC 0x400802d8
Taking exception 2 [SVC] on CPU 1
...from EL0 to EL1
...with ESR 0x15/0x56000000
...with SPSR 0x3c0
...with ELR 0x40200010
...to EL1 PC 0x40201400 PSTATE 0x3c5
"""


def test_log_and_trace_agree(tmp_path: Path) -> None:
    """A PSCI call is no exception, an interrupt's ESR is stale, and one exit more is told class by class."""
    path = tmp_path / "int.log"
    path.write_text(LOG, encoding="utf-8")
    writer = Writer(True)
    writer.exit(5, esr=ESR_HVC | 1 << 25)
    writer.exit(5, sub=IRQ_LOWER, esr=0)
    log, other = intlog.count_log(path, 2)
    assert list(map(str, other)) == ["EL0->EL1 vector 0x400 svc"]
    assert sorted(map(str, log)) == ["EL1->EL2 vector 0x400 hvc", "EL1->EL2 vector 0x480 irq"]
    assert intlog.differences(log, intlog.count_trace(writer.records())) == []
    writer.exit(5, sub=IRQ_LOWER, esr=0)
    assert intlog.differences(log, intlog.count_trace(writer.records())) == [
        "EL1->EL2 vector 0x480 irq: QEMU's log has 1, the trace 2"
    ]
