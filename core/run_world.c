/* SPDX-License-Identifier: MIT */
/* The world that a run lives in: its decorators, its faults, its time. */
#include <errno.h>
#include <stdio.h>

#include "run.h"

static int enter_faults(struct run *run)
{
    struct runner *runner = run->runner;
    if (run->plan->fault_count == 0) {
        return 0;
    }
    if (!runner->faults) {
        runner->faults = world_fault_new(runner->world);
    }
    if (!runner->faults) {
        return -ENOMEM;
    }
    world_fault_begin(runner->faults, run->plan->faults, run->plan->fault_count);
    run->world = runner->faults;
    return 0;
}

/* The recording decorator is the outermost, so that the record shows what the loop saw. */
static int enter_trace(struct run *run)
{
    struct runner *runner = run->runner;
    if (!runner->store) {
        return 0;
    }
    if (runner->trace && runner->traced != run->world) {
        world_free(runner->trace);
        runner->trace = NULL;
    }
    if (!runner->trace) {
        runner->trace = world_trace_new(run->world);
        runner->traced = run->world;
    }
    if (!runner->trace) {
        return -ENOMEM;
    }
    /* A listener that was opened by an earlier run would have no beginning in the record. */
    runner_release(runner);
    trace_store_begin(runner->store, TRACE_EVENTS_MAX, TRACE_DATA_MAX);
    world_trace_begin(runner->trace, runner->store);
    run->world = run->trace = runner->trace;
    return 0;
}

int run_enter_world(struct run *run)
{
    run->world = run->runner->world;
    run->trace = NULL;
    run->hung = false;
    int status = enter_faults(run);
    if (status == 0) {
        status = enter_trace(run);
    }
    run->loop.world = run->world;
    return status;
}

void run_leave_world(struct run *run)
{
    if (run->trace) {
        world_trace_seal(run->trace);
        world_trace_begin(run->trace, NULL);
    }
    run->world = run->loop.world = run->runner->world;
    run->trace = NULL;
}

static void fault_text(const struct world_fault_rule *rule, char *text, size_t size)
{
    if (rule->error != 0) {
        snprintf(text, size, "%s number %llu: %s", world_call_name(rule->call),
                 (unsigned long long)rule->nth, world_error_name(rule->error));
    } else {
        snprintf(text, size, "%s number %llu: %u byte%s at most", world_call_name(rule->call),
                 (unsigned long long)rule->nth, rule->short_bytes,
                 rule->short_bytes == 1 ? "" : "s");
    }
}

enum step_state run_check_faults(struct run *run)
{
    for (size_t i = 0; i < run->plan->fault_count; i++) {
        if (world_fault_fired(run->runner->faults, i) == 0) {
            const struct world_fault_rule *rule = &run->plan->faults[i];
            char text[96];
            fault_text(rule, text, sizeof(text));
            return run_disappointed(
                run, NULL, VERDICT_FAIL,
                "the fault \"%s\" never fired: the server made fewer such calls%s", text,
                rule->error ? "" : ", or they moved less anyway");
        }
    }
    return STEP_DONE;
}

void run_pass_time(struct run *run, uint64_t to_ns)
{
    uint64_t now_ns = run->clock.now_ns;
    uint64_t passed_ns = to_ns > now_ns ? world_pass(run->world, to_ns - now_ns) : 0;
    clock_advance(&run->clock, now_ns + passed_ns);
}

void run_look_at_hung(struct run *run)
{
    bool still = false;
    for (size_t i = 0; run->hung && i < run->connection_count; i++) {
        struct connection *connection = run->connections[i];
        if (!connection || connection->client.state != CLIENT_HUNG) {
            continue;
        }
        client_poll_connect(&connection->client);
        if (connection->client.state == CLIENT_REFUSED) {
            connection_wait_end(connection);
        }
        if (connection->client.state == CLIENT_HUNG) {
            still = true;
        } else {
            run->moves++;
            connection_mark(connection);
        }
    }
    run->hung = still;
}
