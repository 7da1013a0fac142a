/* SPDX-License-Identifier: Apache-2.0 */
/* The driver of the SMMU on a fake of its registers; entries and commands as IHI 0070F 4 and 5.2 write them out. */
#include "smmu.h"

#include <stddef.h>
#include <string.h>

#include "mmio.h"
#include "tap.h"

#define BASE       0x9050000
#define OK(reason) EXPECT((uintptr_t)(reason), 0)

static struct {
    uint32_t idr0, idr1, idr5, regs[0x8000];
    uint64_t strtab, cmdq, eventq;
    bool deaf;         /* acknowledges nothing of SMMU_CR0 */
    unsigned stops_at; /* reads no command after that many */
    unsigned refuses;  /* that command, counted from 1 */
    uint64_t log[64][2];
    unsigned count;
    bool on_before_abort;
} fake;
static uint8_t memory[SMMU_MEMORY] __attribute__((aligned(0x10000)));
static uint64_t root[512] __attribute__((aligned(0x1000)));
static const struct pgtable stage2 = {root, 1};

static uint32_t *reg(uintptr_t offset)
{
    return &fake.regs[offset / 4];
}

static void run_commands(void)
{
    while (*reg(0x9c) != *reg(0x98)) {
        const uint64_t *at =
            (const uint64_t *)(uintptr_t)(fake.cmdq & UINT64_C(0xfffffffffffe0)) + (size_t)2 * (*reg(0x9c) & 0x7f);

        if (fake.count == fake.stops_at)
            return;
        if (fake.count + 1 == fake.refuses) {
            *reg(0x60) ^= 1;
            return;
        }
        memcpy(fake.log[fake.count++ % 64], at, 16);
        *reg(0x9c) = (*reg(0x9c) + 1) & 0xff;
    }
}

uint32_t mmio_read32(uintptr_t address)
{
    switch (address - BASE) {
    case 0x00:
        return fake.idr0;
    case 0x04:
        return fake.idr1;
    case 0x14:
        return fake.idr5;
    default:
        return *reg(address - BASE);
    }
}

uint64_t mmio_read64(uintptr_t address)
{
    return mmio_read32(address);
}

void mmio_write32(uintptr_t address, uint32_t value)
{
    uintptr_t offset = address - BASE;

    *reg(offset) = offset == 0x44 ? value & 0x7fffffff : value;
    if (offset == 0x20 && !fake.deaf)
        *reg(0x24) = value;
    if (offset == 0x20 && value != 0 && (*reg(0x44) & 0x100000) == 0)
        fake.on_before_abort = true;
    if (offset == 0x50)
        *reg(0x54) = value;
    if (offset == 0x98 && (*reg(0x24) & 8) != 0)
        run_commands();
}

void mmio_write64(uintptr_t address, uint64_t value)
{
    switch (address - BASE) {
    case 0x80:
        fake.strtab = value;
        break;
    case 0x90:
        fake.cmdq = value;
        break;
    case 0xa0:
        fake.eventq = value;
        break;
    default:
        tap_expect("a 64-bit register", address - BASE, 0, __LINE__);
    }
}

static void fresh(void)
{
    memset(&fake, 0, sizeof(fake));
    memset(memory, 0, sizeof(memory));
    fake.idr0 = 0x0000001b;                                   /* S2P, S1P, TTF = 2, COHACC */
    fake.idr1 = 16 | UINT32_C(19) << 16 | UINT32_C(19) << 21; /* SIDSIZE, EVENTQS, CMDQS */
    fake.idr5 = 0x54;                                         /* OAS = 4, GRAN4K, GRAN64K */
    fake.stops_at = UINT32_MAX;
}

static const char *start(void)
{
    return smmu_init(BASE, (struct range){(uintptr_t)memory, sizeof(memory)});
}

static void it_starts_closed(void)
{
    fresh();
    OK(start());
    EXPECT(fake.on_before_abort, false);
    EXPECT(*reg(0x20), 0xd); /* SMMUEN, EVENTQEN, CMDQEN */
    EXPECT(*reg(0x28), 0xd75);
    EXPECT(*reg(0x88), 10); /* linear, 1024 streams */
    EXPECT(fake.strtab, (uintptr_t)memory | UINT64_C(1) << 62);
    EXPECT(fake.cmdq, ((uintptr_t)memory + 0x10000) | UINT64_C(1) << 62 | 7);
    EXPECT(fake.eventq, ((uintptr_t)memory + 0x11000) | UINT64_C(1) << 62 | 7);
    EXPECT(*reg(0x50), 4);
    EXPECT(fake.count, 4);
    EXPECT(fake.log[0][0], 0x04);
    EXPECT(fake.log[0][1], 31);
    EXPECT(fake.log[1][0], 0x46);
    EXPECT(fake.log[2][0], 0x30);
    for (unsigned i = 0; i < 0x10000; i++)
        if (memory[i] != 0)
            tap_expect("a stream that is not aborted", i, 0, __LINE__);
}

