/* SPDX-License-Identifier: Apache-2.0 */
#include "smmu.h"

#include <stddef.h>

#include "poll.h"
#include "smmu_regs.h"
#include "stage2.h"
#include "sysreg.h"

/* Places of a queue are counted with one more bit, which says how often it wrapped (3.5.1). */
#define QUEUE_BITS   7
#define QUEUE_PLACES (1U << QUEUE_BITS)
#define QUEUE_WRAP   (2 * QUEUE_PLACES - 1)
#define QUEUE_BYTES  0x1000
#define STREAM_BITS  10 /* bus 0 and three more; streams beyond are terminated, too */
#define STREAM_BYTES ((uint64_t)(STE_WORDS * sizeof(uint64_t)) << STREAM_BITS)

static struct {
    uintptr_t base;
    unsigned stream_bits;
    unsigned oas;
    volatile uint64_t *streams; /* STE_WORDS each */
    volatile uint64_t *commands, *events;
    uint32_t prod, cons; /* of commands; of events */
} smmu;

/* Writes a register whose effect the SMMU confirms in another one. */
static bool confirmed(uintptr_t reg, uint32_t value, uintptr_t ack)
{
    mmio_write32(smmu.base + reg, value);
    for (unsigned i = 0; i < POLL_LIMIT; i++)
        if (mmio_read32(smmu.base + ack) == value)
            return true;
    return false;
}

static const char *check_features(void)
{
    uint32_t idr0 = mmio_read32(smmu.base + SMMU_IDR0), idr1 = mmio_read32(smmu.base + SMMU_IDR1);
    uint32_t idr5 = mmio_read32(smmu.base + SMMU_IDR5);
    uint64_t bits = FIELD_GET(IDR1_SIDSIZE, idr1);

    if ((idr0 & IDR0_S2P) == 0 || (FIELD_GET(IDR0_TTF, idr0) & 2) == 0 || (idr5 & IDR5_GRAN4K) == 0)
        return "the SMMU has no stage 2 of AArch64 with pages of 4 KiB (SMMU_IDR0, SMMU_IDR5)";
    if ((idr0 & IDR0_COHACC) == 0)
        return "the SMMU reads its tables past the caches (SMMU_IDR0.COHACC = 0)";
    if (FIELD_GET(IDR1_PRESET, idr1) != 0 || FIELD_GET(IDR1_CMDQS, idr1) < QUEUE_BITS ||
        FIELD_GET(IDR1_EVENTQS, idr1) < QUEUE_BITS)
        return "the SMMU has tables or queues of its own, or short ones (SMMU_IDR1)";
    smmu.stream_bits = bits < STREAM_BITS ? (unsigned)bits : STREAM_BITS;
    smmu.oas = (unsigned)FIELD_GET(IDR5_OAS, idr5);
    return NULL;
}

/* While it is off, all DMA is aborted instead of passing by (6.3.15). */
static bool abort_all(void)
{
    uintptr_t gbpa = smmu.base + SMMU_GBPA;

    if (!poll_clear32(gbpa, GBPA_UPDATE))
        return false;
    mmio_write32(gbpa, mmio_read32(gbpa) | GBPA_ABORT | GBPA_UPDATE);
    return poll_clear32(gbpa, GBPA_UPDATE) && confirmed(SMMU_CR0, 0, SMMU_CR0ACK);
}

static void name_memory(uint64_t memory)
{
    smmu.streams = (uint64_t *)memory;
    smmu.commands = (uint64_t *)(memory + STREAM_BYTES);
    smmu.events = (uint64_t *)(memory + STREAM_BYTES + QUEUE_BYTES);
    dsb(ishst); /* zeros: no stream is valid */
    mmio_write32(smmu.base + SMMU_CR1, CR1_ATTRIBUTES);
    mmio_write32(smmu.base + SMMU_CR2, CR2_RECINVSID | CR2_PTM);
    mmio_write64(smmu.base + SMMU_STRTAB_BASE, memory | BASE_RA);
    mmio_write32(smmu.base + SMMU_STRTAB_BASE_CFG, smmu.stream_bits); /* linear */
    mmio_write64(smmu.base + SMMU_CMDQ_BASE, (uintptr_t)smmu.commands | BASE_RA | QUEUE_BITS);
    mmio_write32(smmu.base + SMMU_CMDQ_PROD, 0);
    mmio_write32(smmu.base + SMMU_CMDQ_CONS, 0);
    mmio_write64(smmu.base + SMMU_EVENTQ_BASE, (uintptr_t)smmu.events | BASE_RA | QUEUE_BITS);
    mmio_write32(smmu.base + SMMU_EVENTQ_PROD, 0);
    mmio_write32(smmu.base + SMMU_EVENTQ_CONS, 0);
    smmu.prod = smmu.cons = 0;
}

/* One place is always free here: each command is followed by a CMD_SYNC, and that is waited for. */
static void put(uint64_t word0, uint64_t word1)
{
    volatile uint64_t *to = smmu.commands + 2 * (uintptr_t)(smmu.prod % QUEUE_PLACES);

    to[0] = word0;
    to[1] = word1;
    smmu.prod = (smmu.prod + 1) & QUEUE_WRAP;
}

