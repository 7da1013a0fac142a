/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two security states: entered at EL3, the only program of the machine, which is QEMU's virt with secure=on. MMU and
 * caches stay off. Ends by the GPIO that powers the machine off: PSCI would be this program's own.
 */
#include "secure.h"

#include "check.h"
#include "env.h"

/* QEMU's virt: the secure PL061 (Arm DDI 0190B, 3.2) and the pin that powers off */
#define GPIO_BASE     UINT64_C(0x090b0000)
#define GPIO_DIR      0x400
#define GPIO_POWEROFF BIT32(0)
#define GPIO_DATA     ((uintptr_t)GPIO_POWEROFF << 2) /* the address masks the pins that an access concerns */

static const struct rules *const subjects[] = {
    &rules_groups, &rules_signal, &rules_taken, &rules_special, &rules_frames, &rules_cpuif, &rules_sgi, &rules_virtual,
};

_Noreturn void secure_start(uint64_t current_el);
_Noreturn void secure_fatal(uint64_t esr, uint64_t elr, uint64_t far);

void secure_start(uint64_t current_el)
{
    CHECK(current_el >> 2 == 3);
    pe_init();
    env_init();
    rules_run(subjects, ARRAY_SIZE(subjects), env_reset);
    for (unsigned el = 1; el <= 3; el++)
        print("# taken to EL%u: %u IRQs, %u FIQs\n", el, pe_interrupts[el - 1][0], pe_interrupts[el - 1][1]);
    power_off();
}

void secure_fatal(uint64_t esr, uint64_t elr, uint64_t far)
{
    print("Bail out! at EL3: ESR 0x%lx ELR 0x%lx FAR 0x%lx\n", esr, elr, far);
    power_off();
}

void power_off(void)
{
    mmio_write32(GPIO_BASE + GPIO_DIR, GPIO_POWEROFF);
    mmio_write32(GPIO_BASE + GPIO_DATA, 0);
    mmio_write32(GPIO_BASE + GPIO_DATA, GPIO_POWEROFF);
    for (;;)
        __asm__ volatile("wfi");
}
