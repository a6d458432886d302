/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "rig_stage.h"
#include "shadow.h"

/* Of an answer that is kept to be compared; of what is longer only the length counts. */
#define REPLY_KEPT_BYTES_MAX ((size_t)1 << 20)
#define READ_BYTES           ((size_t)65536)

struct reply {
    uint8_t *kept; /* room for REPLY_KEPT_BYTES_MAX and READ_BYTES */
    uint64_t size;
};

struct rig_stream {
    struct plugin *plugin;
    struct rig_stage roomy, tight;
    struct shadow shadow;
    struct reply told;     /* what the client received */
    struct reply shadowed; /* what the plugin answers without a network */
    bool thorough;
};

/* A client that sends an input and reads whatever comes. */
struct peer {
    struct rig_stage *stage;
    struct reply *reply;
    int socket;
    uint64_t sent;
    bool over; /* it saw the end */
};

static void reply_init(struct reply *reply)
{
    reply->kept = malloc(REPLY_KEPT_BYTES_MAX + READ_BYTES);
    if (!reply->kept) {
        finding("machine", "out of memory");
    }
}

/* Where the next bytes of a reply go; those beyond what is kept overwrite each other. */
static uint8_t *reply_room(const struct reply *reply)
{
    return reply->kept + (reply->size < REPLY_KEPT_BYTES_MAX ? reply->size : REPLY_KEPT_BYTES_MAX);
}

static void reply_add(void *owner, const void *data, size_t size)
{
    struct reply *reply = owner;
    ASSERT(size <= READ_BYTES);
    memcpy(reply_room(reply), data, size);
    reply->size += size;
}

/* Whether there was anything to read. */
static bool peer_read(struct peer *peer)
{
    if (peer->over) {
        return false;
    }
    ssize_t got = world_recv(peer->stage->world, peer->socket, reply_room(peer->reply), READ_BYTES);
    if (got > 0) {
        peer->reply->size += (uint64_t)got;
        return true;
    }
    peer->over = got != -EAGAIN;
    return peer->over;
}

/* Lets the server and then the client do what there is to do; whether there was anything. Where
 * nobody was called and all that the server sent is read there is nothing to read. */
static bool peer_turn(struct peer *peer)
{
    const struct rig_stage *stage = peer->stage;
    bool called = rig_stage_turn(peer->stage);
    bool awaits = called || peer->reply->size != stage->sent;
    return (awaits && peer_read(peer)) || called;
}

/* Sends a piece and lets the server answer it, until nothing moves any more. Whether all of it was
 * taken. */
static bool peer_send(struct peer *peer, const uint8_t *data, size_t size)
{
    bool moved = true;
    while (moved) {
        moved = false;
        if (size > 0) {
            ssize_t taken = world_send(peer->stage->world, peer->socket, data, size);
            if (taken > 0) {
                data += taken;
                size -= (size_t)taken;
                peer->sent += (uint64_t)taken;
                moved = true;
            } else if (taken != -EAGAIN) {
                return false;
            }
        }
        /* Who neither was called nor read anything will not do so a moment later. */
        moved |= peer_turn(peer);
    }
    return size == 0;
}

/* Every byte that was accepted has arrived, as far as the session has not ended before. */
static void peer_check(const struct peer *peer)
{
    const struct rig_stage *stage = peer->stage;
    if (!stage->ended && stage->received != peer->sent) {
        finding("conserved", "of %llu bytes that the client sent the server received %llu",
                (unsigned long long)peer->sent, (unsigned long long)stage->received);
    }
    bool clean = !stage->ended || stage->end == SESSION_EOF;
    if (clean && peer->reply->size != stage->sent) {
        finding("conserved", "of %llu bytes that the server sent the client received %llu",
                (unsigned long long)stage->sent, (unsigned long long)peer->reply->size);
    }
}

/* The end of the story: a half-close, the last answers, the server's own end. */
static void peer_finish(struct peer *peer)
{
    struct rig_stage *stage = peer->stage;
    if (!stage->ended) {
        (void)world_shutdown(stage->world, peer->socket, WORLD_SHUT_WR);
        peer_send(peer, NULL, 0);
        peer_check(peer);
        if (!stage->ended) {
            finding("settle", "the session of %s does not end after its peer's end",
                    stage->plugin->descriptor.name);
        }
    }
    world_close(stage->world, peer->socket);
}

/* One connection that carries the input; `cuts` NULL: in pieces of the receive buffer. How much of
 * it was sent. */
static size_t play(struct rig_stage *stage, const uint8_t *data, size_t size, struct rig_cuts *cuts,
                   struct reply *reply)
{
    struct peer peer = {.stage = stage, .reply = reply, .socket = rig_stage_connect(stage)};
    size_t at = 0;
    reply->size = 0;
    while (peer_turn(&peer)) {
    }
    while (at < size && !stage->ended) {
        size_t rest = size - at;
        size_t whole = rest < RIG_RECV_BUFFER ? rest : RIG_RECV_BUFFER;
        size_t piece = cuts ? rig_cuts_next(cuts, rest) : whole;
        if (!peer_send(&peer, data + at, piece)) {
            if (!stage->ended) {
                finding("settle",
                        "the server does not read on although its peer takes all it says");
            }
            break;
        }
        peer_check(&peer);
        at += piece;
    }
    peer_finish(&peer);
    return (size_t)stage->received;
}

/* What the plugin answers to the first `size` bytes when they are cut as `cuts` says; NULL: as they
 * were received. */
