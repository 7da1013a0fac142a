/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: priority drop and deactivation, EOImode 0 and 1 (IHI 0069H 4.1.1). */
#include "env.h"

/* `both`: bit 8 is the group, the rest the INTID. */
#define OF_GROUP(group, intid) ((group) << 8 | (intid))

static struct verdict drop_only(uint32_t both)
{
    uint32_t group = both >> 8, intid = both & 0xff;

    set_ctlr(true, false);
    set_group(intid, group);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(group), intid);
    end(group, intid);
    EXPECT("RPR after EOIR", get_rpr(), 0xff);
    EXPECT("active after EOIR", active(intid), 1);
    deactivate(intid);
    EXPECT("active after DIR", active(intid), 0);
    return PASSED;
}

/* Dropped, not deactivated: others of its priority are signalled, itself is not. */
static struct verdict dropped(uint32_t intid)
{
    set_ctlr(true, false);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    pend(intid);
    EXPECT("signalled itself", signalled(), 0);
    raise(SPI_OTHER, 0x80);
    EXPECT("IAR of another", acknowledge(GROUP1), SPI_OTHER);
    end(GROUP1, SPI_OTHER);
    deactivate(intid);
    EXPECT("IAR after DIR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* Deactivated in another order than dropped. */
static struct verdict any_order(uint32_t subject)
{
    static const uint32_t intids[] = {PPI, SGI, SPI_EDGE};

    (void)subject;
    set_ctlr(true, false);
    for (unsigned i = 0; i < 3; i++) {
        raise(intids[i], 0x80);
        EXPECT("IAR", acknowledge(GROUP1), intids[i]);
        end(GROUP1, intids[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        deactivate(intids[i]);
        for (unsigned j = 0; j < 3; j++)
            EXPECT("active", active(intids[j]), j > i);
    }
    return PASSED;
}

static struct verdict nested_drop(uint32_t intid)
{
    set_ctlr(true, false);
    raise(PPI2, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI2);
    raise(intid, 0x40);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("RPR", get_rpr(), 0x80);
    deactivate(intid);
    EXPECT("RPR after DIR", get_rpr(), 0x80);
    EXPECT("active below", active(PPI2), 1);
    end(GROUP1, PPI2);
    EXPECT("RPR after both", get_rpr(), 0xff);
    deactivate(PPI2);
    EXPECT("active after DIR", active(PPI2), 0);
    return PASSED;
}

/* EOI of a special INTID has no effect. */
static struct verdict special_ignored(uint32_t special)
{
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    end(GROUP1, special);
    EXPECT("RPR", get_rpr(), 0x80);
    EXPECT("active", active(PPI), 1);
    end(GROUP1, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    return PASSED;
}

/* The end of one of two of the same kind leaves the other active. */
static struct verdict one_of_two(uint32_t intid)
{
    write_bit(GICD_ISACTIVER, intid + 1);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("active, the other", active(intid + 1), 1);
    return PASSED;
}

static struct verdict pended_before_dir(uint32_t intid)
{
    set_ctlr(true, false);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    pend(intid);
    end(GROUP1, intid);
    EXPECT("signalled before DIR", signalled(), 0);
    deactivate(intid);
    EXPECT("signalled after DIR", signalled(), SIGNAL_IRQ);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* ICACTIVER deactivates as DIR does. */
static struct verdict by_icactiver(uint32_t intid)
{
    set_ctlr(true, false);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("active", active(intid), 0);
    pend(intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict taken_with_mode(uint32_t eoimode)
{
    set_ctlr(eoimode != 0, false);
    raise(PPI, 0x80);
    raise(SGI, 0x60);
    raise(SPI_EDGE, 0x40);
    EXPECT("taken", take(SIGNAL_IRQ), 3);
    EXPECT("first", taken.arrival[0].intid, SPI_EDGE);
    EXPECT("second", taken.arrival[1].intid, SGI);
    EXPECT("third", taken.arrival[2].intid, PPI);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("active", active(PPI) | active(SGI) | active(SPI_EDGE), 0);
    return PASSED;
}

static const struct rule table[] = {
    {297, "eoi.drop_only.sgi", "4.1.1, 12.2 ICC_DIR_EL1", drop_only, OF_GROUP(GROUP1, SGI)},
    {298, "eoi.drop_only.ppi", "4.1.1, 12.2 ICC_DIR_EL1", drop_only, OF_GROUP(GROUP1, PPI)},
    {299, "eoi.drop_only.spi_edge", "4.1.1, 12.2 ICC_DIR_EL1", drop_only, OF_GROUP(GROUP1, SPI_EDGE)},
    {300, "eoi.drop_only.spi_level", "4.1.1, 12.2 ICC_DIR_EL1", drop_only, OF_GROUP(GROUP1, SPI_LEVEL)},
    {301, "eoi.drop_only_group0.sgi", "4.1.1, 12.2 ICC_EOIR0_EL1", drop_only, OF_GROUP(GROUP0, SGI)},
    {302, "eoi.drop_only_group0.ppi", "4.1.1, 12.2 ICC_EOIR0_EL1", drop_only, OF_GROUP(GROUP0, PPI)},
    {303, "eoi.drop_only_group0.spi", "4.1.1, 12.2 ICC_EOIR0_EL1", drop_only, OF_GROUP(GROUP0, SPI_EDGE)},
    EACH_KIND(304, "eoi.dropped", "4.1.1", dropped),
    EACH_EXTENDED(36, "eoi.dropped", "4.1.1", dropped),
    {308, "eoi.any_order", "12.2 ICC_DIR_EL1", any_order, 0},
    EACH_KIND(309, "eoi.nested_drop", "4.1.1", nested_drop),
    EACH_EXTENDED(37, "eoi.nested_drop", "4.1.1", nested_drop),
    {313, "eoi.special_1023", "12.2 ICC_EOIR1_EL1", special_ignored, 1023},
    {314, "eoi.special_1022", "12.2 ICC_EOIR1_EL1", special_ignored, 1022},
    {315, "eoi.special_1020", "12.2 ICC_EOIR1_EL1", special_ignored, 1020},
    EACH_KIND(316, "eoi.one_of_two", "4.1.1", one_of_two),
    EACH_EXTENDED(38, "eoi.one_of_two", "4.1.1", one_of_two),
    EACH_KIND(320, "eoi.pended_before_dir", "4.1.2", pended_before_dir),
    EACH_EXTENDED(39, "eoi.pended_before_dir", "4.1.2", pended_before_dir),
    EACH_KIND(324, "eoi.by_icactiver", "12.9 GICD_ICACTIVER<n>", by_icactiver),
    EACH_EXTENDED(40, "eoi.by_icactiver", "12.9 GICD_ICACTIVER<n>", by_icactiver),
    {328, "eoi.taken_mode0", "4.1.1", taken_with_mode, 0},
    {329, "eoi.taken_mode1", "4.1.1", taken_with_mode, 1},
};

const struct rules rules_eoi = {table, ARRAY_SIZE(table)};
