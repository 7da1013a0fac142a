/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_ich.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "features.h"
#include "gic.h"
#include "list_reg.h"
#include "model.h"
#include "timer.h"
#include "vgic.h"

#define LIST_REGISTERS 16
#define LEVEL_SHIFT    3 /* five bits of priority: 32 levels */
#define NO_PRIORITY    0x100
#define SUPERPRIORITY  (-1)

bool fake_ich_as_qemu, fake_ich_fgt;
static bool igrpen_traps;
bool fake_phys_active[FAKE_INTIDS], fake_phys_enabled[FAKE_INTIDS], fake_phys_line[FAKE_INTIDS];

static uint64_t lr[LIST_REGISTERS];
static unsigned count;
static unsigned long writes;

static struct {
    const char *name;
    uint64_t value;
} registers[] = {
    {"ich_hcr_el2", 0},   {"ich_vmcr_el2", 0},  {"ich_vtr_el2", 0},   {"ich_elrsr_el2", 0}, {"ich_eisr_el2", 0},
    {"ich_ap0r0_el2", 0}, {"ich_ap1r0_el2", 0}, {"spsr_el2", 0},      {"elr_el2", 0},       {"id_aa64pfr0_el1", 0},
    {"cntv_ctl_el0", 0},  {"cntp_ctl_el0", 0},  {"ich_ap0r1_el2", 0}, {"ich_ap0r2_el2", 0}, {"ich_ap0r3_el2", 0},
    {"ich_ap1r1_el2", 0}, {"ich_ap1r2_el2", 0}, {"ich_ap1r3_el2", 0}, {"tpidr_el2", 0},
};

static uint64_t *named(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++)
        if (strcmp(registers[i].name, name) == 0)
            return &registers[i].value;
    printf("Bail out! no register %s\n", name);
    abort();
}

static uint64_t state(unsigned n)
{
    return lr[n] & FIELD_MASK(ICH_LR_STATE);
}

static bool reports(unsigned n)
{
    return state(n) == 0 && (lr[n] & ICH_LR_HW) == 0 && (lr[n] & ICH_LR_EOI) != 0;
}

uint64_t *fake_sysreg(const char *name)
{
    uint64_t *value = named(name);

    if (strcmp(name, "ich_elrsr_el2") != 0 && strcmp(name, "ich_eisr_el2") != 0)
        return value;
    *value = 0;
    for (unsigned n = 0; n < count; n++)
        if (strcmp(name, "ich_eisr_el2") == 0 ? reports(n) : state(n) == 0 && !reports(n))
            *value |= BIT(n);
    return value;
}

uint64_t list_reg_read(unsigned n)
{
    CHECK(n < count);
    return lr[n];
}

void list_reg_write(unsigned n, uint64_t value)
{
    uint64_t written = value & FIELD_MASK(ICH_LR_STATE);

    CHECK(n < count);
    CHECK((value & ICH_LR_NMI) == 0 || (FIELD_GET(ICH_LR_PRIORITY, value) == 0 && (value & ICH_LR_GROUP1) != 0));
    CHECK((value & ICH_LR_HW) == 0 || written != FIELD_MASK(ICH_LR_STATE)); /* 12.4.12: not active and pending */
    for (unsigned other = 0; written != 0 && other < count; other++)        /* UNPREDICTABLE, chapter 6 */
        CHECK(other == n || state(other) == 0 ||
              FIELD_GET(ICH_LR_VINTID, lr[other]) != FIELD_GET(ICH_LR_VINTID, value));
    lr[n] = value;
    writes++;
}

unsigned long fake_ich_writes(void)
{
    return writes;
}

static uint64_t *active_priorities(unsigned group)
{
    return named(group == 0 ? "ich_ap0r0_el2" : "ich_ap1r0_el2");
}

static int running(void)
{
    uint64_t levels = *active_priorities(0) | *active_priorities(1);

    if ((levels & ICH_AP1R0_NMI) != 0)
        return SUPERPRIORITY;
    return levels == 0 ? NO_PRIORITY : __builtin_ctzll(levels) << LEVEL_SHIFT;
}

static bool group_enabled(unsigned group)
{
    return (*named("ich_vmcr_el2") & (group == 0 ? ICH_VMCR_VENG0 : ICH_VMCR_VENG1)) != 0;
}

