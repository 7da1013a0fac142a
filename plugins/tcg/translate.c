/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU translates a block for one exception level (its MMU index depends on it): the level at translation is the level
 * of every run, and the same address at two levels is two blocks.
 *
 * Counting. A block is split into segments after each instruction that may leave it early; each segment adds its length
 * when it starts, so at any instruction the number executed before it is the counter minus a constant (site.bias).
 * What is counted by class may leave its block, so it counts for itself.
 */
#include "translate.h"

#include "count.h"
#include "decode.h"
#include "event.h"
#include "machine.h"
#include "flow.h"
#include "inline.h"
#include "profile.h"
#include "registers.h"
#include "robin.h"
#include "site.h"
#include "vector.h"
#include "wake.h"

#define FIELD(name) vcpu_field(offsetof(struct vcpu, name))

struct block {
    struct qemu_plugin_tb *tb;
    size_t n;
    uint64_t pc;
    unsigned int el;
    size_t segment_end; /* index after the last instruction of the current segment */
};

static bool every_insn;
static bool all_mmio;
static bool emulated_mmio;

void translate_count_every_insn(bool every)
{
    every_insn = every;
}

void translate_watch_mmio(bool all, bool emulated)
{
    all_mmio = all;
    emulated_mmio = emulated;
    event_watch_emulated(emulated);
}

/* The index of the site's instruction. */
static uint64_t index_of(const struct vcpu *vcpu, const struct site *site)
{
    return vcpu->insns - site->bias;
}

/* At a block's head, which is not yet vcpu->block. */
static struct vcpu *at_head(unsigned int index)
{
    struct vcpu *vcpu = vcpu_get(index);

    robin_check(vcpu, NULL);
    return vcpu;
}

static struct vcpu *at_insn(unsigned int index, const struct site *site)
{
    struct vcpu *vcpu = vcpu_get(index);

    robin_check(vcpu, site);
    return vcpu;
}

static void on_resume(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_head(index);

    event_resume(vcpu, data, index_of(vcpu, data));
}

static void on_aligned_block(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_head(index);
    const struct site *site = data;

    if (site->el < 3 && vcpu->attention[site->el]) {
        event_resume(vcpu, site, index_of(vcpu, site));
    }
    vector_reached(vcpu, site, index_of(vcpu, site));
}

static void on_access(unsigned int index, void *data)
{
    event_access(at_insn(index, data), data);
}

static void on_eret(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_insn(index, data);

    if (event_eret(vcpu, data, index_of(vcpu, data))) {
        wake_guest_runs(index);
    }
}

static void on_gic_write(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_insn(index, data);

    event_gic_write(vcpu, data, index_of(vcpu, data));
}

static void on_mark(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_insn(index, data);

    event_mark(vcpu, data, index_of(vcpu, data));
}

static void on_wfx(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_insn(index, data);

    event_wfx(vcpu, data, index_of(vcpu, data));
    machine_settle_clock(index);
}

static void on_daif(unsigned int index, void *data)
{
    struct vcpu *vcpu = at_insn(index, data);

    event_daif(vcpu, data, index_of(vcpu, data));
}

static void on_turn_end(unsigned int index, void *data)
{
    robin_end_turn(at_insn(index, data));
}

static uint64_t value_of(qemu_plugin_meminfo_t info)
{
    const qemu_plugin_mem_value value = qemu_plugin_mem_get_value(info);

    switch (value.type) {
    case QEMU_PLUGIN_MEM_VALUE_U8:
        return value.data.u8;
    case QEMU_PLUGIN_MEM_VALUE_U16:
        return value.data.u16;
    case QEMU_PLUGIN_MEM_VALUE_U32:
        return value.data.u32;
    case QEMU_PLUGIN_MEM_VALUE_U64:
        return value.data.u64;
    case QEMU_PLUGIN_MEM_VALUE_U128:
        return value.data.u128.low;
    }
    return 0;
}

static void on_memory(unsigned int index, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
    const struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, vaddr);

    if (where && qemu_plugin_hwaddr_is_io(where)) {
        struct vcpu *vcpu = at_insn(index, data);

        const struct mmio mmio = {
            .address = qemu_plugin_hwaddr_phys_addr(where),
            .value = value_of(info),
            .size_shift = (uint8_t)qemu_plugin_mem_size_shift(info),
            .write = qemu_plugin_mem_is_store(info),
        };

        event_mmio(vcpu, data, index_of(vcpu, data), &mmio);
    }
}

static uint32_t opcode_at(const struct block *block, size_t i)
{
    uint32_t opcode = 0;

    (void)qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block->tb, i), &opcode, sizeof(opcode));
    return opcode;
}

static void store(struct qemu_plugin_insn *insn, qemu_plugin_u64 field, uint64_t value)
{
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_STORE_U64, field, value);
}

static void call(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t cb, const struct site *site)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_R_REGS, site_new(site));
}

static void end_turn(struct qemu_plugin_insn *insn, const struct site *site)
{
    if (robin_active()) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_turn_end, QEMU_PLUGIN_CB_NO_REGS, site_new(site));
    }
}

/* Starts a segment at instruction i where the last one ended. */
static void count(struct block *block, size_t i)
{
    size_t end = i;

    if (i < block->segment_end) {
        return;
    }
    while (!every_insn && end < block->n - 1 && !a64_may_leave(opcode_at(block, end))) {
        end++;
    }
    block->segment_end = end + 1;
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_tb_get_insn(block->tb, i),
                                                        QEMU_PLUGIN_INLINE_ADD_U64, FIELD(insns), end + 1 - i);
    if (block->el == 2 && profile_enabled()) {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_tb_get_insn(block->tb, i),
                                                            QEMU_PLUGIN_INLINE_ADD_U64,
                                                            profile_segment(block->pc + 4 * i, end + 1 - i), 1);
    }
}

