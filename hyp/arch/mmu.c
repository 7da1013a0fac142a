/* SPDX-License-Identifier: Apache-2.0 */
#include "mmu.h"

#include "pgtable.h"
#include "sysreg.h"

/* Stage 1 descriptor attributes of the EL2 regime without VHE: AP[1] is RES1, XN is bit 54 (DDI 0487 D8.3.1.1). */
#define S1_ATTR(n)  ((uint64_t)(n) << 2)
#define S1_AP_RW    BIT(6)
#define S1_AP_RO    (BIT(6) | BIT(7))
#define S1_SH_INNER (UINT64_C(3) << 8)
#define S1_AF       BIT(10)
#define S1_XN       BIT(54)
#define S1_CODE     (S1_ATTR(1) | S1_AP_RO | S1_SH_INNER | S1_AF)
#define S1_DATA     (S1_ATTR(1) | S1_AP_RW | S1_SH_INNER | S1_AF | S1_XN)
#define S1_DEVICE   (S1_ATTR(0) | S1_AP_RW | S1_AF | S1_XN)
#define MAIR_VALUE  UINT64_C(0xff04) /* 0: Device-nGnRE, 1: Normal write-back */

#define TCR_EL2_RES1 (BIT(31) | BIT(23))
#define TCR_EL2_T0SZ 5, 0
#define TCR_EL2_IRGN 9, 8
#define TCR_EL2_ORGN 11, 10
#define TCR_EL2_SH   13, 12
#define TCR_EL2_PS   18, 16
#define PS_48_BITS   5

#define SCTLR_EL2_RES1 (BIT(4) | BIT(5) | BIT(11) | BIT(16) | BIT(18) | BIT(22) | BIT(23) | BIT(28) | BIT(29))
#define SCTLR_EL2_M    BIT(0)
#define SCTLR_EL2_C    BIT(2)
#define SCTLR_EL2_I    BIT(12)

extern char _image_start[], _text_end[], _image_end[];

static struct pgtable table;

uint64_t mmu_image_start(void)
{
    return (uintptr_t)_image_start;
}

uint64_t mmu_image_end(void)
{
    return (uintptr_t)_image_end;
}

static void map(uint64_t base, uint64_t end, uint64_t attributes)
{
    base &= ~(PAGE_SIZE - 1);
    end = (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    pgtable_map(&table, base, base, end - base, attributes);
    dsb(ishst);
    isb();
}

void mmu_init(void)
{
    pgtable_init(&table, 0);
    map((uintptr_t)_image_start, (uintptr_t)_text_end, S1_CODE);
    map((uintptr_t)_text_end, (uintptr_t)_image_end, S1_DATA);
    mmu_enable();
}

void mmu_enable(void)
{
    uint64_t parange = FIELD_GET(ID_AA64MMFR0_PARANGE, read_sysreg(id_aa64mmfr0_el1));

    write_sysreg(mair_el2, MAIR_VALUE);
    write_sysreg(tcr_el2, TCR_EL2_RES1 | FIELD_PREP(TCR_EL2_T0SZ, 16) | FIELD_PREP(TCR_EL2_IRGN, 1) |
                              FIELD_PREP(TCR_EL2_ORGN, 1) | FIELD_PREP(TCR_EL2_SH, 3) |
                              FIELD_PREP(TCR_EL2_PS, parange > PS_48_BITS ? PS_48_BITS : parange));
    write_sysreg(ttbr0_el2, (uintptr_t)table.root);
    dsb(ish);
    isb();
    __asm__ volatile("tlbi alle2\n dsb ish\n isb" ::: "memory");
    write_sysreg(sctlr_el2, SCTLR_EL2_RES1 | SCTLR_EL2_M | SCTLR_EL2_C | SCTLR_EL2_I);
    isb();
}

/* Pages of this image keep the attributes that mmu_init() gave them. */
void mmu_map_memory(uint64_t base, uint64_t size)
{
    map(base, base + size, S1_DATA);
}

void mmu_map_device(uint64_t base, uint64_t size)
{
    map(base, base + size, S1_DEVICE);
}
