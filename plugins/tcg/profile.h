/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often each instruction at EL2 ran between two marks. Every segment of translated code (translate.c) has a counter
 * of its own, found again when the same code is translated again; docs/trace-format.md describes the file.
 */
#ifndef VIRQLAB_PROFILE_H
#define VIRQLAB_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qemu_api.h"

/* The marks that bound the region; without this call nothing is profiled. A mark at EL2 would cut a segment. */
void profile_enable(uint16_t begin, uint16_t end);
bool profile_enabled(void);

/* The counter of the `length` instructions from `pc` on. */
qemu_plugin_u64 profile_segment(uint64_t pc, size_t length);

/* A mark: counting starts anew, or what was counted since is added to the profile. `vbar` is VBAR_EL2. */
void profile_mark(uint16_t id, uint64_t vbar);

/* Writes the file if the region was ever left. Returns false after one line on stderr. */
bool profile_write(const char *path);

#endif
