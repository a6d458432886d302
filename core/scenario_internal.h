/* SPDX-License-Identifier: MIT */
/*
 * What the files of the scenario loader share: the file being loaded, places in it, refusals.
 *
 * Functions that can refuse return 0, -EINVAL after they recorded why (scenario_refuse), or
 * -ENOMEM. Values come from jansson; strings and arrays that a plan keeps are copied to its arena.
 * One load at a time per `struct scenario_load`; one thread.
 */
#ifndef DRILL_CORE_SCENARIO_INTERNAL_H
#define DRILL_CORE_SCENARIO_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario.h"
#include "scenario_text.h"

#define SCENARIO_MS_MAX           PLAN_MS_MAX
#define SCENARIO_RUN_CLOCK_MS_MAX PLAN_RUN_CLOCK_MS_MAX
#define SCENARIO_COUNT_MAX        PLAN_COUNT_MAX
#define SCENARIO_EXPANDED_BYTES_MAX                                                                \
    ((size_t)1 << 30)                 /* memory of all plans that one file makes                   \
                                       */
#define SCENARIO_MATRIX_TEXT_MAX  128 /* bytes of a matrix value, which ids show */
#define SCENARIO_MATRIX_NAMES_MAX 16

/* Where a value stands: a list of steps from the root, kept on the stack of who reads it. */
struct scenario_place {
    const struct scenario_place *parent; /* NULL: the root itself */
    const char *key;                     /* NULL: the member `index` of a list */
    size_t index;
};

static inline struct scenario_place scenario_at_key(const struct scenario_place *parent,
                                                    const char *key)
{
    return (struct scenario_place){.parent = parent, .key = key};
}

static inline struct scenario_place scenario_at_index(const struct scenario_place *parent,
                                                      size_t index)
{
    return (struct scenario_place){.parent = parent, .index = index};
}

/* A name that `$name` may mention: of the matrix or of a repeat's index. */
struct scenario_scope {
    const struct scenario_scope *outer;
    const char *name;
    json_t *value; /* borrowed */
};

/* One file's bytes and values. */
struct scenario_source {
    char *file;   /* owned: the path as the user gave it */
    char *folder; /* owned: where its relative paths start */
    char *data;   /* owned: the text; NULL when it is borrowed or was not read */
    struct scenario_text text;
    json_t *root; /* owned */
};

/* A payload file, shared by all plans that use it. */
struct scenario_blob {
    size_t users;
    size_t size;
    uint8_t data[];
};

/* The scenario that is being loaded. */
struct scenario_load {
    struct suite *suite;
    const struct scenario_plugins *plugins;
    const char *id;
    const struct scenario_source *source;
    const struct scenario_source *defaults; /* the suite.json; NULL: none */
    json_t *blobs;                          /* file name -> address of a scenario_blob */
    size_t copies;                          /* of unrolled steps, all members together */
    size_t bytes;                           /* of the arenas of the members before this one */

    /* The member of the matrix that is being made. */
    const char *member; /* "n=10,msg=a"; NULL without a matrix */
    const struct scenario_scope *matrix;
    struct plan *plan;
    json_t *plan_blobs;        /* names of the files that the plan holds already */
    json_t *clients;           /* name -> index */
    const char **client_names; /* owned; the names themselves are the arena's */
    size_t client_count, client_capacity;
    json_t *captures; /* name -> index */
    size_t *capture_sizes;
    size_t capture_capacity;
    const char **sources; /* of the plan, filled in document order */
    size_t source_next;
    uint32_t repeat_depth, unroll_depth;
    bool expects;       /* something was expected */
    bool names_backlog; /* there is a fill_backlog: backlog[0]... are its clients */
    void *hash;         /* an XXH3 state while the member is made */
    const struct plugin_info *plugin;
};

/* scenario_error.c */

/* Each records a refusal and returns -EINVAL, or -ENOMEM. The second points at the key of `at`
 * instead of its value, the third at a pointer. */
