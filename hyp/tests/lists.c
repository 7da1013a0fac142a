/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "check.h"
#include "deliver.h"
#include "regs/gicd.h"

#define SILENCE 4 /* so many maintenance exits in a row are a storm */

struct vgic lists_vm;
struct vgic_cpu lists_cpu;

void lists_enter(void)
{
    CHECK(lists_vm.owner == NULL);
    lists_vm.owner = &lists_cpu;
}

/* As model_release() does. */
void lists_leave(void)
{
    if (lists_cpu.dirty)
        deliver_lr.flush(&lists_cpu);
    lists_vm.kick = 0;
    lists_vm.owner = NULL;
}

void lists_write(uint32_t offset, unsigned size, uint64_t value)
{
    lists_enter();
    vgic_gicd_write(&lists_cpu, offset, size, value);
    lists_leave();
}

void lists_write_sysreg(uint32_t reg, uint64_t value)
{
    lists_cpu.x[0] = value; /* Rt = 0 */
    deliver_lr.sysreg(&lists_cpu, reg);
}

static void arrive(void)
{
    for (uint32_t intid = LISTS_FIRST + LISTS_INTIDS - LISTS_LINKED; intid < LISTS_FIRST + LISTS_INTIDS; intid++) {
        if (!fake_phys_enabled[intid] || fake_phys_active[intid] || !fake_phys_line[intid])
            continue;
        fake_phys_active[intid] = true;
        lists_enter();
        deliver_lr.arrived(&lists_cpu, vgic_irq(&lists_cpu, intid));
        CHECK(lists_vm.owner == NULL);
    }
}

bool lists_settle(void)
{
    arrive();
    for (unsigned i = 0; fake_ich_maintenance(); i++) {
        if (i == SILENCE)
            return false;
        lists_enter();
        deliver_lr.maintenance(&lists_cpu);
        lists_leave();
        arrive();
    }
    return true;
}

void lists_reset(unsigned list_registers, uint32_t group1, uint32_t config)
{
    fake_ich_reset(list_registers);
    CHECK(vgic_init(&lists_vm, &deliver_lr, 3) == NULL);
    vgic_cpu_init(&lists_vm, &lists_cpu);
    for (unsigned i = 0; i < LISTS_INTIDS; i++)
        if (lists_linked(i))
            vgic_link(&lists_cpu, LISTS_FIRST + i, LISTS_FIRST + i);
    lists_enter();
    deliver_lr.reset(&lists_cpu);
    deliver_lr.load(&lists_cpu);
    lists_cpu.loaded = true;
    vgic_set_asleep(&lists_cpu, false);
    lists_leave();
    lists_write(GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    lists_write(GICD_IGROUPR + 4, 4, group1);
    lists_write(GICD_ICFGR + 8, 4, config);
}