static const char *command(uint64_t word0, uint64_t word1)
{
    put(word0, word1);
    put(FIELD_PREP(CMD_OPCODE_0, CMD_SYNC), 0);
    dsb(ishst);
    mmio_write32(smmu.base + SMMU_CMDQ_PROD, smmu.prod);
    for (unsigned i = 0; i < POLL_LIMIT; i++) {
        if ((mmio_read32(smmu.base + SMMU_CMDQ_CONS) & QUEUE_WRAP) == smmu.prod)
            return NULL;
        if (((mmio_read32(smmu.base + SMMU_GERROR) ^ mmio_read32(smmu.base + SMMU_GERRORN)) & GERROR_CMDQ) != 0)
            return "the SMMU refused a command (SMMU_GERROR.CMDQ_ERR)";
    }
    return "the SMMU does not answer in its deadline (SMMU_CMDQ_CONS)";
}

const char *smmu_init(uintptr_t base, struct range memory)
{
    const char *reason;

    smmu.base = base;
    reason = check_features();
    if (reason != NULL)
        return reason;
    if (!abort_all())
        return "the SMMU does not turn off in its deadline (SMMU_GBPA, SMMU_CR0ACK)";
    name_memory(memory.base);
    if (!confirmed(SMMU_CR0, CR0_CMDQEN | CR0_EVENTQEN, SMMU_CR0ACK))
        return "the SMMU does not answer in its deadline (SMMU_CR0ACK)";
    reason = command(FIELD_PREP(CMD_OPCODE_0, CMD_CFGI_ALL), CMD_CFGI_ALL_1);
    if (reason == NULL)
        reason = command(FIELD_PREP(CMD_OPCODE_0, CMD_TLBI_NSNH_ALL), 0);
    if (reason != NULL)
        return reason;
    if (!confirmed(SMMU_IRQ_CTRL, IRQ_EVENTQ, SMMU_IRQ_CTRLACK) ||
        !confirmed(SMMU_CR0, CR0_SMMUEN | CR0_CMDQEN | CR0_EVENTQEN, SMMU_CR0ACK))
        return "the SMMU does not turn on in its deadline (SMMU_CR0ACK)";
    return NULL;
}

/* The doubleword with V is the last that is written (3.21.3.1). */
const char *smmu_assign(uint32_t stream, const struct pgtable *stage2, uint16_t vmid)
{
    volatile uint64_t *ste = smmu.streams + (uintptr_t)STE_WORDS * stream;
    const char *reason;

    if (stream >> smmu.stream_bits != 0)
        return "the SMMU's stream table does not reach this device";
    ste[1] = FIELD_PREP(STE_SHCFG_1, STE_SHCFG_IN);
    ste[2] = FIELD_PREP(STE_S2VMID_2, vmid) | FIELD_PREP(STE_S2T0SZ_2, 64 - STAGE2_IPA_BITS) |
             FIELD_PREP(STE_S2SL0_2, 1) | FIELD_PREP(STE_S2IR0_2, 1) | FIELD_PREP(STE_S2OR0_2, 1) |
             FIELD_PREP(STE_S2SH0_2, 3) | FIELD_PREP(STE_S2PS_2, smmu.oas > 5 ? 5 : smmu.oas) | STE_S2AA64_2 |
             STE_S2AFFD_2 | STE_S2R_2;
    ste[3] = (uintptr_t)stage2->root & FIELD_MASK(STE_S2TTB_3);
    dsb(ishst);
    ste[0] = STE_V_0 | FIELD_PREP(STE_CONFIG_0, STE_CONFIG_S2);
    dsb(ishst);
    reason = command(FIELD_PREP(CMD_OPCODE_0, CMD_CFGI_STE) | FIELD_PREP(CMD_STREAMID_0, stream), CMD_LEAF_1);
    return reason != NULL ? reason : command(FIELD_PREP(CMD_OPCODE_0, CMD_TLBI_S12) | FIELD_PREP(CMD_VMID_0, vmid), 0);
}

/* OVACKFLG follows OVFLG: events that were lost meanwhile do not come back, those to come are recorded again. */
bool smmu_event(struct smmu_event *event)
{
    uint32_t prod = mmio_read32(smmu.base + SMMU_EVENTQ_PROD);
    const volatile uint64_t *from = smmu.events + (uintptr_t)EVENT_WORDS * (smmu.cons % QUEUE_PLACES);

    if ((prod & QUEUE_WRAP) == smmu.cons)
        return false;
    dsb(ishld);
    *event = (struct smmu_event){(uint8_t)FIELD_GET(EVENT_NUMBER_0, from[0]),
                                 (uint32_t)FIELD_GET(EVENT_STREAMID_0, from[0]), from[2]};
    smmu.cons = (smmu.cons + 1) & QUEUE_WRAP;
    dsb(ish); /* it was read before its place is given back */
    mmio_write32(smmu.base + SMMU_EVENTQ_CONS, smmu.cons | (prod & QUEUE_OVERFLOW));
    return true;
}
