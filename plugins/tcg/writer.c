/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDS 2048 /* 64 KiB: enough that the system call does not show, small enough to stay in the L2 cache */

struct writer {
    int fd;
    bool failed;
    unsigned int used;
    uint64_t written; /* bytes */
    char *path;
    struct record records[RECORDS];
};

/* embed.S */
extern const char metadata_text[];
extern const uint64_t metadata_text_size;

static bool report(const char *path, const char *what)
{
    (void)fprintf(stderr, "virqlab: cannot %s %s: %s\n", what, path, strerror(errno));
    return false;
}

/* Returns how many bytes were written before an error. */
static size_t write_all(int fd, const void *data, size_t length)
{
    size_t done = 0;

    while (done < length) {
        const ssize_t n = write(fd, (const char *)data + done, length - done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            break;
        }
        done += (size_t)n;
    }
    return done;
}

static char *join(const char *directory, const char *name)
{
    const size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);

    if (path) {
        (void)snprintf(path, size, "%s/%s", directory, name);
    }
    return path;
}

static int create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

bool writer_put_file(const char *path, const void *data, size_t length)
{
    const int fd = create(path);
    bool ok = fd >= 0;

    if (ok) {
        ok = write_all(fd, data, length) == length;
        ok = close(fd) == 0 && ok;
    }
    return ok || report(path, "write");
}

bool writer_put_metadata(const char *directory)
{
    char *path = join(directory, "metadata");
    const bool ok = path ? writer_put_file(path, metadata_text, metadata_text_size) : report(directory, "write");

    free(path);
    return ok;
}

struct writer *writer_open(const char *directory, unsigned int vcpu)
{
    char name[24];
    struct writer *writer = calloc(1, sizeof(*writer));

    (void)snprintf(name, sizeof(name), "vcpu%u", vcpu);
    if (writer) {
        writer->path = join(directory, name);
        writer->fd = writer->path ? create(writer->path) : -1;
    }
    if (!writer || writer->fd < 0) {
        (void)report(writer && writer->path ? writer->path : directory, "create");
        if (writer) {
            free(writer->path);
        }
        free(writer);
        return NULL;
    }
    return writer;
}

/* A trace that was cut off still ends at a record: readers see a whole number of them. What is no file cannot be cut.
 */
static void cut_at_record(const struct writer *writer)
{
    const int ignored = ftruncate(writer->fd, (off_t)(writer->written - writer->written % sizeof(struct record)));

    (void)ignored;
}

bool writer_flush(struct writer *writer)
{
    const size_t length = writer->used * sizeof(writer->records[0]);

    writer->used = 0;
    if (!writer->failed) {
        const size_t done = write_all(writer->fd, writer->records, length);

        writer->written += done;
        if (done < length) {
            writer->failed = true;
            (void)report(writer->path, "write");
            cut_at_record(writer);
        }
    }
    return !writer->failed;
}

bool writer_failed(const struct writer *writer)
{
    return writer->failed;
}

struct record *writer_next(struct writer *writer)
{
    struct record *record;

    if (writer->used == RECORDS) {
        (void)writer_flush(writer);
    }
    record = &writer->records[writer->used++];
    memset(record, 0, sizeof(*record));
    return record;
}
