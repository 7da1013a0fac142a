/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver.h"

#include <stddef.h>

#include "field.h"
#include "string.h"

static const struct delivery *const strategies[] = {&deliver_te,    &deliver_te_v2, &deliver_lr,
                                                    &deliver_gicv2, &deliver_gicv4, &deliver_pass};

const struct delivery *delivery_find(const char *tag, unsigned version)
{
    const struct delivery *found = NULL;

    for (unsigned i = 0; i < ARRAY_SIZE(strategies); i++)
        if (strcmp(strategies[i]->tag, tag) == 0 && (found == NULL || strategies[i]->version == version))
            found = strategies[i];
    return found;
}

/* Whether a strategy of that name stands before `i`. */
static bool named_before(unsigned i)
{
    for (unsigned j = 0; j < i; j++)
        if (strcmp(strategies[j]->tag, strategies[i]->tag) == 0)
            return true;
    return false;
}

const char *delivery_tags(void)
{
    static char tags[64];
    char *end = tags;

    for (unsigned i = 0; i < ARRAY_SIZE(strategies); i++) {
        size_t length = strlen(strategies[i]->tag);

        if (named_before(i) || end + length + 3 > tags + sizeof(tags))
            continue;
        memcpy(end, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        end += i > 0 ? 2 : 0;
        memcpy(end, strategies[i]->tag, length + 1);
        end += length;
    }
    return tags;
}
