/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "command.h"
#include "safe_text.h"

#define OUTPUT_MESSAGE_BYTES  4096
#define OUTPUT_LINE_BYTES_MAX ((size_t)64 << 10)

static const char *output_name = "sockdrill";
static int output_errno; /* of the first flush that failed */

/* A descriptor that the caller closed would be given to the next file or socket, and messages would
 * end up there. Each is opened the wrong way round, so that using it still fails. */
static void output_take_descriptors(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int descriptor = 0; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", wrong_way[descriptor]) != descriptor) {
            _exit(COMMAND_MACHINE);
        }
    }
}

/* Runs as the last of the exit handlers. Only _exit can still change the exit code here. */
static void output_check(void)
{
    if (output_flush() != 0) {
        output_complain("standard output could not be written: %s", strerror(output_errno));
        _exit(COMMAND_MACHINE);
    }
}

void output_init(void)
{
    output_take_descriptors();
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    if (atexit(output_check) != 0) {
        output_no_memory();
    }
}

void output_set_name(const char *name)
{
    output_name = name;
}

/* One line, harmless to a terminal: messages repeat what files, plugins and peers supplied. */
static void output_line(const char *name, const char *message)
{
    struct bytes line;
    bytes_init(&line, OUTPUT_LINE_BYTES_MAX);
    bool made = safe_text_add(&line, message, strlen(message)) == 0;
    const char *text = made ? bytes_string(&line) : NULL;
    fprintf(stderr, "%s%s%s\n", name, name[0] ? ": " : "", text ? text : "out of memory");
    bytes_fini(&line);
}

void output_complain(const char *format, ...)
{
    char message[OUTPUT_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    output_line(output_name, message);
}

void output_error(const struct drill_error *error)
{
    char text[OUTPUT_MESSAGE_BYTES];
    drill_error_text(error, text, sizeof(text));
    output_line(error->file[0] ? "" : output_name, text);
}

_Noreturn void output_no_memory(void)
{
    output_complain("out of memory");
    exit(COMMAND_MACHINE);
}

int output_flush(void)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        /* A stream that failed while it was filled has forgotten why. */
        int error = errno ? errno : EIO;
        output_errno = output_errno ? output_errno : error;
        return -output_errno;
    }
    return 0;
}
