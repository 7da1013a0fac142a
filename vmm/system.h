/* SPDX-License-Identifier: Apache-2.0 */
/* Linux's system calls on arm64, as many as the VMM needs (include/uapi/asm-generic/unistd.h). */
#ifndef VMM_SYSTEM_H
#define VMM_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#define EINTR 4

#define SYS_IOCTL       29
#define SYS_MKDIRAT     34
#define SYS_MOUNT       40
#define SYS_OPENAT      56
#define SYS_READ        63
#define SYS_WRITE       64
#define SYS_NANOSLEEP   101
#define SYS_SETAFFINITY 122
#define SYS_SCHED_YIELD 124
#define SYS_REBOOT      142
#define SYS_MMAP        222

/* The result, or -errno (vmm/start.S). */
long system_call(long number, long a0, long a1, long a2, long a3, long a4, long a5);
long thread_start(unsigned long flags, void *stack_top, void (*function)(void *), void *argument);

/* Each ends the machine with a line that begins with `what` when the kernel refuses. */
long system_must(const char *what, long result);
int file_open(const char *path);
int file_open_readonly(const char *path);
long device_ioctl(const char *what, int fd, unsigned long request, uint64_t argument);
/* Shared pages of `fd`; anonymous ones when it is -1. */
void *memory_map(int fd, uint64_t size);
void file_write(int fd, const void *data, uint64_t size);
/* What was read of a file, at most `size` bytes: all of it from its beginning; as many as there are now, 0 at its end.
 */
uint64_t file_read(const char *path, void *buffer, uint64_t size);
uint64_t file_read_some(int fd, void *buffer, uint64_t size);
void mount(const char *type, const char *where);

void sleep_ms(unsigned ms);
/* This thread runs on one CPU alone. */
void run_on_cpu(unsigned cpu);
/* A thread that shares everything, on a stack of its own. */
void thread_run(void (*function)(void *), void *argument);
/* A lock between threads: who does not get it yields the CPU meanwhile. */
void lock_take(bool *lock);
void lock_release(bool *lock);

_Noreturn void host_off(void);
/* One line on the host's console, then the machine is off. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
