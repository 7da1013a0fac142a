/* SPDX-License-Identifier: Apache-2.0 */
/* Included before everything else: system registers are those of a fake core, by name (fake_ich.c). */
#ifndef TESTS_FAKE_REGS_H
#define TESTS_FAKE_REGS_H

#include <stdint.h>

uint64_t *fake_sysreg(const char *name);

#define read_sysreg(name)         (*fake_sysreg(#name))
#define read_sysreg_plain(name)   (*fake_sysreg(#name))
#define write_sysreg(name, value) ((void)(*fake_sysreg(#name) = (value)))
#define isb()                     ((void)0)
#define dsb(opt)                  ((void)0)
#define sev()                     ((void)0)
#define wfe()                     ((void)0)

#endif
