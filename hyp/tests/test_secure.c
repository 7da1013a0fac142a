/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two security states against their reference (secure_ref.h): random accesses from EL3, Secure and Non-secure software;
 * after each one everything that any of them can read must agree. Usage: test_secure SEED OPERATIONS. TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>

#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/sgi.h"
#include "secure_ref.h"
#include "vsecure.h"

static struct vsecure vm;
static struct vsecure_cpu cpus[2];
static struct vsecure_cpu *const cpu = &cpus[0];
static unsigned long failures, operation;

static void expect(const char *what, const char *who, uint64_t got, uint64_t expected)
{
    if (got == expected)
        return;
    printf("# operation %lu: %s, %s: got 0x%lx, expected 0x%lx\n", operation, what, who, got, expected);
    failures++;
}

/* The registers of a bank: offsets in its frame. */
struct offsets {
    bool redistributor;
    uint32_t igroupr, isenabler, icenabler, ispendr, icpendr, isactiver, icactiver, ipriorityr, icfgr, igrpmodr;
};

static const struct offsets offsets[REF_BANKS] = {
    [REF_PRIVATE] = {true, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0xc00, 0xd00},
    [REF_EPPI] = {true, 0x084, 0x104, 0x184, 0x204, 0x284, 0x304, 0x384, 0x420, 0xc08, 0xd04},
    [REF_SPI] = {false, 0x084, 0x104, 0x184, 0x204, 0x284, 0x304, 0x384, 0x420, 0xc08, 0xd04},
    [REF_LAST_SPI] = {false, 0x0fc, 0x17c, 0x1fc, 0x27c, 0x2fc, 0x37c, 0x3fc, 0x7e0, 0xcf8, 0xd7c},
    [REF_ESPI] = {false, 0x1000, 0x1200, 0x1400, 0x1600, 0x1800, 0x1a00, 0x1c00, 0x2000, 0x3000, 0x3400},
};

static uint64_t read_frame(unsigned bank, bool secure, uint32_t offset, unsigned size)
{
    return offsets[bank].redistributor ? vsecure_gicr_read(cpu, secure, GICR_SGI + offset, size)
                                       : vsecure_gicd_read(cpu, secure, offset, size);
}

static void write_frame(unsigned bank, bool secure, uint32_t offset, unsigned size, uint64_t value)
{
    if (offsets[bank].redistributor)
        vsecure_gicr_write(cpu, secure, GICR_SGI + offset, size, value);
    else
        vsecure_gicd_write(cpu, secure, offset, size, value);
}

static uint32_t bits_offset(enum ref_bits reg, unsigned bank)
{
    const struct offsets *at = &offsets[bank];
    const uint32_t by_reg[REF_BITS] = {at->isenabler, at->icenabler, at->ispendr,
                                       at->icpendr,   at->isactiver, at->icactiver};

    return by_reg[reg];
}

static uint32_t route_offset(unsigned irq)
{
    uint32_t intid = ref_intid(irq);

    return intid < 4096 ? 0x6000 + 8 * intid : 0x8000 + 8 * (intid - 4096);
}

static uint32_t nsacr_offset(unsigned irq)
{
    uint32_t intid = ref_intid(irq);

    return intid < 4096 ? 0xe00 + intid / 16 * 4 : 0x3600 + (intid - 4096) / 16 * 4;
}

static void compare_bank(unsigned bank, bool secure)
{
    static const char *const names[REF_BITS] = {"ISENABLER", "ICENABLER", "ISPENDR",
                                                "ICPENDR",   "ISACTIVER", "ICACTIVER"};
    const char *who = secure ? "Secure" : "Non-secure";

    for (unsigned reg = 0; reg < REF_BITS; reg++)
        expect(names[reg], who, read_frame(bank, secure, bits_offset(reg, bank), 4), ref_read_bits(reg, bank, secure));
    expect("IGROUPR", who, read_frame(bank, secure, offsets[bank].igroupr, 4), ref_read_groups(false, bank, secure));
    expect("IGRPMODR", who, read_frame(bank, secure, offsets[bank].igrpmodr, 4), ref_read_groups(true, bank, secure));
}

