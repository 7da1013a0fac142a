# SPDX-License-Identifier: GPL-2.0-or-later
"""decode.c against the assembler: what the tracer thinks of an instruction."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

OTHER, MARK, WFI, WFE, ERET, GIC_WRITE, GIC_ACK, GIC_EOI, VBAR_WRITE, HCR_WRITE = range(10)
DAIF_WRITE, DAIF_SET, DAIF_CLEAR, YIELD = range(10, 14)
NEXT, DIRECT, CONDITIONAL, INDIRECT, LOST, FLOW_ERET, NEVER = range(7)

CLASSES = {
    "movz xzr, #0x102": MARK,
    "movz x0, #0x102": OTHER,
    "movz wzr, #0x102": OTHER,
    "movz xzr, #0x102, lsl #16": OTHER,
    "movn xzr, #0x102": OTHER,
    "wfi": WFI,
    "wfit x3": WFI,
    "wfe": WFE,
    "wfet x3": WFE,
    "yield": YIELD,
    "eret": ERET,
    "eretaa": ERET,
    "eretab": ERET,
    "ret": OTHER,
    "msr icc_sgi1r_el1, x0": GIC_WRITE,
    "msr icc_asgi1r_el1, x0": GIC_WRITE,
    "msr icc_sgi0r_el1, x0": GIC_WRITE,
    "msr ich_lr0_el2, x0": GIC_WRITE,
    "msr ich_lr15_el2, x0": GIC_WRITE,
    "mrs x0, ich_lr0_el2": OTHER,
    "msr ich_hcr_el2, x0": OTHER,
    "mrs x0, icc_iar0_el1": GIC_ACK,
    "mrs x0, icc_iar1_el1": GIC_ACK,
    "mrs x0, s3_0_c12_c9_5": GIC_ACK,
    "mrs x0, icc_hppir1_el1": OTHER,
    "mrs x0, icc_rpr_el1": OTHER,
    "msr icc_eoir0_el1, x0": GIC_EOI,
    "msr icc_eoir1_el1, x0": GIC_EOI,
    "msr icc_dir_el1, x0": GIC_EOI,
    "msr vbar_el1, x0": VBAR_WRITE,
    "msr vbar_el2, x0": VBAR_WRITE,
    "msr vbar_el3, x0": VBAR_WRITE,
    "msr vbar_el12, x0": VBAR_WRITE,
    "mrs x0, vbar_el1": OTHER,
    "msr hcr_el2, x0": HCR_WRITE,
    "mrs x0, hcr_el2": OTHER,
    "msr daifset, #2": DAIF_SET,
    "msr daifclr, #15": DAIF_CLEAR,
    "msr daif, x0": DAIF_WRITE,
    "mrs x0, daif": OTHER,
    "msr spsel, #1": OTHER,
}

SAFE = [
    *("add x0, x1, #1", "adr x0, .", "movk x0, #1", "add x0, x1, x2", "mul x0, x1, x2", "rbit x0, x1"),
    *("clz x0, x1", "csel x0, x1, x2, eq", "udiv x0, x1, x2", "fadd d0, d1, d2", "rev x0, x1"),
]
LEAVING = [
    *("ldr x0, [x1]", "stp x0, x1, [sp]", "ldr x0, .", "ldxr x0, [x1]", "cas x0, x1, [x2]", "ldr q0, [x1]"),
    *("ld1 {v0.16b}, [x1]", "prfm pldl1keep, [x0]", "stg x0, [x0]", "cpyfp [x0]!, [x1]!, x2!", "setp [x0]!, x1!, x2"),
    *("svc #0", "hvc #0", "smc #0", "brk #0", "udf #0", "mrs x0, esr_el1", "msr tpidr_el0, x0", "dc zva, x0"),
    *("tlbi vmalle1", "isb", "wfi", "eret", "ret", "br x1", "blr x1", "b .", "b.eq .", "cbz x0, .", "tbz x0, #3, ."),
    *("autia x0, x1", "pacia x0, x1", "xpaci x0", "pacga x0, x1, x2", "paciasp", "ld1b {z0.b}, p0/z, [x0]"),
    "mrs x0, nzcv",
]

# What the event vector counts, by the names of the fields of a COUNTS record.
COUNTED = ["loads", "stores", "isb", "dsb", "tlbi", "ich", "icc", "sysreg"]
LOADS = [
    *(
        "ldr x0, [x1]",
        "ldr w0, [x1, x2]",
        "ldr x0, .",
        "ldp x0, x1, [sp], #16",
        "ldpsw x0, x1, [x2]",
        "ldnp x0, x1, [x2]",
    ),
    *("ldrb w0, [x1, #1]", "ldrsw x0, [x1]", "ldursb w0, [x1, #-1]", "ldtr x0, [x1]", "ldr q0, [x1]", "ldr s0, [x1]"),
    *(
        "ldxr x0, [x1]",
        "ldaxp x0, x1, [x2]",
        "ldar w0, [x1]",
        "ldlar w0, [x1]",
        "ldapr x0, [x1]",
        "ldapur x0, [x1, #8]",
    ),
    *("ld1 {v0.16b}, [x1]", "ld4r {v0.4s-v3.4s}, [x1], x2", "ldraa x0, [x1]", "ldg x0, [x1]", "ldgm x0, [x1]"),
    *("ld1b {z0.b}, p0/z, [x0]", "ldr z0, [x0]", "ldapurb w0, [x1]", "ldapursw x0, [x1]", "ldp q0, q1, [x0]"),
]
STORES = [
    *("str x0, [x1]", "str wzr, [x1], #4", "stp x0, x1, [sp, #-16]!", "stnp x0, x1, [x2]", "strb w0, [x1, x2]"),
    *(
        "stur x0, [x1, #-8]",
        "sttr x0, [x1]",
        "str q0, [x1]",
        "str d0, [x1]",
        "stxr w0, x1, [x2]",
        "stlxp w0, x1, x2, [x3]",
    ),
    *("stlr x0, [x1]", "stllr x0, [x1]", "stlur x0, [x1]", "st1 {v0.16b}, [x1]", "st1 {v0.s}[1], [x1]", "stg x0, [x0]"),
    *("stzgm x0, [x1]", "stgp x0, x1, [x2]", "setp [x0]!, x1!, x2", "st1b {z0.b}, p0, [x0]", "str z0, [x0]"),
]
BOTH = [
    *("cas x0, x1, [x2]", "caspal x0, x1, x2, x3, [x4]", "ldadd x0, x1, [x2]", "stadd x0, [x1]", "swpal w0, w1, [x2]"),
    *("ldumaxb w0, w1, [x2]", "casb w0, w1, [x2]", "cpyfp [x0]!, [x1]!, x2!", "cpye [x0]!, [x1]!, x2!"),
]
UNCOUNTED = [
    *(
        "prfm pldl1keep, [x0]",
        "prfm pldl1keep, .",
        "prfum pldl1keep, [x0, #-8]",
        "dmb sy",
        "sb",
        "clrex",
        "ssbb",
        "pssbb",
    ),
    *("msr daifset, #2", "msr spsel, #1", "dc zva, x0", "ic iallu", "at s1e1r, x0", "hvc #0", "eret", "add x0, x1, #1"),
    *("movz xzr, #0x102", "wfi", "b .", "fadd d0, d1, d2", "cfinv", "nop"),
]
COUNTS = {
    **dict.fromkeys(LOADS, {"loads"}),
    **dict.fromkeys(STORES, {"stores"}),
    **dict.fromkeys(BOTH, {"loads", "stores"}),
    **dict.fromkeys(UNCOUNTED, set()),
    **dict.fromkeys(("isb", "isb #3"), {"isb"}),
    **dict.fromkeys(("dsb sy", "dsb ish", "dsb nshst", ".inst 0xd5033a3f"), {"dsb"}),
    **dict.fromkeys(("tlbi vmalle1", "tlbi vae1is, x0", "tlbi ipas2e1is, x0", "sys #0, c9, c3, #0"), {"tlbi"}),
    **dict.fromkeys(
        ("mrs x0, ich_lr0_el2", "msr ich_hcr_el2, x0", "mrs x0, ich_vtr_el2", "msr ich_ap1r3_el2, x0"), {"ich"}
    ),
    **dict.fromkeys(("msr ich_lr15_el2, x0", "mrs x0, ich_elrsr_el2", "msr ich_ap0r0_el2, xzr"), {"ich"}),
    **dict.fromkeys(
        ("mrs x0, icc_iar1_el1", "msr icc_pmr_el1, x0", "msr icc_sgi1r_el1, x0", "mrs x0, icc_rpr_el1"), {"icc"}
    ),
    **dict.fromkeys(
        ("msr icc_dir_el1, x0", "msr icc_ap1r0_el1, x0", "mrs x0, icc_sre_el2", "mrs x0, s3_0_c12_c9_5"), {"icc"}
    ),
    **dict.fromkeys(
        ("mrs x0, esr_el2", "msr tpidr_el0, x0", "mrs x0, nzcv", "msr daif, x0", "mrs x0, cntvct_el0"), {"sysreg"}
    ),
    **dict.fromkeys(("msr vbar_el1, x0", "mrs x0, isr_el1", "mrs x0, currentel", "msr oslar_el1, x0"), {"sysreg"}),
}

FLOWS = {
    "nop": (NEXT, 0),
    "svc #1": (NEVER, 0),
    "hvc #1": (NEXT, 0),
    "smc #1": (NEXT, 0),
    "b . + 0x1000": (DIRECT, 0x1000),
    "bl . - 0x1000": (DIRECT, -0x1000),
    "b.ne . + 0x80": (CONDITIONAL, 0x80),
    "cbz w3, . - 0x80": (CONDITIONAL, -0x80),
    "cbnz x3, . + 4": (CONDITIONAL, 4),
    "tbz x3, #33, . - 8": (CONDITIONAL, -8),
    "tbnz w3, #3, . + 0x7ffc": (CONDITIONAL, 0x7FFC),
    "eret": (FLOW_ERET, 0),
    "eretaa": (FLOW_ERET, 0),
    "blr x30": (LOST, 0),
}

INDIRECTS = {
    "br x17": (17, False),
    "blr x3": (3, False),
    "ret": (30, False),
    "ret x5": (5, False),
    "retaa": (30, True),
    "retab": (30, True),
    "braaz x9": (9, True),
    "brab x9, x10": (9, True),
    "blraa x4, x5": (4, True),
}


class Flow(ctypes.Structure):
    """struct a64_flow."""

    _fields_ = [
        ("kind", ctypes.c_int),
        ("target", ctypes.c_uint64),
        ("rn", ctypes.c_uint8),
        ("signed_pointer", ctypes.c_bool),
    ]


def assemble(directory: Path, lines: list[str]) -> list[int]:
    """The opcodes of one instruction per line."""
    source, obj, raw = (directory / name for name in ("a.S", "a.o", "a.bin"))
    source.write_text("\n".join([".arch armv9.2-a+sve2+memtag+mops+pauth", *lines, ""]))
    subprocess.run(["aarch64-linux-gnu-as", "-o", obj, source], check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", obj, raw], check=True)
    code = raw.read_bytes()
    return [int.from_bytes(code[i : i + 4], "little") for i in range(0, 4 * len(lines), 4)]


ONCE = {
    "ldr w0, [x1]": True,
    "str x0, [x1, #8]": True,
    "ldrsb x0, [x1, x2]": True,
    "strh w0, [x1], #2": True,
    "ldur w0, [x1, #-4]": True,
    "ldp w0, w1, [x2]": False,
    "ldr q0, [x1]": False,
    "ldr s0, [x1]": False,
    "ldadd w0, w1, [x2]": False,
    "swp w0, w1, [x2]": False,
    "ldxr w0, [x1]": False,
    "ldr x0, . + 8": False,
    "add x0, x1, x2": False,
}


@pytest.fixture(scope="module")
def opcodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    lines = [*CLASSES, *SAFE, *LEAVING, *COUNTS, *FLOWS, *INDIRECTS, *ONCE]
    return dict(zip(lines, assemble(tmp_path_factory.mktemp("opcodes"), lines)))


@pytest.mark.parametrize("line", CLASSES)
def test_class(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    assert pure.a64_classify(opcodes[line]) == CLASSES[line]


@pytest.mark.parametrize("line", [*SAFE, *LEAVING])
def test_may_leave(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    pure.a64_may_leave.restype = ctypes.c_bool
    assert pure.a64_may_leave(opcodes[line]) == (line in LEAVING)


@pytest.mark.parametrize("line", ONCE)
def test_accesses_once(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    pure.a64_accesses_once.restype = ctypes.c_bool
    assert pure.a64_accesses_once(opcodes[line]) == ONCE[line]


@pytest.mark.parametrize("line", COUNTS)
def test_counts(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    found = pure.count_classes(opcodes[line])
    assert {name for i, name in enumerate(COUNTED) if found >> i & 1} == COUNTS[line]


@pytest.mark.parametrize("line", [*COUNTS])
def test_counted_may_leave(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    """What is counted by class ends its segment: then no record finds it counted before it ran."""
    pure.a64_may_leave.restype = ctypes.c_bool
    assert pure.a64_may_leave(opcodes[line]) or not COUNTS[line]


@pytest.mark.parametrize("line", [*FLOWS, *INDIRECTS])
def test_flow(line: str, pure: ctypes.CDLL, opcodes: dict[str, int]) -> None:
    pure.a64_flow_of.restype = Flow
    pc = 0xFFFF800010002000
    flow = pure.a64_flow_of(ctypes.c_uint32(opcodes[line]), ctypes.c_uint64(pc))
    if line in INDIRECTS:
        assert (flow.kind, flow.rn, flow.signed_pointer) == (INDIRECT, *INDIRECTS[line])
        return
    kind, offset = FLOWS[line]
    assert flow.kind == kind
    if kind in (DIRECT, CONDITIONAL):
        assert flow.target == pc + offset


def test_fields(pure: ctypes.CDLL, opcodes: dict[str, int], tmp_path: Path) -> None:
    pure.a64_mark_id.restype = ctypes.c_uint16
    pure.a64_rt.restype = ctypes.c_uint8
    assert pure.a64_mark_id(opcodes["movz xzr, #0x102"]) == 0x102
    # What ESR_EL2 shows for these accesses: ISS without Rt and direction.
    assert pure.a64_sysreg(opcodes["mrs x0, icc_iar1_el1"]) == 0x62303019 & 0x3FFC1E
    assert pure.a64_sysreg(opcodes["msr icc_sgi1r_el1, x0"]) == 0x623A3016 & 0x3FFC1E
    assert pure.a64_rt(assemble(tmp_path, ["msr icc_eoir1_el1, xzr"])[0]) == 31
