/* SPDX-License-Identifier: MIT */
/*
 * A plugin to copy. It answers with ROT13: each letter is moved 13 places along the alphabet.
 *
 * To make your own:
 *   1. Copy this file to plugins/NAME.c and change the three things marked below.
 *   2. Build with ./dev build; NAME.so appears beside the other plugins.
 *   3. Try it: `sockdrill serve NAME@tcp://127.0.0.1:9000`, then `sockdrill talk` in another
 *      terminal; then write down what it must do as a scenario.
 *
 * A plugin is bytes in, bytes out. It includes this header and libc, nothing else, and uses no
 * sockets, clocks, threads or files: what it needs beyond its input, it asks of the host through
 * context->services. See <sockdrill/plugin.h> for everything that a plugin can have besides
 * `transform`: options, a greeting, state per session, message framing, timers.
 */
#include <sockdrill/plugin.h>

/* A helper; `static` keeps it out of other plugins' way. */
static uint8_t rotate(uint8_t byte, uint8_t first)
{
    return (uint8_t)(first + (byte - first + 13) % 26);
}

/*
 * Change 1: what the plugin does. Called for each receive over TCP and for each datagram over UDP.
 * `in` is what came; what is put into `out` is sent back. Both are gone after the return.
 */
static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context; /* This plugin needs neither state nor services. */

    /* Room for the whole answer. NULL when the server's `reply_max` is smaller: the host then
     * reports the overflow, so there is nothing more to do here. */
    uint8_t *room = drill_reserve(out, in.size);
    for (size_t i = 0; room && i < in.size; i++) {
        uint8_t byte = in.data[i];
        room[i] = byte;
        if (byte >= 'a' && byte <= 'z') {
            room[i] = rotate(byte, 'a');
        } else if (byte >= 'A' && byte <= 'Z') {
            room[i] = rotate(byte, 'A');
        }
    }
    return DRILL_OK;
}

/*
 * Change 2: the names. The first is a C identifier; .name is what scenarios call the plugin and
 * should be the file's name.
 *
 * Change 3: the properties. Promise only what always holds, for the harness checks each promise in
 * every run. This plugin answers every byte on its own, so it does not matter how the stream was
 * cut, and each answer is as long as its question.
 */
DRILL_PLUGIN(template, .name = "template", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING |
                           DRILL_ONE_REPLY_PER_DATAGRAM,
             .summary = "Answers in ROT13; made to be copied", .transform = answer);
