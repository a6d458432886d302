/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_read.h"
#include "shard.h"

void merge_init(struct merge *merge)
{
    *merge = (struct merge){.report = NULL};
    bytes_init(&merge->document, SIZE_MAX);
}

static size_t shard_number(const json_t *shard, const char *key)
{
    return (size_t)json_integer_value(json_object_get(shard, key));
}

static json_t *copy_head(const json_t *root)
{
    json_t *head = json_copy((json_t *)root);
    if (head) {
        json_object_del(head, "results");
        json_object_del(head, "summary");
    }
    return head;
}

/* The first shard says what the others have to be. */
static int begin(struct merge *merge, const struct report_read *report, const char *path,
                 struct drill_error *error)
{
    merge->first = path;
    merge->head = copy_head(report->root);
    merge->shard_count = shard_number(report->shard, "count");
    merge->planned = shard_number(report->shard, "planned");
    merge->paths = calloc(merge->shard_count, sizeof(*merge->paths));
    merge->unfinished = calloc(merge->shard_count, sizeof(*merge->unfinished));
    merge->taken = calloc(merge->planned > 0 ? merge->planned : 1, sizeof(*merge->taken));
    if (!merge->head || !merge->paths || !merge->unfinished || !merge->taken) {
        return -ENOMEM;
    }
    int status = report_open_like(report->root, merge->planned, &merge->report, error);
    return status == 0 ? report_keep(merge->report, &merge->document, error) : status;
}

static int refuse_other(const struct merge *merge, const char *pointer, const char *what,
                        struct drill_error *error)
{
    snprintf(error->pointer, sizeof(error->pointer), "/%s", pointer);
    return drill_error_set(error,
                           "%s not the same as in \"%.400s\"; only shards of one run are put "
                           "together",
                           what, merge->first);
}

/* What stands above the results has to be the same. */
static int check_head(const struct merge *merge, const struct report_read *report,
                      struct drill_error *error)
{
    static const struct {
        const char *key, *what;
    } members[] = {{"schema", "the version of the report is"},
                   {"version", "the version of sockdrill is"},
                   {"build", "the kind of build is"},
                   {"title", "the suite is"}},
      shard_members[] = {{"count", "the number of shards is"},
                         {"planned", "the scenarios that were asked for are"},
                         {"suite", "scenarios, plugins, worlds or seeds are"}};
    const json_t *shard = json_object_get(merge->head, "shard");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *key = members[i].key;
        if (!json_equal(json_object_get(merge->head, key), json_object_get(report->root, key))) {
            return refuse_other(merge, key, members[i].what, error);
        }
    }
    for (size_t i = 0; i < sizeof(shard_members) / sizeof(shard_members[0]); i++) {
        const char *key = shard_members[i].key;
        if (!json_equal(json_object_get(shard, key), json_object_get(report->shard, key))) {
            return refuse_other(merge, "shard", shard_members[i].what, error);
        }
    }
    return 0;
}

static int refuse_result(const struct report_read_result *result, const char *what,
                         struct drill_error *error)
{
    snprintf(error->pointer, sizeof(error->pointer), "/results");
    return drill_error_set(error,
                           "the result of '%.200s' %s; make the report anew with `sockdrill run "
                           "--shard`",
                           result->id, what);
}

static int add_result(struct merge *merge, const struct report_read *report,
                      const struct report_read_result *result, struct drill_error *error)
{
    const json_t *place = json_object_get(result->json, "place");
    unsigned index = (unsigned)shard_number(report->shard, "index");
    if (!shard_has(index, (unsigned)merge->shard_count, result->id)) {
        return refuse_result(result, "is not of this shard", error);
    }
    if (!place || (uint64_t)json_integer_value(place) >= merge->planned) {
        return refuse_result(result, "has no place in the whole", error);
    }
    size_t at = (size_t)json_integer_value(place);
    if (merge->taken[at]) {
        return refuse_result(result, "stands where another one does", error);
    }
    merge->taken[at] = true;
    return report_add_read(merge->report, at, result, error);
}

static int add(struct merge *merge, const struct report_read *report, const char *path,
               struct drill_error *error)
{
    if (!report->shard) {
        return drill_error_set(error, "this is the report of a whole run; only those that "
                                      "`sockdrill run --shard` wrote are put together");
    }
    int status =
        merge->report ? check_head(merge, report, error) : begin(merge, report, path, error);
    if (status != 0) {
        return status;
    }
    size_t index = shard_number(report->shard, "index") - 1;
    if (merge->paths[index]) {
        return drill_error_set(error,
                               "this is shard %zu of %zu, and so is \"%.400s\"; give each once",
                               index + 1, merge->shard_count, merge->paths[index]);
    }
    merge->paths[index] = path;
    merge->unfinished[index] = !report->complete;
    for (size_t i = 0; i < report->count && status == 0; i++) {
        status = add_result(merge, report, &report->results[i], error);
    }
    return status;
}

int merge_add(struct merge *merge, const char *path, struct drill_error *error)
{
    struct report_read report;
    int status = report_read_file(path, &report, error);
    if (status == 0) {
        status = add(merge, &report, path, error);
        report_read_fini(&report);
    }
    return status;
}

int merge_finish(struct merge *merge, struct report_summary *summary, struct drill_error *error)
{
    ASSERT(merge->report);
    size_t taken = 0;
    for (size_t i = 0; i < merge->planned; i++) {
        taken += merge->taken[i];
    }
    struct report *report = merge->report;
    merge->report = NULL;
    return report_close(report, taken == merge->planned, summary, error);
}

void merge_fini(struct merge *merge)
{
    if (merge->report) {
        report_close(merge->report, false, NULL, NULL);
    }
    bytes_fini(&merge->document);
    json_decref(merge->head);
    free(merge->paths);
    free(merge->unfinished);
    free(merge->taken);
}
