# SPDX-License-Identifier: Apache-2.0
"""Names of system registers from the ISS of a trapped MSR/MRS (DDI 0487, ESR_ELx, EC 0x18)."""

from __future__ import annotations

from typing import Final

# Everything of the ISS that names the register: Rt and the direction are cleared (docs/trace-format.md).
REGISTER_MASK: Final = 0x3FFC1E


def encode(op0: int, op1: int, crn: int, crm: int, op2: int) -> int:
    """The register part of the ISS of a trapped access."""
    return op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1


def _gic() -> dict[int, str]:
    """IHI 0069H, section 12: the CPU interface at EL1, the hypervisor control registers at EL2."""
    plain = {
        (0, 4, 6, 0): "ICC_PMR_EL1",
        (0, 12, 8, 0): "ICC_IAR0_EL1",
        (0, 12, 8, 1): "ICC_EOIR0_EL1",
        (0, 12, 8, 2): "ICC_HPPIR0_EL1",
        (0, 12, 8, 3): "ICC_BPR0_EL1",
        (0, 12, 9, 5): "ICC_NMIAR1_EL1",
        (0, 12, 11, 1): "ICC_DIR_EL1",
        (0, 12, 11, 3): "ICC_RPR_EL1",
        (0, 12, 11, 5): "ICC_SGI1R_EL1",
        (0, 12, 11, 6): "ICC_ASGI1R_EL1",
        (0, 12, 11, 7): "ICC_SGI0R_EL1",
        (0, 12, 12, 0): "ICC_IAR1_EL1",
        (0, 12, 12, 1): "ICC_EOIR1_EL1",
        (0, 12, 12, 2): "ICC_HPPIR1_EL1",
        (0, 12, 12, 3): "ICC_BPR1_EL1",
        (0, 12, 12, 4): "ICC_CTLR_EL1",
        (0, 12, 12, 5): "ICC_SRE_EL1",
        (0, 12, 12, 6): "ICC_IGRPEN0_EL1",
        (0, 12, 12, 7): "ICC_IGRPEN1_EL1",
        (4, 12, 9, 5): "ICC_SRE_EL2",
        (4, 12, 11, 0): "ICH_HCR_EL2",
        (4, 12, 11, 1): "ICH_VTR_EL2",
        (4, 12, 11, 2): "ICH_MISR_EL2",
        (4, 12, 11, 3): "ICH_EISR_EL2",
        (4, 12, 11, 5): "ICH_ELRSR_EL2",
        (4, 12, 11, 7): "ICH_VMCR_EL2",
    }
    names = {encode(3, *key): name for key, name in plain.items()}
    for n in range(4):
        names[encode(3, 0, 12, 8, 4 + n)] = f"ICC_AP0R{n}_EL1"
        names[encode(3, 0, 12, 9, n)] = f"ICC_AP1R{n}_EL1"
        names[encode(3, 4, 12, 8, n)] = f"ICH_AP0R{n}_EL2"
        names[encode(3, 4, 12, 9, n)] = f"ICH_AP1R{n}_EL2"
    for n in range(16):
        names[encode(3, 4, 12, 12 + n // 8, n % 8)] = f"ICH_LR{n}_EL2"
    return names


def _timer() -> dict[int, str]:
    """DDI 0487, D19.12: the generic timer registers a guest can touch."""
    names = {encode(3, 3, 14, 0, op2): name for op2, name in enumerate(("CNTFRQ_EL0", "CNTPCT_EL0", "CNTVCT_EL0"))}
    for crm, timer in ((2, "CNTP"), (3, "CNTV")):
        for op2, register in enumerate(("TVAL", "CTL", "CVAL")):
            names[encode(3, 3, 14, crm, op2)] = f"{timer}_{register}_EL0"
    return names


NAMES: Final[dict[int, str]] = _gic() | _timer()
ENCODINGS: Final[dict[str, int]] = {name: code for code, name in NAMES.items()}


def register_name(iss: int) -> str:
    """The register of an ISS: its name where known, else S<op0>_<op1>_C<n>_C<m>_<op2>."""
    code = iss & REGISTER_MASK
    if code in NAMES:
        return NAMES[code]
    op0, op2, op1 = code >> 20 & 3, code >> 17 & 7, code >> 14 & 7
    return f"S{op0}_{op1}_C{code >> 10 & 15}_C{code >> 1 & 15}_{op2}"