static void a_stream_is_translated(void)
{
    const uint64_t *ste = (const uint64_t *)(const void *)memory + (size_t)8 * 0x18;

    fresh();
    OK(start());
    OK(smmu_assign(0x18, &stage2, 0x81));
    EXPECT(ste[0], 0xd); /* V, Config = 0b110 */
    EXPECT(ste[1], UINT64_C(1) << 44);
    /* VMID, T0SZ 25, SL0 1, IR0 1, OR0 1, SH0 3, TG 0, PS 4, AA64, AFFD, R */
    EXPECT(ste[2], UINT64_C(0x042c355900000081));
    EXPECT(ste[3], (uintptr_t)root);
    EXPECT(ste[4] | ste[5] | ste[6] | ste[7], 0);
    EXPECT(fake.log[4][0], UINT64_C(0x0000001800000003));
    EXPECT(fake.log[4][1], 1);
    EXPECT(fake.log[6][0], UINT64_C(0x0000008100000028));
    EXPECT(fake.log[7][0], 0x46);
    EXPECT(smmu_assign(0x400, &stage2, 0x81) != NULL, true);
}

static void the_queue_wraps(void)
{
    fresh();
    OK(start());
    for (unsigned i = 0; i < 100; i++)
        OK(smmu_assign(i, &stage2, 0x81));
    EXPECT(fake.count, 404);
    EXPECT(*reg(0x98), 404 & 0xff);
}

static bool says(const char *reason, const char *text)
{
    return reason != NULL && strstr(reason, text) != NULL;
}

static void deadlines(void)
{
    fresh();
    fake.deaf = true;
    *reg(0x24) = 1;
    EXPECT(says(start(), "deadline"), true);
    fresh();
    fake.stops_at = 0;
    EXPECT(says(start(), "SMMU_CMDQ_CONS"), true);
    fresh();
    OK(start());
    fake.stops_at = fake.count + 1;
    EXPECT(says(smmu_assign(3, &stage2, 0x81), "deadline"), true);
    fresh();
    OK(start());
    fake.refuses = fake.count + 1;
    EXPECT(says(smmu_assign(3, &stage2, 0x81), "refused"), true);
}

static void what_is_not_driven(void)
{
    fresh();
    fake.idr0 &= ~UINT32_C(1);
    EXPECT(says(start(), "stage 2"), true);
    fresh();
    fake.idr0 &= ~UINT32_C(0x10);
    EXPECT(says(start(), "COHACC"), true);
    fresh();
    fake.idr1 |= UINT32_C(1) << 29;
    EXPECT(says(start(), "SMMU_IDR1"), true);
    EXPECT(*reg(0x20), 0);
}

static void events_are_read_once(void)
{
    uint64_t *events = (uint64_t *)(void *)(memory + 0x11000);
    struct smmu_event event;

    fresh();
    OK(start());
    EXPECT(smmu_event(&event), false);
    for (unsigned i = 0; i < 300; i++) {
        events[(size_t)4 * (i % 128)] = 0x10 | (uint64_t)i << 32;
        events[(size_t)4 * (i % 128) + 2] = 0x12345000 + i;
        *reg(0x100a8) = ((i + 1) & 0xff) | (i == 200 ? UINT32_C(1) << 31 : 0);
        EXPECT(smmu_event(&event), true);
        EXPECT(event.number, 0x10);
        EXPECT(event.stream, i);
        EXPECT(event.address, 0x12345000 + i);
        EXPECT(*reg(0x100ac), *reg(0x100a8)); /* OVACKFLG too */
        EXPECT(smmu_event(&event), false);
    }
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"it starts with every stream terminated", it_starts_closed},
        {"an assigned stream is translated by stage 2", a_stream_is_translated},
        {"the command queue wraps", the_queue_wraps},
        {"an SMMU that does not answer, or refuses", deadlines},
        {"an SMMU that is not driven", what_is_not_driven},
        {"events are read once", events_are_read_once},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing);
}
