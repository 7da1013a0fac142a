/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the CPU interface of two security states (IHI 0069H 12.2): what each place sees and may do. */
#include "regs/intid.h"
#include "vsecure_cpuif.h"

#define INTID_SECURE    1020 /* the interrupt is for Secure EL1; for Non-secure EL1 or EL2 (2.2.1) */
#define INTID_NONSECURE 1021

#define CTLR_CBPR    BIT(0)
#define CTLR_EOIMODE BIT(1)
#define CTLR_PRIBITS 10, 8
#define CTLR_IDBITS  13, 11
#define CTLR_A3V     BIT(15)
#define CTLR_RANGE   BIT(19) /* ExtRange */
/* ICC_CTLR_EL3 */
#define CTLR3_CBPR_EL1S     BIT(0)
#define CTLR3_CBPR_EL1NS    BIT(1)
#define CTLR3_EOIMODE_EL3   BIT(2)
#define CTLR3_EOIMODE_EL1S  BIT(3)
#define CTLR3_EOIMODE_EL1NS BIT(4)
#define CTLR3_NDS           BIT(17)
/* ICC_IGRPEN1_EL3 */
#define IGRPEN1_NS BIT(0)
#define IGRPEN1_S  BIT(1)

/* Accesses from EL3 are Secure, but where SCR_EL3.NS chooses one of two registers. */
static bool secure(const struct vsecure_pe *pe)
{
    return pe->at != GIC_PE_NONSECURE;
}

static enum gic_group group1(const struct vsecure_pe *pe)
{
    bool ns = pe->at == GIC_PE_EL3 ? pe->ns : pe->at == GIC_PE_NONSECURE;

    return ns ? GIC_GROUP1_NS : GIC_GROUP1_S;
}

/* Non-secure software has its own view of priorities where Group 0 is not for it (4.8.1). */
static bool shifted(const struct vsecure_pe *pe)
{
    return pe->at == GIC_PE_NONSECURE && pe->fiq;
}

static uint64_t priority_view(const struct vsecure_pe *pe, unsigned priority)
{
    if (!shifted(pe) || priority == 0xff)
        return priority;
    return priority < 0x80 ? 0 : priority << 1 & 0xff;
}

/* Which interrupts a read of ICC_IAR1 or ICC_HPPIR1 may return there; of ICC_IAR0 and ICC_HPPIR0 (12.2). */
static uint32_t identify1(const struct vsecure_pe *pe, const struct virq *irq)
{
    bool visible = irq != NULL && (irq->group == GIC_GROUP1_S    ? secure(pe)
                                   : irq->group == GIC_GROUP1_NS ? pe->at != GIC_PE_SECURE
                                                                 : false);

    return visible ? irq->intid : INTID_SPURIOUS;
}

static uint32_t identify0(const struct vsecure_pe *pe, const struct virq *irq)
{
    if (irq == NULL || !secure(pe))
        return INTID_SPURIOUS;
    if (irq->group == GIC_GROUP0)
        return irq->intid;
    if (pe->at != GIC_PE_EL3)
        return INTID_SPURIOUS;
    return irq->group == GIC_GROUP1_S ? INTID_SECURE : INTID_NONSECURE;
}

static uint64_t acknowledge(struct vsecure_cpu *cpu, struct virq *irq, uint32_t intid)
{
    if (intid < INTID_SPECIAL || intid > INTID_SPURIOUS)
        vsecure_activate(cpu, irq);
    return intid;
}

/*
 * ICC_EOIR0 and ICC_EOIR1 have an effect where the running priority is of their group and the PE may complete it. An
 * INTID of another group is UNPREDICTABLE: it stays active, a state has no hold on the other's interrupts.
 */
static bool completes(const struct vsecure_pe *pe, enum vsecure_icc reg, enum gic_group group)
{
    if (group == GIC_GROUP0)
        return reg == ICC_EOIR0 && secure(pe);
    return reg == ICC_EOIR1 && (group == GIC_GROUP1_S ? secure(pe) : pe->at != GIC_PE_SECURE);
}

static void end(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t value)
{
    uint32_t intid = (uint32_t)value & 0xffffff;
    struct virq *irq = vgic_irq(&cpu->cpu, intid);
    enum gic_group group;

    if (intid >= INTID_SPECIAL && intid <= INTID_SPURIOUS)
        return;
    if (vsecure_running(cpu, &group) == PRIORITY_IDLE || !completes(pe, reg, group)) {
        cpu->cpu.vm->misuse++;
        return;
    }
    vsecure_drop(cpu);
    if (irq != NULL && irq->group == group && !cpu->cpuif.eoimode[pe->at])
        vgic_deactivate(irq);
}

