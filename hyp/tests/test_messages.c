/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs and the virtual ITS against a reference that shares no code with them: maps, pending bits and configuration in
 * arrays, the commands of IHI 0069H 5.3 written down once more. Random commands, right and wrong ones, random
 * configuration, acknowledges on three vCPUs; after each one what is signalled must agree, and all pending state now
 * and then. Usage: test_messages SEED OPERATIONS. TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consistent.h"
#include "fake.h"
#include "lpis.h"

#define CPUS    3
#define DEVICES 3
#define EVENTS  16 /* of each device but the last, which has half of them */
#define LPIS    40
#define ICIDS   24 /* 16 of them in the ITS, the others in memory */
#define NOWHERE 0xffff
#define NONE    0x100
#define LOWEST  0xf8 /* of 5 bits: no PMR lets it through */

static struct {
    bool mapped[DEVICES];
    struct {
        unsigned lpi, icid; /* lpi: NOWHERE: not mapped */
    } event[DEVICES][EVENTS];
    unsigned collection[ICIDS]; /* the vCPU, or NOWHERE */
    struct {
        bool pending, enabled;
        unsigned priority;
    } lpi[CPUS][LPIS]; /* enabled and priority: as the redistributor knows them while it is pending */
    struct {
        bool enabled;
        unsigned priority;
    } table[LPIS]; /* in memory */
    bool on[CPUS];
    unsigned wrong; /* commands and messages that the ITS ignores */
} ref;

static struct vgic *vm;
static bool failed;

static void expect(const char *what, unsigned long operation, uint64_t got, uint64_t expected)
{
    if (got == expected)
        return;
    printf("# operation %lu: %s: got %lu, expected %lu\n", operation, what, got, expected);
    failed = true;
}

static void load(unsigned cpu, unsigned lpi)
{
    ref.lpi[cpu][lpi].enabled = ref.table[lpi].enabled;
    ref.lpi[cpu][lpi].priority = ref.table[lpi].priority & 0xf8;
}

/* An LPI that a redistributor with LPIs off is sent is lost, and counted. */
static void raise(unsigned cpu, unsigned lpi)
{
    if (!ref.on[cpu]) {
        ref.wrong++;
        return;
    }
    if (!ref.lpi[cpu][lpi].pending)
        load(cpu, lpi);
    ref.lpi[cpu][lpi].pending = true;
}

/* The vCPU that an event goes to, NOWHERE when it is not mapped all the way. */
static unsigned target(unsigned device, unsigned event)
{
    unsigned events = device == DEVICES - 1 ? EVENTS / 2 : EVENTS;

    if (device >= DEVICES || event >= events || !ref.mapped[device] || ref.event[device][event].lpi == NOWHERE)
        return NOWHERE;
    return ref.collection[ref.event[device][event].icid];
}

static unsigned event_bits(unsigned device)
{
    return device == DEVICES - 1 ? 3 : 4;
}

/* INT, CLEAR, DISCARD, INV. */
static void event_command(unsigned command, unsigned device, unsigned event)
{
    unsigned cpu = target(device, event);
    unsigned lpi = cpu == NOWHERE ? 0 : ref.event[device][event].lpi;
    bool events = device < DEVICES && event < 1U << event_bits(device) && ref.mapped[device];
    bool discards = command == ITS_DISCARD && events && ref.event[device][event].lpi != NOWHERE;

    lpis_event(vm, command, device, event);
    if (cpu == NOWHERE) {
        ref.wrong += !discards;
    } else if (command == ITS_INT) {
        raise(cpu, lpi);
    } else if (!ref.on[cpu]) {
        ref.wrong++;
    } else if (command == ITS_INV) {
        load(cpu, lpi);
    } else {
        ref.lpi[cpu][lpi].pending = false;
    }
    if (discards)
        ref.event[device][event].lpi = NOWHERE;
}

static void map_device(unsigned device, bool valid)
{
    lpis_mapd(vm, device, event_bits(device), valid);
    ref.mapped[device] = valid;
}