/* The registers with more than a bit for each interrupt, of one interrupt. */
static void compare_irq(unsigned irq, bool secure)
{
    const char *who = secure ? "Secure" : "Non-secure";
    const struct offsets *at = &offsets[irq / 32];
    unsigned i = irq % 32;

    expect("IPRIORITYR", who, read_frame(irq / 32, secure, at->ipriorityr + i, 1), ref_read_priority(irq, secure));
    expect("IPRIORITYR word", who, read_frame(irq / 32, secure, at->ipriorityr + i / 4 * 4, 4) >> 8 * (i % 4) & 0xff,
           ref_read_priority(irq, secure));
    expect("ICFGR", who, read_frame(irq / 32, secure, at->icfgr + i / 16 * 4, 4) >> 2 * (i % 16) & 3,
           ref_read_config(irq, secure));
    if (!ref_is_spi(irq) || ref_find(ref_intid(irq)) < 0)
        return;
    expect("IROUTER", who, vsecure_gicd_read(cpu, secure, route_offset(irq), 8), ref_read_route(irq, secure));
    expect("NSACR", who, vsecure_gicd_read(cpu, secure, nsacr_offset(irq), 4) >> 2 * (i % 16) & 3,
           ref_read_nsacr(irq, secure));
}

/* Everywhere a PE can be, with everything that SCR_EL3 can say there. */
static struct ref_pe pe_of(unsigned n)
{
    return (struct ref_pe){.el3 = n < 2, .ns = n % 2 != 0, .fiq = n >= 4 && n < 8, .irq = n >= 6};
}

#define PES 10

static struct vsecure_pe place(const struct ref_pe *pe)
{
    return (struct vsecure_pe){
        .at = pe->el3  ? GIC_PE_EL3
              : pe->ns ? GIC_PE_NONSECURE
                       : GIC_PE_SECURE,
        .ns = pe->ns,
        .fiq = pe->fiq,
        .irq = pe->irq,
    };
}

static const enum vsecure_icc icc[REF_ICC] = {
    [REF_PMR] = ICC_PMR,
    [REF_RPR] = ICC_RPR,
    [REF_CTLR] = ICC_CTLR,
    [REF_BPR0] = ICC_BPR0,
    [REF_BPR1] = ICC_BPR1,
    [REF_IGRPEN0] = ICC_IGRPEN0,
    [REF_IGRPEN1] = ICC_IGRPEN1,
    [REF_AP0R] = ICC_AP0R,
    [REF_AP1R] = ICC_AP1R,
    [REF_CTLR_EL3] = ICC_CTLR_EL3,
    [REF_IGRPEN1_EL3] = ICC_IGRPEN1_EL3,
};

static const char *name_of(const struct ref_pe *pe)
{
    if (pe->el3)
        return pe->ns ? "EL3 with NS" : "EL3";
    return pe->ns ? "Non-secure" : "Secure";
}

static void compare_register(const struct ref_pe *pe, enum ref_icc reg, unsigned word)
{
    static const char *const names[REF_ICC] = {"PMR",     "RPR",  "CTLR", "BPR0",     "BPR1",       "IGRPEN0",
                                               "IGRPEN1", "AP0R", "AP1R", "CTLR_EL3", "IGRPEN1_EL3"};
    /* the modes: the rest of ICC_CTLR is constant */
    uint64_t value = 0, mask = reg == REF_CTLR ? 3 : reg == REF_CTLR_EL3 ? 0x1f : UINT64_MAX;
    struct vsecure_pe at = place(pe);
    uint32_t expected = 0;

    expect("access", names[reg], vsecure_icc_read(cpu, &at, icc[reg] + word, &value),
           ref_read_icc(pe, reg, word, &expected));
    expect(names[reg], name_of(pe), value & mask, expected);
}

static void compare_hppir(const struct ref_pe *pe, unsigned n)
{
    struct vsecure_pe at = place(pe);
    uint32_t special;
    uint64_t value = 0;

    expect("access", "HPPIR", vsecure_icc_read(cpu, &at, n == 0 ? ICC_HPPIR0 : ICC_HPPIR1, &value),
           !ref_traps_group(pe, n));
    if (ref_traps_group(pe, n))
        return;
    if (ref_special(pe, n, false, &special))
        expect(n == 0 ? "HPPIR0" : "HPPIR1", name_of(pe), value, special);
    else
        expect("HPPIR is the highest", name_of(pe), ref_is_highest(ref_find((uint32_t)value)), true);
}

