/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event.h"

#include "decode.h"
#include "flow.h"
#include "guests.h"
#include "profile.h"
#include "put.h"
#include "registers.h"

/* DDI 0487, ESR_ELx.EC. */
#define ESR_EC(esr)         ((unsigned int)((esr) >> 26) & 0x3f)
#define EC_INSN_ABORT_LOWER 0x20
#define EC_INSN_ABORT_SAME  0x21
#define EC_PC_ALIGNMENT     0x22
#define EC_DATA_ABORT_LOWER 0x24
#define EC_DATA_ABORT_SAME  0x25
#define EC_WATCHPOINT_LOWER 0x34
#define EC_WATCHPOINT_SAME  0x35

#define HPFAR_FIPA  0x0000fffffffffff0ULL /* HPFAR_EL2[47:4]: IPA[55:12] */
#define FAR_IN_PAGE 0xfffULL

static bool emulated_watched;

void event_watch_emulated(bool watch)
{
    emulated_watched = watch;
}

static unsigned int level_of_spsr(uint64_t spsr)
{
    if (spsr & SPSR_AARCH32) {
        return (spsr & 0xf) == 0 ? 0 : 1;
    }
    return (unsigned int)(spsr >> 2) & 3;
}

/* FAR_ELx is written by aborts, watchpoints and PC alignment faults; for others it is stale (DDI 0487, FAR_EL2). */
static uint64_t fault_address(unsigned int el, uint64_t esr)
{
    const unsigned int ec = ESR_EC(esr);

    if (el == 2 && (ec == EC_INSN_ABORT_LOWER || ec == EC_DATA_ABORT_LOWER)) {
        return (register_read(REG_HPFAR_EL2) & HPFAR_FIPA) << 8 | (register_read(REG_FAR_EL2) & FAR_IN_PAGE);
    }
    switch (ec) {
    case EC_INSN_ABORT_LOWER:
    case EC_INSN_ABORT_SAME:
    case EC_PC_ALIGNMENT:
    case EC_DATA_ABORT_LOWER:
    case EC_DATA_ABORT_SAME:
    case EC_WATCHPOINT_LOWER:
    case EC_WATCHPOINT_SAME:
        return register_read_el(REG_FAR_EL1, el);
    default:
        return 0;
    }
}

static enum access_context context_of(struct vcpu *vcpu, unsigned int el)
{
    if (el == 2) {
        return ACCESS_EL2;
    }
    return put_guest_flag(vcpu, el) ? ACCESS_GUEST : ACCESS_HOST_EL1;
}

static void set_attention(struct vcpu *vcpu, unsigned int el)
{
    const struct access *access = vcpu->access;
    const bool emulated = vcpu->emulation.state == EMULATION_RETURNED && vcpu->emulation.el == el;

    switch (el) {
    case 0:
        vcpu->attention[el] = emulated;
        break;
    case 1:
        vcpu->attention[el] = emulated || access[ACCESS_GUEST].waiting || access[ACCESS_HOST_EL1].waiting;
        break;
    default:
        vcpu->attention[el] = access[ACCESS_EL2].waiting;
        break;
    }
}

static void stop_waiting(struct vcpu *vcpu, unsigned int el, struct access *access)
{
    access->waiting = false;
    set_attention(vcpu, el);
}

void event_access(struct vcpu *vcpu, const struct site *site)
{
    struct access *access = &vcpu->access[context_of(vcpu, site->el)];
    const uint8_t rt = a64_rt(site->opcode);

    access->pc = site->pc;
    access->opcode = site->opcode;
    access->value = rt == A64_REG_ZR ? 0 : register_read((enum register_id)(REG_X0 + rt));
    access->waiting = true;
    vcpu->attention[site->el] = 1;
}

static void put_access(struct vcpu *vcpu, unsigned int el, struct access *access, uint64_t insn)
{
    const uint8_t rt = a64_rt(access->opcode);
    struct record *record;

    put_counts(vcpu, el, insn);
    record = put_record(vcpu, RECORD_SYSREG_DONE, el, insn);
    record->flags = put_guest_flag(vcpu, el);
    record->c = a64_sysreg(access->opcode);
    if (rt != A64_REG_ZR) {
        record->flags |= RECORD_VALID;
        record->a = a64_classify(access->opcode) == A64_GIC_ACK ? register_read((enum register_id)(REG_X0 + rt))
                                                                : access->value;
    }
    record->b = access->pc;
    stop_waiting(vcpu, el, access);
}

static struct record *put_mmio(struct vcpu *vcpu, unsigned int el, uint64_t insn, const struct mmio *mmio)
{
    struct record *record = put_record(vcpu, RECORD_MMIO, el, insn);

    record->sub = (uint8_t)(mmio->size_shift << RECORD_SIZE_SHIFT | (mmio->write ? RECORD_WRITE : RECORD_READ));
    record->flags = put_guest_flag(vcpu, el) | RECORD_VALID;
    record->c = (uint32_t)mmio->value;
    record->a = mmio->address;
    return record;
}

