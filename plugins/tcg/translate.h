/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instrumentation of each block that QEMU translates. */
#ifndef VIRQLAB_TRANSLATE_H
#define VIRQLAB_TRANSLATE_H

#include "qemu_api.h"

void translate_count_every_insn(bool every);
/* all: accesses to devices at EL0 and EL1 too, slow; emulated: those that EL2 emulates for a guest. */
void translate_watch_mmio(bool all, bool emulated);
void translate_block(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

#endif
