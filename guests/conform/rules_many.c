/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: many interrupts that another CPU has pending or active (IHI 0069H 4.1, 4.8, 12.9): more of them than there are
 * list registers.
 */
#include "cpus.h"

/* Eight pending at CPU 1, the lowest INTID the lowest priority. */
static void raise_row(void)
{
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        set_route(SPI_ROW + i, route_of(1));
        raise(SPI_ROW + i, (uint8_t)(0xf0 - 0x10 * i));
    }
}

static struct verdict row_read(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    raise_row();
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        uint32_t done = ROW_BITS(0xff & ~((1U << i) - 1));

        EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_ROW + i);
        EXPECT("pending", read_word(GICD_ISPENDR, SPI_ROW), ROW_BITS(0xff) & ~done);
        EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), ROW_BITS(1U << i));
        end_on(1, GROUP1, SPI_ROW + i);
    }
    return PASSED;
}

/* Every other one is withdrawn; the rest comes by priority. */
static struct verdict row_withdrawn(uint32_t reg)
{
    NEED_CPUS(2);
    raise_row();
    EXPECT("HPPIR", highest_pending_on(1, GROUP1), SPI_ROW + ROW_COUNT - 1);
    mmio_write32(word_address(reg, SPI_ROW), ROW_BITS(0xaa));
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        if (i % 2 != 0)
            continue;
        EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_ROW + i);
        end_on(1, GROUP1, SPI_ROW + i);
    }
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* All active at CPU 1 with their priorities dropped; CPU 0 ends every other one, CPU 1 the rest. */
static struct verdict row_active(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    set_ctlr_on(1, true);
    raise_row();
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_ROW + i);
        end_on(1, GROUP1, SPI_ROW + i);
    }
    EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), ROW_BITS(0xff));
    mmio_write32(word_address(GICD_ICACTIVER, SPI_ROW), ROW_BITS(0x55));
    EXPECT("active, cleared", read_word(GICD_ISACTIVER, SPI_ROW), ROW_BITS(0xaa));
    for (unsigned i = 1; i < ROW_COUNT; i += 2)
        deactivate_on(1, SPI_ROW + i);
    EXPECT("active, ended", read_word(GICD_ISACTIVER, SPI_ROW), 0);
    return PASSED;
}

/* Nested at CPU 1, each preempting the one before; CPU 0 reads at each step, CPU 1 ends them in order. */
static struct verdict row_nested(uint32_t subject)
{
    uint32_t want = 0;

    NEED_CPUS(2);
    (void)subject;
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        set_route(SPI_ROW + i, route_of(1));
        raise(SPI_ROW + i, (uint8_t)(0xf0 - 0x10 * i));
        EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_ROW + i);
        want |= ROW_BITS(1U << i);
        EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), want);
    }
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        EXPECT("RPR", get_rpr_on(1), 0xf0 - 0x10 * i);
        end_on(1, GROUP1, SPI_ROW + i);
        want &= ~ROW_BITS(1U << i);
        EXPECT("active, ended", read_word(GICD_ISACTIVER, SPI_ROW), want);
    }
    return PASSED;
}

/* Nested at CPU 1; CPU 0 makes one of them inactive: the EOI of that one ends no other. `which`: counted from below. */
static struct verdict nested_inactivated(uint32_t which)
{
    uint32_t want = ROW_BITS(0xff) & ~ROW_BITS(1U << which);

    NEED_CPUS(2);
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        set_route(SPI_ROW + i, route_of(1));
        raise(SPI_ROW + i, (uint8_t)(0xf0 - 0x10 * i));
        EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_ROW + i);
    }
    write_bit(GICD_ICACTIVER, SPI_ROW + which);
    EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), want);
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        end_on(1, GROUP1, SPI_ROW + i);
        want &= ~ROW_BITS(1U << i);
        EXPECT("active, ended", read_word(GICD_ISACTIVER, SPI_ROW), want);
    }
    EXPECT("RPR", get_rpr_on(1), 0xff);
    return PASSED;
}

static const struct rule table[] = {
    {827, "many.row_read", "12.9 GICD_ISPENDR<n>, GICD_ISACTIVER<n>", row_read, 0},
    {828, "many.row_unpended", "12.9 GICD_ICPENDR<n>", row_withdrawn, GICD_ICPENDR},
    {829, "many.row_disabled", "12.9 GICD_ICENABLER<n>", row_withdrawn, GICD_ICENABLER},
    {830, "many.row_active", "12.9 GICD_ICACTIVER<n>, 4.1.1", row_active, 0},
    {831, "many.row_nested", "4.8.5, 12.9 GICD_ISACTIVER<n>", row_nested, 0},
    {832, "many.nested_inactivated.lowest", "12.9 GICD_ICACTIVER<n>", nested_inactivated, 0},
    {833, "many.nested_inactivated.middle", "12.9 GICD_ICACTIVER<n>", nested_inactivated, 4},
    {834, "many.nested_inactivated.running", "12.9 GICD_ICACTIVER<n>", nested_inactivated, 7},
};

const struct rules rules_many = {table, ARRAY_SIZE(table)};
