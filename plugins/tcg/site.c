/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "site.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SITES_PER_CHUNK 2048

struct chunk {
    struct chunk *next;
    unsigned int used;
    struct site sites[SITES_PER_CHUNK];
};

static struct chunk *chunks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* without -icount vCPUs translate in parallel */

struct site *site_new(const struct site *value)
{
    struct site *site;

    (void)pthread_mutex_lock(&lock);
    if (!chunks || chunks->used == SITES_PER_CHUNK) {
        struct chunk *chunk = malloc(sizeof(*chunk));

        if (!chunk) {
            (void)fprintf(stderr, "virqlab: out of memory\n");
            exit(EXIT_FAILURE);
        }
        chunk->next = chunks;
        chunk->used = 0;
        chunks = chunk;
    }
    site = &chunks->sites[chunks->used++];
    (void)pthread_mutex_unlock(&lock);
    *site = *value;
    return site;
}

static void keep_block(struct vcpu *vcpu)
{
    const struct site *site = block_site(vcpu->block);

    if (site && site != vcpu->flushed) {
        *vcpu->flushed = *site;
        vcpu->block = (uint64_t)(uintptr_t)vcpu->flushed | (vcpu->block & BLOCK_FINISHED);
    }
    if (atomic_load(&vcpu->ended)) {
        vcpu->end_block = vcpu->block;
    }
}

void sites_release(void)
{
    for (unsigned int i = 0; i < vcpus_count(); i++) {
        keep_block(vcpu_get(i));
    }
    (void)pthread_mutex_lock(&lock);
    while (chunks) {
        struct chunk *next = chunks->next;

        free(chunks);
        chunks = next;
    }
    (void)pthread_mutex_unlock(&lock);
}
