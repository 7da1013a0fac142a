/* SPDX-License-Identifier: Apache-2.0 */
/* From the first instruction of C to guest_main() at EL1: MMU, machine discovery, fatal exceptions, power. */
#include <libfdt.h>

#include "gic.h"
#include "string.h"

void guest_start(const void *fdt);
_Noreturn void guest_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far);

/* Descriptor fields: DDI 0487 D8.3, VMSAv8-64, 4 KiB granule, 39-bit addresses: one level-1 table of 1 GiB blocks. */
#define DESC_BLOCK    BIT(0)
#define DESC_ATTR(n)  ((uint64_t)(n) << 2)
#define DESC_AP_EL0   BIT(6)
#define DESC_SH_INNER (UINT64_C(3) << 8)
#define DESC_AF       BIT(10)
#define DESC_PXN      BIT(53)
#define GIB_EL0       511 /* where EL0 finds its memory: nothing is at the top of the 39-bit address space */
#define ATTR_DEVICE   0
#define ATTR_NORMAL   1
#define MAIR_VALUE    UINT64_C(0xff04) /* 0: Device-nGnRE, 1: Normal write-back */
#define TCR_T0SZ      UINT64_C(25)
#define TCR_WB_INNER  (UINT64_C(1) << 8 | UINT64_C(1) << 10 | UINT64_C(3) << 12)
#define TCR_EPD1      BIT(23)
#define SCTLR_M_C_I   (BIT(0) | BIT(2) | BIT(12))

static uint64_t level1[512] __attribute__((aligned(4096)));

static void map_gib(uint64_t address, uint64_t attributes)
{
    level1[address >> 30 & 511] = (address >> 30 << 30) | DESC_BLOCK | DESC_AF | attributes;
}

/* Identity map: the GiB with this image and the one with the device tree are memory, the others devices. */
static void mmu_on(const void *fdt)
{
    uint64_t parange = FIELD_GET(ID_AA64MMFR0_PARANGE, read_sysreg(id_aa64mmfr0_el1));

    for (uint64_t gib = 0; gib < 512; gib++)
        map_gib(gib << 30, DESC_ATTR(ATTR_DEVICE) | DESC_PXN);
    map_gib((uintptr_t)level1, DESC_ATTR(ATTR_NORMAL) | DESC_SH_INNER);
    map_gib((uintptr_t)fdt, DESC_ATTR(ATTR_NORMAL) | DESC_SH_INNER);
    write_sysreg(mair_el1, MAIR_VALUE);
    write_sysreg(tcr_el1, TCR_T0SZ | TCR_WB_INNER | TCR_EPD1 | (parange > 5 ? 5 : parange) << 32);
    write_sysreg(ttbr0_el1, (uintptr_t)level1);
    dsb(ish);
    isb();
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_M_C_I);
    isb();
}

/* Memory that EL0 may write is never executable at EL1 (DDI 0487 D8.4.1): hence a mapping of its own. */
uint64_t mmu_map_el0(uint64_t address)
{
    level1[GIB_EL0] =
        (address >> 30 << 30) | DESC_BLOCK | DESC_AF | DESC_AP_EL0 | DESC_ATTR(ATTR_NORMAL) | DESC_SH_INNER;
    dsb(ish);
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    dsb(ish);
    isb();
    return UINT64_C(GIB_EL0) << 30 | (address & (BIT(30) - 1));
}

/* The CPU that runs this finds its own number on the way. */
static void find_cpus(const void *fdt)
{
    uint64_t self = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
    unsigned count = 0;

    write_sysreg(tpidr_el1, 0);
    machine.mpidr[0] = self;
    for (; fdt != NULL && count < CPUS_MAX && devtree_cpu(fdt, count, &machine.mpidr[count]); count++) {
        if (machine.mpidr[count] == self)
            write_sysreg(tpidr_el1, count);
    }
    machine.cpus = count > 0 ? count : 1;
}

static void find_machine(const void *fdt)
{
    const char *method;

    if (fdt_check_header(fdt) != 0)
        return;
    machine.fdt = fdt;
    devtree_console(fdt, "arm,pl011", &machine.uart);
    gic_find(fdt);
    write_sysreg(vbar_el1, (uintptr_t)gic->vectors);
    isb();
    method = devtree_string(fdt, "/psci", "method");
    machine.psci_smc = method != NULL && strcmp(method, "smc") == 0;
    if (devtree_string(fdt, "/chosen", "bootargs") != NULL)
        machine.bootargs = devtree_string(fdt, "/chosen", "bootargs");
}

void guest_start(const void *fdt)
{
    mmu_on(fdt);
    find_machine(fdt);
    find_cpus(machine.fdt);
    guest_main();
    power_off();
}

void guest_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far)
{
    print("Bail out! vector %lu ESR 0x%lx ELR 0x%lx FAR 0x%lx\n", vector, esr, elr, far);
    power_off();
}

uint64_t psci_call(uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = arg0;
    register uint64_t x2 __asm__("x2") = arg1;
    register uint64_t x3 __asm__("x3") = arg2;

    if (machine.psci_smc)
        __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
    else
        __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
    return x0;
}

void power_off(void)
{
    psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;)
        __asm__ volatile("wfi");
}

/* CRC-32 as in IEEE 802.3 (reflected, polynomial 0xedb88320), the one zlib computes. */
static uint32_t crc32(const void *data, unsigned size)
{
    const unsigned char *p = data;
    uint32_t crc = ~UINT32_C(0);

    while (size-- > 0) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xedb88320) & -(crc & 1));
    }
    return ~crc;
}

void print_samples(const char *metric, const uint64_t *samples, unsigned count)
{
    print("# data %s %u u64\n", metric, count);
    for (unsigned i = 0; i < count; i++)
        print("%s%016lx%s", i % 4 == 0 ? "# " : " ", samples[i], i % 4 == 3 || i == count - 1 ? "\n" : "");
    print("# crc32 %08x\n", crc32(samples, count * (unsigned)sizeof(samples[0])));
}
