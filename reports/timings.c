/* SPDX-License-Identifier: MIT */
#include "timings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "backtrace.h"
#include "clock.h"
#include "isolate_crash.h"
#include "json_text.h"
#include "report_file.h"

#define ITEM_INDENT 4
#define US_NS       1000

struct timings {
    struct plan *const *plans;
    size_t plan_count, total;
    unsigned workers;
    uint64_t start_ns;
    char date[32];               /* RFC 3339, UTC */
    struct backtrace *backtrace; /* NULL until a worker died */
    struct report_file *file;
    struct bytes *document; /* borrowed; NULL: not wanted */
    struct bytes head, tail, item;
};

static void release(struct timings *timings)
{
    backtrace_free(timings->backtrace);
    bytes_fini(&timings->head);
    bytes_fini(&timings->tail);
    bytes_fini(&timings->item);
    free(timings);
}

static json_t *machine_json(unsigned workers)
{
    struct utsname name;
    if (uname(&name) != 0) {
        return NULL;
    }
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "system", json_text_string(name.sysname), &status);
    json_text_put(object, "release", json_text_string(name.release), &status);
    json_text_put(object, "architecture", json_text_string(name.machine), &status);
    json_text_put(object, "cpus", json_text_integer(cpus > 0 ? (uint64_t)cpus : 1), &status);
    json_text_put(object, "workers", json_text_integer(workers), &status);
    if (status != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int render_head(struct timings *timings, bool complete)
{
    bytes_clear(&timings->head);
    int status =
        bytes_add_format(&timings->head,
                         "{\n"
                         "  \"schema\": %d,\n"
                         "  \"tool\": \"sockdrill\",\n"
                         "  \"version\": \"%s\",\n"
                         "  \"build\": \"%s\",\n"
                         "  \"date\": \"%s\",\n"
                         "  \"machine\": ",
                         TIMINGS_SCHEMA_VERSION, DRILL_VERSION, DRILL_BUILD_KIND, timings->date);
    json_t *machine = machine_json(timings->workers);
    if (status == 0) {
        status = machine ? json_text_add(&timings->head, machine, 2) : -ENOMEM;
    }
    json_decref(machine);
    return status == 0
               ? bytes_add_format(&timings->head, ",\n  \"complete\": %s,\n  \"results\": [",
                                  complete ? "true" : "false")
               : status;
}

static int render_tail(struct timings *timings, size_t total)
{
    unsigned long long real_us = (clock_real_ns() - timings->start_ns) / US_NS;
    bytes_clear(&timings->tail);
    return bytes_add_format(&timings->tail,
                            "\n  ],\n  \"summary\": {\"planned\": %zu, \"total\": %zu, "
                            "\"real_us\": %llu}\n}\n",
                            timings->plan_count, total, real_us);
}

static json_t *signal_json(int signal)
{
    char text[ISOLATE_CRASH_NAME_BYTES];
    return signal > 0 ? json_text_string(isolate_crash_signal_name(signal, text)) : json_null();
}

static json_t *backtrace_json(const struct result_trouble *trouble, struct backtrace *backtrace)
{
    int status = 0;
    json_t *array = json_array();
    char text[BACKTRACE_TEXT_BYTES];
    for (uint32_t i = 0; i < trouble->frame_count; i++) {
        const char *line = backtrace_text(backtrace, &trouble->frames[i], text);
        json_text_append(array, json_text_string(line), &status);
    }
    if (status != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *trouble_json(const struct result_trouble *trouble, struct backtrace *backtrace)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "signal", signal_json(trouble->signal), &status);
    json_text_put(object, "exit_status",
                  trouble->exit_status >= 0 ? json_integer(trouble->exit_status) : json_null(),
                  &status);
    json_text_put(object, "backtrace", backtrace_json(trouble, backtrace), &status);
    json_text_put(object, "output", json_text_string(trouble->output ? trouble->output : ""),
                  &status);
    if (status != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static bool has_trouble(const struct result_trouble *trouble)
{
    return trouble->signal > 0 || trouble->exit_status >= 0 || trouble->frame_count > 0 ||
           trouble->output;
}

static json_t *result_json(const struct plan *plan, const struct result *result,
                           struct backtrace *backtrace)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "id", json_text_string(plan->id), &status);
    json_text_put(object, "file", json_text_string(plan->file), &status);
    json_text_put(object, "verdict", json_text_string(verdict_name(result->verdict)), &status);
    json_text_put(object, "real_us", json_text_integer(result->real_ns / US_NS), &status);
    if (has_trouble(&result->trouble)) {
        json_text_put(object, "trouble", trouble_json(&result->trouble, backtrace), &status);
    }
    if (status != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int render_item(struct timings *timings, const struct result *result)
{
    bytes_clear(&timings->item);
    if (result->trouble.frame_count > 0 && !timings->backtrace) {
        timings->backtrace = backtrace_new();
    }
    json_t *object = result_json(timings->plans[result->plan], result, timings->backtrace);
    int status = object ? bytes_add_byte(&timings->item, ' ', ITEM_INDENT) : -ENOMEM;
    if (status == 0) {
        status = json_text_add(&timings->item, object, ITEM_INDENT);
    }
    json_decref(object);
    return status;
}

static int no_memory(int status, struct drill_error *error)
{
    drill_error_set(error, "no memory for the timings");
    return status;
}

static int prepare(struct timings *timings)
{
    time_t now = (time_t)clock_wall_seconds();
    struct tm parts;
    if (!gmtime_r(&now, &parts)) {
        return -EOVERFLOW;
    }
    strftime(timings->date, sizeof(timings->date), "%Y-%m-%dT%H:%M:%SZ", &parts);
    int status = render_head(timings, false);
    return status == 0 ? render_tail(timings, 0) : status;
}

int timings_open(const char *path, struct plan *const *plans, size_t plan_count, unsigned workers,
                 struct timings **out, struct drill_error *error)
{
    struct timings *timings = calloc(1, sizeof(*timings));
    if (!timings) {
        return no_memory(-ENOMEM, error);
    }
    *timings = (struct timings){
        .plans = plans, .plan_count = plan_count, .workers = workers, .start_ns = clock_real_ns()};
    bytes_init(&timings->head, JSON_TEXT_BYTES_MAX);
    bytes_init(&timings->tail, JSON_TEXT_BYTES_MAX);
    bytes_init(&timings->item, JSON_TEXT_BYTES_MAX);
    int status = prepare(timings);
    if (status != 0) {
        no_memory(status, error);
    } else {
        status = report_file_open(path, "timings", plan_count, &timings->head, &timings->tail,
                                  &timings->file, error);
    }
    if (status != 0) {
        release(timings);
        return status;
    }
    *out = timings;
    return 0;
}

void timings_keep(struct timings *timings, struct bytes *document)
{
    ASSERT(timings->total == 0);
    timings->document = document;
}

int timings_add(struct timings *timings, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < timings->plan_count);
    int status = render_item(timings, result);
    if (status == 0) {
        status = render_tail(timings, timings->total + 1);
    }
    if (status != 0) {
        return no_memory(status, error);
    }
    status = report_file_add(timings->file, result->plan, &timings->item, &timings->tail, error);
    if (status == 0) {
        timings->total++;
    }
    return status;
}

static int finish_file(struct timings *timings, struct drill_error *error)
{
    int status = 0;
    if (timings->document) {
        status = report_file_read(timings->file, &timings->head, &timings->tail, timings->document,
                                  error);
        if (status != 0) {
            bytes_clear(timings->document);
        }
    }
    int closed = report_file_close(timings->file, &timings->head, &timings->tail, error);
    return closed != 0 ? closed : status;
}

int timings_close(struct timings *timings, bool complete, struct drill_error *error)
{
    int status = render_head(timings, complete);
    if (status == 0) {
        status = render_tail(timings, timings->total);
    }
    if (status == 0) {
        status = finish_file(timings, error);
    } else {
        report_file_abandon(timings->file);
        no_memory(status, error);
    }
    release(timings);
    return status;
}
