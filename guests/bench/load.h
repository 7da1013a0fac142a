/* SPDX-License-Identifier: Apache-2.0 */
/* What a VM does beside one that measures: the same program, with `role=load` in its arguments. */
#ifndef GUESTS_BENCH_LOAD_H
#define GUESTS_BENCH_LOAD_H

/* With that role: does what `load` says until `until_ns` of virtual time, and turns the VM off. Else returns. */
void load_if_asked(void);

#endif
