# SPDX-License-Identifier: Apache-2.0
# The hypervisor: an arm64 Image that runs at EL2.
HYP_ROOMS := arch lib gic dev vgic seam delivery core
# No frame pointers: nothing here unwinds. Two words side by side are not put together in a register before they are
# stored: that takes more instructions than it saves.
HYP_FLAGS := $(ARM64_FLAGS) -fomit-frame-pointer -fno-tree-slp-vectorize $(addprefix -Ihyp/,$(HYP_ROOMS))
HYP_SOURCES := $(sort $(foreach room,$(HYP_ROOMS),$(wildcard hyp/$(room)/*.c hyp/$(room)/*.S)))

$(eval $(call arm64-image,hyp/hyp,$(HYP_SOURCES),$(HYP_FLAGS),hyp/arch/hyp.lds))
ALL += $(BUILD)/hyp/hyp.img

$(eval $(call c-checks,hyp,$(filter %.c,$(HYP_SOURCES)),$(ARM64_CLANG_FLAGS) $(HYP_FLAGS)))
# The tests run on the build host, with its own C library.
HYP_TEST_FLAGS := -std=c11 -iquote hyp/tests/arch -iquote hyp/lib -iquote hyp/arch -Ihyp/gic -Ihyp/dev -Ihyp/vgic -Ihyp/tests \
	-Ihyp/seam -Ihyp/delivery -Ihyp/core -include hyp/tests/fake_regs.h
$(eval $(call c-checks,hyp-tests,$(wildcard hyp/tests/*.c),$(HYP_TEST_FLAGS)))
$(eval $(call format-checks,hyp,$(wildcard hyp/*/*.h hyp/*/*/*.h)))

.PHONY: fuzz test-mutants
fuzz: deps ## libFuzzer on every register frame of the model, 60 s each; last line "N passed, N failed"
	@$(PYTHON) hyp/tests/fuzz.py

test-mutants: deps ## plant one-line mistakes in copies of the model: the tests must catch each
	@$(MAKE) --no-print-directory -j2 all
	@MUTANTS=all $(PYTHON) -m pytest -q hyp/tests/test_mutants.py