static void map_collection(unsigned icid, unsigned cpu, bool valid)
{
    lpis_mapc(vm, icid, cpu, valid);
    if (valid && cpu >= CPUS)
        ref.wrong++;
    else
        ref.collection[icid] = valid ? cpu : NOWHERE;
}

/* Of each event the LPIs are its device's own: the architecture lets no two collections have one (5.1.2). */
static void map_event(unsigned device, unsigned event, unsigned icid)
{
    unsigned lpi = 16 * device + event;

    lpis_mapti(vm, device, event, INTID_LPI_FIRST + lpi, icid);
    if (!ref.mapped[device] || event >= 1U << event_bits(device)) {
        ref.wrong++;
        return;
    }
    ref.event[device][event].lpi = lpi;
    ref.event[device][event].icid = icid;
}

static void move_event(unsigned device, unsigned event, unsigned icid)
{
    unsigned from = target(device, event), to = ref.collection[icid];
    unsigned lpi;

    lpis_movi(vm, device, event, icid);
    if (from == NOWHERE || to == NOWHERE) {
        ref.wrong++;
        return;
    }
    lpi = ref.event[device][event].lpi;
    ref.event[device][event].icid = icid;
    if (from == to)
        return;
    if (!ref.on[from]) {
        ref.wrong++;
        return;
    }
    if (ref.lpi[from][lpi].pending)
        raise(to, lpi);
    ref.lpi[from][lpi].pending = false;
}

static void move_all(unsigned from, unsigned to)
{
    lpis_movall(vm, from, to);
    if (from >= CPUS || to >= CPUS) {
        ref.wrong++;
        return;
    }
    for (unsigned lpi = 0; lpi < LPIS && from != to && ref.on[from]; lpi++) {
        if (ref.lpi[from][lpi].pending)
            raise(to, lpi);
        ref.lpi[from][lpi].pending = false;
    }
}

static void invalidate_all(unsigned icid)
{
    unsigned cpu = ref.collection[icid];

    lpis_invall(vm, icid);
    ref.wrong += cpu == NOWHERE;
    for (unsigned lpi = 0; lpi < LPIS && cpu != NOWHERE; lpi++)
        if (ref.lpi[cpu][lpi].pending)
            load(cpu, lpi);
}

static void configure(unsigned lpi, unsigned priority, bool enabled)
{
    lpis_config(INTID_LPI_FIRST + lpi, (uint8_t)priority, enabled);
    ref.table[lpi].priority = priority;
    ref.table[lpi].enabled = enabled;
}

/* What is pending is kept in memory while they are off, and is configured anew. */
static void turn(unsigned cpu, bool on)
{
    lpis_gicr_write(vm, cpu, GICR_CTLR, 4, on ? GICR_CTLR_ENABLELPIS : 0);
    if (on && !ref.on[cpu])
        for (unsigned lpi = 0; lpi < LPIS; lpi++)
            load(cpu, lpi);
    ref.on[cpu] = on;
}

static unsigned highest(unsigned cpu)
{
    unsigned best = NONE;

    for (unsigned lpi = 0; lpi < LPIS && ref.on[cpu]; lpi++)
        if (ref.lpi[cpu][lpi].pending && ref.lpi[cpu][lpi].enabled && ref.lpi[cpu][lpi].priority < best)
            best = ref.lpi[cpu][lpi].priority;
    return best;
}

static void take(unsigned long operation, unsigned cpu)
{
    unsigned best = highest(cpu);
    uint32_t intid = lpis_take(vm, cpu);
    unsigned lpi = intid - INTID_LPI_FIRST;

    if (best >= LOWEST) {
        expect("IAR", operation, intid, INTID_SPURIOUS);
    } else if (lpi >= LPIS || !ref.lpi[cpu][lpi].pending || !ref.lpi[cpu][lpi].enabled ||
               ref.lpi[cpu][lpi].priority != best) {
        expect("IAR took the wrong LPI", operation, intid, best);
    } else {
        ref.lpi[cpu][lpi].pending = false;
    }
}

