/* SPDX-License-Identifier: Apache-2.0 */
#include "gic.h"
#include "host_irq.h"
#include "messages.h"
#include "mmu.h"
#include "platform.h"
#include "print.h"
#include "sched.h"
#include "vm.h"

/* Called by arch/boot.S: at EL2 on the boot core, bss cleared, relocated, MMU off. */
_Noreturn void hyp_main(const void *fdt);

void hyp_main(const void *fdt)
{
    const char *reason;

    mmu_init();
    platform_init(fdt);
    reason = gic_probe(fdt);
    if (reason != NULL)
        platform_refuse("%s", reason);
    if (args_number(platform.args, "its.check", 0) != 0)
        messages_check();
    sched_init();
    vm_create_all();
    host_irq_init();
    for (unsigned i = 0; i < vm_count(); i++) {
        const struct vm *vm = vm_get(i);

        print("virqlab: vm%u strategy=%s vcpus=%u mem=%luMiB gic=v%u\n", vm->id, vm->vgic.delivery->tag, vm->vgic.cpus,
              vm->ram.size >> 20, gic->version);
    }
    sched_start();
}
