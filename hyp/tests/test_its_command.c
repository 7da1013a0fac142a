/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each command's doublewords, written out by hand from the tables of IHI 0069H 5.3. Every digit of an argument differs
 * from its neighbours, so that a field that is too narrow, too wide or displaced shows.
 */
#include <stdio.h>

#include "its_command.h"
#include "tap.h"

#define DEVICE   0xfedcba98
#define EVENT    0x89abcdef
#define ICID     0xcafe
#define RDBASE   UINT64_C(0xfedcba987)
#define VPE      0xbeef
#define PINTID   0x12345
#define DOORBELL 0x54321
#define VINTID   0x6789

static const struct {
    const char *name;
    uint64_t word[4];
} expected[] = {
    {"MAPD", {UINT64_C(0xfedcba9800000008), 0x1f, UINT64_C(0x800fedcba9876500), 0}},
    {"MAPD, not valid", {UINT64_C(0xfedcba9800000008), 0x0, 0, 0}},
    {"MAPC", {0x9, 0, UINT64_C(0x800fedcba987cafe), 0}},
    {"MAPC, not valid", {0x9, 0, UINT64_C(0x000fedcba987cafe), 0}},
    {"MAPTI", {UINT64_C(0xfedcba980000000a), UINT64_C(0x0001234589abcdef), 0xcafe, 0}},
    {"MAPI", {UINT64_C(0xfedcba980000000b), 0x89abcdef, 0xcafe, 0}},
    {"MOVI", {UINT64_C(0xfedcba9800000001), 0x89abcdef, 0xcafe, 0}},
    {"MOVALL", {0xe, 0, UINT64_C(0x000fedcba9870000), UINT64_C(0x0000123456780000)}},
    {"DISCARD", {UINT64_C(0xfedcba980000000f), 0x89abcdef, 0, 0}},
    {"INV", {UINT64_C(0xfedcba980000000c), 0x89abcdef, 0, 0}},
    {"INVALL", {0xd, 0, 0xcafe, 0}},
    {"INT", {UINT64_C(0xfedcba9800000003), 0x89abcdef, 0, 0}},
    {"CLEAR", {UINT64_C(0xfedcba9800000004), 0x89abcdef, 0, 0}},
    {"SYNC", {0x5, 0, UINT64_C(0x000fedcba9870000), 0}},
    {"VMAPP", {0x29, UINT64_C(0x0000beef00000000), UINT64_C(0x800fedcba9870000), UINT64_C(0x000123456789000f)}},
    {"VMAPP, not valid", {0x29, UINT64_C(0x0000beef00000000), UINT64_C(0x000fedcba9870000), 0xd}},
    {"VMAPTI", {UINT64_C(0xfedcba980000002a), UINT64_C(0x0000beef89abcdef), UINT64_C(0x0005432100006789), 0}},
    {"VMAPI", {UINT64_C(0xfedcba980000002b), UINT64_C(0x0000beef89abcdef), UINT64_C(0x0005432100000000), 0}},
    {"VMOVI", {UINT64_C(0xfedcba9800000021), UINT64_C(0x0000beef89abcdef), UINT64_C(0x0005432100000001), 0}},
    {"VMOVI, doorbell stays", {UINT64_C(0xfedcba9800000021), UINT64_C(0x0000beef89abcdef), 0, 0}},
    {"VMOVP", {UINT64_C(0x0000123400000022), UINT64_C(0x0000beef00008001), UINT64_C(0x000fedcba9870000), 0}},
    {"VSYNC", {0x25, UINT64_C(0x0000beef00000000), 0, 0}},
    {"VINVALL", {0x2d, UINT64_C(0x0000beef00000000), 0, 0}},
    {"VMAPP of GICv4.1",
     {UINT64_C(0x000abcdef0120329), UINT64_C(0x0000beef00054321), UINT64_C(0x800fedcba9870000),
      UINT64_C(0x000123456789000f)}},
    {"VMOVP of GICv4.1",
     {UINT64_C(0x0000123400000022), UINT64_C(0x0000beef00008001), UINT64_C(0x800fedcba9870000), 0x54321}},
    {"VMOVP of GICv4.1, doorbell stays",
     {UINT64_C(0x0000123400000022), UINT64_C(0x0000beef00008001), UINT64_C(0x000fedcba9870000), 0}},
    {"VSGI", {UINT64_C(0x0000000b00a00523), UINT64_C(0x0000beef00000000), 0, 0}},
    {"VSGI, clear", {UINT64_C(0x0000000b00000223), UINT64_C(0x0000beef00000000), 0, 0}},
    {"INVDB", {0x2e, UINT64_C(0x0000beef00000000), 0, 0}},
};
#define COMMANDS (sizeof(expected) / sizeof(expected[0]))

/* In the same order. */
static void encode(struct its_command *to)
{
    const struct its_vmapp41 map = {
        VPE, RDBASE, UINT64_C(0x123456789ffff), UINT64_C(0xabcdef012ffff), 16, DOORBELL, true, true, true};

    *to++ = its_mapd(DEVICE, UINT64_C(0xfedcba98765ff), 32, true);
    *to++ = its_mapd(DEVICE, 0, 1, false);
    *to++ = its_mapc(ICID, RDBASE, true);
    *to++ = its_mapc(ICID, RDBASE, false);
    *to++ = its_mapti(DEVICE, EVENT, PINTID, ICID);
    *to++ = its_mapi(DEVICE, EVENT, ICID);
    *to++ = its_movi(DEVICE, EVENT, ICID);
    *to++ = its_movall(RDBASE, 0x12345678);
    *to++ = its_discard(DEVICE, EVENT);
    *to++ = its_inv(DEVICE, EVENT);
    *to++ = its_invall(ICID);
    *to++ = its_int(DEVICE, EVENT);
    *to++ = its_clear(DEVICE, EVENT);
    *to++ = its_sync(RDBASE);
    *to++ = its_vmapp(VPE, RDBASE, UINT64_C(0x123456789ffff), 16, true);
    *to++ = its_vmapp(VPE, RDBASE, 0, 14, false);
    *to++ = its_vmapti(DEVICE, EVENT, VPE, VINTID, DOORBELL);
    *to++ = its_vmapi(DEVICE, EVENT, VPE, DOORBELL);
    *to++ = its_vmovi(DEVICE, EVENT, VPE, true, DOORBELL);
    *to++ = its_vmovi(DEVICE, EVENT, VPE, false, DOORBELL);
    *to++ = its_vmovp(VPE, RDBASE, 0x1234, 0x8001);
    *to++ = its_vsync(VPE);
    *to++ = its_vinvall(VPE);
    *to++ = its_vmapp41(&map);
    *to++ = its_vmovp41(VPE, RDBASE, 0x1234, 0x8001, true, DOORBELL);
    *to++ = its_vmovp41(VPE, RDBASE, 0x1234, 0x8001, false, DOORBELL);
    *to++ = its_vsgi(VPE, 0xb, 0xa8, true, true, false);
    *to++ = its_vsgi(VPE, 0xb, 0, false, false, true);
    *to = its_invdb(VPE);
}

static void all_encodings(void)
{
    struct its_command got[COMMANDS] = {0};

    encode(got);
    for (unsigned i = 0; i < COMMANDS; i++) {
        for (unsigned word = 0; word < 4; word++) {
            if (got[i].word[word] != expected[i].word[word])
                printf("# %s, doubleword %u\n", expected[i].name, word);
            EXPECT(got[i].word[word], expected[i].word[word]);
        }
    }
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"every command is encoded as the architecture's tables say", all_encodings}};

    return tap_run(tests, 1, nothing);
}
