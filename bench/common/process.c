/* SPDX-License-Identifier: MIT */
#include "common/process.h"

#include "common/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a server may take to say its port, and to end after SIGTERM. */
#define PROCESS_PATIENCE_MS 5000

uint64_t process_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int process_beside(const char *name, char *path, size_t path_size, struct failure *failure)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length < 0) {
        return failure_errno(failure, "cannot find the running executable");
    }
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    int needed = snprintf(path, path_size, "%s/%s", self, name);
    if (needed < 0 || (size_t)needed >= path_size) {
        return failure_set(failure, -ENAMETOOLONG, "the path of %s is too long", name);
    }
    return 0;
}

/* In the child: runs the program or ends with 127, as a shell would. */
static void process_become(const char *const argv[], int stdout_fd, int stderr_fd, int cpu,
                           pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(127);
    }
    if (cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)cpu, &set);
        sched_setaffinity(0, sizeof(set), &set);
    }
    dup2(stdout_fd, STDOUT_FILENO);
    if (stderr_fd >= 0) {
        dup2(stderr_fd, STDERR_FILENO);
    }
    execv(argv[0], (char *const *)argv); /* POSIX: execv changes neither array nor strings */
    _exit(127);
}

static int process_check(const char *path, struct failure *failure)
{
    if (access(path, X_OK) != 0) {
        return failure_errno(failure, "cannot run %s", path);
    }
    return 0;
}

int process_start(struct process *process, const char *const argv[], int cpu,
                  struct failure *failure)
{
    int result = process_check(argv[0], failure);
    if (result != 0) {
        return result;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return failure_errno(failure, "cannot make a pipe for %s", argv[0]);
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        process_become(argv, ends[1], -1, cpu, parent);
    }
    close(ends[1]);
    if (pid < 0) {
        result = failure_errno(failure, "cannot fork for %s", argv[0]);
        close(ends[0]);
        return result;
    }
    *process = (struct process){.pid = pid, .output = ends[0]};
    int error = clock_getcpuclockid(pid, &process->clock);
    if (error != 0) {
        process_stop(process);
        return failure_set(failure, -error, "cannot read the CPU time of %s", argv[0]);
    }
    return 0;
}

/* One byte of the child's stdout; waits until the deadline. 0, or -errno; -EPIPE at its end. */
static int process_read_byte(const struct process *process, char *byte, uint64_t deadline_ns)
{
    uint64_t now_ns = process_now_ns();
    struct pollfd ready = {.fd = process->output, .events = POLLIN};
    int wait_ms = now_ns < deadline_ns ? (int)((deadline_ns - now_ns) / 1000000u) + 1 : 0;
    int polled = poll(&ready, 1, wait_ms);
    if (polled <= 0) {
        return polled == 0 ? -ETIMEDOUT : -errno;
    }
    ssize_t got = read(process->output, byte, 1);
    if (got <= 0) {
        return got == 0 ? -EPIPE : -errno;
    }
    return 0;
}

int process_read_line(const struct process *process, char *line, size_t line_size, unsigned wait_ms,
                      struct failure *failure)
{
    size_t used = 0;
    uint64_t deadline_ns = process_now_ns() + wait_ms * UINT64_C(1000000);
    while (used < line_size - 1) {
        int result = process_read_byte(process, line + used, deadline_ns);
        if (result == -EPIPE) {
            return failure_set(failure, result, "it ended before it printed what is waited for");
        }
        if (result != 0) {
            return failure_set(failure, result, "waiting for its output: %s", strerror(-result));
        }
        if (line[used] == '\n') {
            break;
        }
        used++;
    }
    line[used] = '\0';
    return 0;
}

/* The number after the last colon if nothing but blanks follows it, else 0. */
static uint16_t process_port_of(const char *line)
{
    const char *colon = strrchr(line, ':');
    if (colon == NULL) {
        return 0;
    }
    char *end;
    long port = strtol(colon + 1, &end, 10);
    end += strspn(end, " \t\r");
    return end != colon + 1 && *end == '\0' && port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

int process_read_port(struct process *process, uint16_t *port, struct failure *failure)
{
    char line[1024];
    do {
        int result = process_read_line(process, line, sizeof(line), PROCESS_PATIENCE_MS, failure);
        if (result != 0) {
            return result;
        }
        *port = process_port_of(line);
    } while (*port == 0);
    return 0;
}

uint64_t process_cpu_ns(const struct process *process)
{
    struct timespec used = {.tv_sec = 0};
    clock_gettime(process->clock, &used);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* True once the process can be reaped; false when it is still there after our patience. */
static bool process_ends(pid_t pid)
{
    int handle = (int)syscall(SYS_pidfd_open, pid, 0);
    if (handle < 0) {
        return false;
    }
    struct pollfd ended = {.fd = handle, .events = POLLIN};
    int polled;
    do {
        polled = poll(&ended, 1, PROCESS_PATIENCE_MS);
    } while (polled < 0 && errno == EINTR);
    close(handle);
    return polled > 0;
}

int process_stop(struct process *process)
{
    if (process->pid <= 0) {
        return 0;
    }
    kill(process->pid, SIGTERM);
    if (!process_ends(process->pid)) {
        kill(process->pid, SIGKILL);
    }
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(process->output);
    process->pid = 0;
    return status;
}

/* Reaps the child; an interrupt meant for the bench is passed on to it, once. */
static int process_reap(pid_t pid, struct rusage *usage)
{
    int status = 0;
    bool told = false;
    while (wait4(pid, &status, 0, usage) < 0 && errno == EINTR) {
        if (interrupt_seen() && !told) {
            kill(pid, SIGTERM);
            told = true;
        }
    }
    return status;
}

static uint64_t process_time_ns(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_usec * 1000u;
}

static int process_check_status(int status, int expected, const char *const argv[], const char *log,
                                struct failure *failure)
{
    if (interrupt_seen()) {
        return failure_set(failure, -EINTR, "interrupted");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) {
        return failure_set(failure, -ECHILD, "%s %s ended with %s %d; its output is in %s", argv[0],
                           argv[1] != NULL ? argv[1] : "", WIFEXITED(status) ? "status" : "signal",
                           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), log);
    }
    return 0;
}

int process_measure(const char *const argv[], const char *log, int expected,
                    struct process_use *use, struct failure *failure)
{
    int result = process_check(argv[0], failure);
    if (result != 0) {
        return result;
    }
    int output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) {
        return failure_errno(failure, "cannot write %s", log);
    }
    uint64_t start_ns = process_now_ns();
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        process_become(argv, output, output, -1, parent);
    }
    if (pid < 0) {
        result = failure_errno(failure, "cannot fork for %s", argv[0]);
        close(output);
        return result;
    }
    struct rusage usage = {.ru_maxrss = 0};
    int status = process_reap(pid, &usage);
    *use = (struct process_use){
        .elapsed_ns = process_now_ns() - start_ns,
        .cpu_ns = process_time_ns(&usage.ru_utime) + process_time_ns(&usage.ru_stime),
        .memory_kib = (uint64_t)usage.ru_maxrss,
    };
    close(output);
    return process_check_status(status, expected, argv, log, failure);
}

int process_run(const char *const argv[], const char *log, uint64_t *elapsed_ns,
                struct failure *failure)
{
    struct process_use use = {.elapsed_ns = 0};
    int result = process_measure(argv, log, EXIT_SUCCESS, &use, failure);
    *elapsed_ns = use.elapsed_ns;
    return result;
}
