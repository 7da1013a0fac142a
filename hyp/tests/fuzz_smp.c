/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that several vCPUs can do to each other's interrupts: registers of all frames where there are any, SGIs,
 * acknowledge and EOI, linked lines, power; GICv2 and GICv3, one to eight vCPUs, with state in hardware or without. The
 * first byte of the input chooses the VM, the second one how much of it the guest has enabled already.
 */
#include "fake.h"
#include "fake_hw.h"
#include "fuzz.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/gicv2.h"

#define NESTED_MAX 16

/* Two in three steps are about the first 64 interrupts, or steps would seldom meet. */
#define NEAR(step) ((step)->kind >> 6 != 0)

/* What each vCPU acknowledged last: a guest ends that. */
static uint32_t nested[VGIC_CPUS_MAX][NESTED_MAX];
static unsigned depth[VGIC_CPUS_MAX];

static const uint32_t bit_registers[] = {GICD_IGROUPR, GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR,
                                         GICD_ICPENDR, GICD_ISACTIVER, GICD_ICACTIVER, GICD_INMIR};
static const uint32_t extended_registers[] = {GICD_IGROUPR_E, GICD_ISENABLER_E, GICD_ICENABLER_E, GICD_ISPENDR_E,
                                              GICD_ICPENDR_E, GICD_ISACTIVER_E, GICD_ICACTIVER_E, GICD_INMIR_E};
static const uint32_t gicc_registers[] = {GICC_CTLR,  GICC_PMR,    GICC_BPR, GICC_RPR,   GICC_HPPIR,
                                          GICC_ABPR,  GICC_AHPPIR, GICC_APR, GICC_NSAPR, GICC_IIDR,
                                          GICC_AEOIR, GICC_EOIR,   GICC_DIR, GICC_IAR,   GICC_AIAR};

static bool in_hardware(const struct vgic_cpu *cpu)
{
    return cpu->vm->delivery == &fake_hw;
}

static void gicd(struct vgic_cpu *cpu, const struct fuzz_step *step, uint32_t offset, unsigned size)
{
    bool v2 = cpu->vm->version == 2;
    uint64_t value = (uint64_t)step->more << 32 | step->value;

    if (fuzz_write(step))
        (v2 ? vgic_gicd_v2_write : vgic_gicd_write)(cpu, offset, size, value);
    else
        (void)(v2 ? vgic_gicd_v2_read : vgic_gicd_read)(cpu, offset, size);
}

static void gicr(struct vgic_cpu *cpu, const struct fuzz_step *step, uint32_t offset, unsigned size)
{
    uint32_t frame = (step->more >> 5) % cpu->vm->cpus * GICR_SIZE + GICR_SGI;

    if (fuzz_write(step))
        vgic_gicr_write(cpu, frame + offset, size, step->value);
    else
        (void)vgic_gicr_read(cpu, frame + offset, size);
}

/*
 * A register with a bit for each interrupt: the upper byte of the offset chooses it, the lower one the bank. With GICv3
 * the first three are in the redistributor, one of a CPU's own interrupts and two of its extended PPIs; in the end come
 * the extended SPIs.
 */
static void bits(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    unsigned n = (step->offset >> 8) % (unsigned)ARRAY_SIZE(bit_registers), bank = step->offset & 0xff;

    if (NEAR(step))
        bank = bank % 2 * 3;
    if (cpu->vm->version == 2)
        gicd(cpu, step, bit_registers[n] + 4 * (NEAR(step) ? bank / 3 : bank % 32), 4);
    else if (bank % 66 < 3)
        gicr(cpu, step, bit_registers[n] + 4 * (bank % 66), 4);
    else if (bank % 66 < 34)
        gicd(cpu, step, bit_registers[n] + 4 * (bank % 66 - 2), 4);
    else
        gicd(cpu, step, extended_registers[n] + 4 * (bank % 66 - 34), 4);
}

static void priorities(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    unsigned size = (step->kind & 2) != 0 ? 4 : 1;
    uint32_t byte = (step->offset & (NEAR(step) ? 0x3f : 0x3ff)) & ~(size - 1);

    if (cpu->vm->version == 3 && byte < (NEAR(step) ? 32 : 96))
        gicr(cpu, step, GICR_IPRIORITYR + byte, size);
    else
        gicd(cpu, step, (step->offset & 0x400) != 0 ? GICD_IPRIORITYR_E + byte : GICD_IPRIORITYR + byte, size);
}

