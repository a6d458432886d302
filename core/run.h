/* SPDX-License-Identifier: MIT */
/*
 * A run in progress: the state that the runner's files share. Internal to runner.c and run_*.c.
 *
 * A connection joins both halves of what happens between one client and the server, so that
 * settling can count. Clients of the plan are names; each connect makes a connection. All of it
 * belongs to the runner and is reused.
 */
#ifndef DRILL_CORE_RUN_H
#define DRILL_CORE_RUN_H

#include "client.h"
#include "prng.h"
#include "runner.h"
#include "server.h"
#include "settle.h"
#include "shadow.h"
#include "world_trace.h"

#define RUN_SETTLE_NS       (10 * CLOCK_S)
#define RUN_INPUT_BYTES_MAX ((size_t)1 << 20) /* of a session, kept to be replayed */
#define RUN_PIECE_BYTES_MAX                                                                        \
    ((size_t)32768)           /* what settles as one piece whatever the kernel's buffers */
#define RUN_WAKES_MAX 1000000 /* rounds of timers within one step */

struct run;

struct connection {
    struct client client; /* first: the loop finds the connection through its watch */
    struct run *run;
    uint32_t name; /* an index into plan->clients; PLAN_NONE for a probe */
    uint64_t nth;  /* the how-manieth connection of that name, from 1 */
    bool kept;     /* stands in the result; the others are only counted */
    bool dirty;    /* may be unsettled */
    bool current;  /* the latest connection of its name */

    uint32_t place;                                  /* its index in run->connections */
    uint64_t order;                                  /* of all connections with a name, from 0 */
    struct connection *waiting_next, **waiting_link; /* in run->waiting; the link is NULL outside */
    struct connection
        *port_older; /* had the same port before and may still wait in the accept queue */

    struct session *session; /* while it is open */
    bool accepted, session_finished, session_ended;
    bool sent_to_ended;
    bool blocked_once;   /* or its client ended while paused: amounts are not comparable */
    bool unsettled_once; /* "settle": false, or much waited for accept: sizes are not comparable */
    uint64_t session_sent, session_received; /* bytes; UDP: datagrams of this client */
    uint64_t unheard;                        /* UDP: datagrams sent while nobody listened */
    uint64_t lost_up, lost_down;             /* UDP: datagrams that a full queue dropped */
    uint64_t truncated;
    enum session_end end;
    struct result_recorder session_stream;
    struct bytes input; /* what the session received, where it may be replayed */
    bool input_cut;     /* there was more than RUN_INPUT_BYTES_MAX */
    uint64_t session_id;
    struct bytes recv_runs; /* of struct result_run */
    bool recv_runs_cut;
};

/* A position in a list of steps, inside the repeats around it. */
struct lane {
    struct lane_frame {
        struct plan_steps body;
        size_t at;
        uint64_t iteration, count;
        bool unrolled;
        const struct plan_step *repeat; /* NULL: the list itself */
    } frames[PLAN_REPEAT_DEPTH_MAX + 1];
    uint32_t depth;            /* frames in use; 0: finished */
    bool begun;                /* the current step was begun and waits */
    uint64_t deadline_ns;      /* of the waiting step, on the run clock */
    const struct lane *parent; /* whose `together` step this lane belongs to; NULL */
    struct lane *lanes;        /* of a `together` step that is under way: owned */
    size_t lane_count;
    struct prng order;
    bool asleep; /* waits, and nothing has happened since it looked */
};

struct run {
    struct runner *runner;
    const struct plan *plan;
    const struct plugin *plugin;
    struct result *result;
    uint64_t seed;
    struct world *world; /* the runner's, or a decorator of it */
    struct world *trace; /* the recording decorator; NULL: nobody asked */
    bool hung;           /* a client's connect hangs */
    struct loop loop;
    struct run_clock clock;
    struct server server;
    struct listener *listener; /* NULL before it listens */
    uint64_t sessions;         /* accepted so far, probes aside */
    uint64_t bytes_received;   /* by all sessions, probes aside */
    bool replays;              /* its sessions do not influence each other: run_replay.c */
    bool split_invariant;      /* and cuts do not matter */
    bool blocked_once;         /* one of them is not comparable */

    struct connection **connections; /* by place; NULL: a place given back */
    size_t connection_count, connection_capacity;
    const struct connection **told; /* scratch of run_fill_result; as large as connections */
    struct connection **current;    /* per client of the plan: its latest connection, or NULL */
    uint64_t *opened;               /* per client: connections so far */
    uint64_t named_connections;     /* of all clients; probes aside */
    uint64_t moves;            /* grows with everything that the server does and a client finds */
    struct connection **dirty; /* a stack; as large as connections */
    size_t dirty_count;
    struct connection *waiting; /* a list of those that may still be accepted */
    uint32_t *holes;            /* places given back; as large as connections */
    size_t hole_count;
    struct connection *by_port[UINT16_MAX + 1];

    struct connection
        datagrams; /* UDP: what the listener's one session received; its client half is unused */
    uint64_t datagrams_dropped; /* already told apart as lost */

    struct bytes *captures;           /* plan->capture_count of them, or NULL */
    size_t client_capacity;           /* room in `current` and `opened` */
    struct bytes payload;             /* scratch: the rendered payload of the current step */
    struct plugin_fault plugin_fault; /* what the plugin did wrong first */
    uint64_t wakes;                   /* rounds of timers since a step was done */
    struct shadow shadow;             /* plays sessions once more, */
    struct result_recorder shadowed;  /* and what they are answered then */
    int machine_error;                /* -errno: the machine failed, there is no result */
};

