/* SPDX-License-Identifier: MIT */
/*
 * What `sockdrill run` was asked to do.
 */
#ifndef DRILL_CLI_RUN_SETTINGS_H
#define DRILL_CLI_RUN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "arguments.h"
#include "formats.h"
#include "isolate.h"
#include "plan.h"

struct run_settings {
    struct arguments paths, filters, tags, plugin_folders;
    const char *report, *timings, *trace, *pcap; /* NULL: not asked for */
    struct formats formats;
    const char *baseline, *rerun; /* the same */
    bool update_baseline;
    unsigned shard_index, shard_count; /* from 1; count 0: the whole */
    const char *today;                 /* date.h; NULL: quarantines hold */
    enum plan_world worlds;
    unsigned workers;
    uint64_t timeout_ms; /* 0: the default */
    uint64_t seed;       /* 0: each scenario's own */
    uint64_t repeat;     /* how often each scenario runs; 0: once */
    int verbosity;       /* -1 to 2, as terminal.h has it */
    bool list;
    bool document; /* something is made of the finished report: run_files_read */
};

/* Exits by itself on --help and bad usage. */
void run_settings_parse(struct run_settings *settings, int argc, char **argv);
void run_settings_fini(struct run_settings *settings);

/* Whether the scenario is asked for: by one of the filters, if any, and one of the tags, if any. */
bool run_settings_want(const struct run_settings *settings, const struct plan *plan);

/* Which results need the traces of their runs: those that a report explains, or all. */
enum isolate_trace run_settings_trace(const struct run_settings *settings);

/* The same for what is only known by its id and its tags, a list of strings. */
bool run_settings_want_tags(const struct run_settings *settings, const char *id,
                            const json_t *tags);

#endif