/* What ICC_DIR deactivates there (12.2 ICC_DIR_EL1): Non-secure software only its own group. */
static bool may_deactivate(const struct vsecure_pe *pe, enum gic_group group)
{
    if (pe->at == GIC_PE_EL3)
        return true;
    if (pe->at == GIC_PE_NONSECURE)
        return group == GIC_GROUP1_NS && !pe->irq;
    return group == GIC_GROUP0 ? !pe->fiq : !pe->irq;
}

#define VSECURE_UNUSED __attribute__((unused))

#define READER(name)                                                                                                   \
    static uint64_t name(struct vsecure_cpu *cpu VSECURE_UNUSED, const struct vsecure_pe *pe VSECURE_UNUSED,           \
                         enum vsecure_icc reg VSECURE_UNUSED)
#define WRITER(name)                                                                                                   \
    static void name(struct vsecure_cpu *cpu VSECURE_UNUSED, const struct vsecure_pe *pe VSECURE_UNUSED,               \
                     enum vsecure_icc reg VSECURE_UNUSED, uint64_t value VSECURE_UNUSED)

READER(read_pmr)
{
    return priority_view(pe, cpu->cpuif.pmr);
}

/* Non-secure software cannot set a mask of the Secure half, nor change one. */
WRITER(write_pmr)
{
    if (shifted(pe)) {
        if (cpu->cpuif.pmr < 0x80)
            return;
        value = (value & 0xff) >> 1 | 0x80;
    }
    cpu->cpuif.pmr = (uint8_t)value & (uint8_t)(0xff00 >> cpu->cpu.vm->limits.priority_bits);
    cpu->cpu.dirty = true;
}

READER(read_rpr)
{
    enum gic_group group;
    unsigned now = vsecure_running(cpu, &group);

    return priority_view(pe, now == PRIORITY_IDLE ? 0xff : now);
}

READER(read_iar)
{
    struct virq *irq = vsecure_signalled(cpu);

    return acknowledge(cpu, irq, reg == ICC_IAR0 ? identify0(pe, irq) : identify1(pe, irq));
}

READER(read_hppir)
{
    const struct virq *irq = vsecure_highest(cpu);

    return reg == ICC_HPPIR0 ? identify0(pe, irq) : identify1(pe, irq);
}

/* With EOImode = 0 a write is UNPREDICTABLE: ignored. So is an INTID that the place has no hold on. */
WRITER(write_dir)
{
    struct virq *irq;

    if (!cpu->cpuif.eoimode[pe->at]) {
        cpu->cpu.vm->misuse++;
        return;
    }
    irq = vgic_irq(&cpu->cpu, (uint32_t)value & 0xffffff);
    if (irq != NULL && may_deactivate(pe, (enum gic_group)irq->group))
        vgic_deactivate(irq);
}

/*
 * The group whose binary point ICC_BPR1 accesses. Below EL3 the common one (CBPR) stands for that of Secure Group 1; of
 * Non-secure Group 1 it is read as one more, and cannot be written.
 */
static enum gic_group binary_point(const struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg)
{
    enum gic_group group = reg == ICC_BPR0 ? GIC_GROUP0 : group1(pe);

    return pe->at != GIC_PE_EL3 && cpu->cpuif.common_bpr[group] ? GIC_GROUP0 : group;
}

static bool borrowed(const struct vsecure_pe *pe, enum vsecure_icc reg, enum gic_group group)
{
    return reg == ICC_BPR1 && group == GIC_GROUP0 && pe->at == GIC_PE_NONSECURE;
}

READER(read_bpr)
{
    enum gic_group group = binary_point(cpu, pe, reg);
    unsigned value = cpu->cpuif.bpr[group];

    return borrowed(pe, reg, group) && value < 7 ? value + 1 : value;
}

WRITER(write_bpr)
{
    enum gic_group group = binary_point(cpu, pe, reg);
    uint8_t minimum = vsecure_bpr_minimum(cpu, group);

    if (borrowed(pe, reg, group))
        return;
    value &= 7;
    cpu->cpuif.bpr[group] = value < minimum ? minimum : (uint8_t)value;
    cpu->cpu.dirty = true;
}

