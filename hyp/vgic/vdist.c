/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated distributor, one security state, affinity routing always on (IHI 0069H 12.9). */
#include "regs/gicd.h"
#include "regs/intid.h"
#include "route.h"
#include "vregs.h"

#define GICD_IIDR_VALUE UINT64_C(0x0000043b) /* implementer Arm, product and revision 0 */

/* Bank 0 of the distributor's per-interrupt registers is RAZ/WI with affinity routing: those are the GICR's. */
static struct virq_bank *bank_of(struct vgic_cpu *cpu, unsigned number)
{
    return number >= 1 && number <= VGIC_SPI_BANKS ? &cpu->vm->spi[number - 1] : NULL;
}

static struct virq_bank *extended_bank(struct vgic_cpu *cpu, unsigned number)
{
    return cpu->vm->limits.extended ? &cpu->vm->spi[VGIC_SPI_BANKS + number] : NULL;
}

static struct virq_bank *bit_bank(struct vgic_cpu *cpu, uint32_t offset)
{
    return bank_of(cpu, (offset & 0x7f) / 4);
}

static struct virq_bank *extended_bit_bank(struct vgic_cpu *cpu, uint32_t offset)
{
    return extended_bank(cpu, (offset & 0x7f) / 4);
}

static VREG_READER(read_ctlr)
{
    const struct vgic *vm = cpu->vm;

    return GICD_CTLR_DS | GICD_CTLR_ARE | (vm->group_enabled[0] ? GICD_CTLR_ENABLEGRP0 : 0) |
           (vm->group_enabled[1] ? GICD_CTLR_ENABLEGRP1 : 0);
}

static VREG_WRITER(write_ctlr)
{
    vgic_enable_groups(cpu->vm, (value & GICD_CTLR_ENABLEGRP0) != 0, (value & GICD_CTLR_ENABLEGRP1) != 0);
}

static VREG_READER(read_typer)
{
    return FIELD_PREP(GICD_TYPER_ITLINES, VGIC_SPI_BANKS) | FIELD_PREP(GICD_TYPER_IDBITS, cpu->vm->limits.id_bits - 1) |
           GICD_TYPER_A3V | GICD_TYPER_MBIS | (cpu->vm->lpi_bits != 0 ? GICD_TYPER_LPIS : 0) |
           (cpu->vm->limits.nmi ? GICD_TYPER_NMI : 0) |
           (cpu->vm->limits.extended ? GICD_TYPER_ESPI | FIELD_PREP(GICD_TYPER_ESPI_RANGE, VGIC_ESPI_BANKS - 1) : 0);
}

static VREG_READER(read_iidr)
{
    return GICD_IIDR_VALUE;
}

/*
 * Message-based SPIs: a write makes the SPI pending, or not. For a level-sensitive one messages are its line: it stays
 * pending while it is active, until the second message (IHI 0069H 12.9 GICD_SETSPI_NSR).
 */
static void message(struct vgic_cpu *cpu, uint64_t value, bool set)
{
    struct virq *irq = vgic_spi(cpu->vm, (uint32_t)FIELD_GET(GICD_SETSPI_INTID, value));

    if (irq == NULL) {
        cpu->vm->misuse++;
        return;
    }
    if ((irq->bank->edge & irq->mask) == 0)
        vgic_set_line(irq, set);
    else if (set)
        vgic_raise(irq);
    else
        vreg_clear_pending(irq->bank, irq->mask);
}

static VREG_WRITER(write_setspi)
{
    message(cpu, value, true);
}

static VREG_WRITER(write_clrspi)
{
    message(cpu, value, false);
}

