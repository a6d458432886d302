/* SPDX-License-Identifier: MIT */
/* What one target's file says, on its way into the report. Internal to report_night*.c; in place.
 */
#ifndef DRILL_FUZZ_REPORT_NIGHT_TARGET_H
#define DRILL_FUZZ_REPORT_NIGHT_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "check.h"

#define REPORT_NIGHT_ENGINES 5u

struct report_night_run {
    bool seen;
    uint64_t execs, fuzzed_ms;
    bool has_stability;
    uint64_t stability; /* the least, in hundredths of a percent */
};

struct report_night_target {
    bool has_name, has_corpus, complete;
    struct report_night_run runs[REPORT_NIGHT_ENGINES];
    uint64_t corpus_files, corpus_bytes;
    json_t *findings, *coverage; /* owned */
    char last_covered[256];
};

/* False without memory. */
bool report_night_target_init(struct report_night_target *target);
void report_night_target_fini(struct report_night_target *target);

/* Reads the file called `name` in `folder`: 0, -ENOMEM, or -EINVAL with the place and a sentence.
 */
int report_night_target_read(struct report_night_target *target, const char *folder,
                             const char *name, struct drill_error *error);

/* A new object; NULL without memory. */
json_t *report_night_target_json(const struct report_night_target *target, const char *name);

#endif
