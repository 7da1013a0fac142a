/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "check.h"
#include "deliver.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"

#define SILENCE 4 /* so many maintenance exits in a row are a storm */

struct vgic lists_vm;
struct vgic_cpu lists_cpus[LISTS_CPUS];
const struct delivery *lists_delivery;

void lists_enter(unsigned cpu)
{
    CHECK(lists_vm.owner == NULL);
    lists_vm.owner = &lists_cpus[cpu];
    fake_core_number = cpu;
}

/* As model_release() does; the vCPUs without a core have no hardware that could be brought up to date. */
void lists_leave(void)
{
    if (lists_vm.owner != &lists_cpus[0]) {
        lists_vm.owner = NULL;
        lists_enter(0);
    }
    if (lists_cpus[0].dirty)
        lists_delivery->flush(&lists_cpus[0]);
    lists_vm.kick = 0;
    lists_vm.owner = NULL;
}

/* As model_wait() does, while another CPU owns the model. */
static void kicked(void)
{
    CHECK(lists_vm.fetch_from == &lists_cpus[0]);
    lists_delivery->surrender(&lists_cpus[0]);
    lists_vm.fetch_from = NULL;
}

void lists_load(void)
{
    lists_delivery->load(&lists_cpus[0]);
    lists_cpus[0].loaded = true;
}

void lists_put(void)
{
    lists_delivery->put(&lists_cpus[0], PUT_PREEMPT);
    lists_cpus[0].loaded = false;
}

void lists_write(unsigned cpu, uint32_t offset, unsigned size, uint64_t value)
{
    lists_enter(cpu);
    lists_delivery->gicd->write(&lists_cpus[cpu], offset, size, value);
    lists_leave();
}

uint64_t lists_read(unsigned cpu, uint32_t offset, unsigned size)
{
    uint64_t value;

    lists_enter(cpu);
    value = lists_delivery->gicd->read(&lists_cpus[cpu], offset, size);
    lists_leave();
    return value;
}

void lists_write_sysreg(uint32_t reg, uint64_t value)
{
    lists_cpus[0].x[0] = value; /* Rt = 0 */
    lists_delivery->sysreg(&lists_cpus[0], reg);
}

void lists_dir(uint32_t value)
{
    if (lists_vm.version == 3) {
        lists_write_sysreg(ISS_ICC_DIR_EL1, value);
        return;
    }
    lists_enter(0);
    lists_delivery->gicr->write(&lists_cpus[0], GICC_DIR, 4, value);
    lists_leave();
}

bool lists_linked(uint32_t intid)
{
    if (intid >= LISTS_PPI && intid < LISTS_PPI + LISTS_PPIS)
        return lists_vm.version == 2;
    return intid >= LISTS_END - LISTS_LINKED && intid < LISTS_END;
}

static void arrive(void)
{
    for (uint32_t intid = 0; intid < LISTS_END; intid++) {
        if (!fake_phys_enabled[intid] || fake_phys_active[intid] || !fake_phys_line[intid])
            continue;
        fake_phys_active[intid] = true;
        lists_enter(0);
        lists_delivery->arrived(&lists_cpus[0], vgic_irq(&lists_cpus[0], intid));
        CHECK(lists_vm.owner == NULL);
    }
}

bool lists_settle(void)
{
    arrive();
    for (unsigned i = 0; fake_vif_maintenance(); i++) {
        if (i == SILENCE)
            return false;
        lists_enter(0);
        lists_delivery->maintenance(&lists_cpus[0]);
        lists_leave();
        arrive();
    }
    return true;
}

static void start(unsigned version)
{
    lists_delivery = version == 2 ? &deliver_gicv2 : &deliver_lr;
    CHECK(vgic_init(&lists_vm, lists_delivery, version) == NULL);
    for (unsigned cpu = 0; cpu < (version == 2 ? LISTS_CPUS : 1); cpu++) {
        vgic_cpu_init(&lists_vm, &lists_cpus[cpu]);
        lists_cpus[cpu].core_index = cpu;
    }
    for (uint32_t intid = 0; intid < LISTS_END; intid++)
        if (lists_linked(intid))
            vgic_link(&lists_cpus[0], intid, intid);
    lists_enter(0);
    lists_delivery->reset(&lists_cpus[0]);
    lists_load();
    vgic_set_asleep(&lists_cpus[0], false);
    lists_leave();
}

void lists_reset(unsigned version, unsigned list_registers, uint32_t group1, uint32_t config)
{
    fake_vif_reset(version, list_registers);
    fake_core_reset(version);
    fake_core_kicked = kicked;
    start(version);
    lists_write(0, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    lists_write(0, GICD_IGROUPR, 4, group1);
    lists_write(0, GICD_IGROUPR + 4, 4, group1);
    lists_write(0, GICD_ICFGR + 8, 4, config);
    for (uint32_t intid = LISTS_FIRST; version == 2 && intid < LISTS_END; intid++)
        lists_write(0, GICD_ITARGETSR + intid, 1, 1);
}
