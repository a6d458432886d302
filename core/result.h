/* SPDX-License-Identifier: MIT */
/*
 * The result of one run of one plan.
 *
 * The runner fills it, a worker sends it to its parent in wire form, reports/ render it. Everything
 * here but `trouble`, the traces, what is said of them and `real_ns` is canonical: the same for the
 * same sources on every machine. A result owns all it points to.
 */
#ifndef DRILL_CORE_RESULT_H
#define DRILL_CORE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "plan.h"
#include "trace.h"

#define RESULT_HEAD_BYTES      256
#define RESULT_RECV_RUNS_MAX   1000
#define RESULT_FRAMES_MAX      32
#define RESULT_CONNECTIONS_MAX 1000       /* kept in detail: the first ones; the rest are counted */
#define RESULT_FIRES_UNKNOWN   UINT64_MAX /* how often is the kernel's business: null in reports */
#define RESULT_TRACE_BYTES_MAX TRACE_BLOB_BYTES_MAX /* of one world */

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_ERROR, /* the harness could not tell */
    VERDICT_CRASH, /* the worker died: a signal, or the plugin ended the process */
    VERDICT_HANG,
    VERDICT_LEAK,
    VERDICT_DIVERGED,
    VERDICT_FLAKY, /* several runs of it differed */
    VERDICT_SKIPPED,
    VERDICT_EXPECTED_FAIL,
    VERDICT_UNEXPECTED_PASS
};
#define VERDICT_COUNT (VERDICT_UNEXPECTED_PASS + 1)

/* "pass", "fail", ..., "expected-fail", "unexpected-pass". */
const char *verdict_name(enum verdict verdict);
/* Pass, skipped and expected-fail do not fail a run; but see result_fails. */
bool verdict_is_good(enum verdict verdict);

/* What a scenario's `quarantine` means on the day of the run. */
enum result_quarantine {
    QUARANTINE_NONE,
    QUARANTINE_HOLDS, /* its day has not passed, or no day was given */
    QUARANTINE_OVER
};

/* Whether a result fails its run. A quarantine that holds covers every verdict; one that is over
 * fails whatever ran, so that it cannot be forgotten. */
bool result_verdict_fails(enum verdict verdict, enum result_quarantine quarantine);

/* A stream of bytes as reports keep it. */
struct result_stream {
    uint64_t length;
    uint8_t hash[16]; /* XXH3-128, canonical big-endian */
    uint8_t head[RESULT_HEAD_BYTES];
    uint32_t head_size; /* the smaller of length and 256 */
};

/* One connection as its client saw it. */
struct result_client {
    char *name; /* "bob"; its second connection is "bob#2" */
    struct result_stream sent, received;
    bool sent_unknown;     /* what the network took is the kernel's business: null in reports */
    bool received_unknown; /* the answer hangs on it */
    uint32_t end;          /* PLAN_END_EOF, PLAN_END_RESET, or 0: not ended by the server */
};

struct result_run {
    uint64_t size, count;
};

/* One session as the server saw it. */
struct result_session {
    char *name; /* its client's; the one of a UDP listener is "udp" */
    struct result_stream received;
    bool comparable_bytes;        /* false: `received` is empty; it is null in reports */
    bool comparable_sizes;        /* false: so are `recv_runs` */
    struct result_run *recv_runs; /* owned; equal sizes in a row count as one run */
    size_t recv_run_count;
    bool recv_runs_cut; /* there were more than RESULT_RECV_RUNS_MAX */
    uint64_t truncated; /* datagrams longer than recv_buffer */
    enum session_end end;
};

/* What was expected or what came: bytes or words. */
struct result_evidence {
    enum { EVIDENCE_NONE, EVIDENCE_TEXT, EVIDENCE_BYTES } kind;
    char *text; /* owned; EVIDENCE_TEXT */
    struct result_stream
        stream; /* EVIDENCE_BYTES: of all of it; the head is an excerpt that starts at `offset` */
    uint64_t offset;
};

/* Who found the failure. */
enum result_oracle {
    ORACLE_NONE,     /* nobody: there was none, or the run did not get to its end */
    ORACLE_STORY,    /* a step: what the scenario expects did not come */
    ORACLE_PROPERTY, /* LENGTH_PRESERVING, ONE_REPLY_PER_DATAGRAM */
    ORACLE_PLUGIN,   /* the plugin failed, overflowed, or broke the rules of its callbacks */
    ORACLE_REPLAY,   /* a fresh session that received the same answers otherwise */
    ORACLE_SPLIT,    /* SPLIT_INVARIANT: uncut it answers otherwise */
    ORACLE_LEAK,     /* what the plugin allocated was not released */
    ORACLE_SETTLE,   /* the run did not settle, or its timers did not end */
    ORACLE_HARNESS   /* the harness met a limit, or could not begin */
};
#define ORACLE_COUNT (ORACLE_HARNESS + 1)

/* "none", "story", "property", "plugin", "replay", "split", "leak", "settle", "harness". */
const char *result_oracle_name(enum result_oracle oracle);

struct result_failure {
    enum result_oracle oracle;                 /* internal: not in reports */
    uint32_t source;                           /* an index into plan->sources; PLAN_NONE: no step */
    uint64_t iteration[PLAN_REPEAT_DEPTH_MAX]; /* of the repeats around the step, outermost first */
    uint32_t iteration_depth;
    char *sentence; /* owned; NULL: there was no failure */
    struct result_evidence expected, actual;
};

