/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU interface of GICv3: system registers (IHI 0069H 12.2). */
#include "cpuif.h"

static uint32_t acknowledge_v3(unsigned group)
{
    uint64_t intid = group == GROUP0 ? read_sysreg(icc_iar0_el1) : read_sysreg(icc_iar1_el1);

    dsb(sy); /* an acknowledge is ordered before accesses to the distributor by DSB only (12.1.6) */
    isb();
    return (uint32_t)intid;
}

static void end_v3(unsigned group, uint32_t intid)
{
    if (group == GROUP0)
        write_sysreg(icc_eoir0_el1, intid);
    else
        write_sysreg(icc_eoir1_el1, intid);
    isb();
    dsb(sy);
}

static void deactivate_v3(uint32_t intid)
{
    write_sysreg(icc_dir_el1, intid);
    isb();
    dsb(sy);
}

static uint32_t highest_pending_v3(unsigned group)
{
    (void)signalled();
    return (uint32_t)(group == GROUP0 ? read_sysreg(icc_hppir0_el1) : read_sysreg(icc_hppir1_el1));
}

static uint64_t get_bpr_v3(unsigned group)
{
    return group == GROUP0 ? read_sysreg(icc_bpr0_el1) : read_sysreg(icc_bpr1_el1);
}

static void set_bpr_v3(unsigned group, uint64_t value)
{
    if (group == GROUP0)
        write_sysreg(icc_bpr0_el1, value);
    else
        write_sysreg(icc_bpr1_el1, value);
    isb();
}

/* Words of 32 preemption levels; the smallest binary point tells how many bits preempt (12.2.1, 12.2.5). */
unsigned apr_words(void)
{
    static unsigned words;

    if (words == 0) {
        uint64_t before = get_bpr(GROUP0), bits;

        set_bpr(GROUP0, 0);
        bits = 7 - get_bpr(GROUP0);
        set_bpr(GROUP0, before);
        words = bits > 5 ? 1U << (bits - 5) : 1;
    }
    return words;
}

#define EACH_APR(OF) OF(0, 0) OF(0, 1) OF(0, 2) OF(0, 3) OF(1, 0) OF(1, 1) OF(1, 2) OF(1, 3)
#define READ_APR(group, n)                                                                                             \
    case 4 * (group) + (n):                                                                                            \
        return (uint32_t)read_sysreg(icc_ap##group##r##n##_el1);
#define WRITE_APR(group, n)                                                                                            \
    case 4 * (group) + (n):                                                                                            \
        write_sysreg(icc_ap##group##r##n##_el1, value);                                                                \
        break;

static uint32_t read_apr(unsigned group, unsigned n)
{
    switch (4 * group + n) {
        EACH_APR(READ_APR)
    default:
        return 0;
    }
}

static void write_apr(unsigned group, unsigned n, uint32_t value)
{
    switch (4 * group + n) {
        EACH_APR(WRITE_APR)
    default:
        break;
    }
}

static struct apr get_apr_v3(unsigned group)
{
    struct apr apr = APR_ZERO;

    for (unsigned n = 0; n < apr_words(); n++)
        apr.word[n] = read_apr(group, n);
    return apr;
}

static void set_apr_v3(unsigned group, struct apr apr)
{
    for (unsigned n = 0; n < apr_words(); n++)
        write_apr(group, n, apr.word[n]);
    isb();
}

bool apr_is_zero(struct apr apr)
{
    return (apr.word[0] | apr.word[1] | apr.word[2] | apr.word[3]) == 0;
}

static bool aprs_apart_v3(void)
{
    return true;
}

static uint64_t get_igrpen_v3(unsigned group)
{
    return group == GROUP0 ? read_sysreg(icc_igrpen0_el1) : read_sysreg(icc_igrpen1_el1);
}

static void set_igrpen_v3(unsigned group, bool enabled)
{
    if (group == GROUP0)
        write_sysreg(icc_igrpen0_el1, enabled);
    else
        write_sysreg(icc_igrpen1_el1, enabled);
    isb();
}

static uint64_t get_rpr_v3(void)
{
    return read_sysreg(icc_rpr_el1);
}

static uint64_t get_pmr_v3(void)
{
    return read_sysreg(icc_pmr_el1);
}

static void set_pmr_v3(uint64_t value)
{
    write_sysreg(icc_pmr_el1, value);
    isb();
}

static uint64_t get_ctlr_v3(void)
{
    return read_sysreg(icc_ctlr_el1) & (ICC_CTLR_EOIMODE | ICC_CTLR_CBPR);
}

static void set_ctlr_v3(bool eoimode, bool cbpr)
{
    write_sysreg(icc_ctlr_el1, (eoimode ? ICC_CTLR_EOIMODE : 0) | (cbpr ? ICC_CTLR_CBPR : 0));
    isb();
}

static void send_sgi_v3(unsigned group, uint64_t value)
{
    if (group == GROUP0)
        write_sysreg(icc_sgi0r_el1, value);
    else
        write_sysreg(icc_sgi1r_el1, value);
    isb();
    (void)signalled();
}

const struct cpuif cpuif_v3 = {
    .acknowledge = acknowledge_v3,
    .end = end_v3,
    .deactivate = deactivate_v3,
    .highest_pending = highest_pending_v3,
    .get_bpr = get_bpr_v3,
    .set_bpr = set_bpr_v3,
    .get_apr = get_apr_v3,
    .set_apr = set_apr_v3,
    .aprs_apart = aprs_apart_v3,
    .get_igrpen = get_igrpen_v3,
    .set_igrpen = set_igrpen_v3,
    .get_rpr = get_rpr_v3,
    .get_pmr = get_pmr_v3,
    .set_pmr = set_pmr_v3,
    .get_ctlr = get_ctlr_v3,
    .set_ctlr = set_ctlr_v3,
    .send_sgi = send_sgi_v3,
};
