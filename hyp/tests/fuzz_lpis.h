/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a guest that writes its tables, queue and registers of LPIs as it likes, some of them outside its memory. */
#ifndef TESTS_FUZZ_LPIS_H
#define TESTS_FUZZ_LPIS_H

#include "fuzz.h"

#define FUZZ_LPIS_CPUS   3
#define FUZZ_LPIS_DEVICE 1 /* that steps name most; and the next one */

struct fuzz_lpis {
    bool its;
    bool opened; /* everything is set up, and 16 events of the device are mapped, when the input begins */
    bool tame;   /* its tables are where nothing else is, and only the ITS and redistributors write there */
};
extern struct fuzz_lpis fuzz_lpis;

/* What the guest did before the input begins; its VM has LPIs. */
void fuzz_lpis_open(struct vgic *vm);

/* False: the step is for who calls, a guest that takes what is pending. */
bool fuzz_lpis_step(struct vgic_cpu *cpu, const struct fuzz_step *step);

#endif
