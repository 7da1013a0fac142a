/* SPDX-License-Identifier: Apache-2.0 */
#include "timer.h"

void timer_write_ctl(uint32_t intid, uint64_t value)
{
    if (intid == INTID_VTIMER)
        write_sysreg(cntv_ctl_el0, value);
    else
        write_sysreg(cntp_ctl_el0, value);
    isb();
}

uint64_t timer_read_ctl(uint32_t intid)
{
    return intid == INTID_VTIMER ? read_sysreg(cntv_ctl_el0) : read_sysreg(cntp_ctl_el0);
}

void timer_write_cval(uint32_t intid, uint64_t value)
{
    if (intid == INTID_VTIMER)
        write_sysreg(cntv_cval_el0, value);
    else
        write_sysreg(cntp_cval_el0, value);
    isb();
}

void timer_write_tval(uint32_t intid, uint64_t value)
{
    if (intid == INTID_VTIMER)
        write_sysreg(cntv_tval_el0, value);
    else
        write_sysreg(cntp_tval_el0, value);
    isb();
}

uint64_t timer_count(uint32_t intid)
{
    isb();
    return intid == INTID_VTIMER ? read_sysreg(cntvct_el0) : read_sysreg(cntpct_el0);
}

void timer_assert(uint32_t intid)
{
    timer_write_cval(intid, timer_count(intid));
    timer_write_ctl(intid, CNT_CTL_ENABLE);
    while ((timer_read_ctl(intid) & CNT_CTL_ISTATUS) == 0)
        ;
    (void)signalled();
}

void timer_drop(uint32_t intid)
{
    timer_write_ctl(intid, 0);
    (void)signalled();
}
