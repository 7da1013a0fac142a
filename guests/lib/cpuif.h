/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU interface for programs that use all of it: of GICv3 or GICv2, with both groups, Group 0 as FIQ. */
#ifndef GUESTS_LIB_CPUIF_H
#define GUESTS_LIB_CPUIF_H

#include "guest.h"

#define GROUP0 0
#define GROUP1 1

/* ISR_EL1, and the bits of DAIF in PSTATE */
#define SIGNAL_FIQ BIT(6)
#define SIGNAL_IRQ BIT(7)

/* What is signalled to the PE while it is masked: SIGNAL_*; after enough time for what was done before to arrive. */
uint64_t signalled(void);

/* The active priorities of a group, as many registers as there are; the others are 0 here. */
struct apr {
    uint32_t word[4];
};
#define APR_ZERO ((struct apr){.word = {0}})
bool apr_is_zero(struct apr apr);
/* GICv3: the registers of a group, a word each. */
unsigned apr_words(void);

/* The CPU interface of the CPU that calls, by group: the system registers of GICv3 or the frame of GICv2. */
struct cpuif {
    uint32_t (*acknowledge)(unsigned group);
    void (*end)(unsigned group, uint32_t intid);
    void (*deactivate)(uint32_t intid);
    uint32_t (*highest_pending)(unsigned group);
    uint64_t (*get_bpr)(unsigned group);
    void (*set_bpr)(unsigned group, uint64_t value);
    struct apr (*get_apr)(unsigned group);
    void (*set_apr)(unsigned group, struct apr apr);
    bool (*aprs_apart)(void);
    uint64_t (*get_igrpen)(unsigned group);
    void (*set_igrpen)(unsigned group, bool enabled);
    uint64_t (*get_rpr)(void);
    uint64_t (*get_pmr)(void);
    void (*set_pmr)(uint64_t value);
    uint64_t (*get_ctlr)(void);
    void (*set_ctlr)(bool eoimode, bool cbpr);
    void (*send_sgi)(unsigned group, uint64_t value);
};

extern const struct cpuif cpuif_v2, cpuif_v3, *cpuif;

/* INTID, the source of an SGI left out; 1023 also where the highest pending interrupt belongs to the other group. */
static inline uint32_t acknowledge(unsigned group)
{
    return cpuif->acknowledge(group);
}

static inline void end(unsigned group, uint32_t intid)
{
    cpuif->end(group, intid);
}

static inline void deactivate(uint32_t intid)
{
    cpuif->deactivate(intid);
}

static inline uint32_t highest_pending(unsigned group)
{
    return cpuif->highest_pending(group);
}

static inline uint64_t get_bpr(unsigned group)
{
    return cpuif->get_bpr(group);
}

static inline void set_bpr(unsigned group, uint64_t value)
{
    cpuif->set_bpr(group, value);
}

static inline struct apr get_apr(unsigned group)
{
    return cpuif->get_apr(group);
}

static inline void set_apr(unsigned group, struct apr apr)
{
    cpuif->set_apr(group, apr);
}

/* Whether each group has its own; with a virtual CPU interface of GICv2 one is for both (IHI 0048B.b 5.3.7). */
static inline bool aprs_apart(void)
{
    return cpuif->aprs_apart();
}

static inline uint64_t get_igrpen(unsigned group)
{
    return cpuif->get_igrpen(group);
}

static inline void set_igrpen(unsigned group, bool enabled)
{
    cpuif->set_igrpen(group, enabled);
}

static inline uint64_t get_rpr(void)
{
    return cpuif->get_rpr();
}

static inline uint64_t get_pmr(void)
{
    return cpuif->get_pmr();
}

static inline void set_pmr(uint64_t value)
{
    cpuif->set_pmr(value);
}

/* EOImode and CBPR, bits 1 and 0. */
static inline uint64_t get_ctlr(void)
{
    return cpuif->get_ctlr();
}

static inline void set_ctlr(bool eoimode, bool cbpr)
{
    cpuif->set_ctlr(eoimode, cbpr);
}

/* A value of gic_sgi_to(), to the register that generates SGIs; then enough time for it to arrive. */
static inline void send_sgi(unsigned group, uint64_t value)
{
    cpuif->send_sgi(group, value);
}

/* Chooses `cpuif` by the version of the GIC; after gic_init(). */
void cpuif_find(void);

#endif
