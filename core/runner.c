/* SPDX-License-Identifier: MIT */
/* A run from beginning to end: set up, play, take down. Its result is filled in run_result.c. */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>

#include "run.h"

static void runner_shadowed(void *owner, const void *data, size_t size)
{
    struct run *run = owner;
    result_recorder_add(&run->shadowed, data, size);
}

struct runner *runner_new(struct world *world, struct runner_progress *progress)
{
    struct runner *runner = calloc(1, sizeof(*runner));
    if (!runner) {
        return NULL;
    }
    struct run *run = &runner->run;
    runner->world = world;
    runner->progress = progress;
    runner->listen_socket[WORLD_IPV4] = runner->listen_socket[WORLD_IPV6] = -1;
    run->runner = runner;
    run->world = world;
    loop_init(&run->loop, world);
    server_init(&run->server, &run->loop, &run->clock, run_observer(run));
    bytes_init(&run->payload, PLAN_PAYLOAD_BYTES_MAX);
    run->datagrams.run = run;
    bytes_init(&run->datagrams.recv_runs, RESULT_RECV_RUNS_MAX * sizeof(struct result_run));
    if (result_recorder_init(&run->datagrams.session_stream) != 0) {
        free(runner);
        return NULL;
    }
    if (result_recorder_init(&run->shadowed) != 0) {
        result_recorder_fini(&run->datagrams.session_stream);
        free(runner);
        return NULL;
    }
    shadow_init(&run->shadow, runner_shadowed, run);
    return runner;
}

void runner_free(struct runner *runner)
{
    if (!runner) {
        return;
    }
    struct run *run = &runner->run;
    server_fini(&run->server);
    runner_release(runner);
    world_free(runner->trace);
    world_free(runner->faults);
    for (size_t i = 0; i < runner->spare_count; i++) {
        connection_free(runner->spare[i]);
    }
    free(runner->spare);
    free(run->connections);
    free(run->dirty);
    free(run->holes);
    free(run->told);
    free(run->opened);
    free(run->current);
    shadow_fini(&run->shadow);
    result_recorder_fini(&run->shadowed);
    result_recorder_fini(&run->datagrams.session_stream);
    bytes_fini(&run->datagrams.recv_runs);
    bytes_fini(&run->payload);
    free(runner);
}

void runner_trace(struct runner *runner, struct trace_store *store)
{
    runner->store = store;
}

void runner_release(struct runner *runner)
{
    for (int family = 0; family < 2; family++) {
        if (runner->listen_socket[family] >= 0) {
            world_close(runner->world, runner->listen_socket[family]);
            runner->listen_socket[family] = -1;
        }
    }
}

size_t runner_descriptors_held(const struct runner *runner)
{
    return (runner->listen_socket[WORLD_IPV4] >= 0 ? 1 : 0) +
           (runner->listen_socket[WORLD_IPV6] >= 0 ? 1 : 0);
}

/* What is known per client of the plan; the room is kept for the next run. */
static int run_make_client_tables(struct run *run)
{
    size_t count = run->plan->client_count;
    if (count > run->client_capacity) {
        struct connection **current = realloc(run->current, count * sizeof(struct connection *));
        if (!current) {
            return -ENOMEM;
        }
        run->current = current;
        uint64_t *opened = realloc(run->opened, count * sizeof(*opened));
        if (!opened) {
            return -ENOMEM;
        }
        run->opened = opened;
        run->client_capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        run->current[i] = NULL;
        run->opened[i] = 0;
    }
    return 0;
}

static int run_make_tables(struct run *run)
{
    const struct plan *plan = run->plan;
    if (plan->capture_count > 0) {
        run->captures = calloc(plan->capture_count, sizeof(*run->captures));
        if (!run->captures) {
            return -ENOMEM;
        }
    }
    for (size_t i = 0; i < plan->capture_count; i++) {
        bytes_init(&run->captures[i], plan->capture_sizes[i]);
    }
    return run_make_client_tables(run);
}

static int run_begin(struct run *run, const struct plan *plan, const struct plugin *plugin,
                     uint64_t seed, struct result *result)
{
    run->plan = plan;
    run->plugin = plugin;
    run->result = result;
    run->seed = seed;
    run->clock = (struct run_clock){.real = false};
    run->sessions = run->bytes_received = run->named_connections = run->datagrams_dropped = 0;
    run->blocked_once = run->replays = run->split_invariant = false;
    shadow_forget(&run->shadow);
    run->dirty_count = run->connection_count = run->hole_count = 0;
    run->waiting = NULL;
    run->plugin_fault = (struct plugin_fault){0};
    run->wakes = 0;
    run->machine_error = 0;
    for (size_t i = 0; i < plan->source_count && i < RUNNER_PROGRESS_STEPS_MAX; i++) {
        run->runner->progress->step_runs[i] = 0;
    }
    run->datagrams.session = NULL;
    run->datagrams.session_ended = run->datagrams.blocked_once = false;
    run->datagrams.unsettled_once = run->datagrams.recv_runs_cut = false;
    run->datagrams.truncated = 0;
    run->datagrams.end = SESSION_OPEN;
    result_recorder_reset(&run->datagrams.session_stream);
    bytes_clear(&run->datagrams.recv_runs);
    int status = run_make_tables(run);
    return status == 0 ? run_enter_world(run) : status;
}

static void run_free_captures(struct run *run)
{
    for (size_t i = 0; run->captures && i < run->plan->capture_count; i++) {
        bytes_fini(&run->captures[i]);
    }
    free(run->captures);
    run->captures = NULL;
}

