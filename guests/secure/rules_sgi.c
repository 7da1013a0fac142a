/* SPDX-License-Identifier: Apache-2.0 */
/* Which SGIs ICC_SGI0R_EL1, ICC_SGI1R_EL1 and ICC_ASGI1R_EL1 generate: by state, group at the target, GICR_NSACR. */
#include "env.h"
#include "secure.h"

#define SUBJECT(reg, place, group) ((uint32_t)(reg) << 8 | (uint32_t)(place) << 4 | (group))

enum generator { SGI0R, SGI1R, ASGI1R };

static const struct {
    const char *name;
    pe_code *write;
} generators[] = {[SGI0R] = {"SGI0R", sgi0r}, [SGI1R] = {"SGI1R", sgi1r}, [ASGI1R] = {"ASGI1R", asgi1r}};

/*
 * The least NS_access with which a write generates an SGI of that group; 0: always. A register of Group 1 generates
 * one of Group 0 where it would generate one of Secure Group 1 (12.1.10; 12.2 ICC_SGI1R_EL1, ICC_ASGI1R_EL1).
 */
#define NEVER 4
static const uint8_t least[2][3][GIC_GROUPS] = {
    [true] =
        {
            [SGI0R] = {[GIC_GROUP0] = 0, [GIC_GROUP1_S] = NEVER, [GIC_GROUP1_NS] = NEVER},
            [SGI1R] = {[GIC_GROUP0] = 0, [GIC_GROUP1_S] = 0, [GIC_GROUP1_NS] = NEVER},
            [ASGI1R] = {[GIC_GROUP0] = NEVER, [GIC_GROUP1_S] = NEVER, [GIC_GROUP1_NS] = 0},
        },
    [false] =
        {
            [SGI0R] = {[GIC_GROUP0] = 1, [GIC_GROUP1_S] = NEVER, [GIC_GROUP1_NS] = NEVER},
            [SGI1R] = {[GIC_GROUP0] = NEVER, [GIC_GROUP1_S] = NEVER, [GIC_GROUP1_NS] = 0},
            [ASGI1R] = {[GIC_GROUP0] = 1, [GIC_GROUP1_S] = 2, [GIC_GROUP1_NS] = NEVER},
        },
};

static struct verdict generates(uint32_t subject)
{
    enum generator reg = (enum generator)(subject >> 8);
    enum place place = (enum place)(subject >> 4 & 15);
    enum gic_group group = (enum gic_group)(subject & 15);

    set_group(SGI, group);
    for (unsigned access = 0; access < 3; access++) {
        set_nsacr(SGI, access);
        write_reg(place, generators[reg].write, FIELD_PREP(ICC_SGI_INTID, SGI) | 1);
        EXPECT(generators[reg].name, get_bit(GICD_ISPENDR, SGI), access >= least[place_secure(place)][reg][group]);
        mmio_write32(word_address(GICD_ICPENDR, SGI), BIT32(SGI));
    }
    return PASSED;
}

#define EACH_GROUP(first, reg_name, place_name, reg, place)                                                            \
    {(first), "sgi." reg_name "." place_name ".group0", "12.1.10", generates, SUBJECT(reg, place, GIC_GROUP0)},        \
        {(first) + 1, "sgi." reg_name "." place_name ".group1_s", "12.1.10", generates,                                \
         SUBJECT(reg, place, GIC_GROUP1_S)},                                                                           \
    {                                                                                                                  \
        (first) + 2, "sgi." reg_name "." place_name ".group1_ns", "12.1.10", generates,                                \
            SUBJECT(reg, place, GIC_GROUP1_NS)                                                                         \
    }
#define EACH_REGISTER(first, place_name, place)                                                                        \
    EACH_GROUP(first, "sgi0r", place_name, SGI0R, place), EACH_GROUP((first) + 3, "sgi1r", place_name, SGI1R, place),  \
        EACH_GROUP((first) + 6, "asgi1r", place_name, ASGI1R, place)

static const struct rule table[] = {
    EACH_REGISTER(252, "el3", EL3),
    EACH_REGISTER(261, "secure_el1", SECURE_EL1),
    EACH_REGISTER(270, "nonsecure_el1", NONSECURE_EL1),
    EACH_REGISTER(279, "nonsecure_el2", NONSECURE_EL2),
};

const struct rules rules_sgi = {table, ARRAY_SIZE(table)};
