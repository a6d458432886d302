/* SPDX-License-Identifier: MIT */
/*
 * A plan: one scenario, checked and resolved, ready to run any number of times.
 *
 * The scenario loader makes plans; the runner plays them. A plan is immutable once made and is
 * shared with worker processes by fork. Everything that it points to belongs to its arena and lives
 * until plan_free. Names are resolved: clients, captures and source steps are indices. No JSON
 * below this header.
 */
#ifndef DRILL_CORE_PLAN_H
#define DRILL_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockdrill/plugin.h>

#include "session_end.h"
#include "world.h"
#include "world_fault.h"
#include "world_sim.h"

#define PLAN_REPEAT_DEPTH_MAX   8                  /* nested repeats */
#define PLAN_EXECUTED_STEPS_MAX UINT64_C(10000000) /* with every repeat counted */
#define PLAN_UNROLLED_STEPS_MAX UINT64_C(1000000)  /* copies made of bodies that use their index */
#define PLAN_PAYLOAD_BYTES_MAX  ((size_t)64 << 20)
#define PLAN_MS_MAX             INT64_C(31536000000) /* of one step: a year */
/* What all steps of a run may let pass: 100 years, far below the 2^64 nanoseconds of its clock. */
#define PLAN_RUN_CLOCK_MS_MAX (100 * PLAN_MS_MAX)
/* Three packets make a connection, and a run that hears nothing for 10 s is given up. */
#define PLAN_LATENCY_MS_MAX 3000
#define PLAN_COUNT_MAX      INT64_C(9007199254740991) /* what every JSON reader keeps exact */
#define PLAN_NONE           UINT32_MAX                /* no such index; "not limited" */

/* A set of worlds: bits. */
enum plan_world { PLAN_KERNEL = WORLD_KERNEL, PLAN_SIM = WORLD_SIM, PLAN_BOTH = 3 };

/* server: the keys of scenario-language.md with every default filled in. */
struct plan_server {
    const char *plugin;      /* as the scenario names it */
    const char *plugin_path; /* the file it was found in */
    const char *plugin_version;
    const struct drill_value *values; /* one per option of the plugin */
    size_t value_count;
    enum world_transport transport;
    enum world_family family;
    uint32_t recv_buffer_bytes;
    uint32_t backlog;
    uint32_t sessions_max;
    uint32_t sessions_total;       /* PLAN_NONE: no limit */
    uint32_t messages_per_session; /* PLAN_NONE: no limit */
    uint64_t idle_timeout_ms;      /* 0: none */
    uint32_t send_buffer_bytes;    /* 0: the system's */
    uint32_t reply_bytes_max;
};

enum plan_part_kind {
    PLAN_BYTES,    /* `data` */
    PLAN_FILL,     /* `fill` repeated */
    PLAN_RANDOM,   /* prng_fill seeded with `seed` */
    PLAN_CAPTURED, /* what `capture` remembered */
    PLAN_ANY,      /* expect: any bytes */
    PLAN_CAPTURE   /* expect: any bytes, remembered as `capture` */
};

struct plan_part {
    enum plan_part_kind kind;
    uint32_t capture;    /* an index below plan->capture_count */
    size_t size;         /* bytes; known for every kind */
    const uint8_t *data; /* PLAN_BYTES */
    uint64_t seed;       /* PLAN_RANDOM */
    uint8_t fill;        /* PLAN_FILL */
};

struct plan_payload {
    const struct plan_part *parts;
    size_t part_count;
    size_t size; /* the sum, at most PLAN_PAYLOAD_BYTES_MAX */
};

enum plan_verb {
    PLAN_CONNECT,
    PLAN_SEND,
    PLAN_EXPECT,
    PLAN_EXPECT_END,
    PLAN_EXPECT_SILENCE,
    PLAN_HALF_CLOSE,
    PLAN_CLOSE,
    PLAN_RESET,
    PLAN_PAUSE,
    PLAN_RESUME,
    PLAN_SERVER,
    PLAN_FILL_BACKLOG,
    PLAN_EXPECT_SERVER,
    PLAN_WAIT,
    PLAN_REPEAT,
    PLAN_TOGETHER
};

enum plan_connect_outcome { PLAN_CONNECTED, PLAN_CONNECT_REFUSED, PLAN_HUNG };
enum plan_send_outcome { PLAN_SENT, PLAN_SEND_BROKEN, PLAN_SEND_REFUSED };
enum plan_expect_kind { PLAN_EXACT, PLAN_PREFIX, PLAN_REGEX, PLAN_SIZE };
enum plan_server_change { PLAN_ACCEPTING_OFF, PLAN_ACCEPTING_ON, PLAN_STOP };

/* How a client's connection ended, as the client saw it. */
enum plan_end { PLAN_END_EOF = 1, PLAN_END_RESET = 2 };

/* "connect", "send", ... as scenarios spell it. */
const char *plan_verb_name(enum plan_verb verb);

struct pattern; /* pattern.h: a compiled regular expression */
struct plan_step;

