/* SPDX-License-Identifier: Apache-2.0 */
#include "stage2.h"

#include "sysreg.h"

/* Stage 2 descriptor attributes (DDI 0487 D8.3.1.2) */
#define S2_MEMATTR_NORMAL_WB    (UINT64_C(15) << 2)
#define S2_MEMATTR_DEVICE_NGNRE (UINT64_C(1) << 2)
#define S2_S2AP_RW              (UINT64_C(3) << 6)
#define S2_SH_INNER             (UINT64_C(3) << 8)
#define S2_AF                   BIT(10)
#define S2_XN                   BIT(54)

#define VTCR_EL2_RES1  BIT(31)
#define VTCR_EL2_T0SZ  5, 0
#define VTCR_EL2_SL0   7, 6 /* 1: the walk starts at level 1 */
#define VTCR_EL2_IRGN  9, 8
#define VTCR_EL2_ORGN  11, 10
#define VTCR_EL2_SH    13, 12
#define VTCR_EL2_PS    18, 16
#define VTTBR_EL2_VMID 63, 48

void stage2_map_memory(struct pgtable *table, uint64_t ipa, uint64_t pa, uint64_t size)
{
    pgtable_map(table, ipa, pa, size, S2_MEMATTR_NORMAL_WB | S2_S2AP_RW | S2_SH_INNER | S2_AF);
}

void stage2_map_device(struct pgtable *table, uint64_t ipa, uint64_t pa, uint64_t size)
{
    pgtable_map(table, ipa, pa, size, S2_MEMATTR_DEVICE_NGNRE | S2_S2AP_RW | S2_AF | S2_XN);
}

void stage2_forget(void)
{
    __asm__ volatile("isb\n tlbi vmalle1\n ic iallu\n dsb nsh\n isb" ::: "memory");
}

void stage2_revoke(struct pgtable *table)
{
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*table->root); i++)
        __atomic_store_n(&table->root[i], 0, __ATOMIC_RELAXED);
    dsb(ishst);
    __asm__ volatile("tlbi vmalls12e1is\n dsb ish\n isb" ::: "memory");
}

void stage2_init(void)
{
    uint64_t parange = FIELD_GET(ID_AA64MMFR0_PARANGE, read_sysreg(id_aa64mmfr0_el1));

    write_sysreg(vtcr_el2, VTCR_EL2_RES1 | FIELD_PREP(VTCR_EL2_T0SZ, 64 - STAGE2_IPA_BITS) |
                               FIELD_PREP(VTCR_EL2_SL0, 1) | FIELD_PREP(VTCR_EL2_IRGN, 1) |
                               FIELD_PREP(VTCR_EL2_ORGN, 1) | FIELD_PREP(VTCR_EL2_SH, 3) |
                               FIELD_PREP(VTCR_EL2_PS, parange > 5 ? 5 : parange));
    dsb(ish);
    isb();
    __asm__ volatile("tlbi alle1\n dsb ish\n isb" ::: "memory");
}

void stage2_load(const struct pgtable *table, unsigned vmid)
{
    write_sysreg(vttbr_el2, (uintptr_t)table->root | FIELD_PREP(VTTBR_EL2_VMID, vmid));
}