static uint64_t constant_ctlr(const struct vsecure_cpu *cpu)
{
    const struct vgic_limits *limits = &cpu->cpu.vm->limits;

    return FIELD_PREP(CTLR_PRIBITS, limits->priority_bits - 1) | FIELD_PREP(CTLR_IDBITS, limits->id_bits > 16 ? 1 : 0) |
           CTLR_A3V | (limits->extended ? CTLR_RANGE : 0);
}

/* Of the state that ICC_CTLR_EL1 belongs to: at EL3 SCR_EL3.NS chooses. */
static enum gic_pe ctlr_state(const struct vsecure_pe *pe)
{
    return group1(pe) == GIC_GROUP1_NS ? GIC_PE_NONSECURE : GIC_PE_SECURE;
}

READER(read_ctlr)
{
    return constant_ctlr(cpu) | (cpu->cpuif.eoimode[ctlr_state(pe)] ? CTLR_EOIMODE : 0) |
           (cpu->cpuif.common_bpr[group1(pe)] ? CTLR_CBPR : 0);
}

/* CBPR is read-only here: with two security states it is EL3's. */
WRITER(write_ctlr)
{
    cpu->cpuif.eoimode[ctlr_state(pe)] = (value & CTLR_EOIMODE) != 0;
}

READER(read_ctlr_el3)
{
    const struct vsecure_cpuif *cpuif = &cpu->cpuif;

    return constant_ctlr(cpu) | CTLR3_NDS | (cpuif->common_bpr[GIC_GROUP1_S] ? CTLR3_CBPR_EL1S : 0) |
           (cpuif->common_bpr[GIC_GROUP1_NS] ? CTLR3_CBPR_EL1NS : 0) |
           (cpuif->eoimode[GIC_PE_EL3] ? CTLR3_EOIMODE_EL3 : 0) |
           (cpuif->eoimode[GIC_PE_SECURE] ? CTLR3_EOIMODE_EL1S : 0) |
           (cpuif->eoimode[GIC_PE_NONSECURE] ? CTLR3_EOIMODE_EL1NS : 0);
}

WRITER(write_ctlr_el3)
{
    struct vsecure_cpuif *cpuif = &cpu->cpuif;

    cpuif->common_bpr[GIC_GROUP1_S] = (value & CTLR3_CBPR_EL1S) != 0;
    cpuif->common_bpr[GIC_GROUP1_NS] = (value & CTLR3_CBPR_EL1NS) != 0;
    cpuif->eoimode[GIC_PE_EL3] = (value & CTLR3_EOIMODE_EL3) != 0;
    cpuif->eoimode[GIC_PE_SECURE] = (value & CTLR3_EOIMODE_EL1S) != 0;
    cpuif->eoimode[GIC_PE_NONSECURE] = (value & CTLR3_EOIMODE_EL1NS) != 0;
    cpu->cpu.dirty = true;
}

READER(read_igrpen)
{
    return cpu->cpuif.group_enabled[reg == ICC_IGRPEN0 ? GIC_GROUP0 : group1(pe)];
}

WRITER(write_igrpen)
{
    cpu->cpuif.group_enabled[reg == ICC_IGRPEN0 ? GIC_GROUP0 : group1(pe)] = (value & 1) != 0;
    cpu->cpu.dirty = true;
}

READER(read_igrpen1_el3)
{
    return (cpu->cpuif.group_enabled[GIC_GROUP1_NS] ? IGRPEN1_NS : 0) |
           (cpu->cpuif.group_enabled[GIC_GROUP1_S] ? IGRPEN1_S : 0);
}

WRITER(write_igrpen1_el3)
{
    cpu->cpuif.group_enabled[GIC_GROUP1_NS] = (value & IGRPEN1_NS) != 0;
    cpu->cpuif.group_enabled[GIC_GROUP1_S] = (value & IGRPEN1_S) != 0;
    cpu->cpu.dirty = true;
}

/* The levels that a group can have of word `word`: below 0x80 none of Non-secure Group 1 is active. */
static uint32_t levels(const struct vsecure_cpu *cpu, enum gic_group group, unsigned word)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < 32; i++) {
        unsigned priority = (32 * word + i) << (8 - vsecure_preemption_bits(cpu));

        if (priority <= 0xff && (group != GIC_GROUP1_NS || priority >= 0x80))
            mask |= BIT32(i);
    }
    return mask;
}