/* The register that was loaded has the value now. */
static void put_emulated(struct vcpu *vcpu, uint64_t insn)
{
    struct emulation *emulation = &vcpu->emulation;
    struct mmio mmio = {
        .address = emulation->address,
        .value = emulation->value,
        .size_shift = emulation->size_shift,
        .write = emulation->write,
    };
    struct record *record;

    if (!emulation->write && emulation->rt != A64_REG_ZR) {
        mmio.value = emulation_value(emulation, register_read((enum register_id)(REG_X0 + emulation->rt)));
    }
    record = put_mmio(vcpu, emulation->el, insn, &mmio);
    record->flags |= RECORD_EMULATED;
    if (!emulation->write && emulation->rt == A64_REG_ZR) {
        record->flags &= (uint8_t)~RECORD_VALID;
    }
    record->b = emulation->pc;
    emulation->state = EMULATION_NONE;
    set_attention(vcpu, emulation->el);
}

void event_resume(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    struct access *access = &vcpu->access[context_of(vcpu, site->el)];

    if (emulation_done(&vcpu->emulation, site->el, site->pc)) {
        put_emulated(vcpu, insn);
    }
    if (site->el != 0 && access->waiting && site->pc == access->pc + 4) {
        put_access(vcpu, site->el, access, insn);
    }
}

/* An exception from `from` to `el`: the first instruction after an emulated access may be its vector's. */
static void end_emulated(struct vcpu *vcpu, unsigned int el, unsigned int from, uint64_t elr, uint64_t insn)
{
    if (!emulation_done(&vcpu->emulation, from, elr)) {
        return;
    }
    if (el == 1) {
        put_emulated(vcpu, insn);
    } else {
        emulation_interrupt(&vcpu->emulation);
        set_attention(vcpu, from);
    }
}

/* A guest's access traps to EL2, which may emulate it. */
static void begin_emulated(struct vcpu *vcpu, const struct record *exception)
{
    struct emulation *emulation = &vcpu->emulation;

    emulation_trap(emulation, exception->c, exception->el, exception->a, exception->b, &vcpu->running);
    if (emulation->write && emulation->rt != A64_REG_ZR) {
        emulation->value = emulation_value(emulation, register_read((enum register_id)(REG_X0 + emulation->rt)));
    }
}

/*
 * An exception at the level of an access that waits. Taken at the instruction after it: the vector is the first
 * instruction after the access. Synchronous and at the access itself: the access was refused and never happened.
 * Elsewhere: it is another context, scheduled in the meantime.
 */
static void interrupt_access(struct vcpu *vcpu, unsigned int el, bool synchronous, uint64_t elr, uint64_t insn)
{
    struct access *access = &vcpu->access[context_of(vcpu, el)];

    if (!access->waiting) {
        return;
    }
    if (elr == access->pc + 4) {
        put_access(vcpu, el, access, insn);
    } else if (elr == access->pc && synchronous) {
        stop_waiting(vcpu, el, access);
    }
}

void event_exception(struct vcpu *vcpu, unsigned int el, unsigned int offset, uint64_t insn)
{
    const unsigned int kind = VECTOR_KIND(offset);
    const bool interrupt = kind == VECTOR_IRQ || kind == VECTOR_FIQ;
    const uint64_t elr = register_read_el(REG_ELR_EL1, el);
    const uint64_t esr = interrupt ? 0 : register_read_el(REG_ESR_EL1, el);
    const uint64_t spsr = register_read_el(REG_SPSR_EL1, el);
    const unsigned int from = level_of_spsr(spsr);
    struct record *record;

    end_emulated(vcpu, el, from, elr, insn);
    if (from == el) {
        interrupt_access(vcpu, el, kind == VECTOR_SYNC, elr, insn);
    }
    put_counts(vcpu, from, insn);
    record = put_record(vcpu, el == 2 ? RECORD_EXC_EL2 : RECORD_EXC_EL1, from, insn);
    record->sub = (uint8_t)(offset / VECTOR_SIZE);
    record->flags = put_guest_flag(vcpu, el == 2 ? from : el);
    record->c = (uint32_t)esr;
    record->a = elr;
    record->b = kind == VECTOR_SYNC ? fault_address(el, esr) : 0;
    if (emulated_watched && record->flags & RECORD_GUEST && emulation_describes(esr) && !(spsr & SPSR_AARCH32)) {
        begin_emulated(vcpu, record);
    }
}

static void enter_guest(struct vcpu *vcpu, unsigned int el, uint64_t pc)
{
    const struct emulation_owner next = {
        .vttbr = register_read(REG_VTTBR_EL2),
        .vmpidr = register_read(REG_VMPIDR_EL2),
    };

    guests_enter(vcpu, &next);
    if (emulation_waits(&vcpu->emulation)) {
        emulation_return(&vcpu->emulation, el, pc, &next);
    }
    set_attention(vcpu, 0);
    set_attention(vcpu, 1);
}

