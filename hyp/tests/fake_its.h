/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ITS with one redistributor and a distributor, as registers: what the drivers of hyp/gic access here. It reads
 * commands out of the queue and keeps what they map, decoded with shifts of its own (IHI 0069H 5.3, 12.11, 12.19); and
 * it can be an implementation with fewer choices, or one that does not answer.
 */
#ifndef TESTS_FAKE_ITS_H
#define TESTS_FAKE_ITS_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_GICD        0x08000000
#define FAKE_ITS         0x08080000
#define FAKE_GICR        0x080a0000
#define FAKE_COMMANDS    5000 /* kept in the log */
#define FAKE_DEVICES     16
#define FAKE_EVENTS      64
#define FAKE_COLLECTIONS 8
#define FAKE_VPES        8
#define FAKE_VLPIS       0x4000

struct fake_event {
    enum { FAKE_UNMAPPED, FAKE_PHYSICAL, FAKE_VIRTUAL } kind;
    uint32_t intid, doorbell;
    uint16_t collection, vpe;
};

struct fake_device {
    bool mapped;
    uint32_t id;
    uint64_t itt, bits;
    struct fake_event events[FAKE_EVENTS];
};

struct fake_its {
    /* how it is; fake_its_reset() sets what QEMU's has, and no fault */
    uint64_t typer;
    uint32_t gicd_typer;
    uint64_t gicr_typer;
    bool shareable;        /* else Shareability reads as Non-shareable */
    uint64_t fixed_page;   /* GITS_BASER<n>.Page_Size reads as this; 3: as written */
    bool indirect;         /* two-level tables */
    bool restless;         /* never quiescent */
    unsigned answers_till; /* reads no command after that many */
    unsigned stalls_at;    /* stalls at that command */
    unsigned lag;          /* reads a command at every so-manieth look at GITS_CREADR only; 0: at once */
    bool lpis_stay;        /* GICR_CTLR.EnableLPIs does not go back to 0 */
    unsigned dirty_polls;  /* reads of GICR_VPENDBASER until Dirty is 0 */
    bool pending_last;     /* what a vPE leaves */

    /* what it saw */
    uint64_t log[FAKE_COMMANDS][4];
    unsigned count;
    unsigned wraps;     /* of GITS_CREADR */
    unsigned uncleaned; /* commands that it would have read old memory for */
    unsigned wrong;     /* accesses that the architecture forbids */
    const char *why;    /* the last of these */
    uint64_t baser[8], cbaser, cwriter, creadr;
    uint32_t ctlr, gicr_ctlr;
    uint64_t propbaser, pendbaser, vpropbaser, vpendbaser;
    struct fake_device devices[FAKE_DEVICES];
    struct {
        bool mapped;
        uint64_t rdbase;
    } collections[FAKE_COLLECTIONS];
    struct {
        bool mapped;
        uint64_t rdbase, pending, bits;
        uint8_t vlpis[FAKE_VLPIS / 8]; /* pending, as hardware has it; memory hears of it when it must */
    } vpes[FAKE_VPES];

    /* its own */
    unsigned looks, dirty;
    struct {
        uint64_t base, size;
    } cleaned[64];
    unsigned cleans;
};
extern struct fake_its fake_its;

#define BITS(value, hi, lo) ((value) >> (lo) & (((uint64_t)2 << ((hi) - (lo))) - 1))

void fake_its_reset(void);

/* Something was done that the architecture forbids. */
void fake_its_wrong(const char *why);

/* The four doublewords of a command that was read (fake_its_command.c). */
void fake_its_execute(const uint64_t *c);

/* What `device` has mapped for `event`; NULL: the device is not mapped. */
const struct fake_event *fake_its_event(uint32_t device, uint32_t event);

/* Whether `vpe` has `vintid` pending. */
bool fake_its_pending(unsigned vpe, uint32_t vintid);

/* One that `vpe` has pending is no longer; 1023: none. */
uint32_t fake_its_take(unsigned vpe);

/* A device's message; nothing where it is not mapped. */
void fake_its_message(uint32_t device, uint32_t event);

/* The pending table of `vpe` is what hardware has. */
void fake_its_write_pending(unsigned vpe);

/* Whether all of it was cleaned to memory, since the last fake_its_forget(); a command's place since it was read. */
bool fake_its_cleaned(uint64_t base, uint64_t size);
void fake_its_forget(void);

#endif
