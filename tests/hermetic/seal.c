/* SPDX-License-Identifier: MIT */
/*
 * A filter for system calls (seccomp(2)), and definitions of libc's clocks, which the whole program
 * and its plugins get instead of libc's: those would read the time without entering the kernel.
 */
#include "seal.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define SEAL_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SEAL_MACHINE AUDIT_ARCH_AARCH64
#else
#error "the seal needs to know this machine's AUDIT_ARCH"
#endif

#define LOAD(member)                                                                               \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define ALLOW(name)                                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static bool closed;

int seal_close(void)
{
    struct sock_filter rules[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SEAL_MACHINE, 1, 0),
        KILL,
        LOAD(nr),
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(mprotect),
        ALLOW(madvise),
        ALLOW(write),
        ALLOW(exit),
        ALLOW(exit_group),
        KILL,
    };
    struct sock_fprog filter = {.len = sizeof(rules) / sizeof(rules[0]), .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        return -errno;
    }
    closed = true;
    return 0;
}

static void seal_look(const char *sentence)
{
    if (closed) {
        ssize_t written = write(STDERR_FILENO, sentence, strlen(sentence));
        _exit(written < 0 ? SEAL_CLOCK_STATUS + 1 : SEAL_CLOCK_STATUS);
    }
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    seal_look("hermetic: clock_gettime was called\n");
    return (int)syscall(SYS_clock_gettime, clock, now);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    seal_look("hermetic: gettimeofday was called\n");
    return (int)syscall(SYS_gettimeofday, now, zone);
}

time_t time(time_t *now)
{
    struct timespec spec = {0};
    seal_look("hermetic: time was called\n");
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &spec);
    if (now) {
        *now = spec.tv_sec;
    }
    return spec.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    seal_look("hermetic: timespec_get was called\n");
    return base == TIME_UTC && syscall(SYS_clock_gettime, CLOCK_REALTIME, now) == 0 ? base : 0;
}

/* Newer kernels give random bytes without a system call, too. */
ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    seal_look("hermetic: getrandom was called\n");
    return syscall(SYS_getrandom, bytes, size, flags);
}
