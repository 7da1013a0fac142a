/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_vif.h"

#include <string.h>

#include "check.h"
#include "fake_core.h"
#include "features.h"
#include "regs/gicv2.h"
#include "sysreg.h"

#define NO_PRIORITY 0x100

struct fake_vif fake_vif;
bool fake_vif_as_qemu, fake_vif_fgt;

void fake_vif_reset(unsigned version, unsigned list_registers)
{
    CHECK(list_registers <= FAKE_LRS_MAX);
    memset(&fake_vif, 0, sizeof(fake_vif));
    fake_vif.version = version;
    fake_vif.count = list_registers;
}

static bool reports(const struct fake_lr *lr)
{
    return lr->state == 0 && !lr->hw && lr->eoi;
}

void fake_vif_write(unsigned n, struct fake_lr lr)
{
    CHECK(n < fake_vif.count);
    CHECK(!lr.hw || lr.state != (FAKE_PENDING | FAKE_ACTIVE)); /* IHI 0069H 12.4.12, IHI 0048B.b 5.3.10 */
    for (unsigned other = 0; lr.state != 0 && other < fake_vif.count; other++) /* UNPREDICTABLE, IHI 0069H chapter 6 */
        CHECK(other == n || fake_vif.lr[other].state == 0 || fake_vif.lr[other].intid != lr.intid);
    fake_vif.lr[n] = lr;
    fake_vif.writes++;
}

uint32_t fake_vif_ended(void)
{
    uint32_t bits = 0;

    for (unsigned n = 0; n < fake_vif.count; n++)
        bits |= reports(&fake_vif.lr[n]) ? BIT32(n) : 0;
    return bits;
}

uint32_t fake_vif_empty(void)
{
    uint32_t bits = 0;

    for (unsigned n = 0; n < fake_vif.count; n++)
        bits |= fake_vif.lr[n].state == 0 ? BIT32(n) : 0;
    return bits & ~fake_vif_ended();
}

static uint64_t *active_priorities(unsigned group)
{
    return &fake_vif.levels[fake_vif.version == 2 ? 0 : group];
}

static int running(void)
{
    uint64_t levels = fake_vif.levels[0] | fake_vif.levels[1];

    if ((levels & ICH_AP1R0_NMI) != 0)
        return FAKE_NMI;
    return levels == 0 ? NO_PRIORITY : __builtin_ctzll(levels) << FAKE_LEVEL_SHIFT;
}

/* What the registers of active priorities have for one. */
static uint64_t active_bit(int priority)
{
    return priority == FAKE_NMI ? ICH_AP1R0_NMI : BIT(priority >> FAKE_LEVEL_SHIFT);
}

static bool group_enabled(unsigned group)
{
    return (fake_vif.vmcr & (group == 0 ? ICH_VMCR_VENG0 : ICH_VMCR_VENG1)) != 0;
}

static bool before(const struct fake_lr *one, const struct fake_lr *two)
{
    return one->priority < two->priority || (one->priority == two->priority && one->group < two->group);
}

/* The list register with the highest-priority pending interrupt of the enabled groups; NULL when there is none. */
static struct fake_lr *highest(void)
{
    struct fake_lr *best = NULL;

    for (struct fake_lr *lr = fake_vif.lr; lr < fake_vif.lr + fake_vif.count; lr++)
        if (lr->state == FAKE_PENDING && group_enabled(lr->group) && (best == NULL || before(lr, best)))
            best = lr;
    return (fake_vif.hcr & ICH_HCR_EN) != 0 ? best : NULL;
}

uint32_t fake_icv_hppir(unsigned group)
{
    const struct fake_lr *lr = highest();

    return lr == NULL || lr->group != group ? FAKE_SPURIOUS : lr->intid;
}

uint32_t fake_icv_signalled(unsigned group)
{
    uint32_t intid = fake_icv_hppir(group);
    int mask = (int)FIELD_GET(ICH_VMCR_VPMR, fake_vif.vmcr);

    if (intid == FAKE_SPURIOUS || highest()->priority >= mask || highest()->priority >= running())
        return FAKE_SPURIOUS;
    return intid;
}

