/* SPDX-License-Identifier: MIT */
#include "isolate_crash.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define STACK_BYTES ((size_t)1 << 17)
/* A handler that meets a lock held by what it interrupted is ended after this long. */
#define PATIENCE_S 2

#ifdef CHECK_SANITIZED
/* The sanitizers' defaults for this program: what they find must end in SIGABRT, so that our
 * handlers see it, and plain faults are ours. The names are theirs. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
    return "abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:"
           "handle_sigill=0:handle_sigtrap=0:allocator_may_return_null=1";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}
#endif

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
#define FATAL_COUNT (sizeof(fatal_signals) / sizeof(*fatal_signals))

/* The handlers' only way to their record; set once per process. */
static struct isolate_crash *watched;
static const void *watched_base;

/* Where the interrupted code stood, and who called it when that can be read without unwinding; 0
 * where this machine's layout is not known. */
struct position {
    uint64_t at;
    uint64_t caller;
};

static struct position position_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    uint64_t at = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    uint64_t stack = (uint64_t)context->uc_mcontext.gregs[REG_RSP];
    /* A call through a NULL pointer has pushed the return address and nothing else. */
    uint64_t caller = 0;
    if (at < 4096 && stack >= 4096 && stack % sizeof(caller) == 0) {
        memcpy(&caller, (const void *)(uintptr_t)stack, sizeof(caller));
    }
    return (struct position){at, caller};
#elif defined(__aarch64__)
    return (struct position){context->uc_mcontext.pc, context->uc_mcontext.regs[30]};
#else
    (void)context;
    return (struct position){0, 0};
#endif
}

static void add_address(uint64_t address)
{
    uint32_t count = watched->address_count;
    if (count < ISOLATE_CRASH_ADDRESSES_MAX) {
        watched->addresses[count] = address;
        watched->address_count = count + 1;
    }
}

/* The stack from the interrupted instruction on, without this handler's own frames. */
static void record_addresses(const ucontext_t *context)
{
    static void *stack[ISOLATE_CRASH_ADDRESSES_MAX];
    int count = backtrace(stack, ISOLATE_CRASH_ADDRESSES_MAX);
    struct position position = position_of(context);
    int first = 0;
    while (first < count && (uint64_t)(uintptr_t)stack[first] != position.at) {
        first++;
    }
    if (first == count) {
        /* The unwinder did not get there: what the registers say must do. */
        add_address(position.at);
        if (position.caller != 0) {
            add_address(position.caller);
        }
        return;
    }
    for (int i = first; i < count && stack[i] != watched_base; i++) {
        add_address((uint64_t)(uintptr_t)stack[i]);
    }
}

static void record_maps(void)
{
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0) {
        return;
    }
    size_t size = 0;
    while (size < sizeof(watched->maps)) {
        ssize_t got = read(maps, watched->maps + size, sizeof(watched->maps) - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
        watched->maps_size = size;
    }
    close(maps);
}

/* Lets `signal` do what it does by default, now. */
static void deliver(int signal)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(signal, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), signal);
}

static void on_fatal(int signal, siginfo_t *info, void *context)
{
    (void)info;
    if (watched->signal == 0) {
        watched->signal = signal;
        alarm(PATIENCE_S);
        record_addresses(context);
        record_maps();
    }
    if (signal == SIGQUIT) {
        _exit(ISOLATE_CRASH_ASKED_STATUS);
    }
    deliver(signal);
}

/* The handlers run on a stack of their own: the interrupted one may have overflowed. */
static int use_own_stack(void)
{
    void *memory = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        return -errno;
    }
    stack_t stack = {.ss_sp = memory, .ss_size = STACK_BYTES};
    return sigaltstack(&stack, NULL) == 0 ? 0 : -errno;
}

int isolate_crash_watch(struct isolate_crash *record, const void *base)
{
    /* The first call loads the unwinder, which a handler must not do. */
    void *warm[1];
    (void)backtrace(warm, 1);
    int status = use_own_stack();
    if (status != 0) {
        return status;
    }
    watched = record;
    watched_base = base;
    struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    /* A fault inside a handler ends the process at once; the first signal is on record by then. */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        sigaddset(&action.sa_mask, fatal_signals[i]);
    }
    sigaddset(&action.sa_mask, SIGQUIT);
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        sigaction(fatal_signals[i], &action, NULL);
    }
    sigaction(SIGQUIT, &action, NULL);
    return 0;
}

void isolate_crash_clear(struct isolate_crash *record)
{
    record->signal = 0;
    record->address_count = 0;
    record->maps_size = 0;
}

static const struct {
    int signal;
    const char *name;
    const char *meaning;
} signals[] = {
    {SIGSEGV, "SIGSEGV", "invalid memory access"},
    {SIGBUS, "SIGBUS", "access to memory that is not there"},
    {SIGFPE, "SIGFPE", "arithmetic error"},
    {SIGILL, "SIGILL", "illegal instruction"},
    {SIGABRT, "SIGABRT", "abort"},
    {SIGSYS, "SIGSYS", "forbidden system call"},
    {SIGTRAP, "SIGTRAP", "trap"},
    {SIGKILL, "SIGKILL", "killed from outside, perhaps for want of memory"},
    {SIGTERM, "SIGTERM", "asked to end"},
    {SIGINT, "SIGINT", "interrupt"},
    {SIGQUIT, "SIGQUIT", "asked to quit"},
    {SIGHUP, "SIGHUP", "hang-up"},
    {SIGPIPE, "SIGPIPE", "write without a reader"},
    {SIGALRM, "SIGALRM", "alarm"},
    {SIGUSR1, "SIGUSR1", "user-defined"},
    {SIGUSR2, "SIGUSR2", "user-defined"},
    {SIGXCPU, "SIGXCPU", "processor time used up"},
};

const char *isolate_crash_signal_name(int signal, char text[ISOLATE_CRASH_NAME_BYTES])
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        if (signals[i].signal == signal) {
            return signals[i].name;
        }
    }
    snprintf(text, ISOLATE_CRASH_NAME_BYTES, "signal %d", signal);
    return text;
}

const char *isolate_crash_signal_meaning(int signal)
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        if (signals[i].signal == signal) {
            return signals[i].meaning;
        }
    }
    return "no name";
}