struct runner {
    struct world *world;
    struct world *faults;      /* decorates it; NULL until a plan has faults */
    struct world *trace;       /* decorates one of them; NULL until it is asked for */
    struct world *traced;      /* which */
    struct trace_store *store; /* where runs are recorded; NULL: nowhere */
    struct runner_progress *progress;
    struct connection **spare; /* connections for reuse */
    size_t spare_count, spare_capacity;
    int listen_socket[2]; /* per family: a listening TCP socket with an empty queue, or -1 */
    uint32_t listen_backlog[2];
    struct run run;
};

enum step_state { STEP_DONE, STEP_WAIT, STEP_FAILED };

/* run_lane.c: plays lists of steps. */
void lane_begin(struct lane *lane, struct plan_steps steps, const struct lane *parent);
void lane_fini(struct lane *lane);
/* Plays on until a step waits, fails, or all is done. */
enum step_state lane_play(struct run *run, struct lane *lane);
/* Plays one step. */
enum step_state lane_step(struct run *run, struct lane *lane);
bool lane_is_finished(const struct lane *lane);

/* run_step.c: one step. `step_begin` acts; `step_poll` looks whether a waiting step is met. */
enum step_state step_begin(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state step_poll(struct run *run, struct lane *lane, const struct plan_step *step);

/* run_expect.c. */
enum step_state expect_bytes(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state expect_end(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state expect_silence(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state expect_nothing_left(struct run *run);

/* run_expect_server.c. */
enum step_state expect_server(struct run *run, struct lane *lane, const struct plan_step *step);

/* run_world.c: the world that a run lives in. */
/* Puts the decorators in place that the plan and the runner's owner ask for. 0 or -ENOMEM. */
int run_enter_world(struct run *run);
void run_leave_world(struct run *run);
/* Fails a run with a fault that never fired. */
enum step_state run_check_faults(struct run *run);
/* Lets the run clock and the network's own time go by until `to_ns`, or until the network did
 * something by itself. */
void run_pass_time(struct run *run, uint64_t to_ns);
/* Looks whether connects that hang came to an end. */
void run_look_at_hung(struct run *run);

/* run_connect.c. */
enum step_state connect_client(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state fill_backlog(struct run *run, struct lane *lane, const struct plan_step *step);

/* run_together.c. */
enum step_state together_begin(struct run *run, struct lane *lane, const struct plan_step *step);
enum step_state together_poll(struct run *run, struct lane *lane);

/* run_connection.c: connections and the books that are kept of them. */
/* A new connection of `name` that has started to connect; NULL with machine_error set. */
struct connection *connection_open(struct run *run, uint32_t name);
/* Ends it from the client's side. */
void connection_close(struct connection *connection, bool reset);
/* Gives its place back if nothing refers to it any more and the result does not tell of it. */
void connection_retire(struct connection *connection);
void connection_mark(struct connection *connection); /* it may be unsettled */
void connection_wait_end(
    struct connection *connection);               /* it was accepted, or cannot be any more */
void connection_mark_unaccepted(struct run *run); /* so may all that wait to be accepted */
/* "bob", or "bob#2" for its second connection. Returns `text`. */
const char *connection_label(const struct connection *connection, char *text, size_t size);
/* What may stand in a report: what its client sent, what the session received, in which sizes. */
bool connection_sent_unknown(const struct connection *connection);
bool connection_bytes_comparable(const struct connection *connection);
bool connection_sizes_comparable(const struct connection *connection);
/* One to use again, or freed when there is no memory to remember it. */
void connection_keep_spare(struct runner *runner, struct connection *connection);
void connection_free(struct connection *connection);

/* run_observe.c: what the server tells. */
struct server_observer run_observer(struct run *run);

/* run_settle.c: turns the loop until the run is settled and no timer is due, or fails it. */
enum step_state run_settle(struct run *run, struct lane *lane);

/* run_settle_lossy.c */
bool settle_is_lossy(const struct run *run);
/* Reads what arrived and lets the network deliver; when nothing moves any more, what is missing is
 * booked as lost. Whether anything moved. */
bool settle_lossy(struct run *run);

/* run_payload.c: 0 or -ENOMEM. */
int payload_render(struct run *run, const struct plan_payload *payload, struct bytes *out);
/* Compares with received bytes: the offset of the first difference, or `size` when they agree as
 * far as they go. */
size_t payload_compare(const struct plan_payload *payload, const struct bytes *rendered,
                       const uint8_t *data, size_t size);
/* Remembers the captures of a payload that matched. 0 or -ENOMEM. */
int payload_capture(struct run *run, const struct plan_payload *payload, const uint8_t *data);

/* run_replay.c: the oracles that play to the plugin again what its sessions received. */
/* Finds out what the plugin of a new listener declares. */
void replay_begin(struct run *run);
enum step_state replay_check(struct run *run);

/* run_result.c: 0 or -ENOMEM. */
int run_fill_result(struct run *run);

/* run_fail.c: the first failure counts. */
/* The story did not get what it expected. STEP_FAILED; in an exploring run STEP_DONE, and there is
 * no failure to add evidence to. */
enum step_state run_disappointed(struct run *run, struct lane *lane, enum verdict verdict,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The plugin or the harness did wrong; the oracle says what the verdict is. STEP_FAILED. */
enum step_state run_fail(struct run *run, struct lane *lane, enum result_oracle oracle,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
enum step_state run_machine_failed(struct run *run, int error);
/* Fails a run whose plugin did wrong since the last look. */
enum step_state run_check_plugin(struct run *run, struct lane *lane);

/* The connection that a step speaks of, or NULL. */
static inline struct connection *run_current(const struct run *run, uint32_t client)
{
    return run->current[client];
}

static inline bool run_is_udp(const struct run *run)
{
    return run->plan->server.transport == WORLD_UDP;
}

#endif
