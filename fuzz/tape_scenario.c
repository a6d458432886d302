/* SPDX-License-Identifier: MIT */
#include "tape_scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tape_scenario_internal.h"

void writer_put(struct writer *writer, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        writer->status = -ENOMEM;
    }
}

void writer_append(struct writer *writer, json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0) {
        writer->status = -ENOMEM;
    }
}

json_t *writer_string(const char *text, size_t size)
{
    size_t dollars = 0, at = 0;
    for (size_t i = 0; i < size; i++) {
        dollars += text[i] == '$';
    }
    if (dollars == 0) {
        return json_stringn(text, size);
    }
    char *doubled = malloc(size + dollars);
    if (!doubled) {
        return NULL;
    }
    for (size_t i = 0; i < size; i++) {
        doubled[at++] = text[i];
        if (text[i] == '$') {
            doubled[at++] = '$';
        }
    }
    json_t *string = json_stringn(doubled, at);
    free(doubled);
    return string;
}

json_t *writer_text(const char *text)
{
    return writer_string(text, strlen(text));
}

json_t *writer_client(const struct writer *writer, uint32_t client)
{
    ASSERT(client < writer->plan->client_count);
    return writer_text(writer->plan->clients[client]);
}

/* What a walk over all steps finds out about how the story may end. */
struct ending {
    bool expects, connects, told;
};

static void look_at(const struct plan_steps *steps, struct ending *ending)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct plan_step *step = &steps->steps[i];
        switch (step->verb) {
        case PLAN_EXPECT:
        case PLAN_EXPECT_END:
        case PLAN_EXPECT_SILENCE:
        case PLAN_FILL_BACKLOG:
        case PLAN_EXPECT_SERVER:
            ending->expects = true;
            break;
        case PLAN_CONNECT:
            ending->connects = true;
            ending->expects = ending->expects || step->connect != PLAN_CONNECTED;
            break;
        case PLAN_SEND:
            ending->expects = ending->expects || step->send.outcome != PLAN_SENT;
            break;
        case PLAN_SERVER:
            ending->told = ending->told || step->server != PLAN_ACCEPTING_ON;
            break;
        case PLAN_REPEAT: {
            struct plan_steps body = tape_repeat_steps(step);
            look_at(&body, ending);
            break;
        }
        case PLAN_TOGETHER:
            for (size_t j = 0; j < step->together.lane_count; j++) {
                look_at(&step->together.lanes[j], ending);
            }
            break;
        case PLAN_HALF_CLOSE:
        case PLAN_CLOSE:
        case PLAN_RESET:
        case PLAN_PAUSE:
        case PLAN_RESUME:
        case PLAN_WAIT:
            break;
        }
    }
}

/* Whether a probe must be accepted after this plan: every client is closed, and nothing keeps the
 * server from accepting. */
static bool must_be_alive(const struct plan *plan, const struct ending *ending)
{
    for (size_t i = 0; i < plan->fault_count; i++) {
        if (plan->faults[i].call == WORLD_CALL_ACCEPT) {
            return false;
        }
    }
    return plan->explore && !ending->told && plan->server.sessions_total == PLAN_NONE;
}

static void append_ending(struct writer *writer, json_t *steps, bool alive)
{
    struct plan_expect_server expected = {.session = PLAN_NONE, .alive = alive};
    if (!alive) {
        /* Nobody ever connected. */
        expected.has_sessions = writer->plan->server.transport == WORLD_TCP;
        expected.has_bytes_received = !expected.has_sessions;
    }
    json_t *step = json_object();
    writer_put(writer, step, "expect_server", writer_expect_server(writer, &expected));
    writer_append(writer, steps, step);
}

static json_t *write_root(struct writer *writer)
{
    json_t *root = json_object();
    const struct plan *plan = writer->plan;
    struct ending ending = {0};
    look_at(&plan->steps, &ending);
    bool alive = must_be_alive(plan, &ending);
    bool add_step = !ending.expects && (alive || !ending.connects);
    writer->mark_connect = !ending.expects && !add_step;
    writer_head(writer, root);
    json_t *steps = writer_steps(writer, &plan->steps);
    if (add_step) {
        append_ending(writer, steps, alive);
    }
    writer_put(writer, root, "steps", steps);
    return root;
}

static int add_text(const char *text, size_t size, void *owner)
{
    return bytes_add(owner, text, size);
}

int tape_scenario(const struct plan *plan, const struct tape_plugin *plugin, struct bytes *text)
{
    struct writer writer = {.plan = plan, .plugin = plugin};
    json_t *root = write_root(&writer);
    int status = root ? writer.status : -ENOMEM;
    if (status == 0 && json_dump_callback(root, add_text, text, JSON_INDENT(2)) != 0) {
        status = text->size == text->size_max ? -ENOSPC : -ENOMEM;
    }
    json_decref(root);
    return status == 0 ? bytes_add(text, "\n", 1) : status;
}
