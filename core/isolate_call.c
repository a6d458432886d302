/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "isolate.h"
#include "isolate_child.h"
#include "isolate_crash.h"

#define ANSWER     ISOLATE_CHILD_KEEP_FIRST
#define READ_BYTES ((size_t)64 << 10)
/* How much of what the child printed is quoted when it failed. */
#define QUOTE_BYTES 160

/* Comes behind what the child added to `out`, so that an answer without it is not whole. */
struct trailer {
    uint64_t size; /* of what stands before */
    int64_t returned;
};

struct call {
    int answer; /* the reading end */
    int output;
    pid_t pid;
    uint64_t deadline_ns;
    uint64_t timeout_ms;
    struct bytes *out;
    struct drill_error *error;
};

/* The child's whole life. */
static _Noreturn void answer(int (*work)(void *argument, struct bytes *out), void *argument,
                             size_t size_max)
{
    struct bytes out;
    bytes_init(&out, size_max);
    int returned = work(argument, &out);
    struct trailer trailer = {.size = out.size, .returned = returned};
    size_t sent = 0;
    while (sent < out.size) {
        ssize_t written = write(ANSWER, out.data + sent, out.size - sent);
        if (written < 0 && errno != EINTR) {
            isolate_child_leave(EXIT_FAILURE);
        }
        sent += written > 0 ? (size_t)written : 0;
    }
    ssize_t written = write(ANSWER, &trailer, sizeof(trailer));
    isolate_child_leave(written == (ssize_t)sizeof(trailer) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Appends what there is: 1, 0 at the end, or -errno. */
static int read_some(struct call *call, struct bytes *wire)
{
    int status = bytes_reserve(wire, 1);
    if (status != 0) {
        return status;
    }
    size_t room = wire->capacity - wire->size;
    if (room > wire->size_max - wire->size) {
        room = wire->size_max - wire->size;
    }
    ssize_t got = read(call->answer, wire->data + wire->size, room);
    if (got < 0) {
        return errno == EINTR || errno == EAGAIN ? 1 : -errno;
    }
    wire->size += (size_t)got;
    return got > 0;
}

/* Until the child closes its end: 0, -ETIME, or -errno. */
static int collect(struct call *call, struct bytes *wire)
{
    for (;;) {
        uint64_t now_ns = clock_real_ns();
        if (now_ns >= call->deadline_ns) {
            return -ETIME;
        }
        uint64_t wait_ms = (call->deadline_ns - now_ns + CLOCK_MS - 1) / CLOCK_MS;
        struct pollfd end = {.fd = call->answer, .events = POLLIN};
        int news = poll(&end, 1, wait_ms < 60000 ? (int)wait_ms : 60000);
        int status = news > 0 ? read_some(call, wire) : 1;
        if (status <= 0) {
            return status;
        }
    }
}

/* The first line of what the child printed, as far as it can be shown, in brackets. */
static const char *quote_output(int output, char *text, size_t size)
{
    char *all = isolate_child_output_read(output);
    text[0] = 0;
    if (!all) {
        return text;
    }
    all[strcspn(all, "\n")] = 0;
    for (char *at = all; *at; at++) {
        bool plain = *at >= ' ' && *at <= '~';
        *at = *at == '\t' ? ' ' : plain ? *at : '?';
    }
    if (all[0]) {
        snprintf(text, size, " (it printed: %.*s)", QUOTE_BYTES, all);
    }
    free(all);
    return text;
}

static int blame(const struct call *call, int status, bool late)
{
    char quote[QUOTE_BYTES + 32];
    char name[ISOLATE_CRASH_NAME_BYTES];
    quote_output(call->output, quote, sizeof(quote));
    if (late) {
        drill_error_set(call->error, "did not return within %" PRIu64 " ms%s", call->timeout_ms,
                        quote);
    } else if (WIFSIGNALED(status)) {
        drill_error_set(call->error, "crashed with %s%s",
                        isolate_crash_signal_name(WTERMSIG(status), name), quote);
    } else {
        drill_error_set(call->error, "ended the process with status %d%s", WEXITSTATUS(status),
                        quote);
    }
    return -ECHILD;
}

/* Takes the answer apart. False: it is not whole. */
static bool understand(struct bytes *wire, int *returned)
{
    struct trailer trailer;
    if (wire->size < sizeof(trailer)) {
        return false;
    }
    size_t size = wire->size - sizeof(trailer);
    memcpy(&trailer, wire->data + size, sizeof(trailer));
    if (trailer.size != size) {
        return false;
    }
    wire->size = size;
    *returned = (int)trailer.returned;
    return true;
}

static int wait_for_answer(struct call *call, int *returned)
{
    struct bytes wire;
    size_t room = call->out->size_max - call->out->size;
    /* One byte more than can be good, so that what is too long shows. */
    bytes_init(&wire, room < SIZE_MAX / 2 ? room + sizeof(struct trailer) + 1 : SIZE_MAX / 2);
    int status = collect(call, &wire);
    int ended = isolate_child_end(call->pid);
    call->pid = 0;
    if (status == -ETIME || (status == 0 && !understand(&wire, returned))) {
        status = blame(call, ended, status == -ETIME);
    } else if (status == 0) {
        status = bytes_add(call->out, wire.data, wire.size);
    }
    if (status != 0 && status != -ECHILD) {
        drill_error_set(call->error, "gave an answer that could not be read: %s",
                        strerror(-status));
    }
    bytes_fini(&wire);
    return status;
}

static int start(struct call *call, int (*work)(void *argument, struct bytes *out), void *argument)
{
    int ends[2];
    int status = isolate_child_pipe(ends);
    if (status != 0) {
        return status;
    }
    pid_t pid = isolate_child_fork(call->output, &ends[1], 1);
    if (pid == 0) {
        answer(work, argument, call->out->size_max);
    }
    close(ends[1]);
    call->answer = ends[0];
    if (pid < 0) {
        close(ends[0]);
        return (int)pid;
    }
    call->pid = pid;
    return 0;
}

int isolate_call(int (*work)(void *argument, struct bytes *out), void *argument,
                 uint64_t timeout_ms, struct bytes *out, int *returned, struct drill_error *error)
{
    struct call call = {.output = isolate_child_output_new(),
                        .deadline_ns =
                            clock_after(clock_real_ns(), timeout_ms < UINT64_MAX / CLOCK_MS
                                                             ? timeout_ms * CLOCK_MS
                                                             : CLOCK_NEVER_NS),
                        .timeout_ms = timeout_ms,
                        .out = out,
                        .error = error};
    int status = call.output < 0 ? call.output : start(&call, work, argument);
    if (status != 0) {
        drill_error_set(error, "a process could not be started: %s", strerror(-status));
    } else {
        status = wait_for_answer(&call, returned);
        close(call.answer);
    }
    if (call.output >= 0) {
        close(call.output);
    }
    return status;
}
