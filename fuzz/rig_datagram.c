/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "rig_stage.h"

#define DATAGRAM_BYTES_MAX ((size_t)65507) /* RFC 768 in RFC 791 */
#define DATAGRAMS_MAX      64u             /* of one play: as many pieces */

struct rig_datagram {
    struct plugin *plugin;
    struct rig_stage stage;
    uint8_t reply[65536];
};

/* Sends one datagram, lets the server answer, and reads the answers; how many there were. */
static uint64_t exchange(struct rig_datagram *rig, int socket, const uint8_t *data, size_t size)
{
    struct rig_stage *stage = &rig->stage;
    uint64_t answers = 0;
    ssize_t taken = world_send(stage->world, socket, data, size);
    ASSERT(taken == (ssize_t)size);
    while (rig_stage_turn(stage)) {
    }
    while (world_recvfrom(stage->world, socket, rig->reply, sizeof(rig->reply), NULL) >= 0) {
        answers++;
    }
    return answers;
}

/* One client that sends the input in datagrams; `cuts` NULL: in one. */
static void play(struct rig_datagram *rig, const uint8_t *data, size_t size, struct rig_cuts *cuts)
{
    struct rig_stage *stage = &rig->stage;
    uint64_t sent = 0, answers = 0;
    uint32_t properties = listener_plugin(stage->listener)->properties;
    int socket = rig_stage_connect(stage);
    do {
        size_t whole = size < DATAGRAM_BYTES_MAX ? size : DATAGRAM_BYTES_MAX;
        size_t piece = cuts && size > 0 ? rig_cuts_next(cuts, whole) : whole;
        uint64_t got = exchange(rig, socket, data, piece);
        sent++;
        answers += got;
        if (properties & DRILL_ONE_REPLY_PER_DATAGRAM && got != 1) {
            finding("property",
                    "the plugin %s declares ONE_REPLY_PER_DATAGRAM but a datagram of %zu bytes got "
                    "%llu answers",
                    rig->plugin->descriptor.name, piece, (unsigned long long)got);
        }
        data += piece;
        size -= piece;
    } while (cuts && size > 0 && sent < DATAGRAMS_MAX);
    if (stage->received != sent || stage->sent != answers) {
        finding("conserved",
                "of %llu datagrams that the client sent the server received %llu; of %llu that the "
                "server sent the client received %llu",
                (unsigned long long)sent, (unsigned long long)stage->received,
                (unsigned long long)stage->sent, (unsigned long long)answers);
    }
    world_close(stage->world, socket);
    rig_stage_clear(stage);
}

struct rig_datagram *rig_datagram_new(const struct drill_descriptor *plugin)
{
    struct rig_datagram *rig = calloc(1, sizeof(*rig));
    if (!rig) {
        finding("machine", "out of memory");
    }
    rig->plugin = rig_adopt(plugin);
    rig_stage_init(&rig->stage, rig->plugin, WORLD_UDP, false);
    return rig;
}

void rig_datagram_free(struct rig_datagram *rig)
{
    rig_stage_fini(&rig->stage);
    plugin_free(rig->plugin);
    free(rig);
}

void rig_datagram_play(struct rig_datagram *rig, const uint8_t *data, size_t size)
{
    struct rig_cuts cuts = rig_cuts_of(data, size);
    play(rig, data, size, NULL);
    play(rig, data, size, &cuts);
}
