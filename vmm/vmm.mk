# SPDX-License-Identifier: Apache-2.0
# The VMM that runs a guest under KVM: a static Linux program for arm64 without a C library.
VMM_FLAGS := $(ARM64_FLAGS) -Ivmm $(addprefix -Ihyp/,lib arch gic vgic seam core)
VMM_OWN := $(wildcard vmm/*.c)
VMM_SOURCES := $(VMM_OWN) vmm/start.S hyp/core/guest_fdt.c $(wildcard hyp/vgic/*.c) $(addprefix hyp/lib/,print.c string.c stack_protector.c devtree.c)
VMM_OBJECTS := $(VMM_SOURCES:%=$(BUILD)/obj/vmm/%.o)
VMM := $(BUILD)/vmm/vmm.elf

$(VMM): $(VMM_OBJECTS) $(LIBFDT)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CROSS)gcc -nostdlib -static -Wl,--gc-sections,--build-id=none,-z,noexecstack -o $@ $(VMM_OBJECTS) $(LIBFDT)

$(BUILD)/obj/vmm/%.o: % $(MAKEFILES_OF_IMAGES) vmm/vmm.mk
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CROSS)gcc $(VMM_FLAGS) $(ARM64_GCC_FLAGS) $(WARNINGS) -MMD -MP -c -o $@ $<
-include $(VMM_OBJECTS:.o=.d)

ALL += $(VMM)
$(eval $(call c-checks,vmm,$(VMM_OWN),$(ARM64_CLANG_FLAGS) $(VMM_FLAGS)))
$(eval $(call format-checks,vmm,$(wildcard vmm/*.h)))
