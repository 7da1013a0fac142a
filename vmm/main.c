/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first and only process of a Linux host: runs the guest of its initial RAM disk, /guest, under KVM. What follows
 * "--" on the kernel's command line: vcpus=N, gic=2|3, the terminal that the guest's console goes to
 * (console=/dev/NAME), and behind `guest` the guest's own command line. With `kallsyms` before that it prints the
 * kernel's symbols there instead.
 */
#include "devtree.h"
#include "print.h"
#include "string.h"
#include "system.h"
#include "vmm.h"

_Noreturn void vmm_main(long argc, char **argv);

/* The kernel does what its boot has put off. A simulator's time passes quickly while it sleeps. */
#define SETTLE_MS 1000

static char bootargs[2048];

static void append(const char *word)
{
    static size_t had;
    size_t size = strlen(word);

    if (had + size + 2 > sizeof(bootargs))
        fail("the guest's command line is longer than %u bytes", (unsigned)sizeof(bootargs));
    if (had > 0)
        bootargs[had++] = ' ';
    memcpy(&bootargs[had], word, size + 1);
    had += size;
}

/* A kernel puts words of its command line that it does not know, such as nokaslr, before those behind "--". */
static bool before_guest(long argc, char **argv, const char *word)
{
    for (long i = 1; i < argc && strcmp(argv[i], "guest") != 0; i++) {
        if (strcmp(argv[i], word) == 0)
            return true;
    }
    return false;
}

void vmm_main(long argc, char **argv)
{
    char console[32] = "/dev/ttyAMA0";
    struct model model = {.vcpus = 1, .gic = 3};
    bool of_guest = false;

    mount("devtmpfs", "/dev");
    if (before_guest(argc, argv, "kallsyms")) {
        mount("proc", "/proc");
        console_open(console);
        kallsyms_print();
        host_off();
    }
    for (long i = 1; i < argc; i++) {
        if (of_guest)
            append(argv[i]);
        of_guest |= strcmp(argv[i], "guest") == 0;
        if (!of_guest) {
            model.vcpus = (unsigned)args_number(argv[i], "vcpus", model.vcpus);
            model.gic = (unsigned)args_number(argv[i], "gic", model.gic);
            args_get(argv[i], "console", console, sizeof(console));
        }
    }
    if (model.vcpus < 1 || model.vcpus > VCPUS_MAX || model.gic < 2 || model.gic > 3)
        fail("vcpus=%u gic=%u: 1 to %d, 2 or 3", model.vcpus, model.gic, VCPUS_MAX);
    console_open(console);
    machine_create(&model);
    file_read("/guest", machine_memory(IMAGE_BASE), FDT_BASE - IMAGE_BASE);
    if (tree_write(&model, bootargs) != 0)
        fail("the guest's device tree does not fit");
    print("virqlab-vmm: vcpus=%u gic=%u %s\n", model.vcpus, model.gic, bootargs);
    sleep_ms(SETTLE_MS);
    machine_run(&model);
}
