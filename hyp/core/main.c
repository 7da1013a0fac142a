/* SPDX-License-Identifier: Apache-2.0 */
#include "gic.h"
#include "messages.h"
#include "mmu.h"
#include "platform.h"
#include "print.h"
#include "vcpu.h"

/* Called by arch/boot.S: at EL2 on the boot core, bss cleared, relocated, MMU off. */
_Noreturn void hyp_main(const void *fdt);

void hyp_main(const void *fdt)
{
    const char *reason;
    struct vm *vm;

    mmu_init();
    platform_init(fdt);
    reason = gic_probe(fdt);
    if (reason != NULL)
        platform_refuse("%s", reason);
    if (args_number(platform.args, "its.check", 0) != 0)
        messages_check();
    vm = vm_create(0);
    print("virqlab: vm0 strategy=%s vcpus=%u mem=%luMiB gic=v%u\n", vm->vgic.delivery->tag, vm->vgic.cpus,
          vm->ram.size >> 20, gic->version);
    vm->vcpu[0]->on = true;
    vm->vcpu[0]->entry = vm->entry;
    vm->vcpu[0]->context = vm->fdt;
    vcpu_start(vm->vcpu[0]);
}
