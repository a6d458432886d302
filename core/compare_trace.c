/* SPDX-License-Identifier: MIT */
#include "compare_trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compare_text.h"
#include "trace_story.h"
#include "trace_text.h"

/* One world's trace, told. */
struct told {
    struct trace_view view;
    struct trace_story *story;
};

static int tell(const struct bytes *blob, struct told *told)
{
    *told = (struct told){.story = NULL};
    int status = trace_view(blob, &told->view);
    return status == 0 ? trace_story_new(&told->view, &told->story) : status;
}

/* Takes the port 0 out of "connect(127.0.0.1:0) = 0". */
static void strip_port(char *text)
{
    static const char port[] = ":0";
    size_t size = sizeof(port) - 1;
    for (char *place = strstr(text, port); place; place = strstr(place + 1, port)) {
        if (place[size] == ')' || place[size] == '\0') {
            memmove(place, place + size, strlen(place + size) + 1);
            return;
        }
    }
}

/* The client that the event has to do with, or NULL. */
static const char *peer_name(const struct told *told, const struct trace_event *event)
{
    uint32_t peer = trace_story_peer(told->story, (size_t)(event - told->view.events));
    return peer == TRACE_NOBODY ? NULL : trace_story_party(told->story, peer)->name;
}

/* The call without what differs between any two runs: ports and the numbers of sockets. */
static char *describe(const struct told *told, const struct trace_event *event)
{
    if (!event) {
        return strdup("nothing");
    }
    char text[TRACE_TEXT_MAX];
    struct trace_event same = *event;
    const char *peer = peer_name(told, event);
    bool opens = event->kind == WORLD_CALL_ACCEPT || event->kind == WORLD_CALL_SOCKET;
    same.address.port = 0;
    if (opens && event->result >= 0) {
        return compare_text("%s = a socket%s%s", trace_kind_name(event->kind), peer ? " for " : "",
                            peer ? peer : "");
    }
    trace_text_call(&same, text, sizeof(text));
    strip_port(text);
    return compare_text("%s%s%s%s", text, peer ? " (" : "", peer ? peer : "", peer ? ")" : "");
}

/* Where the bytes of two events part. */
static size_t bytes_part(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    size_t i = 0;
    while (i < a_size && i < b_size && a[i] == b[i]) {
        i++;
    }
    return i;
}

/* Adds what was sent or received to two calls that read the same. 0 or -ENOMEM. */
static int add_bytes(const struct told *sim, const struct trace_event *sim_event,
                     const struct told *kernel, const struct trace_event *kernel_event,
                     struct result_divergence *divergence)
{
    const uint8_t *sim_data = sim->view.data + sim_event->data;
    const uint8_t *kernel_data = kernel->view.data + kernel_event->data;
    size_t place = bytes_part(sim_data, sim_event->size, kernel_data, kernel_event->size);
    if (place == sim_event->size && place == kernel_event->size) {
        return 0;
    }
    struct result_evidence evidence[2];
    result_evidence_bytes(&evidence[0], sim_data, sim_event->size, place);
    result_evidence_bytes(&evidence[1], kernel_data, kernel_event->size, place);
    char *sim_text = compare_text_evidence(&evidence[0], &evidence[1]);
    char *kernel_text = compare_text_evidence(&evidence[1], &evidence[0]);
    char *sim_call = sim_text ? compare_text("%s, %s", divergence->sim_call, sim_text) : NULL;
    char *kernel_call =
        kernel_text ? compare_text("%s, %s", divergence->kernel_call, kernel_text) : NULL;
    free(sim_text);
    free(kernel_text);
    if (!sim_call || !kernel_call) {
        free(sim_call);
        free(kernel_call);
        return -ENOMEM;
    }
    free(divergence->sim_call);
    free(divergence->kernel_call);
    divergence->sim_call = sim_call;
    divergence->kernel_call = kernel_call;
    return 0;
}

static int describe_both(const struct told *sim, const struct told *kernel,
                         struct result_divergence *divergence)
{
    struct trace_story_difference difference;
    if (!trace_story_first_difference(sim->story, kernel->story, &difference)) {
        return 0;
    }
    divergence->calls = compare_text("%s: call %zu", difference.label, difference.agreed + 1);
    divergence->sim_call = describe(sim, difference.a);
    divergence->kernel_call = describe(kernel, difference.b);
    if (!divergence->calls || !divergence->sim_call || !divergence->kernel_call) {
        return -ENOMEM;
    }
    if (difference.a && difference.b &&
        strcmp(divergence->sim_call, divergence->kernel_call) == 0) {
        return add_bytes(sim, difference.a, kernel, difference.b, divergence);
    }
    return 0;
}

int compare_traces(const struct bytes *sim, const struct bytes *kernel,
                   struct result_divergence *divergence)
{
    struct told stories[2] = {{.story = NULL}, {.story = NULL}};
    if (sim->size == 0 || kernel->size == 0) {
        return 0;
    }
    int status = tell(sim, &stories[0]);
    if (status == 0) {
        status = tell(kernel, &stories[1]);
    }
    if (status == 0) {
        status = describe_both(&stories[0], &stories[1], divergence);
    }
    trace_story_free(stories[0].story);
    trace_story_free(stories[1].story);
    /* A trace that is none tells nothing. */
    return status == -ENOMEM ? status : 0;
}
