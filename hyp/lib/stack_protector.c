/* SPDX-License-Identifier: Apache-2.0 */
/* libfdt.a is compiled with -fstack-protector: what it refers to. A broken canary is a bug of our own. */
#include <stdint.h>

#include "check.h"

extern const uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

const uintptr_t __stack_chk_guard = UINT64_C(0x5f3759df00ff0a0d);

void __stack_chk_fail(void)
{
    check_failed(__FILE__, __LINE__, "stack canary");
}
