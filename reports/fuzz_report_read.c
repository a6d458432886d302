/* SPDX-License-Identifier: MIT */
#include "fuzz_report_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_walk.h"
#include "report_check.h"

#define STABILITY_MAX 10000u

/* Where the reader stands, as a JSON pointer. */
struct reader {
    struct drill_error *error;
    char place[128];
};

/* A list of which every item begins with the string that tells it from the others. */
struct kind {
    const char *key;
    size_t size;
    int (*read)(struct reader *reader, const json_t *object, void *item);
};

static int refuse(const struct reader *reader, const char *key, const char *what)
{
    snprintf(reader->error->pointer, sizeof(reader->error->pointer), "%s%s%s", reader->place,
             key ? "/" : "", key ? key : "");
    return drill_error_set(reader->error,
                           "this is not how sockdrill writes a fuzz report: here stands %s; make "
                           "the report anew with `sockdrill fuzz-report`",
                           what);
}

static int take_flag(const struct reader *reader, const json_t *object, const char *key, bool *flag)
{
    const json_t *value = json_object_get(object, key);
    *flag = json_is_true(value);
    return json_is_boolean(value) ? 0 : refuse(reader, key, "what is not true or false");
}

static int take_count(const struct reader *reader, const json_t *object, const char *key,
                      uint64_t *count)
{
    const json_t *value = json_object_get(object, key);
    json_int_t integer = json_integer_value(value);
    *count = integer > 0 ? (uint64_t)integer : 0;
    return json_is_integer(value) && integer >= 0 ? 0
                                                  : refuse(reader, key,
                                                           "what is not an integer, "
                                                           "0 or more");
}

static int take_name(const struct reader *reader, const json_t *object, const char *key,
                     const char **name)
{
    *name = json_string_value(json_object_get(object, key));
    return *name && **name ? 0 : refuse(reader, key, "what is not a string that is not empty");
}

/* NULL for null. */
static int take_name_or_null(const struct reader *reader, const json_t *object, const char *key,
                             const char **name)
{
    *name = NULL;
    return json_is_null(json_object_get(object, key)) ? 0 : take_name(reader, object, key, name);
}

static int take_verdict(const struct reader *reader, const json_t *object, const char *key,
                        const char **verdict)
{
    int status = take_name_or_null(reader, object, key, verdict);
    return status != 0 || !*verdict || report_check_verdict(*verdict) >= 0
               ? status
               : refuse(reader, key, "what is not a verdict");
}

static int read_run(struct reader *reader, const json_t *object, void *item)
{
    struct fuzz_report_run *run = item;
    int status = take_name(reader, object, "engine", &run->engine);
    if (status == 0) {
        status = take_count(reader, object, "execs_per_second", &run->execs_per_second);
    }
    if (status == 0) {
        status = take_count(reader, object, "fuzzed_ms", &run->fuzzed_ms);
    }
    run->has_stability = !json_is_null(json_object_get(object, "stability_hundredths"));
    if (status == 0 && run->has_stability) {
        status = take_count(reader, object, "stability_hundredths", &run->stability);
    }
    return status == 0 && run->stability > STABILITY_MAX
               ? refuse(reader, "stability_hundredths", "more than the whole")
               : status;
}

static int read_finding(struct reader *reader, const json_t *object, void *item)
{
    struct fuzz_report_finding *finding = item;
    int status = take_name(reader, object, "fingerprint", &finding->fingerprint);
    if (status == 0) {
        status = take_verdict(reader, object, "sim", &finding->sim);
    }
    if (status == 0) {
        status = take_verdict(reader, object, "kernel", &finding->kernel);
    }
    return status == 0 ? take_name_or_null(reader, object, "scenario", &finding->scenario) : status;
}

