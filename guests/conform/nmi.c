/* SPDX-License-Identifier: Apache-2.0 */
#include "nmi.h"

/* By encoding, for assemblers that know only Armv8.0. */
#define READ_NMIAR1()    read_sysreg(s3_0_c12_c9_5)
#define READ_ALLINT()    read_sysreg(s3_0_c4_c3_0)
#define WRITE_ALLINT(to) write_sysreg(s3_0_c4_c3_0, to)

static bool was_set;

bool nmis(void)
{
    return gic->version == 3 && (mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_NMI) != 0 &&
           FIELD_GET(ID_AA64PFR1_NMI, read_sysreg(id_aa64pfr1_el1)) != 0;
}

void set_nmi(uint32_t intid, bool nmi)
{
    uint32_t word = (uint32_t)read_word(GICD_INMIR, intid), bit = BIT32(intid % 32);

    was_set = true;
    mmio_write32(word_address(GICD_INMIR, intid), nmi ? word | bit : word & ~bit);
}

bool nmi_was_set(void)
{
    return was_set;
}

uint32_t acknowledge_nmi(void)
{
    uint64_t intid = READ_NMIAR1();

    dsb(sy);
    isb();
    return (uint32_t)intid;
}

uint64_t signalled_nmi(void)
{
    (void)signalled();
    return read_sysreg(isr_el1) & (SIGNAL_NMI | SIGNAL_IRQ | SIGNAL_FIQ);
}

uint64_t get_ap1r0(void)
{
    return read_sysreg(icc_ap1r0_el1);
}

void set_ap1r0(uint64_t value)
{
    write_sysreg(icc_ap1r0_el1, value);
    isb();
}

void set_superpriority(bool nmi, bool spintmask)
{
    uint64_t sctlr = read_sysreg(sctlr_el1) & ~(SCTLR_EL1_NMI | SCTLR_EL1_SPINTMASK);

    set_allint(true);
    write_sysreg(sctlr_el1, sctlr | (nmi ? SCTLR_EL1_NMI : 0) | (spintmask ? SCTLR_EL1_SPINTMASK : 0));
    isb();
}

void set_allint(bool masked)
{
    WRITE_ALLINT(masked ? SPSR_ALLINT : 0);
    isb();
}

bool get_allint(void)
{
    return (READ_ALLINT() & SPSR_ALLINT) != 0;
}

void nmi_reset_cpu(void)
{
    if (nmis())
        set_superpriority(false, false);
}