static void compare_pe(const struct ref_pe *pe)
{
    static const int signals[] = {[VCPUIF_NONE] = 0, [VCPUIF_IRQ] = 'i', [VCPUIF_FIQ] = 'f'};
    struct vsecure_pe at = place(pe);

    for (unsigned reg = 0; reg < REF_ICC; reg++)
        for (unsigned word = 0; word < (reg == REF_AP0R || reg == REF_AP1R ? 4U : 1U); word++)
            compare_register(pe, reg, word);
    compare_hppir(pe, 0);
    compare_hppir(pe, 1);
    expect("signal", name_of(pe), (uint64_t)signals[vsecure_signal(cpu, at.at)], (uint64_t)ref_signal(pe));
}

/* `sample`: the interrupts and the place that are looked at in full after this operation. */
static void compare(uint64_t sample)
{
    struct ref_pe pe = pe_of((unsigned)sample % PES);

    for (unsigned secure = 0; secure < 2; secure++) {
        for (unsigned bank = 0; bank < REF_BANKS; bank++) {
            compare_bank(bank, secure != 0);
            compare_irq(32 * bank + (unsigned)(sample >> 8 & 31), secure != 0);
        }
        expect("GICD_CTLR", secure ? "Secure" : "Non-secure", vsecure_gicd_read(cpu, secure != 0, GICD_CTLR, 4),
               ref_read_ctlr(secure != 0));
        for (unsigned i = 0; i < 2; i++)
            expect("GICR_NSACR", secure ? "Secure" : "Non-secure",
                   vsecure_gicr_read(cpu, secure != 0, i * GICR_SIZE + GICR_SGI + GICR_NSACR, 4),
                   ref_read_sgi_nsacr(i, secure != 0));
    }
    expect("ISPENDR0", "the other vCPU", vsecure_gicr_read(cpu, true, GICR_SIZE + GICR_SGI + GICR_ISPENDR0, 4),
           ref_other_pending());
    compare_pe(&pe);
}

static void write_bits(uint64_t random, unsigned bank, bool secure)
{
    enum ref_bits reg = (enum ref_bits)(random % REF_BITS);
    uint32_t few = (uint32_t)(random >> 8) & (uint32_t)(random >> 20) & (uint32_t)(random >> 30);

    write_frame(bank, secure, bits_offset(reg, bank), 4, few);
    ref_write_bits(reg, bank, secure, few);
}

static void write_groups(uint64_t random, unsigned bank, bool secure)
{
    bool modifier = (random & 1) != 0;

    write_frame(bank, secure, modifier ? offsets[bank].igrpmodr : offsets[bank].igroupr, 4, random >> 8);
    ref_write_groups(modifier, bank, secure, (uint32_t)(random >> 8));
}

static void write_priorities(uint64_t random, unsigned irq, bool secure)
{
    unsigned size = (random & 1) != 0 ? 4 : 1, first = irq / size * size;

    write_frame(irq / 32, secure, offsets[irq / 32].ipriorityr + first % 32, size, random >> 8 & 0xffffffff);
    for (unsigned i = 0; i < size; i++)
        ref_write_priority(first + i, secure, random >> (8 + 8 * i) & 0xff);
}

static void write_configs(uint64_t random, unsigned irq, bool secure)
{
    unsigned first = irq / 16 * 16;

    write_frame(irq / 32, secure, offsets[irq / 32].icfgr + first % 32 / 16 * 4, 4, random & 0xaaaaaaaa);
    for (unsigned i = 0; i < 16; i++)
        ref_write_config(first + i, secure, random >> 2 * i & 2);
}