struct plan_steps {
    const struct plan_step *steps;
    size_t count;
};

/* expect_server: a member counts only where its `has_` flag or count says so. */
struct plan_expect_server {
    uint32_t session; /* the client that recv_sizes and bytes_received speak of; PLAN_NONE: the only
                         one, or the sum */
    bool has_sessions, has_bytes_received, has_recv_sizes, has_truncated, alive, has_peers;
    uint64_t sessions, bytes_received, truncated;
    const uint64_t *recv_sizes;
    size_t recv_size_count;
    const uint32_t *peers; /* clients */
    size_t peer_count;
    struct plan_expected_end {
        uint32_t client;
        enum session_end end;
    } const *ends;
    size_t end_count;
};

struct plan_step {
    enum plan_verb verb;
    uint32_t source; /* an index below plan->source_count: where in the file this step stands */
    uint32_t client; /* an index below plan->client_count; PLAN_NONE for verbs without one */
    union {
        enum plan_connect_outcome connect;
        struct {
            struct plan_payload payload;
            const size_t *cuts; /* ascending, inside the payload */
            size_t cut_count;
            bool cut_every; /* one byte at a time; then `cuts` is NULL */
            bool settle;
            enum plan_send_outcome outcome;
        } send;
        struct {
            enum plan_expect_kind kind;
            struct plan_payload payload;   /* PLAN_EXACT, PLAN_PREFIX */
            const struct pattern *pattern; /* PLAN_REGEX */
            const char *pattern_text;
            size_t size; /* PLAN_SIZE */
            uint64_t within_ms;
        } expect;
        struct {
            uint32_t ends; /* PLAN_END_EOF | PLAN_END_RESET */
            uint64_t within_ms;
        } expect_end;
        uint64_t silence_ms;
        enum plan_server_change server;
        struct {
            uint32_t first_client; /* backlog[0]; the others follow */
            uint32_t count;        /* backlog + 1 */
        } fill_backlog;
        const struct plan_expect_server *expect_server;
        uint64_t wait_ms;
        struct {
            uint64_t count;
            struct plan_steps
                body; /* of one iteration; when `unrolled`, `count` bodies stand one after another
                         from body.steps and body.count is the length of one */
            bool unrolled;
        } repeat;
        struct {
            const struct plan_steps *lanes;
            size_t lane_count;
            bool has_seed; /* else the run's seed */
            uint64_t seed;
        } together;
    };
};

/* Why a failure does not fail the run for now, and how long. */
struct plan_quarantine {
    const char *issue; /* not empty */
    const char *until; /* the last day of it: date.h */
};

struct plan_arena;

struct plan {
    const char *id;    /* "tcp/many#n=10,msg=a" */
    const char *file;  /* the path as the user gave it */
    const char *title; /* "" when there is none */
    const char *const *tags;
    size_t tag_count;
    const char *spelling; /* NULL, or where it was asked for the expanded scenario's JSON */
    uint8_t hash[16];     /* XXH3-128, canonical big-endian, of the expanded scenario: reports.md */
    uint32_t worlds;      /* PLAN_KERNEL | PLAN_SIM */
    const char *expect_failure;               /* NULL, or why */
    const struct plan_quarantine *quarantine; /* NULL: none */
    uint64_t seed;                            /* 1 unless asked otherwise */
    bool explore; /* a fuzzer's plan: nothing is expected of peers, see runner.h */
    struct plan_server server;
    const struct world_fault_rule *faults; /* what goes wrong on the server's side; at most
                                              WORLD_FAULT_RULES_MAX, in the scenario's order */
    size_t fault_count;
    struct world_sim_network network; /* all 0: loopback; else `worlds` is PLAN_SIM alone */
    struct plan_steps steps;
    const char *const *sources; /* JSON pointers of all steps in document order */
    size_t source_count;
    const char *const *clients; /* names */
    size_t client_count;
    size_t capture_count;
    const size_t *capture_sizes;
    uint32_t descriptors_max; /* clients and sessions that can be open at once: an upper bound */
    struct plan_arena *arena; /* owns all of the above and the patterns */
};

void plan_free(struct plan *plan);

/* For the loader: zeroed memory that lives as long as the plan; NULL without memory. */
struct plan_arena *plan_arena_new(void);
void plan_arena_free(struct plan_arena *arena);
void *plan_arena_alloc(struct plan_arena *arena, size_t size);
char *plan_arena_string(struct plan_arena *arena, const char *string);
/* The arena calls `release(owned)` when it is freed. 0, or -ENOMEM; then it has been called at
 * once.
 */
int plan_arena_own(struct plan_arena *arena, void (*release)(void *owned), void *owned);
/* The arena frees the pattern with itself. 0 or -ENOMEM; then the pattern is freed at once. */
int plan_arena_own_pattern(struct plan_arena *arena, struct pattern *pattern);
/* Bytes handed out so far. */
size_t plan_arena_bytes(const struct plan_arena *arena);

#endif
