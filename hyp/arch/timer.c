/* SPDX-License-Identifier: Apache-2.0 */
#include "timer.h"

#include "sysreg.h"

#define CNTHCTL_EL2_EL1PCTEN BIT(0)
#define CNTHCTL_EL2_EL1PCEN  BIT(1)
#define CNTHCTL_EL2_EL1TVT   BIT(13)
#define ID_AA64MMFR0_ECV     63, 60

#define NS_PER_S UINT64_C(1000000000)

#define ISS_CNTP(op2) ISS_SYSREG(3, 3, 14, 2, op2)
#define ISS_CNTV(op2) ISS_SYSREG(3, 3, 14, 3, op2)

/* op2 of both timers' registers */
enum { TVAL, CTL, CVAL };

void timer_open(void)
{
    write_sysreg(cnthctl_el2, CNTHCTL_EL2_EL1PCTEN | CNTHCTL_EL2_EL1PCEN);
}

void timer_trap(void)
{
    uint64_t virtual = FIELD_GET(ID_AA64MMFR0_ECV, read_sysreg(id_aa64mmfr0_el1)) != 0 ? CNTHCTL_EL2_EL1TVT : 0;

    write_sysreg(cnthctl_el2, CNTHCTL_EL2_EL1PCTEN | virtual);
}

bool timer_traps(void)
{
    return (read_sysreg(cnthctl_el2) & CNTHCTL_EL2_EL1PCEN) == 0;
}

static bool read(uint32_t reg, uint64_t *x)
{
    switch (reg) {
    case ISS_CNTV(TVAL):
        *x = read_sysreg(cntv_tval_el0);
        return true;
    case ISS_CNTV(CTL):
        *x = read_sysreg(cntv_ctl_el0);
        return true;
    case ISS_CNTV(CVAL):
        *x = read_sysreg(cntv_cval_el0);
        return true;
    case ISS_CNTP(TVAL):
        *x = read_sysreg(cntp_tval_el0);
        return true;
    case ISS_CNTP(CTL):
        *x = read_sysreg(cntp_ctl_el0);
        return true;
    case ISS_CNTP(CVAL):
        *x = read_sysreg(cntp_cval_el0);
        return true;
    default:
        return false;
    }
}

static bool write(uint32_t reg, uint64_t x)
{
    switch (reg) {
    case ISS_CNTV(TVAL):
        write_sysreg(cntv_tval_el0, x);
        return true;
    case ISS_CNTV(CTL):
        write_sysreg(cntv_ctl_el0, x);
        return true;
    case ISS_CNTV(CVAL):
        write_sysreg(cntv_cval_el0, x);
        return true;
    case ISS_CNTP(TVAL):
        write_sysreg(cntp_tval_el0, x);
        return true;
    case ISS_CNTP(CTL):
        write_sysreg(cntp_ctl_el0, x);
        return true;
    case ISS_CNTP(CVAL):
        write_sysreg(cntp_cval_el0, x);
        return true;
    default:
        return false;
    }
}

bool timer_access(uint64_t esr, uint64_t *x)
{
    uint32_t reg = sysreg_access(esr) & ~ISS_SYSREG_READ;
    bool known = (esr & ISS_SYSREG_READ) != 0 ? read(reg, x) : write(reg, *x);

    isb(); /* the line is what the access made of it */
    return known;
}

uint64_t timer_now(void)
{
    isb(); /* not earlier than it is asked for */
    return read_sysreg(cntpct_el0);
}

uint64_t timer_ticks(uint64_t nanoseconds)
{
    uint64_t hz = read_sysreg(cntfrq_el0);

    return nanoseconds / NS_PER_S * hz + nanoseconds % NS_PER_S * hz / NS_PER_S;
}

void timer_host_set(uint64_t deadline)
{
    if (deadline == UINT64_MAX) {
        write_sysreg(cnthp_ctl_el2, 0);
    } else {
        write_sysreg(cnthp_cval_el2, deadline);
        write_sysreg(cnthp_ctl_el2, CNT_CTL_ENABLE);
    }
    isb();
}
