/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: message-based SPIs, where GICD_TYPER.MBIS announces them (IHI 0069H 12.9 GICD_SETSPI_NSR); interrupts that
 * software makes active.
 */
#include "env.h"

#define NEED_MESSAGES                                                                                                  \
    SKIP_UNLESS((mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_MBIS) != 0,                                  \
                "no message-based SPIs (GICD_TYPER.MBIS = 0)")

static void message(uint32_t reg, uint32_t intid)
{
    mmio_write32(machine.gicd.base + reg, intid);
}

static struct verdict edge(uint32_t intid)
{
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending acknowledged", pending(intid), 0);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("pending again", pending(intid), 1);
    end(GROUP1, intid);
    EXPECT("IAR again", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict edge_cleared(uint32_t intid)
{
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    message(GICD_CLRSPI_NSR, intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

/* Between the two messages it is asserted, acknowledged or not. */
static struct verdict level(uint32_t intid)
{
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending acknowledged", pending(intid), 1);
    end(GROUP1, intid);
    EXPECT("signalled again", signalled(), SIGNAL_IRQ);
    message(GICD_CLRSPI_NSR, intid);
    EXPECT("pending cleared", pending(intid), 0);
    EXPECT("signalled cleared", signalled(), 0);
    return PASSED;
}

static struct verdict not_an_spi(uint32_t intid)
{
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

/* Made active by software, it is completed like one that was acknowledged. */
static struct verdict software_active(uint32_t intid)
{
    set_ctlr(true, false);
    enable(intid);
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("active", active(intid), 1);
    deactivate(intid);
    EXPECT("active after DIR", active(intid), 0);
    pend(intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static const struct rule table[] = {
    {497, "message.edge", "12.9 GICD_SETSPI_NSR", edge, SPI_EDGE},
    {498, "message.edge_cleared", "12.9 GICD_CLRSPI_NSR", edge_cleared, SPI_EDGE},
    {499, "message.level", "12.9 GICD_SETSPI_NSR", level, SPI_LEVEL},
    {500, "message.not_an_spi", "12.9 GICD_SETSPI_NSR", not_an_spi, PPI},
    EACH_KIND(501, "software.active_ended", "12.9 GICD_ISACTIVER<n>", software_active),
    EACH_EXTENDED(47, "software.active_ended", "12.9 GICD_ISACTIVER<n>", software_active),
};

const struct rules rules_message = {table, ARRAY_SIZE(table)};
