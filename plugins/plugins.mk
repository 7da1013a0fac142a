# SPDX-License-Identifier: GPL-2.0-or-later
# The tracer: a QEMU plugin. QEMU's own symbols stay undefined, QEMU resolves them when it loads it.
plugin_dir := plugins/tcg
plugin_out := $(BUILD)/plugins/tcg
plugin_so := $(plugin_out)/virqlab.so
plugin_src := $(wildcard $(plugin_dir)/*.c)
plugin_h := $(wildcard $(plugin_dir)/*.h)
plugin_obj := $(plugin_src:$(plugin_dir)/%.c=$(plugin_out)/%.o) $(plugin_out)/embed.o
plugin_warnings := -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror
plugin_cflags := -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden $(plugin_warnings)
PLUGIN_CC ?= gcc

ALL += $(plugin_so)
CHECKS += check-plugin-gcc check-plugin-clang check-plugin-format check-plugin-tidy check-plugin-cppcheck

$(plugin_so): $(plugin_obj)
	$(PLUGIN_CC) -shared -Wl,-z,relro,-z,now -o $@ $^

$(plugin_out)/%.o: $(plugin_dir)/%.c $(plugin_h)
	@mkdir -p $(@D)
	$(PLUGIN_CC) $(plugin_cflags) -c -o $@ $<

$(plugin_out)/embed.o: $(plugin_dir)/embed.S $(plugin_dir)/metadata
	@mkdir -p $(@D)
	$(PLUGIN_CC) -fPIC -I$(plugin_dir) -Wa,-I$(plugin_dir) -c -o $@ $<

.PHONY: check-plugin-gcc check-plugin-clang check-plugin-format check-plugin-tidy check-plugin-cppcheck
check-plugin-gcc check-plugin-clang: check-plugin-%:
	@mkdir -p $(plugin_out)/check
	@for source in $(plugin_src); do $* $(plugin_cflags) -c -o $(plugin_out)/check/$*.o $$source || exit 1; done

check-plugin-format:
	@clang-format --dry-run -Werror $(plugin_src) $(plugin_h)

# The analyzer wants C11's Annex K functions, which glibc does not have.
check-plugin-tidy:
	@clang-tidy --quiet --checks=-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling --warnings-as-errors='*' $(plugin_src) -- $(plugin_cflags)

check-plugin-cppcheck:
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 $(plugin_dir)
