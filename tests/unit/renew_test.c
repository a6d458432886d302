/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target does not make world and listener anew for each input: it brings them back. That
 * what was played before then changes nothing is proved here, call by call, and so is what a plugin
 * under a sanitizer must not touch.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fence.h"
#include "prng.h"
#include "server.h"
#include "world_sim.h"
#include "world_trace.h"

#define SEED          7
#define CLIENTS_MAX   4
#define SCRIPTS       100
#define RECEIVE_BYTES 64u

struct config {
    uint64_t sessions; /* it remembers, although it should not */
};

static bool fenced, fence_seen;

int __asan_address_is_poisoned(const volatile void *address) __attribute__((weak));

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    (void)values;
    (void)properties;
    assert_int_equal(config->sessions, 0);
    return DRILL_OK;
}

static enum drill_status greet(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    uint8_t told[3] = {(uint8_t)++config->sessions, (uint8_t)context->session,
                       (uint8_t)context->services->random(context)};
    drill_put(out, told, sizeof(told));
    return DRILL_OK;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    if (__asan_address_is_poisoned && in.size < RECEIVE_BYTES) {
        fence_seen = true;
        fenced = !__asan_address_is_poisoned(in.data + in.size - 1) &&
                 __asan_address_is_poisoned(in.data + in.size);
    }
    drill_put(out, in.data, in.size);
    return in.data[0] == 0 ? DRILL_CLOSE : DRILL_OK;
}

static const struct drill_descriptor descriptor = {
    .abi_version = DRILL_ABI_VERSION,
    .struct_size = sizeof(struct drill_descriptor),
    .name = "rememberer",
    .version = "1",
    .transports = DRILL_TCP | DRILL_UDP,
    .config_size = sizeof(struct config),
    .configure = configure,
    .open = greet,
    .transform = echo,
};

struct stage {
    struct world *sim, *world; /* the network, and what records it */
    struct trace_store *store;
    struct loop loop;
    struct run_clock clock;
    struct server server;
    struct plugin *plugin;
    struct listener *listener;
    struct world_address address;
};

static void stage_set(struct stage *stage, enum world_transport transport)
{
    struct drill_error error = {0};
    *stage = (struct stage){.sim = world_sim_new(NULL)};
    assert_non_null(stage->sim);
    stage->world = world_trace_new(stage->sim);
    assert_non_null(stage->world);
    stage->store = calloc(1, trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX));
    assert_non_null(stage->store);
    world_sim_reset(stage->sim, SEED, NULL);
    loop_init(&stage->loop, stage->world);
    server_init(&stage->server, &stage->loop, &stage->clock, (struct server_observer){0});
    assert_int_equal(plugin_adopt(&descriptor, &stage->plugin, &error), 0);
    struct listener_options options = {
        .plugin = stage->plugin,
        .seed = SEED,
        .transport = transport,
        .address = world_loopback(WORLD_IPV4, 0),
        .recv_buffer_bytes = RECEIVE_BYTES,
        .backlog = CLIENTS_MAX,
        .sessions_max = CLIENTS_MAX,
        .sessions_total = LISTENER_UNLIMITED,
        .messages_per_session = LISTENER_UNLIMITED,
        .reply_bytes_max = 4096,
        .socket = -1,
    };
    assert_int_equal(server_listen(&stage->server, &options, &stage->listener, &error), 0);
    stage->address = listener_address(stage->listener);
    assert_true(world_sim_mark(stage->sim));
}

static void stage_strike(struct stage *stage)
{
    server_fini(&stage->server);
    plugin_free(stage->plugin);
    world_free(stage->world);
    world_free(stage->sim);
    free(stage->store);
}

static void turn(struct stage *stage)
{
    while (loop_turn(&stage->loop, 0) > 0) {
    }
}

