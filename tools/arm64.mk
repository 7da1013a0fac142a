# SPDX-License-Identifier: Apache-2.0
# How AArch64 images are built and checked, for hyp/ and guests/.
CROSS ?= aarch64-linux-gnu-
LIBFDT_DIR := $(BUILD)/deps/arm64/usr
LIBFDT := $(LIBFDT_DIR)/lib/aarch64-linux-gnu/libfdt.a

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror
# Floating-point registers belong to the guest; -mstrict-align because memory is Device until the MMU is on.
ARM64_FLAGS := -std=c11 -ffreestanding -O2 -g -march=armv8-a -mgeneral-regs-only -mstrict-align -fpie \
	-fno-common -fno-stack-protector -fno-asynchronous-unwind-tables -fvisibility=hidden \
	-ffunction-sections -fdata-sections -nostdinc -isystem $(LIBFDT_DIR)/include
ARM64_GCC_FLAGS := -isystem $(shell $(CROSS)gcc -print-file-name=include) -mno-outline-atomics -fno-tree-loop-distribute-patterns
# Debug information and __FILE__ name files by their place in the tree: images do not depend on where it lies.
ARM64_FLAGS += -ffile-prefix-map=$(CURDIR)/=

# Objects are as old as the flags they were compiled with.
MAKEFILES_OF_IMAGES := tools/arm64.mk hyp/hyp.mk guests/guests.mk

# $(call arm64-image,name,sources,flags,linker script): build/<name>.elf with symbols and build/<name>.img
define arm64-image
$(BUILD)/$(1).elf: $(patsubst %,$(BUILD)/obj/$(1)/%.o,$(2)) $(4) $(LIBFDT)
	@mkdir -p $$(@D)
	@echo "  LINK $$@"
	@$$(CROSS)gcc -nostdlib -static-pie -Wl,--no-dynamic-linker,--gc-sections,--build-id=none,-z,noexecstack \
		-Wl,-z,max-page-size=4096,--no-warn-rwx-segments -T $(4) -o $$@ $$(filter %.o,$$^) $(LIBFDT)
$(BUILD)/$(1).img: $(BUILD)/$(1).elf
	@$$(CROSS)objcopy -O binary $$< $$@
$(BUILD)/obj/$(1)/%.o: % $(MAKEFILES_OF_IMAGES)
	@mkdir -p $$(@D)
	@echo "  CC $$<"
	@$$(CROSS)gcc $(3) $(ARM64_GCC_FLAGS) $(WARNINGS) -MMD -MP -c -o $$@ $$<
-include $(patsubst %,$(BUILD)/obj/$(1)/%.d,$(2))
endef

# $(call c-checks,name,sources,compiler flags): what every C file has to pass besides its own build: clang with the
# same warnings, clang-format, clang-tidy, cppcheck. Stamps make a second run quick; the recipe prints nothing but faults.
ARM64_CLANG_FLAGS := --target=aarch64-none-elf -isystem $(shell clang -print-resource-dir 2>/dev/null)/include
TIDY_CHECKS := -*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,clang-analyzer-*,$\
	-clang-analyzer-security.insecureAPI.*,performance-*,-performance-no-int-to-ptr,misc-redundant-expression,$\
	-bugprone-macro-parentheses,-bugprone-assignment-in-if-condition,-bugprone-branch-clone
define c-checks
check-$(1): $(patsubst %,$(BUILD)/check/%.ok,$(2))
.PHONY: check-$(1)
CHECKS += check-$(1)
$(patsubst %,$(BUILD)/check/%.ok,$(2)): $(BUILD)/check/%.ok: % .clang-format
	@mkdir -p $$(@D)
	@echo "  CHECK $$<"
	@clang-format --dry-run -Werror $$<
	@clang $(3) $(WARNINGS) -MMD -MP -MT $$@ -MF $$(@:.ok=.d) -c -o $$(@:.ok=.o) $$<
	@clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY_CHECKS)' $$< -- $(3) >$$(@:.ok=.tidy) 2>/dev/null || \
		{ cat $$(@:.ok=.tidy); exit 1; }
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem $(filter -I%,$(3)) $$<
	@touch $$@
-include $(patsubst %,$(BUILD)/check/%.d,$(2))
endef

# Headers: format only; the files that include them compile them.
define format-checks
check-format-$(1): $(patsubst %,$(BUILD)/check/%.fmt,$(2))
.PHONY: check-format-$(1)
CHECKS += check-format-$(1)
$(patsubst %,$(BUILD)/check/%.fmt,$(2)): $(BUILD)/check/%.fmt: % .clang-format
	@mkdir -p $$(@D)
	@clang-format --dry-run -Werror $$<
	@touch $$@
endef
