/* SPDX-License-Identifier: Apache-2.0 */
/* arch/cache.h for the build host: a fake knows what was cleaned (fake_its.h). */
#ifndef TESTS_ARCH_CACHE_H
#define TESTS_ARCH_CACHE_H

#include <stdint.h>

void cache_clean(uint64_t base, uint64_t size);
void cache_forget(uint64_t base, uint64_t size);

#endif
