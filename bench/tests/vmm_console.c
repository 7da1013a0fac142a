/* SPDX-License-Identifier: Apache-2.0 */
/* The VMM's threads on a KVM that is played here: every vCPU writes to its UART, and each character must come out once.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm_api.h"
#include "system.h"
#include "user_gic.h"
#include "vmm.h"

#define PAGE       4096
#define ENTRIES    ((PAGE - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio))
#define VCPU_FD    100
#define TERMINAL   50
#define CHARACTERS 20000 /* of each vCPU */
#define CYCLE      3     /* a vCPU's characters are three letters in turn: one lost or doubled breaks it */

static pthread_mutex_t kernel = PTHREAD_MUTEX_INITIALIZER;
static struct kvm_run *runs[VCPUS_MAX];
static unsigned mapped, written[VCPUS_MAX], finished;
static int ring_page;
static char out[VCPUS_MAX * CHARACTERS * 2];
static size_t out_size;

/* A vCPU's struct kvm_run, and the ring of all behind it. */
static long map(int fd, size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (fd >= VCPU_FD) {
        mmap(memory + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, ring_page, 0);
        runs[fd - VCPU_FD] = (void *)memory;
    }
    return (long)memory;
}

static char next(unsigned vcpu)
{
    return (char)('A' + vcpu * CYCLE + written[vcpu] % CYCLE);
}

/* KVM_RUN: some characters, as far as the ring has room; the one that finds none exits. */
static long run(unsigned vcpu)
{
    struct kvm_run *run = runs[vcpu];
    struct kvm_coalesced_mmio_ring *ring = (void *)((char *)run + PAGE);

    if (written[vcpu] == CHARACTERS) {
        sched_yield();
        if (vcpu == 0 && __atomic_load_n(&finished, __ATOMIC_ACQUIRE) == mapped) {
            run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
            run->system_event.type = KVM_SYSTEM_EVENT_SHUTDOWN;
            return 0;
        }
        run->exit_reason = KVM_EXIT_INTR;
        return -EINTR;
    }
    for (unsigned i = 0; i < 1 + (written[vcpu] + vcpu) % 37 && written[vcpu] < CHARACTERS; i++) {
        uint32_t last = ring->last;
        bool full = (last + 1) % ENTRIES == __atomic_load_n(&ring->first, __ATOMIC_ACQUIRE);

        if (full) {
            run->exit_reason = KVM_EXIT_MMIO;
            run->mmio.phys_addr = UART_BASE;
            run->mmio.data[0] = (uint8_t)next(vcpu);
            run->mmio.len = 1;
            run->mmio.is_write = 1;
            written[vcpu]++;
            return 0;
        }
        ring->entries[last] = (struct kvm_coalesced_mmio){UART_BASE, 1, 0, {(uint8_t)next(vcpu)}};
        __atomic_store_n(&ring->last, (last + 1) % ENTRIES, __ATOMIC_RELEASE);
        written[vcpu]++;
    }
    run->exit_reason = KVM_EXIT_INTR;
    return -EINTR;
}

static long run_alone(unsigned vcpu)
{
    static bool told[VCPUS_MAX];
    long result;

    if (written[vcpu] == CHARACTERS && !told[vcpu]) { /* it has been here since its last one: that is served */
        told[vcpu] = true;
        __atomic_add_fetch(&finished, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_lock(&kernel);
    result = run(vcpu);
    pthread_mutex_unlock(&kernel);
    return result;
}

static long control(int fd, unsigned long request, long argument)
{
    switch (request) {
    case KVM_GET_API_VERSION:
        return KVM_API_VERSION;
    case KVM_GET_VCPU_MMAP_SIZE:
        return 2 * PAGE;
    case KVM_CHECK_EXTENSION:
        return 1;
    case KVM_CREATE_VCPU:
        mapped++;
        return VCPU_FD + argument;
    case KVM_RUN:
        return run_alone((unsigned)(fd - VCPU_FD));
    default:
        return 0;
    }
}

/* The machine is off: what was printed is whole. */
static _Noreturn void judge(void)
{
    unsigned seen[VCPUS_MAX] = {0}, wrong = 0;

    console_flush();
    for (size_t i = 0; i < out_size; i++) {
        unsigned letter = (unsigned)(out[i] - 'A'), vcpu = letter / CYCLE;

        wrong += vcpu >= mapped || seen[vcpu]++ % CYCLE != letter % CYCLE;
    }
    for (unsigned vcpu = 0; vcpu < mapped; vcpu++)
        wrong += seen[vcpu] != CHARACTERS;
    printf("%zu characters, %u wrong\n", out_size, wrong);
    fflush(stdout);
    _exit(wrong != 0);
}

long system_call(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
    (void)a3, (void)a5;
    switch (number) {
    case SYS_OPENAT:
        return TERMINAL;
    case SYS_MMAP:
        return map((int)a4, (size_t)a1);
    case SYS_IOCTL:
        return control((int)a0, (unsigned long)a1, a2);
    case SYS_WRITE:
        if (a0 != TERMINAL)
            return write((int)a0, (void *)a1, (size_t)a2);
        for (long i = 0; i < a2 && out_size < sizeof(out); i++)
            out[out_size++] = ((const char *)a1)[i];
        return a2;
    case SYS_SCHED_YIELD:
        return sched_yield();
    case SYS_REBOOT:
        judge();
    default:
        return 0;
    }
}

struct start {
    void (*function)(void *);
    void *argument;
};

static void *begin(void *start)
{
    struct start *of = start;

    of->function(of->argument);
    return NULL;
}

long thread_start(unsigned long flags, void *stack_top, void (*function)(void *), void *argument)
{
    struct start *start = malloc(sizeof(*start));
    pthread_t thread;

    (void)flags, (void)stack_top;
    *start = (struct start){function, argument};
    return -pthread_create(&thread, NULL, begin, start);
}

void user_gic_create(int vm, unsigned vcpus)
{
    (void)vm, (void)vcpus;
}

bool user_gic_access(unsigned vcpu, uint64_t address, unsigned size, bool write, uint64_t *value)
{
    (void)vcpu, (void)address, (void)size, (void)write, (void)value;
    return false;
}

void user_gic_timers(unsigned vcpu, uint64_t levels)
{
    (void)vcpu, (void)levels;
}

int main(void)
{
    const struct model model = {.vcpus = 4, .gic = 2};

    ring_page = memfd_create("ring", 0);
    if (ring_page < 0 || ftruncate(ring_page, PAGE) != 0)
        return 2;
    console_open("/dev/tty");
    machine_create(&model);
    machine_run(&model);
}