/* A listening socket of an earlier run, told the new backlog; -1 when there is none that fits. */
static int runner_take_socket(struct runner *runner, const struct plan_server *server)
{
    int socket = runner->listen_socket[server->family];
    if (socket < 0 || server->transport != WORLD_TCP || server->send_buffer_bytes > 0) {
        return -1;
    }
    runner->listen_socket[server->family] = -1;
    if (runner->listen_backlog[server->family] != server->backlog &&
        world_listen(runner->run.world, socket, (int)server->backlog) != 0) {
        world_close(runner->run.world, socket);
        return -1;
    }
    return socket;
}

/* Kept only when nobody waits in its accept queue. */
static void runner_keep_socket(struct runner *runner, const struct plan_server *server, int socket)
{
    if (server->send_buffer_bytes > 0 || runner->listen_socket[server->family] >= 0 ||
        world_ask(runner->run.world, socket, WORLD_ACCEPT_QUEUE) != 0) {
        world_close(runner->run.world, socket);
        return;
    }
    runner->listen_socket[server->family] = socket;
    runner->listen_backlog[server->family] = server->backlog;
}

static uint32_t limit_of(uint32_t planned)
{
    return planned == PLAN_NONE ? LISTENER_UNLIMITED : planned;
}

static enum step_state run_listen(struct run *run)
{
    const struct plan_server *server = &run->plan->server;
    struct drill_error error = {0};
    struct listener_options options = {
        .plugin = run->plugin,
        .values = server->values,
        .seed = run->seed,
        .transport = server->transport,
        .address = world_loopback(server->family, 0),
        .recv_buffer_bytes = server->recv_buffer_bytes,
        .backlog = server->backlog,
        .sessions_max = server->sessions_max,
        .sessions_total = limit_of(server->sessions_total),
        .messages_per_session = limit_of(server->messages_per_session),
        .idle_timeout_ns = server->idle_timeout_ms * CLOCK_MS,
        .send_buffer_bytes = server->send_buffer_bytes,
        .reply_bytes_max = server->reply_bytes_max,
        .socket = runner_take_socket(run->runner, server),
    };
    int status = server_listen(&run->server, &options, &run->listener, &error);
    if (status == 0) {
        replay_begin(run);
        return run_check_plugin(run, NULL);
    }
    run->listener = NULL;
    if (options.socket >= 0) {
        world_close(run->world, options.socket);
    }
    if (status == -EINVAL) {
        return run_fail(run, NULL, ORACLE_HARNESS, "%s", error.sentence);
    }
    return run_machine_failed(run, status);
}

static void run_stop_listening(struct run *run)
{
    int socket = -1;
    const struct shadow *shadow = &run->shadow;
    size_t leaked_bytes = listener_plugin(run->listener)->allocated_bytes;
    size_t leaked = listener_free(run->listener, &socket);
    run->listener = NULL;
    /* What leaks in a session leaked once more when it was replayed. */
    leaked -= shadow->leaked_count < leaked ? shadow->leaked_count : leaked;
    leaked_bytes -= shadow->leaked_bytes < leaked_bytes ? shadow->leaked_bytes : leaked_bytes;
    if (leaked > 0 && run->result->verdict == VERDICT_PASS) {
        run_fail(run, NULL, ORACLE_LEAK,
                 "the plugin %s left %zu bytes unreleased when its listener was closed "
                 "(allocations: %zu)",
                 run->plan->server.plugin, leaked_bytes, leaked);
    }
    if (socket >= 0 && run->plan->server.transport == WORLD_UDP) {
        world_close(run->world, socket);
    } else if (socket >= 0) {
        runner_keep_socket(run->runner, &run->plan->server, socket);
    }
}

/* Resets what is still connected, so that long runs leave no TIME_WAIT behind. */
static void run_disconnect(struct run *run)
{
    for (size_t i = 0; i < run->connection_count; i++) {
        struct connection *connection = run->connections[i];
        if (connection && connection->client.watch.socket >= 0) {
            client_reset(&connection->client);
        }
    }
}

static void run_give_back_connections(struct run *run)
{
    for (size_t i = 0; i < run->connection_count; i++) {
        struct connection *connection = run->connections[i];
        if (connection) {
            run->by_port[connection->client.local.port] = NULL;
            connection_keep_spare(run->runner, connection);
        }
    }
    run->connection_count = run->dirty_count = 0;
}

int runner_run(struct runner *runner, const struct plan *plan, const struct plugin *plugin,
               uint64_t seed, struct result *result)
{
    struct run *run = &runner->run;
    struct lane lane;
    ASSERT(result->step_count == plan->source_count);
    result->seed = seed;
    result->world = (enum plan_world)runner->world->ops->kind;
    result->verdict = VERDICT_PASS;
    int status = run_begin(run, plan, plugin, seed, result);
    if (status != 0) {
        run_leave_world(run);
        run_free_captures(run);
        return status;
    }
    if (run_listen(run) == STEP_DONE) {
        lane_begin(&lane, plan->steps, NULL);
        if (lane_play(run, &lane) == STEP_DONE && run_settle(run, NULL) == STEP_DONE &&
            expect_nothing_left(run) == STEP_DONE && run_check_faults(run) == STEP_DONE) {
            replay_check(run);
        }
        lane_fini(&lane);
    }
    /* A client that goes first would turn open sessions into ended ones: the server stops first. */
    if (run->listener) {
        run_stop_listening(run);
    }
    if (run->machine_error == 0) {
        status = run_fill_result(run);
    }
    run_disconnect(run);
    run_leave_world(run);
    run_give_back_connections(run);
    run_free_captures(run);
    return run->machine_error != 0 ? run->machine_error : status;
}