static int priority_of(unsigned n)
{
    return (lr[n] & ICH_LR_NMI) != 0 ? SUPERPRIORITY : (int)FIELD_GET(ICH_LR_PRIORITY, lr[n]);
}

/* What ICH_AP0R0_EL2 or ICH_AP1R0_EL2 has for an active priority. */
static uint64_t active_bit(int priority)
{
    return priority == SUPERPRIORITY ? ICH_AP1R0_NMI : BIT(priority >> LEVEL_SHIFT);
}

static unsigned group_of(unsigned n)
{
    return (lr[n] & ICH_LR_GROUP1) != 0 ? 1 : 0;
}

/* The list register with the highest-priority pending interrupt of the enabled groups; `count` when there is none. */
static unsigned highest(void)
{
    unsigned best = count;

    for (unsigned n = 0; n < count; n++) {
        if (state(n) != ICH_LR_PENDING || !group_enabled(group_of(n)))
            continue;
        if (best == count || priority_of(n) < priority_of(best) ||
            (priority_of(n) == priority_of(best) && group_of(n) < group_of(best)))
            best = n;
    }
    return best;
}

static bool enabled(void)
{
    return (*named("ich_hcr_el2") & ICH_HCR_EN) != 0;
}

uint32_t fake_icv_hppir(unsigned group)
{
    unsigned n = enabled() ? highest() : count;

    return n == count || group_of(n) != group ? FAKE_SPURIOUS : (uint32_t)FIELD_GET(ICH_LR_VINTID, lr[n]);
}

uint32_t fake_icv_signalled(unsigned group)
{
    uint32_t intid = fake_icv_hppir(group);

    int mask = (int)FIELD_GET(ICH_VMCR_VPMR, *named("ich_vmcr_el2"));

    if (intid == FAKE_SPURIOUS || priority_of(highest()) >= running())
        return FAKE_SPURIOUS;
    return priority_of(highest()) < mask ? intid : FAKE_SPURIOUS;
}

uint32_t fake_icv_iar(unsigned group)
{
    uint32_t intid = fake_icv_signalled(group);
    unsigned n = highest();

    if (intid == FAKE_SPURIOUS)
        return intid;
    lr[n] ^= FIELD_MASK(ICH_LR_STATE); /* pending to active */
    *active_priorities(group) |= active_bit(priority_of(n));
    return intid;
}

/* Drops the running priority if it is of the group. */
static bool drop(unsigned group)
{
    uint64_t *levels = active_priorities(group);
    int top = running();

    if (top == NO_PRIORITY || (*levels & active_bit(top)) == 0)
        return false;
    *levels &= ~active_bit(top);
    return true;
}

static void count_eoi(void)
{
    uint64_t *hcr = named("ich_hcr_el2");

    *hcr = (*hcr & ~FIELD_MASK(ICH_HCR_EOICOUNT)) | FIELD_PREP(ICH_HCR_EOICOUNT, FIELD_GET(ICH_HCR_EOICOUNT, *hcr) + 1);
}

/* False: no list register has it active. */
static bool deactivate(uint32_t intid)
{
    for (unsigned n = 0; n < count; n++) {
        if ((state(n) & ICH_LR_ACTIVE) == 0 || FIELD_GET(ICH_LR_VINTID, lr[n]) != intid)
            continue;
        lr[n] &= ~ICH_LR_ACTIVE;
        if ((lr[n] & ICH_LR_HW) != 0)
            fake_phys_active[FIELD_GET(ICH_LR_PINTID, lr[n])] = false;
        return true;
    }
    return false;
}

void fake_icv_eoir(unsigned group, uint32_t intid)
{
    bool dropped = drop(group);
    bool mode1 = (*named("ich_vmcr_el2") & ICH_VMCR_VEOIM) != 0;

    if (mode1) {
        if (fake_ich_as_qemu && dropped)
            count_eoi();
    } else if (!deactivate(intid) && (dropped || !fake_ich_as_qemu)) {
        count_eoi();
    }
}

bool fake_icv_dir(uint32_t intid)
{
    if ((*named("ich_hcr_el2") & ICH_HCR_TDIR) != 0)
        return false;
    if ((*named("ich_vmcr_el2") & ICH_VMCR_VEOIM) != 0 && !deactivate(intid))
        count_eoi();
    return true;
}