/* What only the timings file and the terminal show. */
struct result_trouble {
    int signal;      /* that ended the worker; 0: none */
    int exit_status; /* -1: it did not exit */
    char *output; /* owned; what the worker wrote to standard error, cut at 64 KiB; NULL: nothing */
    struct result_frame {
        char *module;    /* owned: the file the address is in */
        uint64_t offset; /* of the instruction within that file: reports/backtrace.h names it */
    } frames[RESULT_FRAMES_MAX];
    uint32_t frame_count;
    uint32_t callback; /* enum plugin_callback: what the plugin was asked when the worker died */
};

/* Where two worlds first told different stories. */
struct result_divergence {
    char *what;   /* owned: "the session of bob: how it ended"; NULL: they did not */
    char *sim;    /* owned: what the simulated world said */
    char *kernel; /* owned: what real sockets said */
    char *calls; /* owned: whose calls differ first and how many agreed before, "the server's call 3
                    for bob"; NULL: the traces do not differ, or there are none */
    char *sim_call, *kernel_call; /* owned: these calls, "recv(1024) = 5"; "nothing" where the story
                                     ended before; NULL with `calls` */
};

struct result {
    uint32_t plan; /* its index in the suite */
    enum verdict verdict;
    enum result_quarantine quarantine;        /* NONE until the last word on the plan is spoken */
    enum plan_world world;                    /* PLAN_BOTH: one result of two runs */
    enum verdict sim_verdict, kernel_verdict; /* with PLAN_BOTH: of each */
    bool too_large; /* for the simulated world: its error stands whatever real sockets say */
    struct result_divergence divergence; /* with VERDICT_DIVERGED */
    uint64_t *fault_fires;               /* owned: by plan->faults, how often each fired, or
                                            RESULT_FIRES_UNKNOWN */
    size_t fault_count; /* plan->fault_count, or 0: the run did not get to its end */
    uint64_t seed;
    char *note; /* owned: why it was skipped or was expected to fail; NULL: nothing to say */
    uint64_t *step_runs; /* owned: how often each source step passed; plan->source_count of them */
    size_t step_count;
    size_t step_capacity;          /* there is room for so many */
    struct result_client *clients; /* owned, in order of connecting */
    size_t client_count;
    uint64_t clients_omitted;        /* connections beyond RESULT_CONNECTIONS_MAX */
    struct result_session *sessions; /* owned, in order of their clients */
    size_t session_count;
    uint64_t sessions_omitted; /* of those connections */
    struct result_failure failure;
    struct result_trouble trouble;
    struct bytes sim_trace, kernel_trace; /* owned: trace.h; empty unless asked for */
    uint32_t runs;                        /* VERDICT_FLAKY: how many differed; not in wire form */
    bool trace_by_chance; /* whether there is a simulated one, where it ends or what came before it
                             hangs on chance or options: reports do not tell of it; only the parent
                             of a worker can say so */
    uint64_t real_ns;     /* of all its runs together */
};

/* A pass of `of` with its own seed in the kernel world. 0 or -ENOMEM; then there is nothing to
 * free. */
int result_init(struct result *result, uint32_t plan, const struct plan *of);
/* Makes a used result as good as new without freeing what it can use again. 0 or -ENOMEM; then
 * there is nothing to free. */
int result_reset(struct result *result, uint32_t plan, const struct plan *of);
void result_fini(struct result *result);
void result_divergence_fini(struct result_divergence *divergence);

/* Gives the result a verdict and the sentence that explains it, without a step; what was said
 * before is dropped. 0 or -ENOMEM; then only the sentence is missing. */
int result_decide(struct result *result, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* result_verdict_fails of this one. */
bool result_fails(const struct result *result);

/* The wire form between a worker and its parent: 0 or -errno. Decoding checks every size; a result
 * that a broken worker sent is refused with -EINVAL, and then there is nothing to free. */
int result_encode(const struct result *result, struct bytes *wire);
/* The canonical part alone: equal for two results that reports cannot tell apart. */
int result_encode_canonical(const struct result *result, struct bytes *wire);
int result_decode(const void *wire, size_t size, struct result *result);

/* Collects a stream as it flows. Only result_recorder_init allocates. */
struct result_recorder {
    uint64_t length;
    uint32_t head_size;
    uint8_t head[RESULT_HEAD_BYTES];
    void *hash; /* an XXH3 state, owned; NULL until result_recorder_init */
};
int result_recorder_init(struct result_recorder *recorder); /* 0 or -ENOMEM */
void result_recorder_reset(struct result_recorder *recorder);
void result_recorder_add(struct result_recorder *recorder, const void *data, size_t size);
/* Whether two streams were the same, without the cost of reading them off. */
bool result_recorder_equal(const struct result_recorder *a, const struct result_recorder *b);
void result_recorder_read(const struct result_recorder *recorder, struct result_stream *stream);
void result_recorder_fini(struct result_recorder *recorder);

/* Evidence from bytes: the head is the window of 256 bytes that holds byte `around`. What the
 * evidence held before is overwritten, not freed. */
void result_evidence_bytes(struct result_evidence *evidence, const void *data, size_t size,
                           uint64_t around);

#endif
