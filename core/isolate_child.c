/* SPDX-License-Identifier: MIT */
#include "isolate_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* No file that a child writes grows beyond this, so that a plugin which prints for ever cannot fill
 * the memory. */
#define FILE_BYTES_MAX ((rlim_t)16 << 20)
/* Descriptors are first moved up here, out of the way of their final places. */
#define PARKING 64

#ifdef DRILL_COVERAGE
void __gcov_dump(void);
#endif

int isolate_child_output_new(void)
{
    int output = memfd_create("output", MFD_CLOEXEC);
    return output < 0 ? -errno : output;
}

void isolate_child_output_clear(int output)
{
    int status = ftruncate(output, 0);
    ASSERT(status == 0);
    /* The position is shared with the child's descriptors. */
    lseek(output, 0, SEEK_SET);
}

char *isolate_child_output_read(int output)
{
    off_t end = lseek(output, 0, SEEK_END);
    if (end <= 0) {
        return NULL;
    }
    size_t size = (size_t)end;
    if (size > ISOLATE_CHILD_OUTPUT_BYTES) {
        size = ISOLATE_CHILD_OUTPUT_BYTES;
    }
    char *text = malloc(size + 1);
    ssize_t got = text ? pread(output, text, size, 0) : -1;
    if (got <= 0) {
        free(text);
        return NULL;
    }
    for (ssize_t i = 0; i < got; i++) {
        text[i] = text[i] ? text[i] : '?';
    }
    text[got] = 0;
    return text;
}

rlim_t isolate_child_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return RLIM_INFINITY;
    }
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

int isolate_child_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno;
}

_Noreturn void isolate_child_leave(int status)
{
    /* What a plugin printed but did not flush is part of its output. */
    (void)fflush(NULL);
#ifdef DRILL_COVERAGE
    __gcov_dump();
#endif
    _exit(status);
}

/* Runs before every exit handler that the parent had registered. */
static void leave_at_exit(int status, void *unused)
{
    (void)unused;
    isolate_child_leave(status);
}

static void reset_signals(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    /* SIGKILL, SIGSTOP and what libc keeps for itself are refused, which is as well. */
    for (int signal = 1; signal < NSIG; signal++) {
        (void)sigaction(signal, &usual, NULL);
    }
    (void)sigaction(SIGPIPE, &ignored, NULL);
    (void)sigaction(SIGXFSZ, &ignored, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0, or -1 when a descriptor cannot be had. */
static int place(int from, int to)
{
    return from >= 0 && dup2(from, to) == to ? 0 : -1;
}

static int take_descriptors(int output, const int *keep, size_t keep_count)
{
    int parked[ISOLATE_CHILD_KEEP_MAX];
    for (size_t i = 0; i < keep_count; i++) {
        parked[i] = fcntl(keep[i], F_DUPFD, PARKING);
    }
    output = fcntl(output, F_DUPFD, PARKING);
    int input = open("/dev/null", O_RDWR);
    int status =
        place(input, STDIN_FILENO) | place(output, STDOUT_FILENO) | place(output, STDERR_FILENO);
    for (size_t i = 0; i < keep_count; i++) {
        status |= place(parked[i], ISOLATE_CHILD_KEEP_FIRST + (int)i);
    }
    status |= close_range(ISOLATE_CHILD_KEEP_FIRST + (unsigned)keep_count, ~0U, 0);
    return status;
}

static void set_limit(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur > most) {
        limit.rlim_cur = most;
        (void)setrlimit(resource, &limit);
    }
}

static int become_child(pid_t parent, int output, const int *keep, size_t keep_count)
{
    (void)setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        return -1; /* the parent died before the line above could count */
    }
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, FILE_BYTES_MAX);
    if (take_descriptors(output, keep, keep_count) != 0) {
        return -1;
    }
    reset_signals();
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    return on_exit(leave_at_exit, NULL) == 0 ? 0 : -1;
}

/* With SIGCHLD ignored, as a careless starter may leave it, no child could be waited for. */
static void want_children(void)
{
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) {
        action = (struct sigaction){.sa_handler = SIG_DFL};
        (void)sigaction(SIGCHLD, &action, NULL);
    }
}

pid_t isolate_child_fork(int output, const int *keep, size_t keep_count)
{
    ASSERT(keep_count <= ISOLATE_CHILD_KEEP_MAX);
    want_children();
    /* Else a plugin that flushes everything would print the parent's buffered text as its own. */
    (void)fflush(NULL);
    pid_t parent = getpid();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    /* The parent's handlers must not run in the child. */
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0 && become_child(parent, output, keep, keep_count) != 0) {
        _exit(ISOLATE_CHILD_BROKEN_STATUS);
    }
    if (pid != 0) {
        int error = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        return pid < 0 ? -error : pid;
    }
    return 0;
}

int isolate_child_end(pid_t pid)
{
    ASSERT(pid > 0);
    /* Twice, because the child may not have made its group yet. Neither can hit a stranger: the id
     * stays taken until waitpid returns. */
    (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
    int status = 0;
    pid_t waited;
    do {
        waited = waitpid(pid, &status, 0);
    } while (waited < 0 && errno == EINTR);
    ASSERT(waited == pid);
    return status;
}
