/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vPEs of GICv4.0 (IHI 0069H chapter 5, 9): what makes virtual LPIs reach a vCPU without an exit. A vPE is resident on
 * the redistributor of the core that runs its vCPU; while it is not, an event of it makes its doorbell pending, a
 * physical LPI, which is enabled only while the vCPU waits for it.
 *
 * vpe_block() runs on the core that the vPE is at; the others on any, one core at a time.
 * Text that is returned: as in its.h.
 */
#ifndef GIC_VPE_H
#define GIC_VPE_H

#include <stdbool.h>
#include <stdint.h>

#define VPES_MAX 8

/* The virtual configuration table of a VM: a byte for each vLPI, from 8192 (5.1.1). */
struct vlpi_config {
    uint8_t *bytes;
    unsigned id_bits; /* of a vINTID */
    bool coherent;    /* as far as redistributors read it by now */
};

struct vpe {
    uint16_t id;
    unsigned cpu; /* that the ITS sends its events to */
    struct vlpi_config *config;
    uint8_t *pending;  /* its pending table, which is the hardware's */
    uint32_t doorbell; /* physical LPI */
    bool resident;
    bool waiting; /* the doorbell is enabled */
    bool idai;    /* what the redistributor left in the table is its own secret (GICR_VPENDBASER.IDAI) */
};

/* NULL when the ITS, and the redistributors by now, have GICv4.0; after its_init(), lpi_cpu_init(). Once. */
const char *vpe_init(void);

/* A configuration table, all vLPIs disabled. `id_bits`: 14 to 16. */
const char *vlpi_config_create(struct vlpi_config *config, unsigned id_bits);

/* The byte of `vintid`: priority and enable, as a guest wrote it. The hardware sees it after its_event_configured() or
 * vpe_configured(). */
void vlpi_config_set(struct vlpi_config *config, uint32_t vintid, uint8_t byte);

/* A vPE at core `cpu`, not resident, nothing pending. `id` is below VPES_MAX and not in use. */
const char *vpe_create(struct vpe *vpe, uint16_t id, unsigned cpu, struct vlpi_config *config);

/* All of its configuration may have changed. */
const char *vpe_configured(const struct vpe *vpe);

/* Its vCPU begins to run: events reach it at once. */
const char *vpe_load(struct vpe *vpe);

/* It does not run any more. `*pending`: an enabled vLPI is pending. */
const char *vpe_put(struct vpe *vpe, bool *pending);

/* ditto, and unless one is pending the next event rings its doorbell, once. */
const char *vpe_block(struct vpe *vpe, bool *pending);

/*
 * Which vLPIs are pending is what the table in memory says of one that is not resident (5.1.2: but for the first 1024
 * bytes its format is the architecture's), once that holds what came up to now: after vpe_settle().
 */
const char *vpe_settle(const struct vpe *vpe);
bool vpe_pending(const struct vpe *vpe, uint32_t vintid);

/* Its doorbell rings, as if an event had come. */
const char *vpe_ring(const struct vpe *vpe);

/* Its events go to core `cpu`; it is not resident. */
const char *vpe_move(struct vpe *vpe, unsigned cpu);

/* The vPE whose doorbell `pintid` is; NULL: none's. */
struct vpe *vpe_of_doorbell(uint32_t pintid);

#endif