/* The pending tables, as turning LPIs off writes them. */
static void compare_tables(unsigned long operation)
{
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        bool on = ref.on[cpu];
        uint64_t expected = 0, got;

        turn(cpu, false);
        memcpy(&got, lpis_at(LPIS_PENDING(cpu) + INTID_LPI_FIRST / 8), sizeof(got));
        for (unsigned lpi = 0; lpi < LPIS; lpi++)
            expected |= (uint64_t)ref.lpi[cpu][lpi].pending << lpi;
        expect("pending table", operation, got, expected);
        turn(cpu, on);
    }
}

static void compare(unsigned long operation)
{
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        unsigned best = highest(cpu);
        uint32_t intid = vcpuif_highest_pending(vm->cpu[cpu], 1);

        expect("signal", operation, vcpuif_signal(vm->cpu[cpu]), best >= LOWEST ? VCPUIF_NONE : VCPUIF_IRQ);
        if (best != NONE && !failed)
            expect("priority", operation, (uint64_t)vlpi_irq(vm->cpu[cpu], intid)->priority, best);
    }
    expect("wrong commands", operation, vm->misuse, ref.wrong);
    expect("GITS_CREADR", operation, lpis_gits_read(vm, GITS_CREADR), lpis_gits_read(vm, GITS_CWRITER));
    if (operation % 256 == 0)
        compare_tables(operation);
}

static void operate(unsigned long operation, uint64_t random)
{
    static const uint8_t commands[] = {ITS_INT, ITS_INT, ITS_INT, ITS_INT, ITS_INV, ITS_INV, ITS_CLEAR, ITS_DISCARD};
    unsigned device = (unsigned)(random >> 8) % DEVICES, event = random >> 16 & (EVENTS - 1);
    unsigned icid = (unsigned)(random >> 24) % ICIDS, cpu = random >> 32 & 3, other = random >> 34 & 3;

    switch (random % 16) {
    case 0:
        map_event(device, event, icid);
        break;
    case 1:
        move_event(device, event, icid);
        break;
    case 2:
        if ((random >> 40 & 3) == 0)
            map_device(device, (random >> 42 & 7) != 0);
        else
            move_all(cpu, other);
        break;
    case 3:
        map_collection(icid, cpu, (random >> 40 & 7) != 0);
        break;
    case 4:
        invalidate_all(icid);
        break;
    case 5:
    case 6:
        configure((unsigned)(random >> 40) % LPIS, random >> 48 & 0xfc, (random >> 56 & 3) != 0);
        break;
    case 7:
        if ((random >> 40 & 15) == 0)
            turn((unsigned)(random >> 44) % CPUS, (random >> 48 & 3) != 0);
        break;
    case 8:
    case 9:
    case 10:
        take(operation, cpu % CPUS);
        break;
    default:
        event_command(commands[random >> 40 & 7], (random >> 48 & 31) == 0 ? 77 : device, event);
    }
}

static void reset(void)
{
    memset(&ref, 0, sizeof(ref));
    vm = lpis_vm(CPUS, true);
    for (unsigned device = 0; device < DEVICES; device++)
        for (unsigned event = 0; event < EVENTS; event++)
            ref.event[device][event].lpi = NOWHERE;
    for (unsigned lpi = 0; lpi < LPIS; lpi++)
        ref.table[lpi].enabled = true;
    for (unsigned icid = 0; icid < ICIDS; icid++)
        ref.collection[icid] = NOWHERE;
    for (unsigned cpu = 0; cpu < CPUS; cpu++)
        ref.on[cpu] = true;
    for (unsigned device = 0; device < DEVICES; device++)
        map_device(device, true);
}

int main(int argc, char **argv)
{
    uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 100000;

    printf("1..1\n");
    reset();
    for (unsigned long i = 0; i < operations && !failed; i++) {
        operate(i, fake_random(&state));
        compare(i);
    }
    consistent(vm);
    printf("%sok 1 %lu operations\n", failed ? "not " : "", operations);
    return failed;
}
