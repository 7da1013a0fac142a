/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver.h"

#include <stddef.h>

#include "field.h"
#include "string.h"

static const struct delivery *const strategies[] = {&deliver_te, &deliver_lr};

const struct delivery *delivery_find(const char *tag)
{
    for (unsigned i = 0; i < ARRAY_SIZE(strategies); i++)
        if (strcmp(strategies[i]->tag, tag) == 0)
            return strategies[i];
    return NULL;
}

const char *delivery_tags(void)
{
    static char tags[64];
    char *end = tags;

    for (unsigned i = 0; i < ARRAY_SIZE(strategies); i++) {
        size_t length = strlen(strategies[i]->tag);

        if (end + length + 3 > tags + sizeof(tags))
            break;
        memcpy(end, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        end += i > 0 ? 2 : 0;
        memcpy(end, strategies[i]->tag, length + 1);
        end += length;
    }
    return tags;
}