/* What a few clients do in turn, drawn from `seed`; in the end all are gone. */
static void play(struct stage *stage, enum world_transport transport, uint64_t seed)
{
    struct prng prng = {seed};
    int clients[CLIENTS_MAX];
    uint8_t bytes[256];
    uint64_t count = 1 + prng_below(&prng, CLIENTS_MAX);
    for (uint64_t i = 0; i < count; i++) {
        clients[i] = world_socket(stage->world, transport, WORLD_IPV4);
        (void)world_connect(stage->world, clients[i], &stage->address);
    }
    for (uint64_t steps = prng_below(&prng, 20); steps > 0; steps--) {
        int client = clients[prng_below(&prng, count)];
        size_t size = 1 + (size_t)prng_below(&prng, sizeof(bytes));
        prng_fill(&prng, bytes, size);
        (void)world_send(stage->world, client, bytes, size);
        turn(stage);
        (void)world_recv(stage->world, client, bytes, sizeof(bytes));
        if (prng_below(&prng, 8) == 0) {
            (void)world_shutdown(stage->world, client, WORLD_SHUT_WR);
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        if (prng_below(&prng, 3) == 0) {
            (void)world_set(stage->world, clients[i], WORLD_RESET_ON_CLOSE, 1);
        }
        world_close(stage->world, clients[i]);
        turn(stage);
    }
}

static void record(struct stage *stage, enum world_transport transport, uint64_t seed,
                   uint8_t hash[16])
{
    trace_store_begin(stage->store, TRACE_EVENTS_MAX, TRACE_DATA_MAX);
    world_trace_begin(stage->world, stage->store);
    play(stage, transport, seed);
    world_trace_seal(stage->world);
    world_trace_begin(stage->world, NULL);
    memcpy(hash, stage->store->hash, 16);
}

static void renewed_equals_new(enum world_transport transport)
{
    struct stage used;
    stage_set(&used, transport);
    unsigned rewound = 0;
    for (uint64_t script = 1; script <= SCRIPTS; script++) {
        struct drill_error error = {0};
        struct stage new;
        uint8_t expected[16], actual[16];
        size_t leaked = 0;
        stage_set(&new, transport);
        record(&new, transport, script, expected);
        stage_strike(&new);
        record(&used, transport, script, actual);
        assert_memory_equal(actual, expected, sizeof(expected));
        if (!world_sim_rewind(used.sim)) {
            /* A connection whose end is still under way: the rig makes everything anew then. */
            stage_strike(&used);
            stage_set(&used, transport);
            continue;
        }
        rewound++;
        assert_int_equal(listener_renew(used.listener, SEED, &leaked, &error), 0);
        assert_int_equal(leaked, 0);
    }
    assert_true(rewound > SCRIPTS / 2);
    stage_strike(&used);
}

static void what_was_played_before_changes_nothing_over_tcp(void **state)
{
    (void)state;
    renewed_equals_new(WORLD_TCP);
}

static void what_was_played_before_changes_nothing_over_udp(void **state)
{
    (void)state;
    renewed_equals_new(WORLD_UDP);
}

static void a_world_with_something_left_is_not_rewound(void **state)
{
    struct stage stage;
    (void)state;
    stage_set(&stage, WORLD_TCP);
    assert_true(world_sim_rewind(stage.sim));
    int client = world_socket(stage.world, WORLD_TCP, WORLD_IPV4);
    assert_false(world_sim_rewind(stage.sim));
    (void)world_connect(stage.world, client, &stage.address);
    world_close(stage.world, client);
    /* Nobody accepted it: it waits in the queue. */
    assert_false(world_sim_rewind(stage.sim));
    turn(&stage);
    assert_true(world_sim_rewind(stage.sim));
    stage_strike(&stage);
}

static void a_plugin_is_fenced_off_from_what_lies_behind_its_input(void **state)
{
    struct stage stage;
    uint8_t bytes[16] = {1};
    (void)state;
    stage_set(&stage, WORLD_TCP);
    fence_seen = fenced = false;
    int client = world_socket(stage.world, WORLD_TCP, WORLD_IPV4);
    (void)world_connect(stage.world, client, &stage.address);
    assert_int_equal(world_send(stage.world, client, bytes, sizeof(bytes)), sizeof(bytes));
    turn(&stage);
    assert_int_equal(fence_seen, fence_exists());
    assert_int_equal(fenced, fence_exists());
    world_close(stage.world, client);
    turn(&stage);
    stage_strike(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_played_before_changes_nothing_over_tcp),
        cmocka_unit_test(what_was_played_before_changes_nothing_over_udp),
        cmocka_unit_test(a_world_with_something_left_is_not_rewound),
        cmocka_unit_test(a_plugin_is_fenced_off_from_what_lies_behind_its_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