bool fake_icv_igrpen(unsigned group, bool on)
{
    uint64_t *vmcr = named("ich_vmcr_el2");
    uint64_t enable = group == 0 ? ICH_VMCR_VENG0 : ICH_VMCR_VENG1;

    if (igrpen_traps)
        return false;
    *vmcr = on ? *vmcr | enable : *vmcr & ~enable;
    return true;
}

bool features_nmi(void)
{
    return true;
}

bool features_trap_igrpen(bool on)
{
    igrpen_traps = on && fake_ich_fgt;
    return fake_ich_fgt;
}

static uint64_t conditions(void)
{
    unsigned valid = 0, pending = 0, reported = 0;
    bool on0 = group_enabled(0), on1 = group_enabled(1);

    for (unsigned n = 0; n < count; n++) {
        valid += state(n) != 0;
        pending += state(n) == ICH_LR_PENDING;
        reported += reports(n);
    }
    return (valid <= 1 ? ICH_HCR_UIE : 0) |
           (FIELD_GET(ICH_HCR_EOICOUNT, *named("ich_hcr_el2")) != 0 ? ICH_HCR_LRENPIE : 0) |
           (pending == 0 ? ICH_HCR_NPIE : 0) | (on0 ? ICH_HCR_VGRP0EIE : 0) | (on1 ? ICH_HCR_VGRP1EIE : 0) |
           ((fake_ich_as_qemu ? !on1 : !on0) ? ICH_HCR_VGRP0DIE : 0) | (!on1 ? ICH_HCR_VGRP1DIE : 0) |
           (reported > 0 ? BIT(63) : 0);
}

bool fake_ich_maintenance(void)
{
    return enabled() && ((*named("ich_hcr_el2") | BIT(63)) & conditions()) != 0;
}

void fake_ich_reset(unsigned list_registers)
{
    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++)
        registers[i].value = 0;
    memset(lr, 0, sizeof(lr));
    memset(fake_phys_active, 0, sizeof(fake_phys_active));
    memset(fake_phys_enabled, 0, sizeof(fake_phys_enabled));
    memset(fake_phys_line, 0, sizeof(fake_phys_line));
    igrpen_traps = false;
    count = list_registers;
    writes = 0;
    *named("ich_vtr_el2") =
        FIELD_PREP(ICH_VTR_LISTREGS, count - 1) | FIELD_PREP(ICH_VTR_PREBITS, 4) | FIELD_PREP(ICH_VTR_PRIBITS, 4);
    *named("id_aa64pfr0_el1") = FIELD_PREP(ID_AA64PFR0_GIC, 1);
}

static void phys_deactivate(uint32_t intid)
{
    CHECK(fake_phys_active[intid]); /* nothing else is let go of */
    fake_phys_active[intid] = false;
}

static void phys_deactivate_ppi(unsigned cpu, uint32_t intid)
{
    (void)cpu;
    phys_deactivate(intid);
}

static void phys_enable(unsigned cpu, uint32_t intid, bool on)
{
    (void)cpu;
    fake_phys_enabled[intid] = on;
}

static void phys_enable_spi(uint32_t intid, uint64_t mpidr, bool edge)
{
    (void)mpidr;
    (void)edge;
    fake_phys_enabled[intid] = true;
}

static void phys_disable_spi(uint32_t intid)
{
    fake_phys_enabled[intid] = false;
}

static bool phys_asserted(unsigned cpu, uint32_t intid)
{
    (void)cpu;
    return fake_phys_line[intid];
}

static const struct gic_ops fake_gic = {
    .version = 3,
    .deactivate = phys_deactivate,
    .enable = phys_enable,
    .deactivate_ppi = phys_deactivate_ppi,
    .enable_spi = phys_enable_spi,
    .disable_spi = phys_disable_spi,
    .asserted = phys_asserted,
};
const struct gic_ops *gic = &fake_gic;

/* The rest of the hypervisor, which one core that is never waited for does not need. */
void model_wait(struct vgic_cpu *cpu)
{
    (void)cpu;
    CHECK(false);
}

void model_kick(struct vgic *vm)
{
    vm->kick = 0;
}

void sysreg_other(struct vgic_cpu *cpu, uint64_t esr)
{
    (void)cpu;
    (void)esr;
    CHECK(false);
}

void timer_open(void)
{
}

void timer_trap(void)
{
}

bool timer_access(uint64_t esr, uint64_t *x)
{
    (void)esr;
    (void)x;
    return false;
}