static void trigger(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    if (cpu->vm->version == 3 && (step->offset & 0x100) != 0)
        gicr(cpu, step, GICR_ICFGR0 + (step->offset & 0x1c), 4);
    else
        gicd(cpu, step, ((step->offset & 0x200) != 0 ? GICD_ICFGR_E : GICD_ICFGR) + (step->offset & 0xfc), 4);
}

/* To one vCPU in sixteen that there may be, or 1 of N. */
static void route(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    uint32_t spi = step->offset & (NEAR(step) ? 0x1f : 0x3ff);
    struct fuzz_step to = *step;

    to.more = 0;
    to.value &= 0x8000000f;
    if (cpu->vm->version == 2)
        gicd(cpu, step, GICD_ITARGETSR + INTID_SPI_FIRST + spi, 1);
    else if (!NEAR(step) && (step->offset & 0x8000) != 0)
        gicd(cpu, &to, GICD_IROUTER_E + 8 * spi, 8);
    else
        gicd(cpu, &to, GICD_IROUTER + 8 * (INTID_SPI_FIRST + spi), 8);
}

/* Of the whole VM: groups, messages; SGIs to any list, or to all others. */
static void common(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    static const uint32_t registers[] = {GICD_CTLR, GICD_SETSPI_NSR, GICD_CLRSPI_NSR, GICD_SGIR};
    struct fuzz_step message = *step;

    if (NEAR(step) && step->offset % 4 > 0)
        message.value = INTID_SPI_FIRST + step->value % 32;
    if ((step->offset & 0x8000) == 0)
        gicd(cpu, step->offset % 4 == 3 ? step : &message, registers[step->offset % 4], 4);
    else if (cpu->vm->version == 3)
        vgic_sgi(cpu, (uint64_t)(step->offset & 0x100) << 32 | (step->value & 0xf0000ff), step->offset & 1);
    else
        gicd(cpu, step, ((step->offset & 0x10) != 0 ? GICD_SPENDSGIR : GICD_CPENDSGIR) + (step->offset & 0xf), 1);
}

static void took(const struct vgic_cpu *cpu, uint32_t intid)
{
    if ((intid & 0x3ff) != INTID_SPURIOUS && depth[cpu->index] < NESTED_MAX)
        nested[cpu->index][depth[cpu->index]++] = intid;
}

/* Acknowledges, or ends what it acknowledged last: by EOI, or EOI and DIR. */
static void guest(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    unsigned group = step->offset & 1, index = cpu->index;
    bool v2 = cpu->vm->version == 2;
    uint32_t intid;

    if (in_hardware(cpu)) {
        if (fuzz_write(step))
            fake_hw_end(cpu, step->offset);
        else
            fake_hw_acknowledge(cpu);
    } else if (!fuzz_write(step)) {
        fake_line_dropped = (step->offset & 2) != 0;
        took(cpu,
             v2 ? (uint32_t)vgic_gicc_read(cpu, group != 0 ? GICC_AIAR : GICC_IAR, 4) : vcpuif_acknowledge(cpu, group));
        fake_line_dropped = false;
    } else if (depth[index] > 0) {
        intid = nested[index][--depth[index]];
        if (v2)
            vgic_gicc_write(cpu, group != 0 ? GICC_AEOIR : GICC_EOIR, 4, intid);
        else
            vcpuif_end(cpu, group, intid);
        if (cpu->cpuif.eoimode && (step->offset & 4) != 0)
            vcpuif_deactivate(v2 || step->value == 0 ? cpu : cpu->vm->cpu[step->value % cpu->vm->cpus], intid & 0x3ff);
    }
}

/* The CPU interface. */
static void interface(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    unsigned group = step->offset & 1;

    if (cpu->vm->version == 2) {
        uint32_t offset = gicc_registers[step->more % ARRAY_SIZE(gicc_registers)];

        if (fuzz_write(step))
            vgic_gicc_write(cpu, offset, 4, step->value);
        else
            (void)vgic_gicc_read(cpu, offset, 4);
        return;
    }
    switch (step->more % 6) {
    case 0:
        vcpuif_write_igrpen(cpu, group, (step->value & 1) != 0);
        break;
    case 1:
        vcpuif_write_pmr(cpu, step->value);
        break;
    case 2:
        vcpuif_write_bpr(cpu, group, step->value);
        break;
    case 3:
        vcpuif_write_ctlr(cpu, (step->value & 1) != 0, (step->value & 2) != 0);
        break;
    case 4:
        vcpuif_write_apr(cpu, group, step->offset >> 1 & 3, (uint64_t)step->value << 32 | step->value);
        break;
    default:
        (void)vcpuif_highest_pending(cpu, group);
    }
}

