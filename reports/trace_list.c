/* SPDX-License-Identifier: MIT */
#include "trace_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_check.h"
#include "step_index.h"
#include "trace_text.h"
#include "trace_who.h"

#define EXCERPT_BYTES 24 /* of what a call moved */
#define FIRST_CALLS   32 /* of a step that are shown, */
#define LAST_CALLS    16 /* and those before the next; the trace file has all */
#define WHO_COLUMNS   20 /* what is longer pushes the call to the right */
#define SECOND_NS     UINT64_C(1000000000)
#define MICROSECOND   UINT64_C(1000)

/* What is being shown. */
struct list {
    struct ink *ink;
    const struct plan *plan;
    struct trace_view trace;
    struct trace_story *story;
    struct step_index *steps; /* owned */
    int who_columns;
};

static bool is_shown(const struct trace_event *event)
{
    return event->kind != TRACE_CLIENT && !trace_text_is_noise(event);
}

/* "    /steps/2 send" */
static void add_step(struct list *list, uint32_t source)
{
    if (source < list->plan->source_count) {
        ink_add(list->ink, "    ");
        ink_safe(list->ink, list->plan->sources[source]);
        const struct plan_step *step = list->steps[source].step;
        ink_format(list->ink, " %s\n", step ? plan_verb_name(step->verb) : "");
    }
}

static void add_excerpt(struct list *list, const struct trace_event *event)
{
    size_t size = event->size < EXCERPT_BYTES ? event->size : EXCERPT_BYTES;
    if (size > 0) {
        ink_add(list->ink, "  ");
        ink_quoted(list->ink, list->trace.data + event->data, size);
        ink_add(list->ink, event->size > size ? "..." : "");
    }
}

/* "      0.000000  server:bob  recv(1024) = 5  "hello"" */
static void add_call(struct list *list, size_t i)
{
    const struct trace_event *event = &list->trace.events[i];
    char name[TRACE_WHO_BYTES];
    char call[TRACE_TEXT_MAX];
    trace_who_text(list->story, i, name);
    trace_text_call(event, call, sizeof(call));
    uint64_t at_us = event->at_ns / MICROSECOND;
    ink_format(list->ink, "      %" PRIu64 ".%06" PRIu64 "  ", at_us / (SECOND_NS / MICROSECOND),
               at_us % (SECOND_NS / MICROSECOND));
    ink_safe(list->ink, name);
    int missing = list->who_columns - (int)strlen(name);
    ink_format(list->ink, "%*s  ", missing > 0 ? missing : 0, "");
    ink_add(list->ink, call);
    add_excerpt(list, event);
    ink_add(list->ink, "\n");
}

/* As wide as the longest name that will be shown, within reason. */
static int measure(const struct list *list)
{
    size_t columns = 0;
    char name[TRACE_WHO_BYTES];
    for (size_t i = 0; i < list->trace.event_count; i++) {
        if (is_shown(&list->trace.events[i])) {
            size_t size = strlen(trace_who_text(list->story, i, name));
            columns = size > columns ? size : columns;
        }
    }
    return columns < WHO_COLUMNS ? (int)columns : WHO_COLUMNS;
}

/* The calls from `first` up to the next step: those at the beginning and at the end where there are
 * many. Returns where that step is. */
static size_t add_calls(struct list *list, size_t first)
{
    const struct trace_event *events = list->trace.events;
    size_t end = first;
    uint64_t count = 0;
    for (; end < list->trace.event_count && events[end].kind != TRACE_STEP; end++) {
        count += is_shown(&events[end]);
    }
    uint64_t hidden = count > FIRST_CALLS + LAST_CALLS ? count - FIRST_CALLS - LAST_CALLS : 0;
    uint64_t nth = 0;
    for (size_t i = first; i < end; i++) {
        if (!is_shown(&events[i])) {
            continue;
        }
        if (nth < FIRST_CALLS || nth >= FIRST_CALLS + hidden) {
            add_call(list, i);
        } else if (nth == FIRST_CALLS) {
            ink_format(list->ink, "      ... %" PRIu64 " calls more, all of them in --trace FILE\n",
                       hidden);
        }
        nth++;
    }
    return end;
}

static void add_events(struct list *list)
{
    list->who_columns = measure(list);
    for (size_t i = 0; i < list->trace.event_count;) {
        if (list->trace.events[i].kind == TRACE_STEP) {
            add_step(list, list->trace.events[i].argument);
            i++;
        } else {
            i = add_calls(list, i);
        }
    }
    if (list->trace.omitted > 0) {
        ink_format(list->ink, "    %" PRIu64 " more events or their bytes were not kept\n",
                   list->trace.omitted);
    }
}

static int list_init(struct list *list, struct ink *ink, const struct plan *plan,
                     const struct bytes *trace)
{
    *list = (struct list){.ink = ink, .plan = plan};
    int status = trace_view(trace, &list->trace);
    status = status == 0 ? trace_story_new(&list->trace, &list->story) : status;
    if (status != 0) {
        return status;
    }
    list->steps = step_index_new(plan, NULL);
    if (!list->steps) {
        trace_story_free(list->story);
        return -ENOMEM;
    }
    return 0;
}

static void add_world(struct ink *ink, const struct plan *plan, enum plan_world world,
                      const struct bytes *trace)
{
    struct list list;
    int status = list_init(&list, ink, plan, trace);
    if (status != 0) {
        ink->status = ink->status == 0 ? status : ink->status;
        return;
    }
    ink_style(ink, INK_FAINT);
    ink_format(ink, "  %s", report_world_name(world));
    ink_style(ink, INK_PLAIN);
    ink_add(ink, "\n");
    add_events(&list);
    trace_story_free(list.story);
    free(list.steps);
}

void trace_list_add(struct ink *ink, const struct plan *plan, const struct result *result)
{
    if (result->verdict == VERDICT_SKIPPED) {
        return;
    }
    if (result->world & PLAN_SIM) {
        add_world(ink, plan, PLAN_SIM, &result->sim_trace);
    }
    if (result->world & PLAN_KERNEL) {
        add_world(ink, plan, PLAN_KERNEL, &result->kernel_trace);
    }
}
