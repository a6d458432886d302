/* SPDX-License-Identifier: MIT */
/*
 * Who takes part in `bench fuzz`, how each is built, and how long inputs may be. Values only.
 */
#ifndef BENCH_FUZZ_ENTRANT_H
#define BENCH_FUZZ_ENTRANT_H

#include <stddef.h>

/* In the order of a round and of the table. */
enum entrant {
    ENTRANT_EMPTY,
    ENTRANT_STREAM,       /* stream-uppercase: ours */
    ENTRANT_TAPE,         /* tape-uppercase: ours */
    ENTRANT_BARE,         /* uppercase called bare */
    ENTRANT_LOOPBACK,     /* uppercase on real TCP */
    ENTRANT_DATAGRAM,     /* datagram-ack-ok: ours */
    ENTRANT_TAPE_UDP,     /* tape-ack-ok: ours */
    ENTRANT_BARE_UDP,     /* ack-ok called bare */
    ENTRANT_LOOPBACK_UDP, /* ack-ok on real UDP */
    ENTRANT_COUNT
};

enum build { BUILD_PLAIN, BUILD_SANITIZED, BUILD_COUNT };

/* Bytes that an input has at most. */
enum length { LENGTH_64, LENGTH_256, LENGTH_4096, LENGTH_COUNT };

struct entrant_facts {
    const char *path;      /* of the program, from the folder of its build */
    const char *name;      /* for a person */
    enum entrant bare;     /* what it is compared with; ENTRANT_COUNT: with nothing */
    enum entrant loopback; /* the same */
};

extern const struct entrant_facts entrants[ENTRANT_COUNT];
extern const char *const build_names[BUILD_COUNT];
extern const size_t length_bytes[LENGTH_COUNT];

#endif
