# SPDX-License-Identifier: Apache-2.0
# Bare-metal guests: freestanding AArch64 Images that run at EL1, bare or under any hypervisor; two programs at EL3.
GUEST_FLAGS := $(ARM64_FLAGS) -Ihyp/lib -Ihyp/arch -Ihyp/gic -Iguests/lib
GUEST_LIB := $(wildcard guests/lib/*.c guests/lib/*.S) $(addprefix hyp/lib/,print.c string.c stack_protector.c devtree.c)
CONFORM_SOURCES := $(wildcard guests/conform/*.c guests/conform/*.S) $(GUEST_LIB)
BENCH_SOURCES := $(wildcard guests/bench/*.c) $(GUEST_LIB)
# Starts at EL3 and stays there: of guests/lib it takes what does not depend on the level.
SECURE_SOURCES := $(wildcard guests/secure/*.c guests/secure/*.S) $(addprefix guests/lib/,head.S console.c rules.c) \
	$(addprefix hyp/lib/,print.c string.c stack_protector.c devtree.c)

$(eval $(call arm64-image,guests/bench,$(BENCH_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

$(eval $(call arm64-image,guests/conform,$(CONFORM_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

WORKLOAD_SOURCES := $(wildcard guests/workload/*.c guests/workload/*.S) $(GUEST_LIB)
$(eval $(call arm64-image,guests/workload,$(WORKLOAD_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

MESSAGES_SOURCES := $(wildcard guests/messages/*.c) $(GUEST_LIB)
$(eval $(call arm64-image,guests/messages,$(MESSAGES_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

VMS_SOURCES := $(wildcard guests/vms/*.c) $(GUEST_LIB)
$(eval $(call arm64-image,guests/vms,$(VMS_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

$(eval $(call arm64-image,guests/secure,$(SECURE_SOURCES),$(GUEST_FLAGS),guests/lib/guest.lds))

# Runs beside a guest (bench/stimulus.py).
$(eval $(call arm64-image,guests/el3,guests/el3/stimulus.S,$(GUEST_FLAGS),guests/el3/el3.lds))

ALL += $(addprefix $(BUILD)/guests/,bench.img conform.img el3.img messages.img secure.img vms.img workload.img)
$(eval $(call c-checks,guests,$(sort $(filter guests/%.c,$(BENCH_SOURCES) $(CONFORM_SOURCES) $(MESSAGES_SOURCES) $(SECURE_SOURCES) $(VMS_SOURCES) $(WORKLOAD_SOURCES))),$(ARM64_CLANG_FLAGS) $(GUEST_FLAGS)))
$(eval $(call format-checks,guests,$(wildcard guests/*/*.h)))

STRATEGY ?= all
.PHONY: conform conform-secure
conform: ## compare the conformance guest with bare QEMU (STRATEGY=te|lr|all HYP="lr.limit=1")
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) bench/conform.py --strategy $(STRATEGY) --hyp "$(HYP)"

.PHONY: workload
workload: ## random interrupts, 10^5 a run, bare and under every strategy; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) bench/workload.py

.PHONY: messages
messages: ## 4096 LPIs moved between 4 vCPUs while they fire, under every strategy; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) bench/messages.py

.PHONY: vms
vms: ## 16 VMs on 2 cores, 10^5 interrupts a run: counts, memory, who waits how long; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) bench/vms.py

conform-secure: ## rules of two security states, from EL3, on QEMU's own interrupt controller
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) bench/secure.py
