/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <stddef.h>

#include "check.h"
#include "print.h"
#include "string.h"

#define AT_FDCWD  (-100)
#define O_RDONLY  0
#define O_RDWR    2
#define O_CLOEXEC 02000000

#define PROT_READ_WRITE 3
#define MAP_SHARED      0x01
#define MAP_PRIVATE     0x02
#define MAP_ANONYMOUS   0x20

/* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM: what a thread of the same process shares (clone(2)). */
#define CLONE_THREAD_FLAGS 0x50f00UL
#define STACK_SIZE         0x10000

/* reboot(2). */
#define REBOOT_MAGIC1    0xfee1dead
#define REBOOT_MAGIC2    672274793
#define REBOOT_POWER_OFF 0x4321fedc

#define STDOUT 1

static char line[256];
static unsigned line_length;

static void put_line(char c)
{
    line[line_length++] = c;
    if (c == '\n' || line_length == sizeof(line)) {
        file_write(STDOUT, line, line_length);
        line_length = 0;
    }
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprint(put_line, format, args);
    va_end(args);
}

void fail(const char *format, ...)
{
    va_list args;

    print("virqlab-vmm: ");
    va_start(args, format);
    vprint(put_line, format, args);
    va_end(args);
    print("\n");
    host_off();
}

void check_failed(const char *file, int line_number, const char *condition)
{
    fail("BUG %s:%d: %s", file, line_number, condition);
}

void host_off(void)
{
    for (;;)
        system_call(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0, 0, 0);
}

long system_must(const char *what, long result)
{
    if (result < 0)
        fail("%s: errno %ld", what, -result);
    return result;
}

static int open_as(const char *path, long flags)
{
    return (int)system_must(path, system_call(SYS_OPENAT, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0));
}

int file_open(const char *path)
{
    return open_as(path, O_RDWR);
}

long device_ioctl(const char *what, int fd, unsigned long request, uint64_t argument)
{
    return system_must(what, system_call(SYS_IOCTL, fd, (long)request, (long)argument, 0, 0, 0));
}

void *memory_map(int fd, uint64_t size)
{
    long flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;

    return (void *)system_must("mmap", system_call(SYS_MMAP, 0, (long)size, PROT_READ_WRITE, flags, fd, 0));
}

void file_write(int fd, const void *data, uint64_t size)
{
    const char *from = data;

    while (size > 0) {
        long done = system_call(SYS_WRITE, fd, (long)from, (long)size, 0, 0, 0);

        if (done <= 0)
            return;
        from += done;
        size -= (uint64_t)done;
    }
}

int file_open_readonly(const char *path)
{
    return open_as(path, O_RDONLY);
}

uint64_t file_read_some(int fd, void *buffer, uint64_t size)
{
    return (uint64_t)system_must("read", system_call(SYS_READ, fd, (long)buffer, (long)size, 0, 0, 0));
}

uint64_t file_read(const char *path, void *buffer, uint64_t size)
{
    int fd = file_open_readonly(path);
    uint64_t had = 0, done;

    while ((done = file_read_some(fd, (char *)buffer + had, size - had)) > 0)
        had += done;
    return had;
}

void mount(const char *type, const char *where)
{
    system_must(where, system_call(SYS_MOUNT, (long)type, (long)where, (long)type, 0, 0, 0));
}

void sleep_ms(unsigned ms)
{
    int64_t timespec[2] = {ms / 1000, (int64_t)(ms % 1000) * 1000000};

    system_must("nanosleep", system_call(SYS_NANOSLEEP, (long)timespec, 0, 0, 0, 0, 0));
}

void run_on_cpu(unsigned cpu)
{
    uint64_t mask = UINT64_C(1) << cpu;

    system_must("sched_setaffinity", system_call(SYS_SETAFFINITY, 0, sizeof(mask), (long)&mask, 0, 0, 0));
}

void thread_run(void (*function)(void *), void *argument)
{
    char *stack = memory_map(-1, STACK_SIZE);

    system_must("clone", thread_start(CLONE_THREAD_FLAGS, stack + STACK_SIZE, function, argument));
}

void lock_take(bool *lock)
{
    while (__atomic_exchange_n(lock, true, __ATOMIC_ACQUIRE))
        system_call(SYS_SCHED_YIELD, 0, 0, 0, 0, 0, 0);
}

void lock_release(bool *lock)
{
    __atomic_store_n(lock, false, __ATOMIC_RELEASE);
}