static enum gic_group apr_group(const struct vsecure_pe *pe, enum vsecure_icc reg)
{
    return reg < ICC_AP1R ? GIC_GROUP0 : group1(pe);
}

READER(read_apr)
{
    return cpu->cpuif.apr[apr_group(pe, reg)][(reg - ICC_AP0R) % 4];
}

WRITER(write_apr)
{
    enum gic_group group = apr_group(pe, reg);
    unsigned word = (reg - ICC_AP0R) % 4;

    cpu->cpuif.apr[group][word] = (uint32_t)value & levels(cpu, group, word);
    cpu->cpu.dirty = true;
}

WRITER(write_sgi)
{
    vsecure_sgi(cpu, secure(pe), reg, value);
}

/* Which signals, taken to EL3, take an access to the register there (4.6.3); or it exists at EL3 only. */
enum routed { BY_FIQ = 1, BY_IRQ = 2, BY_BOTH = 3, EL3_ONLY };

static const struct {
    uint64_t (*read)(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg);
    void (*write)(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t value);
    enum routed routed;
} registers[VSECURE_ICC_REGISTERS] = {
    [ICC_PMR] = {read_pmr, write_pmr, BY_BOTH},
    [ICC_RPR] = {read_rpr, NULL, BY_BOTH},
    [ICC_CTLR] = {read_ctlr, write_ctlr, BY_BOTH},
    [ICC_DIR] = {NULL, write_dir, BY_BOTH},
    [ICC_SGI0R] = {NULL, write_sgi, BY_BOTH},
    [ICC_SGI1R] = {NULL, write_sgi, BY_BOTH},
    [ICC_ASGI1R] = {NULL, write_sgi, BY_BOTH},
    [ICC_IAR0] = {read_iar, NULL, BY_FIQ},
    [ICC_IAR1] = {read_iar, NULL, BY_IRQ},
    [ICC_HPPIR0] = {read_hppir, NULL, BY_FIQ},
    [ICC_HPPIR1] = {read_hppir, NULL, BY_IRQ},
    [ICC_EOIR0] = {NULL, end, BY_FIQ},
    [ICC_EOIR1] = {NULL, end, BY_IRQ},
    [ICC_BPR0] = {read_bpr, write_bpr, BY_FIQ},
    [ICC_BPR1] = {read_bpr, write_bpr, BY_IRQ},
    [ICC_IGRPEN0] = {read_igrpen, write_igrpen, BY_FIQ},
    [ICC_IGRPEN1] = {read_igrpen, write_igrpen, BY_IRQ},
    [ICC_AP0R... ICC_AP0R + 3] = {read_apr, write_apr, BY_FIQ},
    [ICC_AP1R... ICC_AP1R + 3] = {read_apr, write_apr, BY_IRQ},
    [ICC_CTLR_EL3] = {read_ctlr_el3, write_ctlr_el3, EL3_ONLY},
    [ICC_IGRPEN1_EL3] = {read_igrpen1_el3, write_igrpen1_el3, EL3_ONLY},
};

static bool accessible(const struct vsecure_pe *pe, enum routed routed)
{
    unsigned taken = (pe->fiq ? BY_FIQ : 0U) | (pe->irq ? BY_IRQ : 0U);

    if (pe->at == GIC_PE_EL3)
        return true;
    return routed != EL3_ONLY && (taken & routed) != routed;
}

/* With fewer levels than bits the words behind the last one do not exist (12.2.1, 12.2.3). */
static bool exists(const struct vsecure_cpu *cpu, enum vsecure_icc reg)
{
    unsigned word = (reg - ICC_AP0R) % 4;

    return reg < ICC_AP0R || reg >= ICC_SGI0R || 32 * word < 1U << vsecure_preemption_bits(cpu);
}

bool vsecure_icc_read(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t *value)
{
    if (registers[reg].read == NULL || !exists(cpu, reg) || !accessible(pe, registers[reg].routed))
        return false;
    *value = registers[reg].read(cpu, pe, reg);
    return true;
}

bool vsecure_icc_write(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t value)
{
    if (registers[reg].write == NULL || !exists(cpu, reg) || !accessible(pe, registers[reg].routed))
        return false;
    registers[reg].write(cpu, pe, reg, value);
    return true;
}
