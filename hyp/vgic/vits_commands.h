/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of an ITS, GICv3's (IHI 0069H 5.3): mappings, and what they do to LPIs at once. */
#ifndef VGIC_VITS_COMMANDS_H
#define VGIC_VITS_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

struct vgic;

/* Its four doublewords. False: it is wrong, and nothing happened. */
bool vits_command(struct vgic *vm, const uint64_t *command);

/* Whether it takes time with the number of LPIs: it ends an exit's share of the queue. */
bool vits_command_is_long(const struct vgic *vm, const uint64_t *command);

#endif
