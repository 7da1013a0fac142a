/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that the ITS makes LPIs of, while the guest spins; the sample is the handler's first counter read - the
 * store that sends the message.
 *
 * lpi_msi: a device does, QEMU's edu, when the guest asks for it by a store to one of its registers.
 * lpi_store: the CPU itself stores to GITS_TRANSLATER, as DeviceID 0, which only simulators let it do.
 * dma_done: edu does when it has transferred 1 KiB; the guest sleeps. The sample is the handler's first counter read -
 * the end of the transfer, which is at a full millisecond of virtual time. Transfers go to the device and back, and
 * what comes back is what was sent. doorbell: the same, for hypervisors that are told to take a vCPU off the interrupt
 * controller while it sleeps. With address= one from there instead of the guest's memory, whatever comes.
 */
#include "bench.h"

#include "edu.h"
#include "gic_its.h"
#include "mmio.h"
#include "regs/intid.h"

#define LPI        (INTID_LPI_FIRST + 9)
#define EVENT      2
#define PRIORITY   0x80
#define DMA_BYTES  1024
#define TRANSLATER (machine.gits.base + GITS_TRANSLATION + GITS_TRANSLATER)

static volatile bool finished;
static uint64_t handler_stamp;
static uint8_t sent[DMA_BYTES] __attribute__((aligned(64))), received[DMA_BYTES] __attribute__((aligned(64)));
static uint64_t elsewhere; /* address= */

static void on_lpi(uint32_t intid, uint64_t stamp)
{
    if (intid != LPI)
        return;
    handler_stamp = stamp;
    finished = true;
}

/* Event EVENT of `device` is LPI. */
static const char *prepare_lpi(uint32_t device)
{
    bool done = true;

    gic_init();
    if (its_lacks() != NULL)
        return its_lacks();
    gic_handle_lpis(on_lpi);
    its_init();
    lpi_configure(LPI, PRIORITY, true);
    lpi_enable(smp_self(), true);
    done &= its_mapd(device, true) && its_mapc(0, smp_self(), true) && its_mapti(device, EVENT, LPI, 0);
    done &= its_event(ITS_INV, device, EVENT) && its_sync(smp_self());
    return done ? NULL : "the ITS does not run its commands";
}

static const char *prepare_edu(void)
{
    const char *reason = prepare_lpi(EDU_DEVICE);

    if (reason == NULL)
        reason = edu_send_messages(TRANSLATER, EVENT);
    irq_unmask();
    return reason;
}

static const char *prepare_store(void)
{
    const char *reason = prepare_lpi(0);

    irq_unmask();
    return reason;
}

static const char *prepare_dma(void)
{
    elsewhere = args_number(machine.bootargs, "address", 0);
    for (unsigned i = 0; i < DMA_BYTES; i++)
        sent[i] = (uint8_t)(i * 7 + 1);
    return prepare_edu();
}

/* Stores `value` to `address` and waits for the handler. */
static uint64_t send(uintptr_t address, uint32_t value)
{
    register uint64_t x0 __asm__("x0") = LPI;
    uint64_t raised;

    finished = false;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %1\n str %w2, [%3]"
                     : "=&r"(raised)
                     : "i"(MARK_SPI), "r"(value), "r"(address), "r"(x0)
                     : "memory");
    while (!finished)
        ;
    return handler_stamp - raised;
}

static uint64_t run_edu(unsigned iteration)
{
    (void)iteration;
    return send(PCI_WINDOW + EDU_RAISE, 1);
}

static uint64_t run_store(unsigned iteration)
{
    (void)iteration;
    return send(TRANSLATER, EVENT);
}

static uint64_t ticks_of_ms(uint64_t ms)
{
    return ms * read_sysreg(cntfrq_el0) / 1000;
}

/* Starts at the beginning of a millisecond, so that it is known which one it is. Returns when the transfer ends. */
static uint64_t start_dma(uint64_t from, uint64_t to, uint64_t command)
{
    uint64_t ms = read_sysreg(cntvct_el0) / ticks_of_ms(1) + 1, end = ticks_of_ms(ms + EDU_DMA_MS);

    finished = false;
    mmio_write64(PCI_WINDOW + EDU_DMA_SRC, from);
    mmio_write64(PCI_WINDOW + EDU_DMA_DST, to);
    mmio_write64(PCI_WINDOW + EDU_DMA_CNT, DMA_BYTES);
    while (read_sysreg(cntvct_el0) < ticks_of_ms(ms))
        ;
    mmio_write64(PCI_WINDOW + EDU_DMA_CMD, command | EDU_DMA_RUN | EDU_DMA_IRQ);
    {
        register uint64_t x0 __asm__("x0") = end;

        __asm__ volatile("mrs x1, cntvct_el0\n movz xzr, %1" ::"r"(x0), "i"(MARK_TIMER) : "x1", "memory");
    }
    return end;
}

static void check_received(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < DMA_BYTES; i++)
        wrong += received[i] != sent[i];
    bench_expect(wrong == 0 || elsewhere != 0, "what the device wrote to memory is not what it read there");
}

static uint64_t run_dma(unsigned iteration)
{
    bool out = iteration % 2 != 0;
    uint64_t from = elsewhere != 0 ? elsewhere : (uintptr_t)sent;
    uint64_t end = out ? start_dma(EDU_BUFFER, (uintptr_t)received, EDU_DMA_OUT) : start_dma(from, EDU_BUFFER, 0);

    while (!finished)
        __asm__ volatile("wfi" ::: "memory");
    if (out)
        check_received();
    return handler_stamp - end;
}

static void finish(void)
{
    irq_mask();
    lpi_enable(smp_self(), false);
    its_disable();
}

const struct bench bench_lpi_msi = {"lpi_msi", "handler_ticks", 1, prepare_edu, run_edu, finish};
const struct bench bench_lpi_store = {"lpi_store", "handler_ticks", 1, prepare_store, run_store, finish};
const struct bench bench_doorbell = {"doorbell", "handler_ticks", 1, prepare_dma, run_dma, finish};
const struct bench bench_dma_done = {"dma_done", "handler_ticks", 1, prepare_dma, run_dma, finish};