bool event_eret(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    const uint64_t elr = register_read_el(REG_ELR_EL1, site->el);
    const uint64_t spsr = register_read_el(REG_SPSR_EL1, site->el);
    const unsigned int to = level_of_spsr(spsr);
    struct record *record;

    vcpu->eret_target = elr;
    if (site->el == 3) {
        return false;
    }
    put_counts(vcpu, site->el, insn);
    record = put_record(vcpu, site->el == 2 ? RECORD_ERET_EL2 : RECORD_ERET_EL1, to, insn);
    record->flags = put_guest_flag(vcpu, site->el == 2 ? to : site->el);
    record->a = elr;
    record->b = spsr;
    if (site->el != 2 || !(record->flags & RECORD_GUEST)) {
        return false;
    }
    enter_guest(vcpu, to, elr);
    record->c = (uint16_t)(vcpu->running.vttbr >> VTTBR_VMID_SHIFT);
    return true;
}

void event_gic_write(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    const uint8_t rt = a64_rt(site->opcode);
    struct record *record;

    put_counts(vcpu, site->el, insn);
    record = put_record(vcpu, RECORD_SYSREG, site->el, insn);
    record->flags = put_guest_flag(vcpu, site->el);
    record->c = a64_sysreg(site->opcode);
    if (rt != A64_REG_ZR) {
        record->flags |= RECORD_VALID;
        record->a = register_read((enum register_id)(REG_X0 + rt));
    }
    record->b = site->pc;
}

void event_mark(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    struct record *record;

    put_counts(vcpu, site->el, insn);
    record = put_record(vcpu, RECORD_MARK, site->el, insn);
    record->flags = put_guest_flag(vcpu, site->el);
    record->c = a64_mark_id(site->opcode);
    record->a = register_read(REG_X0);
    record->b = register_read((enum register_id)(REG_X0 + 1));
    profile_mark(a64_mark_id(site->opcode), vcpu_vbar(vcpu, 2));
}

void event_wfx(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    struct record *record;

    put_counts(vcpu, site->el, insn);
    record = put_record(vcpu, RECORD_WFX, site->el, insn);
    record->sub = a64_classify(site->opcode) == A64_WFE;
    record->flags = put_guest_flag(vcpu, site->el);
    record->a = site->pc;
}

void event_daif(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    const enum a64_class class = a64_classify(site->opcode);
    struct record *record = put_record(vcpu, RECORD_DAIF, site->el, insn);

    record->sub = class == A64_DAIF_SET ? RECORD_DAIF_SET : RECORD_DAIF_CLEAR;
    if (class == A64_DAIF_WRITE) {
        const uint8_t rt = a64_rt(site->opcode);

        record->sub = RECORD_DAIF_WRITE;
        record->a = rt == A64_REG_ZR ? 0 : register_read((enum register_id)(REG_X0 + rt));
    } else {
        record->c = a64_daif_imm(site->opcode);
    }
    record->b = site->pc;
}

void event_mmio(struct vcpu *vcpu, const struct site *site, uint64_t insn, const struct mmio *mmio)
{
    put_mmio(vcpu, site->el, insn, mmio)->b = site->pc;
    if (site->el < 2 && a64_accesses_once(site->opcode)) {
        put_counts(vcpu, site->el, insn + 1);
    }
}

/*
 * The vCPU's registers cannot be read here. Below EL2 they need not be: the last ERET to there has seen HCR_EL2.
 */
void event_stimulus(struct vcpu *vcpu, uint64_t ns, uint64_t address, uint32_t value)
{
    const struct site *site = block_site(vcpu->block);
    const unsigned int el = site ? site->el : 0;
    struct record *record;

    if (el == 2 || (el < 2 && vcpu->hcr_cached)) {
        put_counts(vcpu, el, vcpu->insns);
    }
    record = put_record(vcpu, RECORD_STIMULUS, el, vcpu->insns);
    record->flags = el < 2 && vcpu->hcr_cached ? put_guest_flag(vcpu, el) : 0;
    record->c = value;
    record->a = address;
    record->b = ns;
}

void event_stop(struct vcpu *vcpu, enum record_end_reason reason)
{
    if (!atomic_load(&vcpu->ended)) {
        vcpu->end_reason = (uint8_t)reason;
        vcpu->end_insns = vcpu->insns;
        vcpu->end_block = vcpu->block;
        atomic_store(&vcpu->ended, true);
    }
}

/* The vCPU's registers cannot be read here; GUEST is what HCR_EL2 last was seen to say. */
void event_end(struct vcpu *vcpu)
{
    const struct site *site = block_site(vcpu->end_block);
    struct record *record = writer_next(vcpu->writer);

    record->insn = vcpu->end_insns;
    record->kind = RECORD_END;
    record->sub = vcpu->end_reason;
    if (site) {
        record->el = site->el;
        record->flags = site->el < 2 && vcpu->hcr_cached && vcpu->vm_enabled ? RECORD_GUEST : 0;
        record->a = site->pc;
    }
}
