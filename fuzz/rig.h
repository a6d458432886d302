/* SPDX-License-Identifier: MIT */
/*
 * Plays inputs of a fuzzer against one plugin, through the server loop, on a simulated network, and
 * holds what happened against the oracles. What breaks one is a finding (finding.h), which ends the
 * process.
 *
 * A rig is made once; each call begins with a world as new and a listener as new, and leaves
 * neither. What an input does depends on nothing but the input, so that a finding is found again by
 * that input alone. One thread.
 */
#ifndef DRILL_FUZZ_RIG_H
#define DRILL_FUZZ_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockdrill/plugin.h>

/* Longer inputs are cut: a fuzzer that needs more bytes than this has lost its way. */
#define RIG_INPUT_BYTES_MAX ((size_t)65536)

struct rig_stream;
struct rig_datagram;
struct rig_tape;
struct rig_scenario;

/*
 * One connection that carries the input, a half-close, and the answers to both. The input's hash
 * says which way: in pieces of the receive buffer; cut otherwise, mostly once; or cut, through
 * buffers of 256 bytes. `thorough` plays it in all three. What the plugin answered is compared with
 * what it answers without a network: for a plugin that is split-invariant when the same is cut in
 * other places, else when it is cut in the same ones.
 *
 * Oracles: `property` and `plugin`, what the loop checks at each answer; `conserved`, each byte
 * that one side's send accepted was received by the other; `split` and `replay`, the same answer
 * again; `leak`, memory of the plugin; `open`, sessions and sockets; `settle`, the connection moves
 * on to its end.
 *
 * rig_..._new ends the process with a sentence when a plugin is refused or the machine fails.
 */
struct rig_stream *rig_stream_new(const struct drill_descriptor *plugin, bool thorough);
void rig_stream_play(struct rig_stream *rig, const uint8_t *data, size_t size);
void rig_stream_free(struct rig_stream *rig);

/* The input as one datagram (of at most 65,507 bytes), and again as several, cut as its hash says.
 * Oracles as above, but for `split` and `replay`. */
struct rig_datagram *rig_datagram_new(const struct drill_descriptor *plugin);
void rig_datagram_play(struct rig_datagram *rig, const uint8_t *data, size_t size);
void rig_datagram_free(struct rig_datagram *rig);

/*
 * The input is a tape (tape.h), played by the runner that plays scenarios, in a network with the
 * buffers of an ordinary run: what is found here is found by the scenario that it becomes. One
 * input in sixteen (`thorough`: each) is played twice more, recorded.
 *
 * Oracles: those of a run (enum result_oracle), `open`, and `repeat`, both records the same.
 */
struct rig_tape *rig_tape_new(const struct drill_descriptor *plugin, bool thorough);
void rig_tape_play(struct rig_tape *rig, const uint8_t *data, size_t size);
void rig_tape_free(struct rig_tape *rig);

/*
 * The input is the text of a scenario for one of `plugins` (a NULL ends them; borrowed). What the
 * loader takes goes through a tape and back, and is then played as a tape of its plugin is, for the
 * first few of a matrix.
 *
 * Oracles: `tape`, the same plan and the same bytes of tape again; `loader`, a refusal has a
 * sentence; and those of rig_tape.
 */
struct rig_scenario *rig_scenario_new(const struct drill_descriptor *const *plugins, bool thorough);
void rig_scenario_play(struct rig_scenario *rig, const uint8_t *data, size_t size);
void rig_scenario_free(struct rig_scenario *rig);

#endif
