/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "put.h"

#include <string.h>

#include "machine.h"
#include "robin.h"

uint8_t put_guest_flag(struct vcpu *vcpu, unsigned int el)
{
    return el < 2 && vcpu_vm_enabled(vcpu) ? RECORD_GUEST : 0;
}

static struct record *put_one(struct vcpu *vcpu, enum record_kind kind, unsigned int el, uint64_t insn)
{
    struct record *record = writer_next(vcpu->writer);

    if (writer_failed(vcpu->writer)) {
        machine_stop(1);
    }
    record->insn = insn;
    record->kind = (uint8_t)kind;
    record->el = (uint8_t)el;
    return record;
}

/* Where the other vCPUs are that ran since this one's last record. */
static void put_sync(struct vcpu *vcpu, unsigned int el, uint64_t insn)
{
    for (unsigned int i = 0; i < vcpus_count(); i++) {
        const struct vcpu *other = vcpu_get(i);

        if (other != vcpu && other->insns != vcpu->told[i]) {
            struct record *record = put_one(vcpu, RECORD_SYNC, el, insn);

            vcpu->told[i] = other->insns;
            record->c = i;
            record->a = other->insns;
        }
    }
}

struct record *put_record(struct vcpu *vcpu, enum record_kind kind, unsigned int el, uint64_t insn)
{
    static _Thread_local struct record dropped;

    if (atomic_load_explicit(&vcpu->ended, memory_order_relaxed)) {
        return &dropped;
    }
    if (robin_active()) {
        put_sync(vcpu, el, insn);
    }
    return put_one(vcpu, kind, el, insn);
}

static uint64_t at_most(uint64_t count, uint64_t limit)
{
    return count < limit ? count : limit;
}

/* More than one record where a field cannot hold the count. */
void put_counts(struct vcpu *vcpu, unsigned int el, uint64_t insn)
{
    while (memcmp(vcpu->counts, vcpu->recorded, sizeof(vcpu->counts)) != 0) {
        struct record *record = put_record(vcpu, RECORD_COUNTS, el, insn);
        struct counts counts;

        record->flags = put_guest_flag(vcpu, el);
        memcpy(&counts, record, sizeof(counts));
        for (unsigned int i = 0; i < COUNT_IDS; i++) {
            const uint64_t limit = i < COUNT_ISB ? UINT32_MAX : UINT16_MAX;
            const uint64_t count = at_most(vcpu->counts[i] - vcpu->recorded[i], limit);

            vcpu->recorded[i] += count;
            if (i < COUNT_ISB) {
                counts.wide[i] = (uint32_t)count;
            } else {
                counts.narrow[i - COUNT_ISB] = (uint16_t)count;
            }
        }
        memcpy(record, &counts, sizeof(counts));
    }
}