static void write_spi(uint64_t random, unsigned irq, bool secure)
{
    static const uint64_t routes[] = {0, 0, 1, 0x100000000};
    uint32_t intid = ref_intid(irq), nsacr = (uint32_t)vsecure_gicd_read(cpu, true, nsacr_offset(irq), 4);
    unsigned shift = 2 * (irq % 16);

    switch (random >> 8 & 3) {
    case 0:
        vsecure_gicd_write(cpu, secure, route_offset(irq), 8, routes[random & 3]);
        ref_write_route(irq, secure, routes[random & 3]);
        break;
    case 1:
        vsecure_gicd_write(cpu, secure, nsacr_offset(irq), 4,
                           (nsacr & ~(UINT32_C(3) << shift)) | (uint32_t)(random & 3) << shift);
        ref_write_nsacr(irq, secure, random & 3);
        break;
    default: /* SETSPI_NSR, CLRSPI_NSR, SETSPI_SR, CLRSPI_SR */
        vsecure_gicd_write(cpu, secure, 0x40 + 8 * (random & 3), 4, intid);
        ref_message(irq, secure, (random & 2) != 0, (random & 1) == 0);
    }
}

static void distributor(uint64_t random, bool secure)
{
    uint32_t most = (uint32_t)(random >> 8 | random >> 16);

    switch (random & 3) {
    case 0:
    case 1:
        vsecure_gicd_write(cpu, secure, GICD_CTLR, 4, most);
        ref_write_ctlr(secure, most);
        break;
    case 2:
        vsecure_gicr_write(cpu, secure, (random >> 8 & 1) * GICR_SIZE + GICR_SGI + GICR_NSACR, 4,
                           random >> 16 & 0xffffffff);
        ref_write_sgi_nsacr(random >> 8 & 1, secure, (uint32_t)(random >> 16));
        break;
    default:
        vsecure_gicr_write(cpu, true, GICR_SIZE + GICR_SGI + GICR_IGROUPR0, 4, random >> 8 & 0xffff);
        vsecure_gicr_write(cpu, true, GICR_SIZE + GICR_SGI + GICR_IGRPMODR0, 4, random >> 24 & 0xffff);
        ref_other_groups(random >> 8 & 0xffff, random >> 24 & 0xffff);
    }
}

static void acknowledge(const struct ref_pe *pe, unsigned n)
{
    struct vsecure_pe at = place(pe);
    uint32_t special;
    uint64_t value = 0;
    int irq;

    expect("access", "IAR", vsecure_icc_read(cpu, &at, n == 0 ? ICC_IAR0 : ICC_IAR1, &value), !ref_traps_group(pe, n));
    if (ref_traps_group(pe, n))
        return;
    if (ref_special(pe, n, true, &special)) {
        expect(n == 0 ? "IAR0" : "IAR1", name_of(pe), value, special);
        return;
    }
    irq = ref_find((uint32_t)value);
    expect("IAR took the highest", name_of(pe), ref_is_highest(irq), true);
    if (irq >= 0)
        ref_acknowledged((unsigned)irq);
}

static void complete(uint64_t random, const struct ref_pe *pe, unsigned irq)
{
    uint32_t intid = (random >> 8 & 15) == 0 ? 1018 + (random & 7) : ref_intid(irq);
    unsigned n = (unsigned)(random >> 4) % 3;
    struct vsecure_pe at = place(pe);
    bool done = vsecure_icc_write(cpu, &at, n == 0 ? ICC_EOIR0 : n == 1 ? ICC_EOIR1 : ICC_DIR, intid);

    if (n < 2) {
        expect("access", "EOIR", done, !ref_traps_group(pe, n));
        if (done)
            ref_end(pe, n, intid);
    } else {
        expect("access", "DIR", done, !(ref_traps_group(pe, 0) && ref_traps_group(pe, 1)));
        if (done)
            ref_deactivate(pe, intid);
    }
}

/* EL3 completes whatever runs, so that the next one can. */
static void drop(uint64_t random)
{
    struct ref_pe pe = pe_of((unsigned)random & 1);
    struct vsecure_pe at = place(&pe);
    uint32_t intid = ref_intid((unsigned)(random >> 8) % REF_IRQS);

    for (unsigned n = 0; n < 2; n++) {
        (void)vsecure_icc_write(cpu, &at, n == 0 ? ICC_EOIR0 : ICC_EOIR1, intid);
        ref_end(&pe, n, intid);
    }
}

