/* SPDX-License-Identifier: MIT */
#include "report_story.h"

#include <errno.h>
#include <stdbool.h>

#include "json_text.h"
#include "trace_event_json.h"
#include "trace_text.h"
#include "trace_who.h"

/* What is being told. */
struct telling {
    const struct plan *plan;
    struct trace_view trace;
    struct trace_story *story; /* owned */
};

static bool is_told(const struct trace_event *event)
{
    return event->kind != TRACE_CLIENT && !trace_text_is_noise(event);
}

/* Whether the simulated run has a part in what went wrong. Where it has none its trace is kept or
 * not as options want it, and a report does not depend on those. */
static bool is_to_blame(const struct result *result)
{
    bool judged = result->verdict == VERDICT_DIVERGED || result->verdict == VERDICT_UNEXPECTED_PASS;
    return result->world == PLAN_SIM ||
           (result->world == PLAN_BOTH && (judged || result->sim_verdict != VERDICT_PASS));
}

/* Whom a call found at the other end, where only its address says so. */
static void put_peer(json_t *object, const struct telling *telling, size_t index, int *status)
{
    char name[TRACE_WHO_BYTES];
    uint8_t kind = telling->trace.events[index].kind;
    const char *key = kind == WORLD_CALL_SENDTO ? "to" : "from";
    bool has_peer =
        kind == WORLD_CALL_ACCEPT || kind == WORLD_CALL_RECVFROM || kind == WORLD_CALL_SENDTO;
    if (has_peer && *trace_who_peer_text(telling->story, index, name)) {
        json_text_put(object, key, json_text_string(name), status);
    }
}

static json_t *event_json(const struct telling *telling, size_t index)
{
    const struct trace_event *event = &telling->trace.events[index];
    const struct plan *plan = telling->plan;
    char name[TRACE_WHO_BYTES];
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "at_ns", json_text_integer(event->at_ns), &status);
    if (event->kind == TRACE_STEP) {
        bool known = event->argument < plan->source_count;
        json_text_put(object, "step", json_text_string(known ? plan->sources[event->argument] : ""),
                      &status);
        return json_text_whole(object, status);
    }
    if (*trace_who_text(telling->story, index, name)) {
        json_text_put(object, "who", json_text_string(name), &status);
    }
    json_text_put(object, "event", json_text_string(trace_kind_name(event->kind)), &status);
    trace_event_json_put(object, &telling->trace, event, TRACE_EVENT_PORTABLE, &status);
    put_peer(object, telling, index, &status);
    return json_text_whole(object, status);
}

/* `count` events are told, if there is room for all. */
static json_t *events_json(const struct telling *telling, size_t count, size_t omitted)
{
    int status = 0;
    size_t nth = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < telling->trace.event_count && nth < count; i++) {
        if (!is_told(&telling->trace.events[i])) {
            continue;
        }
        if (nth < REPORT_STORY_FIRST || nth >= REPORT_STORY_FIRST + omitted) {
            json_text_append(array, event_json(telling, i), &status);
        }
        nth++;
    }
    return json_text_whole(array, status);
}

static json_t *story_json(const struct telling *telling, size_t count)
{
    size_t most = REPORT_STORY_FIRST + REPORT_STORY_LAST;
    size_t between = count > most ? count - most : 0;
    int status = 0;
    json_t *object = json_object();
    uint64_t lost = telling->trace.omitted;
    json_text_put(object, "omitted",
                  json_text_integer(lost < UINT64_MAX - between ? lost + between : UINT64_MAX),
                  &status);
    json_text_put(object, "events", events_json(telling, count, between), &status);
    return json_text_whole(object, status);
}

static size_t count_told(const struct trace_view *trace)
{
    size_t count = 0;
    for (size_t i = 0; i < trace->event_count; i++) {
        count += is_told(&trace->events[i]);
    }
    return count;
}

int report_story_json(const struct plan *plan, const struct result *result, json_t **story)
{
    struct telling telling = {.plan = plan};
    *story = NULL;
    if (!is_to_blame(result) || result->trace_by_chance ||
        trace_view(&result->sim_trace, &telling.trace) != 0) {
        return 0;
    }
    size_t count = count_told(&telling.trace);
    if (count == 0) {
        return 0;
    }
    int status = trace_story_new(&telling.trace, &telling.story);
    if (status != 0) {
        return status;
    }
    *story = story_json(&telling, count);
    trace_story_free(telling.story);
    return *story ? 0 : -ENOMEM;
}