static int read_coverage(struct reader *reader, const json_t *object, void *item)
{
    struct fuzz_report_coverage *coverage = item;
    int status = take_name(reader, object, "file", &coverage->file);
    if (status == 0) {
        status = take_count(reader, object, "lines_covered", &coverage->covered);
    }
    if (status == 0) {
        status = take_count(reader, object, "lines_total", &coverage->total);
    }
    return status == 0 && coverage->covered > coverage->total
               ? refuse(reader, "lines_covered", "more than the whole")
               : status;
}

static int read_corpus(struct reader *reader, const json_t *object,
                       struct fuzz_report_target *target)
{
    const json_t *corpus = json_object_get(object, "corpus");
    if (json_is_null(corpus)) {
        return 0;
    }
    if (!json_is_object(corpus)) {
        return refuse(reader, "corpus", "what is neither an object nor null");
    }
    target->has_corpus = true;
    size_t end = strlen(reader->place);
    snprintf(reader->place + end, sizeof(reader->place) - end, "/corpus");
    int status = take_count(reader, corpus, "files", &target->corpus_files);
    if (status == 0) {
        status = take_count(reader, corpus, "bytes", &target->corpus_bytes);
    }
    reader->place[end] = '\0';
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The items are sorted, and no two are of one name. */
static int sort_items(const struct reader *reader, const struct kind *kind, void *items,
                      size_t count)
{
    qsort(items, count, kind->size, by_name);
    for (size_t i = 1; i < count; i++) {
        const char *item = (const char *)items + i * kind->size;
        if (by_name(item - kind->size, item) == 0) {
            char what[256];
            snprintf(what, sizeof(what), "'%.200s' twice",
                     *(const char *const *)(const void *)item);
            return refuse(reader, kind->key, what);
        }
    }
    return 0;
}

/* `*items` is to be freed whatever comes of it, and holds `*count` that were read. */
static int read_items(struct reader *reader, const json_t *object, const struct kind *kind,
                      void *items, size_t *count)
{
    const json_t *list = json_object_get(object, kind->key);
    if (!json_is_array(list)) {
        return refuse(reader, kind->key, "what is not a list");
    }
    size_t all = json_array_size(list), end = strlen(reader->place);
    char *memory = calloc(all ? all : 1, kind->size);
    memcpy(items, &memory, sizeof(memory));
    int status = memory ? 0 : -ENOMEM;
    for (size_t i = 0; i < all && status == 0; i++) {
        const json_t *item = json_array_get(list, i);
        snprintf(reader->place + end, sizeof(reader->place) - end, "/%s/%zu", kind->key, i);
        *count += 1;
        status = json_is_object(item) ? kind->read(reader, item, memory + i * kind->size)
                                      : refuse(reader, NULL, "what is not an object");
        reader->place[end] = '\0';
    }
    return status == 0 ? sort_items(reader, kind, memory, all) : status;
}

static int read_target(struct reader *reader, const json_t *object, void *item)
{
    static const struct kind runs = {"runs", sizeof(struct fuzz_report_run), read_run},
                             findings = {"findings", sizeof(struct fuzz_report_finding),
                                         read_finding},
                             coverage = {"coverage", sizeof(struct fuzz_report_coverage),
                                         read_coverage};
    struct fuzz_report_target *target = item;
    int status = take_name(reader, object, "name", &target->name);
    if (status == 0) {
        status = take_flag(reader, object, "complete", &target->complete);
    }
    if (status == 0) {
        status = read_corpus(reader, object, target);
    }
    if (status == 0) {
        status = read_items(reader, object, &runs, &target->runs, &target->run_count);
    }
    if (status == 0) {
        status = read_items(reader, object, &findings, &target->findings, &target->finding_count);
    }
    return status == 0
               ? read_items(reader, object, &coverage, &target->coverage, &target->coverage_count)
               : status;
}

static bool has_text(const json_t *object, const char *key, const char *text)
{
    const char *own = json_string_value(json_object_get(object, key));
    return own && strcmp(own, text) == 0;
}

/* It says that it is a fuzz report; whether it is one of ours, and which. */
static int read_version(const struct reader *reader, const json_t *root)
{
    const json_t *schema = json_object_get(root, "schema");
    json_int_t version = json_integer_value(schema);
    if (!has_text(root, "tool", "sockdrill")) {
        return refuse(reader, "tool", "what is not sockdrill");
    }
    if (!json_is_integer(schema) || version < 1) {
        return refuse(reader, "schema", "no version");
    }
    if (version > FUZZ_REPORT_READ_SCHEMA) {
        snprintf(reader->error->pointer, sizeof(reader->error->pointer), "/schema");
        return drill_error_set(reader->error,
                               "the fuzz report is of version %" PRId64 ", and this sockdrill "
                               "reads versions up to %d; use the sockdrill that wrote it, or a "
                               "newer one",
                               (int64_t)version, FUZZ_REPORT_READ_SCHEMA);
    }
    return has_text(root, "kind", "fuzz") ? 0 : refuse(reader, "kind", "another kind of report");
}

static int read_root(struct fuzz_report *report, struct drill_error *error)
{
    static const struct kind targets = {"targets", sizeof(struct fuzz_report_target), read_target};
    struct reader reader = {.error = error};
    int status = read_version(&reader, report->root);
    if (status == 0) {
        status = take_name(&reader, report->root, "version", &report->version);
    }
    if (status == 0) {
        status = take_flag(&reader, report->root, "complete", &report->complete);
    }
    return status == 0 ? read_items(&reader, report->root, &targets, &report->targets,
                                    &report->target_count)
                       : status;
}

static int refuse_syntax(const struct json_walk *walk, struct drill_error *error)
{
    if (walk->no_memory) {
        return -ENOMEM;
    }
    error->line = walk->line;
    error->column = walk->column;
    if (walk->cut) {
        return drill_error_set(error, "the file ends in the middle of a fuzz report; take a whole "
                                      "one, or make it anew with `sockdrill fuzz-report`");
    }
    return drill_error_set(error,
                           "this is not JSON, so no fuzz report: %s; make it anew with `sockdrill "
                           "fuzz-report`",
                           walk->what);
}

int fuzz_report_read_text(const char *path, const void *text, size_t size,
                          struct fuzz_report *report, struct drill_error *error)
{
    struct json_walk walk;
    *report = (struct fuzz_report){0};
    *error = (struct drill_error){0};
    snprintf(error->file, sizeof(error->file), "%s", path);
    json_walk_init(&walk, text, size);
    report->root = json_walk_value(&walk);
    int status = report->root && json_walk_ends(&walk) ? read_root(report, error)
                                                       : refuse_syntax(&walk, error);
    if (status != 0) {
        fuzz_report_fini(report);
    }
    return status;
}

void fuzz_report_fini(struct fuzz_report *report)
{
    for (size_t i = 0; i < report->target_count; i++) {
        free(report->targets[i].runs);
        free(report->targets[i].findings);
        free(report->targets[i].coverage);
    }
    free(report->targets);
    json_decref(report->root);
    *report = (struct fuzz_report){0};
}

/* Whether this member settles it; then `*fuzz` is set. */
static bool settles(struct json_walk *walk, const char *key, bool *fuzz)
{
    if (strcmp(key, "results") == 0) {
        return true;
    }
    json_t *value = json_walk_value(walk);
    bool told = value && strcmp(key, "kind") == 0;
    const char *kind = told ? json_string_value(value) : NULL;
    *fuzz = kind && strcmp(kind, "fuzz") == 0;
    json_decref(value);
    return told || !value;
}

bool fuzz_report_is(const void *text, size_t size)
{
    struct json_walk walk;
    bool fuzz = false, settled = false;
    json_walk_init(&walk, text, size);
    if (json_walk_peek(&walk) != '{') {
        return false;
    }
    json_walk_enter(&walk);
    while (!settled && json_walk_next(&walk, '}') > 0) {
        json_t *key = json_walk_key(&walk);
        settled = !key || settles(&walk, json_string_value(key), &fuzz);
        json_decref(key);
    }
    return fuzz;
}