/* A CPU that is turned off, and on again. */
static void power(struct vgic_cpu *cpu)
{
    vgic_set_asleep(cpu, true);
    cpu->vm->delivery->put(cpu, PUT_PREEMPT);
    vcpuif_reset(cpu);
    depth[cpu->index] = 0;
    cpu->vm->delivery->load(cpu);
    vgic_set_asleep(cpu, false);
}

static void act(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    switch (step->more & 15) {
    case 0:
    case 1:
    case 2:
        bits(cpu, step);
        break;
    case 3:
        priorities(cpu, step);
        break;
    case 4:
        trigger(cpu, step);
        break;
    case 5:
        route(cpu, step);
        break;
    case 6:
    case 7:
        common(cpu, step);
        break;
    case 8:
        interface(cpu, step);
        break;
    case 9:
        power(cpu);
        break;
    case 10:
        vgic_set_line(NEAR(step) ? vgic_irq(cpu, step->value % 2 != 0 ? INTID_VTIMER : FUZZ_LINKED_SPI)
                                 : fuzz_irq(cpu, step),
                      fuzz_write(step));
        break;
    default:
        guest(cpu, step);
    }
}

/* The vCPU that acted flushes, as on its way back to the guest; the others some time or other. */
static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    const struct vgic *vm = cpu->vm;

    act(cpu, step);
    for (unsigned i = 0; i < vm->cpus; i++) {
        if (vm->cpu[i]->dirty && (vm->cpu[i] == cpu || (step->kind & 4) != 0))
            vm->delivery->flush(vm->cpu[i]);
        if (in_hardware(cpu))
            fake_hw_check(vm->cpu[i]);
    }
}

/* Everything enabled and let through, so that what is pending is signalled: from there the steps are few. */
static void open(struct vgic *vm, unsigned how)
{
    struct fuzz_step write = {.kind = 1, .value = (how & 2) != 0 ? 0xffffffff : 0x55555555};

    for (unsigned i = 0; i < vm->cpus; i++) {
        struct vgic_cpu *cpu = vm->cpu[i];

        vm->owner = cpu;
        write.more = (uint8_t)(i << 5);
        for (unsigned bank = 0; bank < 66; bank++) {
            write.offset = (uint16_t)(1 << 8 | bank); /* ISENABLER */
            bits(cpu, &write);
            write.offset = (uint16_t)bank; /* IGROUPR */
            if ((how & 4) != 0)
                bits(cpu, &write);
        }
        vcpuif_write_igrpen(cpu, 0, true);
        vcpuif_write_igrpen(cpu, 1, true);
        vcpuif_write_pmr(cpu, 0xff);
        vcpuif_write_ctlr(cpu, (how & 8) != 0, (how & 16) != 0);
        cpu->cpuif.ackctl = vm->version == 2 && (how & 32) != 0;
    }
    if ((how & 64) != 0)
        gicd(vm->owner, &write, GICD_ICFGR + 8, 4);
    vgic_enable_groups(vm, true, true);
}

static unsigned opened;

static void prepare(struct vgic *vm)
{
    if ((opened & 1) != 0)
        open(vm, opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_vm vm = {.prepare = prepare};

    if (size < 2)
        return 0;
    opened = data[1];
    vm.version = (data[0] & 1) != 0 ? 2 : 3;
    vm.delivery = vm.version == 3 && (data[0] & 2) != 0 ? &fake_hw : &fake_delivery;
    vm.cpus = 1 + (data[0] >> 2 & 7);
    fake_extended = (data[0] & 0x20) != 0;
    fake_priority_bits = 4U + (data[0] >> 6);
    for (unsigned i = 0; i < VGIC_CPUS_MAX; i++)
        depth[i] = 0;
    fuzz(data + 2, size - 2, &vm, access);
    return 0;
}