static void shade(struct rig_stream *rig, const struct rig_stage *stage, const uint8_t *data,
                  size_t size, struct rig_cuts *cuts)
{
    struct shadow *shadow = &rig->shadow;
    size_t piece = 0;
    rig->shadowed.size = 0;
    shadow->plugin = listener_plugin(stage->listener);
    shadow_open(shadow, 1, data);
    while (!shadow->over && shadow->end < size) {
        size_t next = cuts ? rig_cuts_next(cuts, size - shadow->end) : stage->pieces[piece++];
        /* One receive takes no more. */
        shadow_receive(shadow, next < RIG_RECV_BUFFER ? next : RIG_RECV_BUFFER);
    }
    shadow_close(shadow, stage->finished);
}

/* The first byte that differs; the shorter size where one is the other's beginning; or, when they
 * are equal, UINT64_MAX. */
static uint64_t difference(const struct reply *a, const struct reply *b)
{
    uint64_t common = a->size < b->size ? a->size : b->size;
    size_t kept = common < REPLY_KEPT_BYTES_MAX ? (size_t)common : REPLY_KEPT_BYTES_MAX;
    if (memcmp(a->kept, b->kept, kept) == 0) {
        return a->size == b->size ? UINT64_MAX : common;
    }
    size_t at = 0;
    while (a->kept[at] == b->kept[at]) {
        at++;
    }
    return at;
}

/* Whether the answer hangs on the input alone, so that it can be had again without a network. */
static bool is_comparable(const struct rig_stage *stage)
{
    const struct plugin_listener *plugin = listener_plugin(stage->listener);
    return !(plugin->properties & DRILL_SHARED_STATE) && !plugin->asked_outside &&
           (stage->end == SESSION_EOF || stage->end == SESSION_PLUGIN) &&
           stage->piece_count <= RIG_PIECES_MAX;
}

static void compare(struct rig_stream *rig, const struct rig_stage *stage, const uint8_t *data,
                    size_t size, struct rig_cuts *cuts)
{
    const char *name = rig->plugin->descriptor.name;
    bool invariant = listener_plugin(stage->listener)->properties & DRILL_SPLIT_INVARIANT;
    shade(rig, stage, data, size, invariant ? cuts : NULL);
    uint64_t at = difference(&rig->told, &rig->shadowed);
    if (at == UINT64_MAX || listener_plugin(stage->listener)->asked_outside) {
        return;
    }
    unsigned long long from = at, told = rig->told.size, shadowed = rig->shadowed.size;
    if (invariant) {
        shade(rig, stage, data, size, NULL);
        if (difference(&rig->told, &rig->shadowed) == UINT64_MAX) {
            finding("split",
                    "the plugin %s declares SPLIT_INVARIANT, but the same input cut otherwise is "
                    "answered otherwise from byte %llu on (%llu and %llu bytes)",
                    name, from, told, shadowed);
        }
    }
    finding("replay",
            "the plugin %s answers a fresh session that receives the same otherwise from byte %llu "
            "on (%llu bytes came, %llu were answered): sessions influence each other, or reply was "
            "lost",
            name, from, told, shadowed);
}

/* One connection in `stage`, and what the plugin answers when the input is cut the other way. */
static void play_and_compare(struct rig_stream *rig, struct rig_stage *stage, const uint8_t *data,
                             size_t size, struct rig_cuts cuts, bool cut)
{
    struct rig_cuts none = {.left = 0};
    size_t received = play(stage, data, size, cut ? &cuts : NULL, &rig->told);
    if (is_comparable(stage)) {
        compare(rig, stage, data, received, cut ? &none : &cuts);
    }
    rig_stage_clear(stage);
}

struct rig_stream *rig_stream_new(const struct drill_descriptor *plugin, bool thorough)
{
    struct rig_stream *rig = calloc(1, sizeof(*rig));
    if (!rig) {
        finding("machine", "out of memory");
    }
    rig->thorough = thorough;
    rig->plugin = rig_adopt(plugin);
    rig_stage_init(&rig->roomy, rig->plugin, WORLD_TCP, false);
    rig_stage_init(&rig->tight, rig->plugin, WORLD_TCP, true);
    reply_init(&rig->told);
    reply_init(&rig->shadowed);
    shadow_init(&rig->shadow, reply_add, &rig->shadowed);
    if (shadow_prepare(&rig->shadow, listener_plugin(rig->roomy.listener), RIG_REPLY_MAX,
                       UINT32_MAX) != 0) {
        finding("machine", "out of memory");
    }
    return rig;
}

void rig_stream_free(struct rig_stream *rig)
{
    shadow_fini(&rig->shadow);
    rig_stage_fini(&rig->roomy);
    rig_stage_fini(&rig->tight);
    plugin_free(rig->plugin);
    free(rig->told.kept);
    free(rig->shadowed.kept);
    free(rig);
}

static void play_way(struct rig_stream *rig, const uint8_t *data, size_t size, struct rig_cuts cuts,
                     unsigned way)
{
    play_and_compare(rig, way == 2 ? &rig->tight : &rig->roomy, data, size, cuts, way != 0);
}

void rig_stream_play(struct rig_stream *rig, const uint8_t *data, size_t size)
{
    size = size < RIG_INPUT_BYTES_MAX ? size : RIG_INPUT_BYTES_MAX;
    struct rig_cuts cuts = rig_cuts_of(data, size);
    if (!rig->thorough) {
        play_way(rig, data, size, cuts, cuts.way);
        return;
    }
    for (unsigned way = 0; way < RIG_WAYS; way++) {
        play_way(rig, data, size, cuts, way);
    }
}