int scenario_refuse(struct scenario_load *load, const struct scenario_place *at, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));
int scenario_refuse_key(struct scenario_load *load, const struct scenario_place *at,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));
int scenario_refuse_pointer(struct scenario_load *load, const char *pointer, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));
/* Adds a finished error to the suite: -EINVAL or -ENOMEM. */
int scenario_add_error(struct suite *suite, const struct drill_error *error);
/* The RFC 6901 pointer of a place, added to `pointer`: 0 or -ENOMEM. */
int scenario_pointer(const struct scenario_place *at, struct bytes *pointer);

/* scenario_value.c: typed values. `at` is the value's place; its key names it in sentences. */

int scenario_closed(struct scenario_load *load, const json_t *object,
                    const struct scenario_place *at, const char *const *keys);
int scenario_integer(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, int64_t minimum, int64_t maximum,
                     int64_t *number);
int scenario_boolean(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, bool *truth);
/* One of `words`, which a NULL ends: its index. */
int scenario_word(struct scenario_load *load, const json_t *value, const struct scenario_place *at,
                  const char *const *words, size_t *index);
/* A string without NUL, borrowed from `value`. */
int scenario_string(struct scenario_load *load, const json_t *value,
                    const struct scenario_place *at, bool may_be_empty, const char **string);
/* A list of at least one member. */
int scenario_list(struct scenario_load *load, const json_t *value, const struct scenario_place *at,
                  const char *of);
/* "{}". */
int scenario_empty_object(struct scenario_load *load, const json_t *value,
                          const struct scenario_place *at);
/* `the number 12`, `a list`: what a person calls this value. Returns `text`. */
const char *scenario_describe(const json_t *value, char text[96]);
/* `"cuts"`, or `entry 2 of "cuts"`. Returns `text`. */
const char *scenario_label(const struct scenario_place *at, char text[160]);
/* Memory or a copied string of the plan's; NULL without memory. */
void *scenario_alloc(struct scenario_load *load, size_t count, size_t size);
const char *scenario_keep(struct scenario_load *load, const char *string);
/* -EINVAL with a refusal when the plans of this file have grown too large. */
int scenario_check_memory(struct scenario_load *load, const struct scenario_place *at);

/* scenario_source.c */

/* Reads and checks a file; `error` says why not. A folder given as NULL is the file's. */
int scenario_source_read(struct scenario_source *source, const char *file, const char *folder,
                         struct drill_error *error);
/* The same from memory; the text is borrowed. */
int scenario_source_parse(struct scenario_source *source, const char *file, const void *text,
                          size_t size, struct drill_error *error);
void scenario_source_fini(struct scenario_source *source);

/* scenario_expand.c */

/* What an object's `matrix` says: each member is visited with load->matrix and load->member set. */
int scenario_expand(struct scenario_load *load, const json_t *scenario,
                    int (*visit)(struct scenario_load *load, json_t *member));
/* A copy in which every `$` is resolved: scope's names, and `$$`. */
int scenario_resolve(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, const struct scenario_scope *scope,
                     json_t **resolved);
/* Whether a string anywhere in `value`, or a client's name that is a key, mentions `$name`. */
bool scenario_mentions(const json_t *value, const char *name);
/* Whether `name` can be one: letters, digits, '_', not beginning with a digit. */
bool scenario_is_name(const char *name);

/* scenario_server.c */

/* Fills plan->server and load->plugin. `server` is resolved. */
int scenario_server(struct scenario_load *load, const json_t *server,
                    const struct scenario_place *at);
/* Checks what a suite.json sets: keys and plain values. */
int scenario_server_defaults(struct scenario_load *load, const json_t *server,
                             const struct scenario_place *at);

/* scenario_known.c */

/* Fills plan->expect_failure and plan->quarantine from a resolved scenario. */
int scenario_known(struct scenario_load *load, const json_t *member);

