/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_core.h"

#include <string.h>

#include "check.h"
#include "gic.h"
#include "model.h"
#include "regs/intid.h"
#include "timer.h"
#include "upcalls.h"
#include "vgic.h"

bool fake_phys_active[FAKE_INTIDS], fake_phys_enabled[FAKE_INTIDS], fake_phys_line[FAKE_INTIDS];
uint64_t fake_core_number;
void (*fake_core_kicked)(void);

static void in_reach(unsigned cpu, uint32_t intid)
{
    CHECK(gic->version == 3 || intid >= INTID_SPI_FIRST || cpu == fake_core_number);
}

static void deactivate(uint32_t intid)
{
    CHECK(fake_phys_active[intid]); /* nothing else is let go of */
    fake_phys_active[intid] = false;
}

static void deactivate_ppi(unsigned cpu, uint32_t intid)
{
    in_reach(cpu, intid);
    deactivate(intid);
}

static void activate(uint32_t intid)
{
    CHECK(fake_phys_active[intid]); /* nobody has taken anything else */
}

static void enable(unsigned cpu, uint32_t intid, bool on)
{
    in_reach(cpu, intid);
    fake_phys_enabled[intid] = on;
}

static void enable_spi(uint32_t intid, uint64_t mpidr, bool edge)
{
    (void)mpidr;
    (void)edge;
    fake_phys_enabled[intid] = true;
}

static void disable_spi(uint32_t intid)
{
    fake_phys_enabled[intid] = false;
}

static bool asserted(unsigned cpu, uint32_t intid)
{
    in_reach(cpu, intid);
    return fake_phys_line[intid];
}

/* None of its lines changes while a vCPU is not loaded. */
bool vcpu_timer_asserted(const struct vgic_cpu *cpu, uint32_t intid)
{
    (void)cpu;
    return fake_phys_line[intid];
}

static void send_sgi(uint64_t mpidr, uint32_t intid)
{
    uint64_t self = fake_core_number;

    CHECK(mpidr == 0 && intid == GIC_KICK);
    fake_core_number = 0;
    fake_core_kicked();
    fake_core_number = self;
}

#define OPERATIONS                                                                                                     \
    .deactivate = deactivate, .enable = enable, .deactivate_ppi = deactivate_ppi, .activate = activate,                \
    .enable_spi = enable_spi, .disable_spi = disable_spi, .asserted = asserted, .send_sgi = send_sgi

static const struct gic_ops v2 = {.version = 2, OPERATIONS}, v3 = {.version = 3, OPERATIONS};
const struct gic_ops *gic = &v3;

void fake_core_reset(unsigned version)
{
    gic = version == 2 ? &v2 : &v3;
    fake_core_number = 0;
    memset(fake_phys_active, 0, sizeof(fake_phys_active));
    memset(fake_phys_enabled, 0, sizeof(fake_phys_enabled));
    memset(fake_phys_line, 0, sizeof(fake_phys_line));
}

/* The rest of the hypervisor, which a core that is never waited for does not need. */
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
