/* SPDX-License-Identifier: Apache-2.0 */
/* KVM's interface for arm64, as many declarations as the VMM needs (Linux, Documentation/virt/kvm/api.rst). */
#ifndef VMM_KVM_API_H
#define VMM_KVM_API_H

#include <stdint.h>

#define KVM_GET_API_VERSION         0xae00UL
#define KVM_CREATE_VM               0xae01UL
#define KVM_CHECK_EXTENSION         0xae03UL
#define KVM_GET_VCPU_MMAP_SIZE      0xae04UL
#define KVM_CREATE_VCPU             0xae41UL
#define KVM_SET_USER_MEMORY_REGION  0x4020ae46UL
#define KVM_REGISTER_COALESCED_MMIO 0x4010ae67UL
#define KVM_RUN                     0xae80UL
#define KVM_IRQ_LINE                0x4008ae61UL
#define KVM_SET_ONE_REG             0x4010aeacUL
#define KVM_ARM_VCPU_INIT           0x4020aeaeUL
#define KVM_ARM_PREFERRED_TARGET    0x8020aeafUL
#define KVM_CREATE_DEVICE           0xc00caee0UL
#define KVM_SET_DEVICE_ATTR         0x4018aee1UL

#define KVM_API_VERSION 12

/* Writes to a zone do not exit while its ring, this many pages behind struct kvm_run, has room. */
#define KVM_CAP_COALESCED_MMIO 15
struct kvm_coalesced_mmio_zone {
    uint64_t addr;
    uint32_t size, padding;
};
struct kvm_coalesced_mmio {
    uint64_t phys_addr;
    uint32_t len, padding;
    uint8_t data[8];
};
struct kvm_coalesced_mmio_ring {
    uint32_t first, last;
    struct kvm_coalesced_mmio entries[];
};

struct kvm_userspace_memory_region {
    uint32_t slot, flags;
    uint64_t guest_phys_addr, memory_size, userspace_addr;
};
#define KVM_MEM_READONLY 2U

/* An input of a vCPU, without KVM's interrupt controller: type CPU, which is 0, the vCPU, IRQ or FIQ. */
struct kvm_irq_level {
    uint32_t irq, level;
};
#define KVM_ARM_IRQ_CPU(vcpu, line) ((uint32_t)(vcpu) << 16 | (line))
#define KVM_ARM_IRQ_CPU_IRQ         0U
#define KVM_ARM_IRQ_CPU_FIQ         1U

struct kvm_one_reg {
    uint64_t id, addr;
};
/* KVM_REG_ARM64, 64 bits, a core register: its offset in struct kvm_regs in words. */
#define KVM_REG_CORE(index) (UINT64_C(0x6030000000100000) | (index))
#define KVM_REG_X0          KVM_REG_CORE(0)
#define KVM_REG_PC          KVM_REG_CORE(64)

struct kvm_vcpu_init {
    uint32_t target, features[7];
};
#define KVM_ARM_VCPU_POWER_OFF (1U << 0)
#define KVM_ARM_VCPU_PSCI_0_2  (1U << 2)

struct kvm_create_device {
    uint32_t type, fd, flags;
};
#define KVM_DEV_TYPE_ARM_VGIC_V3  7
#define KVM_DEV_TYPE_ARM_VGIC_ITS 8

struct kvm_device_attr {
    uint32_t flags, group;
    uint64_t attr, addr;
};
#define KVM_DEV_ARM_VGIC_GRP_ADDR    0
#define KVM_DEV_ARM_VGIC_GRP_NR_IRQS 3
#define KVM_DEV_ARM_VGIC_GRP_CTRL    4
#define KVM_DEV_ARM_VGIC_CTRL_INIT   0
#define KVM_VGIC_V3_ADDR_TYPE_DIST   2
#define KVM_VGIC_V3_ADDR_TYPE_REDIST 3
#define KVM_VGIC_ITS_ADDR_TYPE       4

struct kvm_run {
    uint8_t request_interrupt_window, immediate_exit, padding1[6];
    uint32_t exit_reason;
    uint8_t ready_for_interrupt_injection, if_flag;
    uint16_t flags;
    uint64_t padding2[2];
    union {
        struct {
            uint64_t phys_addr;
            uint8_t data[8];
            uint32_t len;
            uint8_t is_write;
        } mmio;
        struct {
            uint32_t type;
        } system_event;
        uint64_t words[32];
    };
    uint64_t valid_regs, dirty_regs;
    uint64_t device_irq_level; /* without KVM's interrupt controller: outputs of the timers */
};
#define KVM_ARM_DEV_EL1_VTIMER    1U
#define KVM_ARM_DEV_EL1_PTIMER    2U
#define KVM_EXIT_MMIO             6
#define KVM_EXIT_INTR             10
#define KVM_EXIT_SYSTEM_EVENT     24
#define KVM_SYSTEM_EVENT_SHUTDOWN 1

#endif