#define BIT_REGISTER_OF(find, name, reader, writer)                                                                    \
    static VREG_READER(read_##name)                                                                                    \
    {                                                                                                                  \
        struct virq_bank *bank = find(cpu, offset);                                                                    \
        return bank != NULL ? reader(bank) : 0;                                                                        \
    }                                                                                                                  \
    static VREG_WRITER(write_##name)                                                                                   \
    {                                                                                                                  \
        struct virq_bank *bank = find(cpu, offset);                                                                    \
        if (bank != NULL)                                                                                              \
            writer(bank, (uint32_t)value);                                                                             \
    }

/* Both ranges of SPIs have the register. */
#define BIT_REGISTER(name, reader, writer)                                                                             \
    BIT_REGISTER_OF(bit_bank, name, reader, writer)                                                                    \
    BIT_REGISTER_OF(extended_bit_bank, name##_e, reader, writer)

BIT_REGISTER(igroupr, vreg_group, vreg_set_group)
BIT_REGISTER(isenabler, vreg_enable, vreg_set_enable)
BIT_REGISTER(icenabler, vreg_enable, vreg_clear_enable)
BIT_REGISTER(ispendr, vreg_pending, vreg_set_pending)
BIT_REGISTER(icpendr, vreg_pending, vreg_clear_pending)
BIT_REGISTER(isactiver, vreg_active, vreg_set_active)
BIT_REGISTER(icactiver, vreg_active, vreg_clear_active)
BIT_REGISTER(inmir, vreg_nmi, vreg_set_nmi)

/* One byte, or two bits, an interrupt: `first` is the number of the one that the access begins with, in its range. */
#define FIELD_REGISTERS(find, suffix, ipriorityr, icfgr)                                                               \
    static VREG_READER(read_ipriorityr##suffix)                                                                        \
    {                                                                                                                  \
        unsigned first = offset - (ipriorityr);                                                                        \
        const struct virq_bank *bank = find(cpu, first / 32);                                                          \
        return bank != NULL ? vreg_priorities(bank, first % 32, size) : 0;                                             \
    }                                                                                                                  \
    static VREG_WRITER(write_ipriorityr##suffix)                                                                       \
    {                                                                                                                  \
        unsigned first = offset - (ipriorityr);                                                                        \
        struct virq_bank *bank = find(cpu, first / 32);                                                                \
        if (bank != NULL)                                                                                              \
            vreg_set_priorities(bank, first % 32, size, value);                                                        \
    }                                                                                                                  \
    static VREG_READER(read_icfgr##suffix)                                                                             \
    {                                                                                                                  \
        unsigned number = (offset - (icfgr)) / 4;                                                                      \
        const struct virq_bank *bank = find(cpu, number / 2);                                                          \
        return bank != NULL ? vreg_config(bank, number % 2) : 0;                                                       \
    }                                                                                                                  \
    static VREG_WRITER(write_icfgr##suffix)                                                                            \
    {                                                                                                                  \
        unsigned number = (offset - (icfgr)) / 4;                                                                      \
        struct virq_bank *bank = find(cpu, number / 2);                                                                \
        if (bank != NULL)                                                                                              \
            vreg_set_config(bank, number % 2, (uint32_t)value);                                                        \
    }

FIELD_REGISTERS(bank_of, , GICD_IPRIORITYR, GICD_ICFGR)
FIELD_REGISTERS(extended_bank, _e, GICD_IPRIORITYR_E, GICD_ICFGR_E)

static struct virq *routed(struct vgic_cpu *cpu, uint32_t offset)
{
    uint32_t intid =
        offset < GICD_IROUTER_E ? (offset - GICD_IROUTER) / 8 : INTID_ESPI_FIRST + (offset - GICD_IROUTER_E) / 8;

    return vgic_spi(cpu->vm, intid);
}

/* The value as a whole, its affinity a byte a level in `route`. */
static uint64_t route_value(const struct virq *irq)
{
    return (uint64_t)(irq->route >> 24) << 32 | (irq->route & 0xffffff) |
           ((irq->bank->any & irq->mask) != 0 ? GICD_IROUTER_IRM : 0);
}

/* 32-bit accesses see the half they address. */
static VREG_READER(read_irouter)
{
    const struct virq *irq = routed(cpu, offset);

    return irq != NULL ? route_value(irq) >> 8 * (offset & 4) : 0;
}

static VREG_WRITER(write_irouter)
{
    struct virq *irq = routed(cpu, offset);
    unsigned shift = 8 * (offset & 4);
    uint64_t kept, route;

    if (irq == NULL)
        return;
    kept = size == 8 ? 0 : route_value(irq) & ~(UINT64_C(0xffffffff) << shift);
    route = kept | value << shift;
    route_set(irq, (uint32_t)(route >> 32 & 0xff) << 24 | (uint32_t)(route & 0xffffff),
              (route & GICD_IROUTER_IRM) != 0);
}

static const struct vreg registers[] = {
    {GICD_CTLR, GICD_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GICD_TYPER, GICD_TYPER + 4, 4, read_typer, vreg_ignore},
    {GICD_ISENABLER, GICD_ISENABLER + 0x80, 4, read_isenabler, write_isenabler},
    {GICD_ICENABLER, GICD_ICENABLER + 0x80, 4, read_icenabler, write_icenabler},
    {GICD_ISPENDR, GICD_ISPENDR + 0x80, 4, read_ispendr, write_ispendr},
    {GICD_ISPENDR_E, GICD_ISPENDR_E + 0x80, 4, read_ispendr_e, write_ispendr_e},
    {GICD_ICPENDR, GICD_ICPENDR + 0x80, 4, read_icpendr, write_icpendr},
    {GICD_ISACTIVER, GICD_ISACTIVER + 0x80, 4, read_isactiver, write_isactiver},
    {GICD_ICACTIVER, GICD_ICACTIVER + 0x80, 4, read_icactiver, write_icactiver},
    {GICD_IPRIORITYR, GICD_IPRIORITYR + 0x400, 1 | 4, read_ipriorityr, write_ipriorityr},
    {GICD_IROUTER, GICD_IROUTER + 0x2000, 4 | 8, read_irouter, write_irouter},
    {GICD_IGROUPR, GICD_IGROUPR + 0x80, 4, read_igroupr, write_igroupr},
    {GICD_ICFGR, GICD_ICFGR + 0x100, 4, read_icfgr, write_icfgr},
    {GICD_IIDR, GICD_IIDR + 4, 4, read_iidr, vreg_ignore},
    {GICD_TYPER2, GICD_TYPER2 + 4, 4, vreg_zero, vreg_ignore},
    {GICD_ID, GICD_ID_END, 4, vreg_id, vreg_ignore},
    {GICD_SETSPI_NSR, GICD_SETSPI_NSR + 4, 2 | 4, vreg_zero, write_setspi},
    {GICD_CLRSPI_NSR, GICD_CLRSPI_NSR + 4, 2 | 4, vreg_zero, write_clrspi},
    /* RAZ/WI: no error reporting; affinity routing; one security state */
    {GICD_STATUSR, GICD_STATUSR + 4, 4, vreg_zero, vreg_ignore},
    {GICD_ITARGETSR, GICD_ITARGETSR + 0x400, 1 | 4, vreg_zero, vreg_ignore},
    {GICD_IGRPMODR, GICD_IGRPMODR + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_NSACR, GICD_NSACR + 0x100, 4, vreg_zero, vreg_ignore},
    {GICD_INMIR, GICD_INMIR + 0x80, 4, read_inmir, write_inmir},
    {GICD_ISENABLER_E, GICD_ISENABLER_E + 0x80, 4, read_isenabler_e, write_isenabler_e},
    {GICD_ICENABLER_E, GICD_ICENABLER_E + 0x80, 4, read_icenabler_e, write_icenabler_e},
    {GICD_ICPENDR_E, GICD_ICPENDR_E + 0x80, 4, read_icpendr_e, write_icpendr_e},
    {GICD_ISACTIVER_E, GICD_ISACTIVER_E + 0x80, 4, read_isactiver_e, write_isactiver_e},
    {GICD_ICACTIVER_E, GICD_ICACTIVER_E + 0x80, 4, read_icactiver_e, write_icactiver_e},
    {GICD_IPRIORITYR_E, GICD_IPRIORITYR_E + 0x400, 1 | 4, read_ipriorityr_e, write_ipriorityr_e},
    {GICD_IROUTER_E, GICD_IROUTER_E + 0x2000, 4 | 8, read_irouter, write_irouter},
    {GICD_IGROUPR_E, GICD_IGROUPR_E + 0x80, 4, read_igroupr_e, write_igroupr_e},
    {GICD_ICFGR_E, GICD_ICFGR_E + 0x100, 4, read_icfgr_e, write_icfgr_e},
    {GICD_IGRPMODR_E, GICD_IGRPMODR_E + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_NSACR_E, GICD_NSACR_E + 0x100, 4, vreg_zero, vreg_ignore},
    {GICD_INMIR_E, GICD_INMIR_E + 0x80, 4, read_inmir_e, write_inmir_e},
};

uint64_t vgic_gicd_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    return vreg_read(registers, ARRAY_SIZE(registers), cpu, offset, size);
}

void vgic_gicd_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vreg_write(registers, ARRAY_SIZE(registers), cpu, offset, size, value);
}

const struct vgic_frame vgic_gicd_v3 = {vgic_gicd_read, vgic_gicd_write};
