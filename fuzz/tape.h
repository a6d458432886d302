/* SPDX-License-Identifier: MIT */
/*
 * The tape: a byte code for plans.
 *
 * Decoding is total: every byte string is a plan, and work and memory are bounded by what
 * tape_new was told. Events that make no sense where they stand (a send of a client that is not
 * open, a cut outside the payload) are passed over, by the rules that the scenario loader refuses
 * by. Encoding is canonical: tape_decode of tape_encode of a plan is the same plan, and tape_encode
 * of a decoded plan does not change when it is done again. A fuzz input is bare events; tape files
 * (tape_file.h) put a header in front. No JSON here, so that fuzz targets can link it.
 *
 * A tape belongs to one thread. A decoded plan is borrowed until the next call with the same tape,
 * and has no arena: it must not be given to plan_free.
 */
#ifndef DRILL_FUZZ_TAPE_H
#define DRILL_FUZZ_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockdrill/plugin.h>

#include "bytes.h"
#include "plan.h"
#include "plugin_info.h"
#include "tape_event.h"

enum tape_use {
    TAPE_WHOLE,  /* everything that a scenario can say */
    TAPE_EXPLORE /* a fuzzer's plan: small, nothing expected, every client closed in the end */
};

/* What decoding knows of the plugin; every pointer is borrowed. */
struct tape_plugin {
    const char *name, *path, *version;
    uint32_t transports;
    const struct drill_option *options;
    size_t option_count;
};

struct tape_plugin tape_plugin_of_info(const struct plugin_info *info);
struct tape_plugin tape_plugin_of_descriptor(const struct drill_descriptor *descriptor);

/* Room, in numbers of things, and bounds of a run. */
struct tape_limits {
    size_t clients, captures, steps, parts, cuts, lanes, servers, sizes, peers, ends, patterns;
    size_t text_bytes, pointer_bytes;
    uint64_t executed_steps, sent_bytes, wait_ms, repeat_count, lane_count;
    uint32_t repeat_depth, together_depth, faults;
};

/* A fuzzer's limits. */
void tape_limits_explore(struct tape_limits *limits);
/* TAPE_WHOLE: the room that these bytes can need at most. */
void tape_limits_measure(const uint8_t *data, size_t size, struct tape_limits *limits);

struct tape;

/* NULL without memory. `limits` NULL: tape_limits_explore. The plugin's strings and table are
 * borrowed for the life of the tape. */
struct tape *tape_new(enum tape_use use, const struct tape_plugin *plugin,
                      const struct tape_limits *limits);
void tape_free(struct tape *tape);

/* Never fails, and never allocates, but for the regular expressions of TAPE_WHOLE, which PCRE2
 * compiles. Bytes are borrowed: payloads point into `data`. */
const struct plan *tape_decode(struct tape *tape, const uint8_t *data, size_t size);

/* Appends the canonical events of a plan that the loader or tape_decode made: 0, -ENOMEM or
 * -ENOSPC. `plugin` is the one whose options the plan's values are. */
int tape_encode(const struct plan *plan, const struct tape_plugin *plugin, struct bytes *out);

/* Whether the plan has faults or a network that no peer can cause. */
bool tape_plan_is_injected(const struct plan *plan);

#endif
