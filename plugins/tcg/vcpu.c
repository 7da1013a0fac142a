/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcpu.h"

#include <stdio.h>
#include <stdlib.h>

#include "flow.h"
#include "inline.h"
#include "registers.h"

#define HCR_VM  (1ULL << 0)  /* DDI 0487, HCR_EL2.VM: stage 2 translation enabled */
#define HCR_TGE (1ULL << 27) /* HCR_EL2.TGE: exceptions from EL0 go to EL2, EL0 belongs to the host */

static struct qemu_plugin_scoreboard *scoreboard;
static struct writer **writers;
static unsigned int count;

/* Files are opened before the machine starts, so that a bad directory stops QEMU and not a half-done run. */
bool vcpus_open(const char *directory, unsigned int vcpus)
{
    if (!writer_put_metadata(directory)) {
        return false;
    }
    writers = calloc(vcpus, sizeof(struct writer *));
    if (!writers) {
        (void)fprintf(stderr, "virqlab: out of memory\n");
        return false;
    }
    for (count = 0; count < vcpus; count++) {
        writers[count] = writer_open(directory, count);
        if (!writers[count]) {
            return false;
        }
    }
    scoreboard = qemu_plugin_scoreboard_new(sizeof(struct vcpu));
    return true;
}

unsigned int vcpus_announced(void)
{
    return count;
}

unsigned int vcpus_count(void)
{
    return (unsigned int)qemu_plugin_num_vcpus();
}

struct vcpu *vcpu_get(unsigned int index)
{
    return qemu_plugin_scoreboard_find(scoreboard, index);
}

void vcpu_init(unsigned int index)
{
    struct vcpu *vcpu = vcpu_get(index);

    vcpu->writer = index < count ? writers[index] : NULL;
    vcpu->flushed = calloc(1, sizeof(struct site));
    vcpu->told = calloc(count, sizeof(uint64_t));
    vcpu->awaited = calloc(VCPU_AWAITED, sizeof(struct awaited));
    if (!vcpu->writer || !vcpu->flushed || !vcpu->told || !vcpu->awaited) {
        (void)fprintf(stderr, "virqlab: no room for vCPU %u\n", index);
        exit(EXIT_FAILURE);
    }
}

bool vcpu_vm_enabled(struct vcpu *vcpu)
{
    if (!vcpu->hcr_cached) {
        vcpu->vm_enabled = (register_read(REG_HCR_EL2) & (HCR_VM | HCR_TGE)) == HCR_VM;
        vcpu->hcr_cached = 1;
    }
    return vcpu->vm_enabled;
}

uint64_t vcpu_vbar(struct vcpu *vcpu, unsigned int el)
{
    if (!vcpu->vbar_cached) {
        for (unsigned int i = 1; i <= 3; i++) {
            vcpu->vbar[i] = register_read_el(REG_VBAR_EL1, i) & ~(uint64_t)(VECTOR_TABLE_SIZE - 1);
        }
        vcpu->vbar_cached = 1;
    }
    return vcpu->vbar[el];
}

qemu_plugin_u64 vcpu_field(size_t offset)
{
    return (qemu_plugin_u64){.score = scoreboard, .offset = offset};
}