/* scenario_fault.c, scenario_network.c: fill plan->faults and plan->network. Both values are
 * resolved; plan->server and plan->worlds are known. */

int scenario_faults(struct scenario_load *load, const json_t *faults,
                    const struct scenario_place *at);
int scenario_network(struct scenario_load *load, const json_t *network,
                     const struct scenario_place *at);

/* scenario_payload.c */

enum scenario_payload_use { SCENARIO_SENT, SCENARIO_EXPECTED };
int scenario_payload(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, enum scenario_payload_use use,
                     struct plan_payload *payload);

/* scenario_blob.c */

/* A file of the scenario's folder. The plan's arena keeps it. */
int scenario_blob(struct scenario_load *load, const char *name, const struct scenario_place *at,
                  const struct scenario_blob **blob);
/* Gives up what the load itself holds. */
void scenario_blobs_release(struct scenario_load *load);

/* scenario_names.c */

int scenario_client(struct scenario_load *load, const json_t *name, const struct scenario_place *at,
                    uint32_t *client);
/* Declares backlog[0] to backlog[count - 1], next to each other. */
int scenario_backlog_clients(struct scenario_load *load, uint32_t count);
int scenario_capture(struct scenario_load *load, const char *name, size_t size,
                     const struct scenario_place *at, uint32_t *capture);
/* An earlier capture's index. */
int scenario_captured(struct scenario_load *load, const char *name, const struct scenario_place *at,
                      uint32_t *capture);

/* scenario_steps.c */

int scenario_steps(struct scenario_load *load, const json_t *steps, const struct scenario_place *at,
                   const struct scenario_scope *scope, struct plan_steps *made);
/* Steps in the list, nested ones included. */
size_t scenario_steps_count(const json_t *steps, bool *fills_backlog);

/* The verb of a step whose keys all go with it. */
int scenario_step_verb(struct scenario_load *load, const json_t *step,
                       const struct scenario_place *at, enum plan_verb *verb);

/* scenario_verb.c: a resolved step with one verb that is neither `repeat` nor `together`. */

int scenario_verb(struct scenario_load *load, const json_t *step, const struct scenario_place *at,
                  enum plan_verb verb, struct plan_step *made);

/* scenario_expect_server.c */

int scenario_expect_server(struct scenario_load *load, const json_t *value,
                           const struct scenario_place *at, struct plan_step *step);

/* scenario_story.c: follows clients, captures and the server through the whole plan; fills
 * plan->descriptors_max. */

int scenario_story(struct scenario_load *load);

/* scenario_work.c */

/* How often something happens in a run, every repeat counted; stops counting at UINT64_MAX. */
struct scenario_work {
    uint64_t steps;    /* executed; each piece of a cut send counts as one */
    uint64_t connects; /* attempts */
    uint64_t wait_ms;  /* that the run clock may pass: waits, silences and limits, all in turn */
    bool queues;       /* connections may wait while the server does not accept */
};
void scenario_work_count(const struct plan_steps *steps, struct scenario_work *work);

/* scenario_hash.c */

/* Begins with the expanded scenario, adds payload files as they come, ends in plan->hash. */
int scenario_hash_begin(struct scenario_load *load, const json_t *expanded);
void scenario_hash_add_file(struct scenario_load *load, const void *data, size_t size);
void scenario_hash_end(struct scenario_load *load);

/* scenario_load.c */

/* Every plan of a scenario that was read, added to the suite. */
int scenario_load_source(struct suite *suite, const struct scenario_plugins *plugins,
                         const char *id, const struct scenario_source *source,
                         const struct scenario_source *defaults);

/* The longest UDP payload: the 65,535 bytes of a packet less its headers, of which IPv6 does not
 * count its own (RFC 768, RFC 791, RFC 8200). */
static inline size_t scenario_datagram_bytes_max(const struct scenario_load *load)
{
    return load->plan->server.family == WORLD_IPV6 ? 65527 : 65507;
}

#endif
