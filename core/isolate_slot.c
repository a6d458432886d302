/* SPDX-License-Identifier: MIT */
#include "isolate_slot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "isolate_child.h"

#define READ_BYTES ((size_t)64 << 10)
/* A worker that was asked for its backtrace has this long. */
#define ASKED_NS CLOCK_S
/* Before it is asked it is watched for this part of its time: does it still make calls? */
#define PROBE_SHARE 4
/* And one that has not begun its first item this long, at least: being born is no plan's fault. */
#define BEGIN_NS (10 * CLOCK_S)

/* Handing over is one write that never blocks and is never torn. */
_Static_assert(ISOLATE_LINE_MAX * sizeof(struct isolate_request) <= PIPE_BUF,
               "a whole line must fit into an atomic write");

void isolate_slot_init(struct isolate_slot *slot)
{
    *slot = (struct isolate_slot){.requests = {-1, -1}, .results = -1, .output = -1};
    bytes_init(&slot->in, ISOLATE_RESULT_BYTES_MAX + sizeof(struct isolate_frame) + READ_BYTES);
}

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

static void close_pipes(struct isolate_slot *slot)
{
    close_end(&slot->requests[0]);
    close_end(&slot->requests[1]);
    close_end(&slot->results);
}

void isolate_slot_fini(struct isolate_slot *slot)
{
    if (slot->pid > 0) {
        (void)isolate_child_end(slot->pid);
    }
    close_pipes(slot);
    close_end(&slot->output);
    if (slot->shared) {
        munmap(slot->shared, sizeof(*slot->shared));
    }
    if (slot->trace) {
        munmap(slot->trace, trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX));
    }
    if (slot->doubted) {
        result_fini(&slot->doubt);
    }
    bytes_fini(&slot->in);
    *slot = (struct isolate_slot){.requests = {-1, -1}, .results = -1, .output = -1};
}

/* Room for a record. Costs memory as far as it is used. */
static int make_trace(struct isolate_slot *slot)
{
    if (slot->trace) {
        return 0;
    }
    void *memory = mmap(NULL, trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return -errno;
    }
    slot->trace = memory;
    return 0;
}