static void count_by_class(struct qemu_plugin_insn *insn, unsigned int classes)
{
    for (unsigned int id = 0; id < COUNT_IDS; id++) {
        qemu_plugin_u64 field = FIELD(counts);

        if (classes & 1U << id) {
            field.offset += id * sizeof(uint64_t);
            qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, field, 1);
        }
    }
}

/* Where an awaited instruction may start: at a block's head or right after the access. */
static void await_resume(struct qemu_plugin_insn *insn, const struct site *site)
{
    qemu_plugin_u64 attention = FIELD(attention);

    attention.offset += site->el * sizeof(uint64_t);
    qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, on_resume, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_COND_NE, attention,
                                                0, site_new(site));
}

static void instrument_head(const struct block *block, struct qemu_plugin_insn *insn, const struct site *site)
{
    if (block->el == 0) {
        if (emulated_mmio) {
            await_resume(insn, site);
        }
        return;
    }
    if (block->pc % VECTOR_SIZE == 0) {
        call(insn, on_aligned_block, site);
    } else if (block->el < 3) {
        await_resume(insn, site);
    }
}

static void instrument_insn(struct qemu_plugin_insn *insn, const struct site *site)
{
    const enum a64_class class = a64_classify(site->opcode);

    switch (class) {
    case A64_VBAR_WRITE:
        store(insn, FIELD(vbar_cached), 0);
        return;
    case A64_HCR_WRITE:
        store(insn, FIELD(hcr_cached), 0);
        return;
    case A64_ERET:
        call(insn, on_eret, site);
        return;
    case A64_YIELD:
    case A64_WFE:
        end_turn(insn, site);
        break;
    default:
        break;
    }
    if (site->el == 3) {
        return;
    }
    if (class == A64_MARK) {
        call(insn, on_mark, site);
    } else if (class == A64_WFI || class == A64_WFE) {
        call(insn, on_wfx, site);
    } else if (class == A64_GIC_WRITE && site->el != 0) {
        call(insn, on_gic_write, site);
    } else if ((class == A64_GIC_ACK || class == A64_GIC_EOI) && site->el != 0) {
        call(insn, on_access, site);
    } else if ((class == A64_DAIF_WRITE || class == A64_DAIF_SET || class == A64_DAIF_CLEAR) && site->el == 2 &&
               wake_watched()) {
        call(insn, on_daif, site);
    }
}

/* After the callbacks of the instruction: what they see does not include it. */
static void instrument_counts(struct qemu_plugin_insn *insn, const struct site *site)
{
    const unsigned int classes = count_classes(site->opcode);

    count_by_class(insn, classes);
    if (((site->el == 2 && wake_watched()) || all_mmio) && classes & (1U << COUNT_LOAD | 1U << COUNT_STORE)) {
        qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_MEM_RW, site_new(site));
    }
}

static bool is_access(uint32_t opcode)
{
    const enum a64_class class = a64_classify(opcode);

    return class == A64_GIC_ACK || class == A64_GIC_EOI;
}

/* The block's own site, stored at its head and, marked, at its last instruction. */
static uint64_t new_block_site(const struct block *block, bool a64)
{
    const uint64_t last_pc = block->pc + 4 * (block->n - 1);
    const struct site site = {
        .pc = block->pc,
        .last_pc = last_pc,
        .opcode = a64 ? opcode_at(block, block->n - 1) : 0,
        .el = (uint8_t)block->el,
    };

    return (uint64_t)(uintptr_t)site_new(&site);
}

static void translate_a64(struct block *block)
{
    const uint64_t block_site_address = new_block_site(block, true);
    uint32_t opcode = 0;

    for (size_t i = 0; i < block->n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block->tb, i);
        struct site site = {.pc = block->pc + 4 * i, .el = (uint8_t)block->el};
        const bool resumes = i > 0 && block->el > 0 && block->el < 3 && is_access(opcode);

        opcode = opcode_at(block, i);
        site.opcode = opcode;
        if (block->el < 3) {
            count(block, i);
            site.bias = (uint16_t)(block->segment_end - i);
        }
        if (i == 0) {
            instrument_head(block, insn, &site);
            store(insn, FIELD(block), block_site_address);
        }
        if (resumes) {
            await_resume(insn, &site);
        }
        instrument_insn(insn, &site);
        if (block->el < 3) {
            instrument_counts(insn, &site);
        }
        if (i == block->n - 1 && flow_may_reach_vector(opcode, site.pc)) {
            store(insn, FIELD(block), block_site_address | BLOCK_FINISHED);
        }
    }
}

/* AArch32 is counted, nothing else. */
static void translate_a32(struct block *block)
{
    store(qemu_plugin_tb_get_insn(block->tb, 0), FIELD(block), new_block_site(block, false));
    for (size_t i = 0; block->el < 3 && i < block->n; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_tb_get_insn(block->tb, i),
                                                            QEMU_PLUGIN_INLINE_ADD_U64, FIELD(insns), 1);
    }
}

void translate_block(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    const uint64_t pstate = register_read(REG_CPSR);
    struct block block = {.tb = tb, .n = qemu_plugin_tb_n_insns(tb), .pc = qemu_plugin_tb_vaddr(tb)};

    (void)id;
    if (pstate & SPSR_AARCH32) {
        block.el = (pstate & 0xf) != 0;
        translate_a32(&block);
    } else {
        block.el = (unsigned int)(pstate >> 2) & 3;
        translate_a64(&block);
    }
}
