/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALID                                                                                                          \
    "out=DIR, deadline=NS, count=fast|insn, mmio=el2|emulated|all, profile=FILE, region=MARK:MARK, stimulus=FILE, "    \
    "slice=NS, begin=reset|guest"

static const char *value_of(const char *argument, const char *key)
{
    const size_t length = strlen(key);

    return strncmp(argument, key, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

/* A positive number that fits QEMU's signed clock. */
static bool parse_ns(const char *text, uint64_t *ns)
{
    char *end = NULL;

    errno = 0;
    *ns = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *ns > 0 && *ns <= INT64_MAX;
}

/* Two mark ids, e.g. 0x100:0x101. */
static bool parse_region(struct options *options, const char *text)
{
    char *middle = NULL;
    char *end = NULL;
    const unsigned long begin_mark = strtoul(text, &middle, 0);
    const unsigned long end_mark = *middle == ':' ? strtoul(middle + 1, &end, 0) : 0;

    options->region_begin = (uint16_t)begin_mark;
    options->region_end = (uint16_t)end_mark;
    return end && end != middle + 1 && *end == '\0' && begin_mark <= UINT16_MAX && end_mark <= UINT16_MAX &&
           begin_mark != end_mark;
}

static bool parse_mmio(struct options *options, const char *text)
{
    static const char *const names[] = {
        [OPTIONS_MMIO_EL2] = "el2", [OPTIONS_MMIO_EMULATED] = "emulated", [OPTIONS_MMIO_ALL] = "all"};

    for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            options->mmio = (enum options_mmio)i;
            return true;
        }
    }
    return false;
}

static bool parse_one(struct options *options, const char *argument)
{
    const char *value;

    if ((value = value_of(argument, "out")) != NULL) {
        options->out = value;
        return value[0] != '\0';
    }
    if ((value = value_of(argument, "deadline")) != NULL) {
        return parse_ns(value, &options->deadline);
    }
    if ((value = value_of(argument, "count")) != NULL) {
        options->count_insn = strcmp(value, "insn") == 0;
        return options->count_insn || strcmp(value, "fast") == 0;
    }
    if ((value = value_of(argument, "mmio")) != NULL) {
        return parse_mmio(options, value);
    }
    if ((value = value_of(argument, "profile")) != NULL) {
        options->profile = value;
        return value[0] != '\0';
    }
    if ((value = value_of(argument, "region")) != NULL) {
        return parse_region(options, value);
    }
    if ((value = value_of(argument, "stimulus")) != NULL) {
        options->stimulus = value;
        return value[0] != '\0';
    }
    if ((value = value_of(argument, "slice")) != NULL) {
        return parse_ns(value, &options->slice);
    }
    if ((value = value_of(argument, "begin")) != NULL) {
        options->begin_by_guest = strcmp(value, "guest") == 0;
        return options->begin_by_guest || strcmp(value, "reset") == 0;
    }
    return false;
}

bool options_parse(struct options *options, int argc, char **argv, char *error, unsigned int size)
{
    *options = (struct options){.out = NULL};
    for (int i = 0; i < argc; i++) {
        if (!parse_one(options, argv[i])) {
            (void)snprintf(error, size, "bad option '%s': say %s", argv[i], VALID);
            return false;
        }
    }
    if (!options->out) {
        (void)snprintf(error, size, "option 'out' is missing: say %s", VALID);
        return false;
    }
    if (options->profile && options->region_begin == options->region_end) {
        (void)snprintf(error, size, "option 'profile' needs 'region': say %s", VALID);
        return false;
    }
    return true;
}
