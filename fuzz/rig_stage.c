/* SPDX-License-Identifier: MIT */
#include "rig_stage.h"

#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "finding.h"

/* Sessions a play can have at once, with room for a probe. */
#define STAGE_SESSIONS_MAX 4u

static void stage_accepted(void *owner, struct session *session)
{
    struct rig_stage *stage = owner;
    (void)session;
    stage->sessions_open++;
}

static void stage_received(void *owner, struct session *session, const void *data, size_t size,
                           size_t full_size, const struct world_address *peer)
{
    struct rig_stage *stage = owner;
    (void)session;
    (void)data;
    (void)full_size;
    stage->received += peer ? 1 : size;
    if (stage->piece_count < RIG_PIECES_MAX) {
        stage->pieces[stage->piece_count] = (uint32_t)size;
    }
    stage->piece_count++;
}

static void stage_finished(void *owner, struct session *session)
{
    struct rig_stage *stage = owner;
    (void)session;
    stage->finished = true;
}

static void stage_sent(void *owner, struct session *session, size_t size,
                       const struct world_address *peer)
{
    struct rig_stage *stage = owner;
    (void)session;
    stage->sent += peer ? 1 : size;
}

static void stage_ended(void *owner, struct session *session, enum session_end end)
{
    struct rig_stage *stage = owner;
    (void)session;
    stage->sessions_open--;
    stage->ended = true;
    stage->end = end;
}

static void stage_plugin_failed(void *owner, struct session *session, struct plugin_fault fault)
{
    const struct rig_stage *stage = owner;
    (void)session;
    finding(fault.kind == PLUGIN_FAULT_PROPERTY ? "property" : "plugin", "the plugin %s %s",
            stage->plugin->descriptor.name, fault.sentence);
}

static void stage_forget(struct rig_stage *stage)
{
    stage->clock = (struct run_clock){.real = false};
    stage->timer_rounds = 0;
    stage->received = stage->sent = 0;
    stage->sessions_open = stage->transport == WORLD_UDP ? 1 : 0;
    stage->finished = stage->ended = false;
    stage->piece_count = 0;
}

/* A world and a listener, both new. */
static void stage_set(struct rig_stage *stage)
{
    struct drill_error error = {0};
    struct listener_options options = {
        .plugin = stage->plugin,
        .seed = RIG_SEED,
        .transport = stage->transport,
        .address = world_loopback(WORLD_IPV4, 0),
        .recv_buffer_bytes = RIG_RECV_BUFFER,
        .backlog = STAGE_SESSIONS_MAX,
        .sessions_max = STAGE_SESSIONS_MAX,
        .sessions_total = LISTENER_UNLIMITED,
        .messages_per_session = LISTENER_UNLIMITED,
        .reply_bytes_max = RIG_REPLY_MAX,
        .socket = -1,
    };
    world_sim_reset(stage->world, RIG_SEED, NULL);
    stage_forget(stage);
    if (server_listen(&stage->server, &options, &stage->listener, &error) != 0) {
        finding("machine", "the plugin %s could not be served: %s", stage->plugin->descriptor.name,
                error.sentence);
    }
    stage->address = listener_address(stage->listener);
    stage_forget(stage);
    (void)world_sim_mark(stage->world);
}

void rig_stage_init(struct rig_stage *stage, const struct plugin *plugin,
                    enum world_transport transport, bool tight)
{
    struct world_sim_options options = {
        .sockets_max = 64,
        .datagrams_max = 256,
        .events_max = 256,
        .memory_bytes = tight ? RIG_SMALL_MEMORY : (size_t)4 << 20,
        .send_buffer_bytes = tight ? RIG_SMALL_BUFFER : (size_t)2 << 20,
        .receive_buffer_bytes = tight ? RIG_SMALL_BUFFER : (size_t)1 << 20,
    };
    struct server_observer observer = {
        .owner = stage,
        .accepted = stage_accepted,
        .received = stage_received,
        .finished = stage_finished,
        .sent = stage_sent,
        .ended = stage_ended,
        .plugin_failed = stage_plugin_failed,
    };
    *stage = (struct rig_stage){
        .plugin = plugin, .transport = transport, .world = world_sim_new(&options)};
    if (!stage->world) {
        finding("machine", "a simulated network could not be made: %s", strerror(errno));
    }
    loop_init(&stage->loop, stage->world);
    server_init(&stage->server, &stage->loop, &stage->clock, observer);
    stage_set(stage);
}