uint32_t fake_icv_iar(unsigned group)
{
    uint32_t intid = fake_icv_signalled(group);
    struct fake_lr *lr = highest();

    if (intid == FAKE_SPURIOUS)
        return intid;
    lr->state = FAKE_ACTIVE;
    *active_priorities(group) |= active_bit(lr->priority);
    return intid | (uint32_t)FIELD_PREP(GICC_IAR_CPUID, lr->cpu);
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
    uint64_t eois = FIELD_GET(ICH_HCR_EOICOUNT, fake_vif.hcr) + 1;

    fake_vif.hcr = (fake_vif.hcr & ~FIELD_MASK(ICH_HCR_EOICOUNT)) | FIELD_PREP(ICH_HCR_EOICOUNT, eois);
}

/* False: no list register has it active. */
static bool deactivate(uint32_t value)
{
    for (struct fake_lr *lr = fake_vif.lr; lr < fake_vif.lr + fake_vif.count; lr++) {
        if ((lr->state & FAKE_ACTIVE) == 0 || (lr->intid | FIELD_PREP(GICC_IAR_CPUID, lr->cpu)) != value)
            continue;
        lr->state &= ~FAKE_ACTIVE;
        if (lr->hw)
            fake_phys_active[lr->pintid] = false;
        return true;
    }
    return false;
}

static bool eoimode(void)
{
    return (fake_vif.vmcr & ICH_VMCR_VEOIM) != 0;
}

void fake_icv_eoir(unsigned group, uint32_t value)
{
    bool dropped = drop(group);

    if (eoimode()) {
        if (fake_vif_as_qemu && dropped)
            count_eoi();
    } else if (!deactivate(value) && (dropped || !fake_vif_as_qemu)) {
        count_eoi();
    }
}

/* On GICv2 the guest does not have the page of GICV_DIR. */
bool fake_icv_dir(uint32_t value)
{
    if (fake_vif.version == 2 || (fake_vif.hcr & ICH_HCR_TDIR) != 0)
        return false;
    if (eoimode() && !deactivate(value))
        count_eoi();
    return true;
}

static void set_vmcr(uint64_t bits, bool on)
{
    fake_vif.vmcr = on ? fake_vif.vmcr | bits : fake_vif.vmcr & ~bits;
}

bool fake_icv_igrpen(unsigned group, bool on)
{
    if (fake_vif.igrpen_traps)
        return false;
    set_vmcr(group == 0 ? ICH_VMCR_VENG0 : ICH_VMCR_VENG1, on);
    return true;
}

void fake_icv_pmr(unsigned priority)
{
    fake_vif.vmcr = (fake_vif.vmcr & ~FIELD_MASK(ICH_VMCR_VPMR)) | FIELD_PREP(ICH_VMCR_VPMR, priority);
}

void fake_icv_eoimode(bool apart)
{
    set_vmcr(ICH_VMCR_VEOIM, apart);
}

bool features_nmi(void)
{
    return fake_vif.version == 3;
}

bool features_trap_igrpen(bool on)
{
    fake_vif.igrpen_traps = on && fake_vif_fgt;
    return fake_vif_fgt;
}

static uint64_t group_conditions(void)
{
    bool on0 = group_enabled(0), on1 = group_enabled(1);
    bool off0 = fake_vif_as_qemu && fake_vif.version == 3 ? !on1 : !on0;

    return (on0 ? ICH_HCR_VGRP0EIE : 0) | (on1 ? ICH_HCR_VGRP1EIE : 0) | (off0 ? ICH_HCR_VGRP0DIE : 0) |
           (!on1 ? ICH_HCR_VGRP1DIE : 0);
}

/* Those that hold, each by the bit of ICH_HCR_EL2 that asks for it. */
static uint64_t conditions(void)
{
    unsigned valid = 0, pending = 0;

    for (unsigned n = 0; n < fake_vif.count; n++) {
        valid += fake_vif.lr[n].state != 0;
        pending += fake_vif.lr[n].state == FAKE_PENDING;
    }
    return (valid <= 1 ? ICH_HCR_UIE : 0) | (FIELD_GET(ICH_HCR_EOICOUNT, fake_vif.hcr) != 0 ? ICH_HCR_LRENPIE : 0) |
           (pending == 0 ? ICH_HCR_NPIE : 0) | group_conditions();
}

bool fake_vif_maintenance(void)
{
    if ((fake_vif.hcr & ICH_HCR_EN) == 0)
        return false;
    return (fake_vif.hcr & conditions()) != 0 || fake_vif_ended() != 0;
}
