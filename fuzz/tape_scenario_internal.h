/* SPDX-License-Identifier: MIT */
/*
 * What the files that write a scenario share. A value that could not be made is noted in `status`,
 * and writing goes on without it. One thread.
 */
#ifndef DRILL_FUZZ_TAPE_SCENARIO_INTERNAL_H
#define DRILL_FUZZ_TAPE_SCENARIO_INTERNAL_H

#include <jansson.h>

#include "tape_internal.h"
#include "tape_scenario.h"

struct writer {
    const struct plan *plan;
    const struct tape_plugin *plugin;
    int status;        /* -ENOMEM */
    unsigned repeats;  /* that stand open */
    bool mark_connect; /* the next connect says what it expects */
};

/* `value` is taken; NULL: there was no memory. */
void writer_put(struct writer *writer, json_t *object, const char *key, json_t *value);
void writer_append(struct writer *writer, json_t *list, json_t *value);
/* A string in which every `$` stands for itself; NULL without memory or for what is not UTF-8. */
json_t *writer_string(const char *text, size_t size);
json_t *writer_text(const char *text);
json_t *writer_client(const struct writer *writer, uint32_t client);

/* tape_scenario_payload.c */
json_t *writer_payload(struct writer *writer, const struct plan_payload *payload);

/* tape_scenario_head.c: everything but the steps. */
void writer_head(struct writer *writer, json_t *root);

/* tape_scenario_step.c */
json_t *writer_steps(struct writer *writer, const struct plan_steps *steps);
json_t *writer_expect_server(struct writer *writer, const struct plan_expect_server *expected);

#endif
