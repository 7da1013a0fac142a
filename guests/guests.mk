# SPDX-License-Identifier: Apache-2.0
# Bare-metal guests: freestanding AArch64 Images that run at EL1, bare or under any hypervisor.
GUEST_FLAGS := $(ARM64_FLAGS) -Ihyp/lib -Ihyp/arch -Ihyp/gic -Iguests/lib
GUEST_LIB := $(wildcard guests/lib/*.c guests/lib/*.S) $(addprefix hyp/lib/,print.c string.c stack_protector.c devtree.c)
BENCH_SOURCES := $(wildcard guests/bench/*.c) $(GUEST_LIB)

$(eval $(call arm64-image,guests/bench,$(BENCH_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

ALL += $(BUILD)/guests/bench.img
$(eval $(call c-checks,guests,$(filter guests/%.c,$(BENCH_SOURCES)),$(ARM64_CLANG_FLAGS) $(GUEST_FLAGS)))
$(eval $(call format-checks,guests,$(wildcard guests/*/*.h)))