void rig_stage_fini(struct rig_stage *stage)
{
    server_fini(&stage->server);
    world_free(stage->world);
}

bool rig_stage_turn(struct rig_stage *stage)
{
    /* A turn that would find nothing is most of them. */
    if (world_sim_still(stage->world) && stage->server.timers.count == 0) {
        return false;
    }
    int called = loop_turn(&stage->loop, 0);
    ASSERT(called >= 0);
    size_t timers = server_run_timers(&stage->server);
    stage->timer_rounds += timers > 0;
    if (stage->timer_rounds > RIG_TIMERS_MAX) {
        finding("settle", "the plugin %s asks to be woken without end",
                stage->plugin->descriptor.name);
    }
    return called > 0 || timers > 0;
}

int rig_stage_connect(struct rig_stage *stage)
{
    int socket = world_socket(stage->world, stage->transport, WORLD_IPV4);
    ASSERT(socket >= 0);
    int status = world_connect(stage->world, socket, &stage->address);
    ASSERT(status == 0 || status == -EINPROGRESS);
    return socket;
}

static void stage_check_leaks(const struct rig_stage *stage, size_t leaked)
{
    if (leaked > 0) {
        finding("leak", "the plugin %s left memory unreleased (allocations: %zu)",
                stage->plugin->descriptor.name, leaked);
    }
}

static void stage_renew(struct rig_stage *stage)
{
    struct drill_error error; /* filled by whoever fails */
    size_t leaked = 0;
    if (listener_renew(stage->listener, RIG_SEED, &leaked, &error) != 0) {
        finding("machine", "the plugin %s could be configured once and not again: %s",
                stage->plugin->descriptor.name, error.sentence);
    }
    stage_check_leaks(stage, leaked);
}

void rig_stage_clear(struct rig_stage *stage)
{
    if (stage->transport == WORLD_TCP && stage->sessions_open > 0) {
        finding("open", "the session of %s goes on although its peer is gone",
                stage->plugin->descriptor.name);
    }
    uint32_t open = world_sim_open_sockets(stage->world);
    if (open != 1) {
        finding("open", "%u sockets are open where the listener's alone should be", open);
    }
    if (!world_sim_rewind(stage->world)) {
        stage_check_leaks(stage, listener_free(stage->listener, NULL));
        stage_set(stage);
        return;
    }
    stage_renew(stage);
    stage_forget(stage);
}

struct plugin *rig_adopt(const struct drill_descriptor *descriptor)
{
    struct plugin *plugin;
    struct drill_error error = {0};
    if (plugin_adopt(descriptor, &plugin, &error) != 0) {
        finding("machine", "%s", error.sentence);
    }
    return plugin;
}

struct rig_cuts rig_cuts_of(const uint8_t *data, size_t size)
{
    uint64_t hash = XXH3_64bits(data, size);
    unsigned cuts = hash >> 60 == 0 ? 8 : 1;
    return (struct rig_cuts){.prng = {hash}, .left = cuts, .way = (unsigned)(hash % RIG_WAYS)};
}

size_t rig_cuts_next(struct rig_cuts *cuts, size_t rest)
{
    if (cuts->left == 0 || rest < 2) {
        return rest;
    }
    /* The next of so many cuts is expected in this part of the rest. */
    size_t part = 2 * rest / (cuts->left + 1);
    cuts->left--;
    part = part < 1 ? 1 : part;
    part = part < rest - 1 ? part : rest - 1;
    /* Even enough for that, and without the divisions of prng_below. */
    return 1 + (size_t)((prng_next(&cuts->prng) >> 32) * part >> 32);
}
