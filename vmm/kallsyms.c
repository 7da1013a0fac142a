/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own code symbols on the guest's console: lines of /proc/kallsyms, as they are. */
#include "string.h"
#include "system.h"
#include "vmm.h"

#define READ_MAX 0x10000

/* Who reads the symbols takes them for whole only before this line (bench/kallsyms.py). */
static const char end_line[] = "virqlab-vmm: end of kallsyms\n";

/* "ADDRESS TYPE NAME", and of a module's "\t[MODULE]" behind it. */
static int is_code(const char *line, size_t length)
{
    const char *type = memchr(line, ' ', length);

    return type != NULL && type + 1 < line + length && strchr("tTwW", type[1]) != NULL &&
           memchr(line, '\t', length) == NULL;
}

/* Prints the code lines among what is whole, and returns how many bytes that was. */
static size_t print_lines(const char *text, size_t size)
{
    const char *line = text, *end;

    while ((end = memchr(line, '\n', size - (size_t)(line - text))) != NULL) {
        if (is_code(line, (size_t)(end - line)))
            console_text(line, (size_t)(end - line) + 1);
        line = end + 1;
    }
    return (size_t)(line - text);
}

void kallsyms_print(void)
{
    static char text[READ_MAX];
    int fd = file_open_readonly("/proc/kallsyms");
    size_t had = 0, read, printed;

    while ((read = file_read_some(fd, text + had, sizeof(text) - had)) > 0) {
        had += read;
        printed = print_lines(text, had);
        had -= printed;
        memmove(text, text + printed, had);
    }
    console_text(end_line, sizeof(end_line) - 1);
    console_flush();
}
