/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buffered output of one vCPU's records. */
#ifndef VIRQLAB_WRITER_H
#define VIRQLAB_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

struct writer;

/* Writes DIR/metadata. Returns false after one line on stderr. */
bool writer_put_metadata(const char *directory);

/* Writes a file in one go. Returns false after one line on stderr. */
bool writer_put_file(const char *path, const void *data, size_t length);

/* Creates DIR/vcpuN. Returns NULL after one line on stderr. */
struct writer *writer_open(const char *directory, unsigned int vcpu);

/* Returns the place of the next record, zeroed; the caller fills it before he asks for another. */
struct record *writer_next(struct writer *writer);

/* Writes what is buffered. Returns false if anything was ever lost; the first loss is reported on stderr. */
bool writer_flush(struct writer *writer);

bool writer_failed(const struct writer *writer);

#endif