static void write_register(uint64_t random, const struct ref_pe *pe)
{
    static const enum ref_icc often[] = {REF_PMR,  REF_PMR,     REF_CTLR,    REF_BPR0,     REF_BPR1,       REF_IGRPEN0,
                                         REF_BPR1, REF_IGRPEN1, REF_IGRPEN1, REF_CTLR_EL3, REF_IGRPEN1_EL3};
    enum ref_icc reg = (random & 31) == 0 ? REF_AP0R + (random >> 5 & 1) : often[(random >> 5) % ARRAY_SIZE(often)];
    unsigned word = reg == REF_AP0R || reg == REF_AP1R ? (unsigned)(random >> 10 & 3) : 0;
    uint32_t value = (uint32_t)(random >> 16) & 0xff;
    struct vsecure_pe at = place(pe);

    if (reg == REF_PMR || reg == REF_IGRPEN0 || reg == REF_IGRPEN1 || reg == REF_IGRPEN1_EL3)
        value |= (uint32_t)(random >> 32) & 0xff; /* mostly open */
    if (reg == REF_AP0R || reg == REF_AP1R)
        value = (uint32_t)(random >> 16) & (uint32_t)(random >> 32) & (uint32_t)(random >> 24);
    expect("access", "write", vsecure_icc_write(cpu, &at, icc[reg] + word, value), ref_write_icc(pe, reg, word, value));
}

static void send(uint64_t random, const struct ref_pe *pe)
{
    static const enum vsecure_icc regs[] = {ICC_SGI0R, ICC_SGI1R, ICC_ASGI1R};
    unsigned reg = (unsigned)(random % 3), intid = random >> 8 & 15;
    bool all = (random >> 16 & 3) == 0;
    uint32_t list = random >> 20 & 3;
    struct vsecure_pe at = place(pe);
    bool done =
        vsecure_icc_write(cpu, &at, regs[reg], FIELD_PREP(ICC_SGI_INTID, intid) | (all ? ICC_SGI_IRM : 0) | list);

    expect("access", "SGI", done, !(ref_traps_group(pe, 0) && ref_traps_group(pe, 1)));
    if (done)
        ref_sgi(pe, reg, intid, all ? 2 : list);
}

static void operate(uint64_t random, uint64_t more)
{
    unsigned irq = (unsigned)(random >> 32) % REF_IRQS;
    bool secure = (random >> 16 & 1) != 0, line = (more & 1) != 0;
    struct ref_pe pe = pe_of((unsigned)(random >> 20) % PES);
    unsigned spi = 32 * REF_SPI + irq % (32 * (REF_BANKS - REF_SPI));

    switch (random % 16) {
    case 0:
    case 1:
    case 2:
        write_bits(more, irq / 32, secure);
        break;
    case 3:
        write_groups(more, irq / 32, secure);
        break;
    case 4:
        write_priorities(more, irq, secure);
        break;
    case 5:
        write_configs(more, irq, secure);
        break;
    case 6:
        write_spi(more, spi, secure);
        break;
    case 7:
        distributor(more, secure);
        break;
    case 8:
        if (irq >= 16 && ref_find(ref_intid(irq)) >= 0) {
            vgic_set_line(vgic_irq(&cpu->cpu, ref_intid(irq)), line);
            ref_line(irq, line);
        }
        break;
    case 9:
        send(more, &pe);
        break;
    case 10:
    case 11:
        write_register(more, &pe);
        break;
    case 12:
    case 13:
        acknowledge(&pe, more & 1);
        break;
    case 14:
        complete(more, &pe, irq);
        break;
    default:
        drop(more);
    }
}

static void reset(unsigned priority_bits)
{
    fake_priority_bits = priority_bits;
    if (vsecure_init(&vm, &fake_delivery) != NULL)
        abort();
    for (unsigned i = 0; i < 2; i++)
        vsecure_cpu_init(&vm, &cpus[i]);
    ref_reset(priority_bits);
}

/* Two security states need 32 priorities, 5 bits (4.8.1). */
int main(int argc, char **argv)
{
    uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;

    printf("1..4\n");
    for (unsigned bits = 5; bits <= 8; bits++) {
        failures = 0;
        reset(bits);
        for (operation = 0; operation < operations && failures == 0; operation++) {
            uint64_t random = fake_random(&state);

            operate(random, fake_random(&state));
            compare(random >> 24);
            if (operation % 64 == 0)
                consistent(&vm.vm);
        }
        printf("%sok %u %u priority bits, %lu operations\n", failures == 0 ? "" : "not ", bits - 4, bits, operation);
        if (failures != 0)
            return 1;
    }
    return 0;
}