/* What workers share with the parent, made for the first and cleared for the next ones. */
static int make_lasting(struct isolate_slot *slot)
{
    if (slot->output < 0) {
        slot->output = isolate_child_output_new();
    }
    if (slot->output < 0) {
        return slot->output;
    }
    isolate_child_output_clear(slot->output);
    if (!slot->shared) {
        void *memory = mmap(NULL, sizeof(*slot->shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            return -errno;
        }
        slot->shared = memory;
    }
    slot->shared->progress.beats = 0;
    slot->shared->started = 0;
    slot->shared->running = ISOLATE_ITEM_NONE;
    isolate_crash_clear(&slot->shared->crash);
    return 0;
}

/* `results_end` is the worker's end. */
static int fork_worker(struct isolate_slot *slot, const struct isolate_worker *setup,
                       int results_end)
{
    int keep[2] = {slot->requests[0], results_end};
    pid_t pid = isolate_child_fork(slot->output, keep, 2);
    if (pid == 0) {
        struct isolate_worker worker = *setup;
        worker.shared = slot->shared;
        worker.trace = slot->traces ? slot->trace : NULL;
        isolate_worker_live(&worker);
    }
    slot->pid = pid > 0 ? pid : 0;
    return pid > 0 ? 0 : (int)pid;
}

int isolate_slot_start(struct isolate_slot *slot, const struct isolate_worker *setup, bool traces)
{
    ASSERT(slot->pid == 0);
    ASSERT(slot->line_count == 0);
    int results[2];
    int status = make_lasting(slot);
    if (status == 0 && traces) {
        status = make_trace(slot);
    }
    slot->traces = traces;
    if (status == 0) {
        status = isolate_child_pipe(slot->requests);
    }
    if (status != 0) {
        return status;
    }
    status = isolate_child_pipe(results);
    if (status == 0) {
        slot->results = results[0];
        status = fcntl(results[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : -errno;
        if (status == 0) {
            status = fork_worker(slot, setup, results[1]);
        }
        close(results[1]);
    }
    if (status != 0) {
        close_pipes(slot);
        return status;
    }
    slot->answered = slot->handed = 0;
    slot->leaving = slot->garbled = slot->asked = slot->still = false;
    bytes_clear(&slot->in);
    isolate_slot_heard(slot, clock_real_ns());
    return 0;
}

bool isolate_slot_is_fresh(const struct isolate_slot *slot)
{
    return slot->handed == 0;
}

void isolate_slot_dismiss(struct isolate_slot *slot)
{
    slot->leaving = true;
    isolate_slot_heard(slot, clock_real_ns());
    close_end(&slot->requests[0]);
    close_end(&slot->requests[1]);
}

int isolate_slot_end(struct isolate_slot *slot)
{
    int status = isolate_child_end(slot->pid);
    slot->pid = 0;
    while (isolate_slot_read(slot) > 0) {
    }
    close_pipes(slot);
    return status;
}

void isolate_slot_hand(struct isolate_slot *slot, const struct isolate_request *requests,
                       size_t count)
{
    ASSERT(count <= ISOLATE_LINE_MAX - slot->line_count);
    if (slot->line_count == 0) {
        isolate_slot_heard(slot, clock_real_ns());
    }
    for (size_t i = 0; i < count; i++) {
        size_t place = (slot->line_first + slot->line_count) % ISOLATE_LINE_MAX;
        slot->line[place] = requests[i].item;
        slot->line_count++;
    }
    slot->handed += count;
    ssize_t written;
    do {
        written = write(slot->requests[1], requests, count * sizeof(*requests));
    } while (written < 0 && errno == EINTR);
    ASSERT(written == (ssize_t)(count * sizeof(*requests)));
}

uint32_t isolate_slot_line(const struct isolate_slot *slot, size_t position)
{
    ASSERT(position < slot->line_count);
    return slot->line[(slot->line_first + position) % ISOLATE_LINE_MAX];
}

void isolate_slot_answered(struct isolate_slot *slot)
{
    ASSERT(slot->line_count > 0);
    slot->line_first = (slot->line_first + 1) % ISOLATE_LINE_MAX;
    slot->line_count--;
    slot->answered++;
}

int isolate_slot_read(struct isolate_slot *slot)
{
    int status = bytes_reserve(&slot->in, READ_BYTES);
    if (status != 0) {
        return status;
    }
    ssize_t got = read(slot->results, slot->in.data + slot->in.size, READ_BYTES);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? -EAGAIN : 0;
    }
    slot->in.size += (size_t)got;
    return got > 0;
}

static bool owes(const struct isolate_slot *slot)
{
    return slot->pid > 0 && (slot->line_count > 0 || slot->leaving);
}

static uint64_t pulse_of(const struct isolate_slot *slot)
{
    return slot->shared->progress.beats + slot->shared->started;
}

void isolate_slot_heard(struct isolate_slot *slot, uint64_t now_ns)
{
    if (!slot->asked) {
        slot->pulse = pulse_of(slot);
        slot->pulse_ns = now_ns;
        slot->probed = false;
    }
}

uint64_t isolate_slot_due_ns(const struct isolate_slot *slot, uint64_t timeout_ns)
{
    if (!owes(slot)) {
        return CLOCK_NEVER_NS;
    }
    if (slot->asked) {
        return clock_after(slot->pulse_ns, ASKED_NS);
    }
    bool newborn = slot->shared->started == 0 && timeout_ns < BEGIN_NS;
    uint64_t patience_ns = newborn ? BEGIN_NS : timeout_ns;
    uint64_t probe_ns = patience_ns / PROBE_SHARE;
    if (!slot->probed) {
        return clock_after(slot->pulse_ns, patience_ns - probe_ns);
    }
    uint64_t end_ns = clock_after(slot->pulse_ns, patience_ns);
    uint64_t probe_end_ns = clock_after(slot->probed_ns, probe_ns);
    return end_ns > probe_end_ns ? end_ns : probe_end_ns;
}

enum isolate_slot_patience isolate_slot_watch(struct isolate_slot *slot, uint64_t now_ns,
                                              uint64_t timeout_ns)
{
    if (!owes(slot)) {
        return ISOLATE_SLOT_ALIVE;
    }
    if (!slot->asked && pulse_of(slot) != slot->pulse) {
        isolate_slot_heard(slot, now_ns);
    }
    if (now_ns < isolate_slot_due_ns(slot, timeout_ns)) {
        return slot->asked ? ISOLATE_SLOT_ASKED : ISOLATE_SLOT_ALIVE;
    }
    if (slot->asked || (slot->probed && slot->leaving)) {
        return ISOLATE_SLOT_LOST;
    }
    /* Who hangs in one call records nothing more, who makes calls without an end does. */
    uint64_t calls = slot->traces ? slot->trace->event_count + slot->trace->omitted : 0;
    if (!slot->probed) {
        slot->probed = true;
        slot->probed_ns = now_ns;
        slot->probed_calls = calls;
        return ISOLATE_SLOT_ALIVE;
    }
    slot->asked = true;
    slot->still = calls == slot->probed_calls;
    slot->asked_item = slot->shared->running;
    slot->pulse_ns = now_ns;
    kill(slot->pid, SIGQUIT);
    return ISOLATE_SLOT_ASKED;
}
