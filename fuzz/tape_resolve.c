/* SPDX-License-Identifier: MIT */
/*
 * The last walk over a decoded plan: clients of the story become indices in the order in which they
 * are first mentioned (those of a backlog come first), and every step is given its JSON pointer.
 */
#include <string.h>

#include "tape_internal.h"

/* A pointer that is being written; its beginning is that of the list around. */
struct path {
    char text[TAPE_POINTER_MAX];
    size_t size;
};

static void path_add(struct path *path, const char *word)
{
    size_t size = strlen(word);
    ASSERT(path->size + size < sizeof(path->text));
    memcpy(path->text + path->size, word, size);
    path->size += size;
}

static void path_add_index(struct path *path, size_t index)
{
    char digits[24];
    size_t first = sizeof(digits);
    digits[--first] = '\0';
    do {
        digits[--first] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    digits[--first] = '/';
    path_add(path, digits + first);
}

static uint32_t client_index(struct tape *tape, uint32_t client)
{
    if (client == TAPE_UNKNOWN) {
        return PLAN_NONE;
    }
    uint32_t *index = &tape->client_indices[client];
    if (*index == TAPE_UNKNOWN) {
        *index = (uint32_t)tape->plan.client_count;
        tape->client_names[tape->plan.client_count] =
            tape_client_name(tape, tape->plan.client_count - tape->backlog_names, false);
        tape->plan.client_count++;
    }
    return *index;
}

static void resolve_expect_server(struct tape *tape, struct plan_expect_server *expected)
{
    expected->session = client_index(tape, expected->session);
    for (size_t i = 0; i < expected->peer_count; i++) {
        uint32_t *peer = tape->peers + (expected->peers - tape->peers) + i;
        *peer = client_index(tape, *peer);
    }
    for (size_t i = 0; i < expected->end_count; i++) {
        struct plan_expected_end *end = tape->ends + (expected->ends - tape->ends) + i;
        end->client = client_index(tape, end->client);
    }
}

/* The copies of an unrolled body share their places. */
static void take_source(struct tape *tape, struct plan_step *step, struct path *path, size_t index)
{
    step->source = tape->source_next++;
    if (step->source < tape->source_count) {
        return;
    }
    tape->source_count++;
    if (tape->walk_depth == 0) {
        tape->sources[step->source] = tape_root_pointer(tape, index);
        return;
    }
    size_t before = path->size;
    path_add_index(path, index);
    ASSERT(path->size < tape->limits.pointer_bytes - tape->pointer_count);
    char *pointer = tape->pointer_text + tape->pointer_count;
    memcpy(pointer, path->text, path->size);
    pointer[path->size] = '\0';
    tape->pointer_count += path->size + 1;
    tape->sources[step->source] = pointer;
    path->size = before;
}

static void resolve_list(struct tape *tape, const struct plan_steps *list, struct path *path);

/* The list is the tape's own, and may be written. */
static struct plan_step *own(struct tape *tape, const struct plan_step *steps)
{
    bool root = steps == tape->stack;
    return root ? tape->stack : tape->steps + (steps - tape->steps);
}

static void resolve_repeat(struct tape *tape, const struct plan_step *step, struct path *path)
{
    uint64_t copies = step->repeat.unrolled ? step->repeat.count : 1;
    uint32_t first = tape->source_next;
    struct plan_steps body = step->repeat.body;
    path_add(path, "/steps");
    for (uint64_t i = 0; i < copies; i++) {
        tape->source_next = first;
        resolve_list(tape, &body, path);
        body.steps += body.count;
    }
}

static void resolve_inside(struct tape *tape, const struct plan_step *step, size_t index,
                           struct path *path)
{
    size_t before = path->size;
    path_add_index(path, index);
    tape->walk_depth++;
    if (step->verb == PLAN_REPEAT) {
        resolve_repeat(tape, step, path);
    }
    for (size_t i = 0; step->verb == PLAN_TOGETHER && i < step->together.lane_count; i++) {
        size_t lane = path->size;
        path_add(path, "/together");
        path_add_index(path, i);
        resolve_list(tape, &step->together.lanes[i], path);
        path->size = lane;
    }
    tape->walk_depth--;
    path->size = before;
}

static void resolve_list(struct tape *tape, const struct plan_steps *list, struct path *path)
{
    struct plan_step *steps = own(tape, list->steps);
    for (size_t i = 0; i < list->count; i++) {
        struct plan_step *step = &steps[i];
        take_source(tape, step, path, i);
        step->client = step->client == PLAN_NONE ? PLAN_NONE : client_index(tape, step->client);
        if (step->verb == PLAN_EXPECT_SERVER) {
            resolve_expect_server(tape, tape->servers + (step->expect_server - tape->servers));
        } else if (step->verb == PLAN_FILL_BACKLOG) {
            step->fill_backlog.first_client = 0;
        } else if (step->verb == PLAN_REPEAT || step->verb == PLAN_TOGETHER) {
            resolve_inside(tape, step, i, path);
        }
    }
}

static void name_backlog(struct tape *tape)
{
    uint32_t count = tape->plan.server.backlog + 1;
    tape->backlog_names = tape->fills ? count : 0;
    for (uint32_t i = 0; i < tape->backlog_names; i++) {
        tape->client_indices[tape->limits.clients + i] = i;
        tape->client_names[i] = tape_client_name(tape, i, true);
    }
    tape->plan.client_count = tape->backlog_names;
}

void tape_resolve(struct tape *tape)
{
    struct path path;
    path.size = 0;
    path_add(&path, "/steps");
    memset(tape->client_indices, 0xff,
           tape_client_room(&tape->limits, tape->use) * sizeof(*tape->client_indices));
    name_backlog(tape);
    tape->source_next = 0;
    tape->walk_depth = 0;
    resolve_list(tape, &tape->plan.steps, &path);
    tape->plan.source_count = tape->source_count;
    tape->plan.capture_count = tape->capture_count;
}
