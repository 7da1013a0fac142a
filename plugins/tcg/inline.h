/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A field of struct vcpu as an operand of QEMU's inline operations. */
#ifndef VIRQLAB_INLINE_H
#define VIRQLAB_INLINE_H

#include "qemu_api.h"

qemu_plugin_u64 vcpu_field(size_t offset);

#endif
