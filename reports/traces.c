/* SPDX-License-Identifier: MIT */
#include "traces.h"

#include <errno.h>
#include <stdlib.h>

#include "report_file.h"
#include "report_json.h"
#include "trace_json.h"

#define WORLDS_OF_PLAN 2

struct traces {
    struct plan *const *plans;
    size_t plan_count;
    struct report_file *file;
    struct bytes head, tail, item;
};

static void release(struct traces *traces)
{
    bytes_fini(&traces->head);
    bytes_fini(&traces->tail);
    bytes_fini(&traces->item);
    free(traces);
}

static int render_head(struct traces *traces, bool complete)
{
    bytes_clear(&traces->head);
    return bytes_add_format(&traces->head,
                            "{\n"
                            "  \"schema\": %d,\n"
                            "  \"tool\": \"sockdrill\",\n"
                            "  \"version\": \"%s\",\n"
                            "  \"complete\": %s,\n"
                            "  \"scenarios\": [",
                            TRACES_SCHEMA_VERSION, DRILL_VERSION, complete ? "true" : "false");
}

static int no_memory(int status, struct drill_error *error)
{
    drill_error_set(error, "no memory for the trace");
    return status;
}

int traces_open(const char *path, struct plan *const *plans, size_t plan_count, struct traces **out,
                struct drill_error *error)
{
    struct traces *traces = calloc(1, sizeof(*traces));
    if (!traces) {
        return no_memory(-ENOMEM, error);
    }
    traces->plans = plans;
    traces->plan_count = plan_count;
    bytes_init(&traces->head, SIZE_MAX);
    bytes_init(&traces->tail, SIZE_MAX);
    bytes_init(&traces->item, SIZE_MAX);
    int status = render_head(traces, false);
    status = status == 0 ? bytes_add_format(&traces->tail, "\n  ]\n}\n") : status;
    if (status != 0) {
        no_memory(status, error);
    } else {
        status = report_file_open(path, "trace", plan_count * WORLDS_OF_PLAN, &traces->head,
                                  &traces->tail, &traces->file, error);
    }
    if (status != 0) {
        release(traces);
        return status;
    }
    *out = traces;
    return 0;
}

static int add(struct traces *traces, const struct result *result, enum plan_world world,
               struct drill_error *error)
{
    bool sim = world == PLAN_SIM;
    bytes_clear(&traces->item);
    int status = trace_json_add(&traces->item, traces->plans[result->plan], world,
                                sim ? &result->sim_trace : &result->kernel_trace);
    if (status != 0) {
        return no_memory(status, error);
    }
    return report_file_add(traces->file, (size_t)result->plan * WORLDS_OF_PLAN + !sim,
                           &traces->item, &traces->tail, error);
}

int traces_add(struct traces *traces, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < traces->plan_count);
    if (result->verdict == VERDICT_SKIPPED) {
        return 0;
    }
    int status = result->world & PLAN_SIM ? add(traces, result, PLAN_SIM, error) : 0;
    if (status == 0 && result->world & PLAN_KERNEL) {
        status = add(traces, result, PLAN_KERNEL, error);
    }
    return status;
}

int traces_close(struct traces *traces, bool complete, struct drill_error *error)
{
    int status = render_head(traces, complete);
    if (status == 0) {
        status = report_file_close(traces->file, &traces->head, &traces->tail, error);
    } else {
        report_file_abandon(traces->file);
        no_memory(status, error);
    }
    release(traces);
    return status;
}
