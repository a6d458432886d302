/* SPDX-License-Identifier: MIT */
#include "fuzz/entrant.h"

const struct entrant_facts entrants[ENTRANT_COUNT] = {
    [ENTRANT_EMPTY] = {"bench/empty", "nothing: the engine alone", ENTRANT_COUNT, ENTRANT_COUNT},
    [ENTRANT_STREAM] = {"fuzz/stream-uppercase", "stream-uppercase", ENTRANT_BARE,
                        ENTRANT_LOOPBACK},
    [ENTRANT_TAPE] = {"fuzz/tape-uppercase", "tape-uppercase", ENTRANT_BARE, ENTRANT_LOOPBACK},
    [ENTRANT_BARE] = {"bench/bare-uppercase", "uppercase bare", ENTRANT_COUNT, ENTRANT_COUNT},
    [ENTRANT_LOOPBACK] = {"bench/loopback-uppercase", "uppercase on real TCP", ENTRANT_COUNT,
                          ENTRANT_COUNT},
    [ENTRANT_DATAGRAM] = {"fuzz/datagram-ack-ok", "datagram-ack-ok", ENTRANT_BARE_UDP,
                          ENTRANT_LOOPBACK_UDP},
    [ENTRANT_TAPE_UDP] = {"fuzz/tape-ack-ok", "tape-ack-ok", ENTRANT_BARE_UDP,
                          ENTRANT_LOOPBACK_UDP},
    [ENTRANT_BARE_UDP] = {"bench/bare-ack-ok", "ack-ok bare", ENTRANT_COUNT, ENTRANT_COUNT},
    [ENTRANT_LOOPBACK_UDP] = {"bench/loopback-ack-ok", "ack-ok on real UDP", ENTRANT_COUNT,
                              ENTRANT_COUNT},
};

const char *const build_names[BUILD_COUNT] = {
    [BUILD_PLAIN] = "plain", [BUILD_SANITIZED] = "ASan + UBSan"};

const size_t length_bytes[LENGTH_COUNT] = {
    [LENGTH_64] = 64, [LENGTH_256] = 256, [LENGTH_4096] = 4096};
