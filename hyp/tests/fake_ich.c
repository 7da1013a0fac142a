/* SPDX-License-Identifier: Apache-2.0 */
/* The system registers of a core (fake_regs.h): ICH_*_EL2 of its virtual interface, and the few others that delivery
 * reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_core.h"
#include "fake_vif.h"
#include "list_reg.h"
#include "sysreg.h"

static uint64_t computed, ignored;

static struct {
    const char *name;
    uint64_t *value;
} registers[] = {
    {"ich_hcr_el2", &fake_vif.hcr},
    {"ich_vmcr_el2", &fake_vif.vmcr},
    {"ich_ap0r0_el2", &fake_vif.levels[0]},
    {"ich_ap1r0_el2", &fake_vif.levels[1]},
    {"ich_vtr_el2", &computed},
    {"ich_elrsr_el2", &computed},
    {"ich_eisr_el2", &computed},
    {"tpidr_el2", &fake_core_number},
    {"spsr_el2", &ignored},
    {"elr_el2", &ignored},
    {"cntv_ctl_el0", &ignored},
    {"cntp_ctl_el0", &ignored},
};

static uint64_t compute(const char *name)
{
    if (strcmp(name, "ich_elrsr_el2") == 0)
        return fake_vif_empty();
    if (strcmp(name, "ich_eisr_el2") == 0)
        return fake_vif_ended();
    return FIELD_PREP(ICH_VTR_LISTREGS, fake_vif.count - 1) | FIELD_PREP(ICH_VTR_PREBITS, 4) |
           FIELD_PREP(ICH_VTR_PRIBITS, 4);
}

uint64_t *fake_sysreg(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
        if (strcmp(registers[i].name, name) != 0)
            continue;
        if (registers[i].value == &computed)
            computed = compute(name);
        ignored = 0;
        return registers[i].value;
    }
    printf("Bail out! no register %s\n", name);
    abort();
}

/* Superpriority or Priority. */
static uint64_t encode_priority(int priority)
{
    return priority == FAKE_NMI ? ICH_LR_NMI : FIELD_PREP(ICH_LR_PRIORITY, (unsigned)priority);
}

static int decode_priority(uint64_t value)
{
    int priority = (int)FIELD_GET(ICH_LR_PRIORITY, value);

    if ((value & ICH_LR_NMI) == 0)
        return priority;
    CHECK(priority == 0 && (value & ICH_LR_GROUP1) != 0); /* only Group 1 has them, and Priority is RES0 */
    return FAKE_NMI;
}

uint64_t list_reg_read(unsigned n)
{
    const struct fake_lr *lr = &fake_vif.lr[n];

    CHECK(fake_vif.version == 3 && n < fake_vif.count);
    return FIELD_PREP(ICH_LR_VINTID, lr->intid) | FIELD_PREP(ICH_LR_PINTID, lr->pintid) |
           encode_priority(lr->priority) | FIELD_PREP(ICH_LR_STATE, lr->state) | (lr->group != 0 ? ICH_LR_GROUP1 : 0) |
           (lr->hw ? ICH_LR_HW : 0) | (lr->eoi ? ICH_LR_EOI : 0);
}

void list_reg_write(unsigned n, uint64_t value)
{
    bool hw = (value & ICH_LR_HW) != 0;

    CHECK(fake_vif.version == 3);
    fake_vif_write(n, (struct fake_lr){
                          .state = (unsigned)FIELD_GET(ICH_LR_STATE, value),
                          .intid = (uint32_t)FIELD_GET(ICH_LR_VINTID, value),
                          .pintid = hw ? (uint32_t)FIELD_GET(ICH_LR_PINTID, value) : 0,
                          .priority = decode_priority(value),
                          .group = (value & ICH_LR_GROUP1) != 0,
                          .hw = hw,
                          .eoi = !hw && (value & ICH_LR_EOI) != 0,
                      });
}
