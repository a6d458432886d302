/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile int stop_heard;
static int stop_pipe[2] = {-1, -1};

static void stop_handle(int number)
{
    int saved = errno;
    if (number == SIGPIPE) {
        /* Stays caught: the process still has to write its report. */
        stop_heard = stop_heard ? stop_heard : 2;
    } else {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(SIGINT, &standard, NULL);
        sigaction(SIGTERM, &standard, NULL);
        stop_heard = stop_heard ? stop_heard : 1;
    }
    /* The pipe does not block; when it is full its reader has enough to wake up for. */
    ssize_t written = write(stop_pipe[1], "", 1);
    (void)written;
    errno = saved;
}

int stop_catch(bool broken_pipe)
{
    if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -errno;
    }
    struct sigaction action = {.sa_handler = stop_handle};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (broken_pipe) {
        sigaction(SIGPIPE, &action, NULL);
    }
    return stop_pipe[0];
}

const volatile int *stop_flag(void)
{
    return &stop_heard;
}
