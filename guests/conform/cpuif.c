/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the CPU interface, the group as an argument. */
#include "env.h"

uint32_t acknowledge(unsigned group)
{
    uint64_t intid = group == GROUP0 ? read_sysreg(icc_iar0_el1) : read_sysreg(icc_iar1_el1);

    dsb(sy); /* an acknowledge is ordered before accesses to the distributor by DSB only (12.1.6) */
    isb();
    return (uint32_t)intid;
}

void end(unsigned group, uint32_t intid)
{
    if (group == GROUP0)
        write_sysreg(icc_eoir0_el1, intid);
    else
        write_sysreg(icc_eoir1_el1, intid);
    isb();
    dsb(sy);
}

void deactivate(uint32_t intid)
{
    write_sysreg(icc_dir_el1, intid);
    isb();
    dsb(sy);
}

uint32_t highest_pending(unsigned group)
{
    (void)signalled();
    return (uint32_t)(group == GROUP0 ? read_sysreg(icc_hppir0_el1) : read_sysreg(icc_hppir1_el1));
}

uint64_t get_bpr(unsigned group)
{
    return group == GROUP0 ? read_sysreg(icc_bpr0_el1) : read_sysreg(icc_bpr1_el1);
}

void set_bpr(unsigned group, uint64_t value)
{
    if (group == GROUP0)
        write_sysreg(icc_bpr0_el1, value);
    else
        write_sysreg(icc_bpr1_el1, value);
    isb();
}

uint64_t get_apr(unsigned group)
{
    return group == GROUP0 ? read_sysreg(icc_ap0r0_el1) : read_sysreg(icc_ap1r0_el1);
}

void set_apr(unsigned group, uint64_t value)
{
    if (group == GROUP0)
        write_sysreg(icc_ap0r0_el1, value);
    else
        write_sysreg(icc_ap1r0_el1, value);
    isb();
}

void set_igrpen(unsigned group, bool enabled)
{
    if (group == GROUP0)
        write_sysreg(icc_igrpen0_el1, enabled);
    else
        write_sysreg(icc_igrpen1_el1, enabled);
    isb();
}

uint64_t get_rpr(void)
{
    return read_sysreg(icc_rpr_el1);
}

void set_pmr(uint64_t value)
{
    write_sysreg(icc_pmr_el1, value);
    isb();
}

void set_ctlr(bool eoimode, bool cbpr)
{
    write_sysreg(icc_ctlr_el1, (eoimode ? ICC_CTLR_EOIMODE : 0) | (cbpr ? ICC_CTLR_CBPR : 0));
    isb();
}

void send_sgi(unsigned group, uint64_t value)
{
    if (group == GROUP0)
        write_sysreg(icc_sgi0r_el1, value);
    else
        write_sysreg(icc_sgi1r_el1, value);
    isb();
    (void)signalled();
}
