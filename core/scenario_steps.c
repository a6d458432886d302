/* SPDX-License-Identifier: MIT */
/* Lists of steps, and the steps that hold lists: `repeat` and `together`. */
#include <errno.h>
#include <string.h>

#include "scenario_internal.h"

static size_t count_lanes(const json_t *lanes, bool *fills_backlog)
{
    size_t count = 0;
    for (size_t i = 0; json_is_array(lanes) && i < json_array_size(lanes); i++) {
        count += scenario_steps_count(json_array_get(lanes, i), fills_backlog);
    }
    return count;
}

size_t scenario_steps_count(const json_t *steps, bool *fills_backlog)
{
    size_t count = 0;
    for (size_t i = 0; json_is_array(steps) && i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        count++;
        *fills_backlog = *fills_backlog || json_object_get(step, "fill_backlog");
        count += scenario_steps_count(json_object_get(step, "steps"), fills_backlog);
        count += count_lanes(json_object_get(step, "together"), fills_backlog);
    }
    return count;
}

/* The number of this step in document order; the copies of an unrolled step share one. */
static int take_source(struct scenario_load *load, const struct scenario_place *at,
                       uint32_t *source)
{
    struct bytes pointer;
    size_t next = load->source_next++;
    *source = (uint32_t)next;
    if (next < load->plan->source_count) {
        return 0;
    }
    bytes_init(&pointer, 4096);
    const char *text = scenario_pointer(at, &pointer) == 0 ? bytes_string(&pointer) : NULL;
    load->sources[next] = text ? scenario_keep(load, text) : NULL;
    bytes_fini(&pointer);
    if (!load->sources[next]) {
        return -ENOMEM;
    }
    load->plan->source_count++;
    return 0;
}

/* The modifiers of a step that holds steps, resolved; the steps themselves are resolved one by one.
 */
static int resolve_modifiers(struct scenario_load *load, const json_t *step,
                             const struct scenario_place *at, const struct scenario_scope *scope,
                             json_t **resolved)
{
    json_t *modifiers = json_copy((json_t *)step);
    if (!modifiers) {
        return -ENOMEM;
    }
    json_object_del(modifiers, "steps");
    json_object_del(modifiers, "together");
    int status = scenario_resolve(load, modifiers, at, scope, resolved);
    json_decref(modifiers);
    const json_t *note = status == 0 ? json_object_get(*resolved, "note") : NULL;
    if (note && !json_is_string(note)) {
        struct scenario_place here = scenario_at_key(at, "note");
        const char *text;
        status = scenario_string(load, note, &here, true, &text);
        json_decref(*resolved);
    }
    return status;
}

static int check_index(struct scenario_load *load, const char *name,
                       const struct scenario_place *at, const struct scenario_scope *scope)
{
    if (!scenario_is_name(name)) {
        return scenario_refuse(load, at,
                               "\"%.80s\" cannot be an index: letters, digits and _, no digit "
                               "first",
                               name);
    }
    for (const struct scenario_scope *s = scope; s; s = s->outer) {
        if (strcmp(s->name, name) == 0) {
            return scenario_refuse(load, at,
                                   "the index \"%s\" is in use by a repeat around this one: give "
                                   "this one an \"index\" of its own",
                                   name);
        }
    }
    for (const struct scenario_scope *s = load->matrix; s; s = s->outer) {
        if (strcmp(s->name, name) == 0) {
            return scenario_refuse(load, at,
                                   "the index \"%s\" is a name of the matrix, too: give the repeat "
                                   "another \"index\"",
                                   name);
        }
    }
    return 0;
}

static int read_repeat(struct scenario_load *load, const json_t *modifiers,
                       const struct scenario_place *at, const struct scenario_scope *scope,
                       int64_t *count, const char **index)
{
    struct scenario_place count_at = scenario_at_key(at, "repeat");
    struct scenario_place index_at = scenario_at_key(at, "index");
    const json_t *given = json_object_get(modifiers, "index");
    *index = "i";
    if (load->repeat_depth == PLAN_REPEAT_DEPTH_MAX) {
        return scenario_refuse(load, at, "repeats are nested deeper than %d",
                               PLAN_REPEAT_DEPTH_MAX);
    }
    int status = scenario_integer(load, json_object_get(modifiers, "repeat"), &count_at, 1,
                                  (int64_t)PLAN_EXECUTED_STEPS_MAX, count);
    if (status == 0 && given) {
        status = scenario_string(load, given, &index_at, false, index);
    }
    return status == 0 ? check_index(load, *index, given ? &index_at : at, scope) : status;
}

static int refuse_copies(struct scenario_load *load, const struct scenario_place *at)
{
    return scenario_refuse(load, at, "the repeats that use their index make more than %llu steps",
                           (unsigned long long)PLAN_UNROLLED_STEPS_MAX);
}

static int parse_steps(struct scenario_load *load, const json_t *steps,
                       const struct scenario_place *at, const struct scenario_scope *scope,
                       struct plan_step *made);

/* One copy of the body for each value of the index. */
static int unroll(struct scenario_load *load, const json_t *body, const struct scenario_place *at,
                  struct scenario_scope *scope, struct plan_step *made, uint64_t count)
{
    bool fills = false;
    size_t first = load->source_next;
    size_t length = json_array_size(body);
    if (count * scenario_steps_count(body, &fills) > PLAN_UNROLLED_STEPS_MAX - load->copies) {
        return refuse_copies(load, at);
    }
    int status = 0;
    load->unroll_depth++;
    for (uint64_t i = 0; i < count && status == 0; i++) {
        scope->value = json_integer((json_int_t)i);
        load->source_next = first;
        status = scope->value ? parse_steps(load, body, at, scope, made + i * length) : -ENOMEM;
        json_decref(scope->value);
    }
    load->unroll_depth--;
    return status;
}

static int parse_repeat(struct scenario_load *load, const json_t *step,
                        const struct scenario_place *at, const struct scenario_scope *scope,
                        struct plan_step *made)
{
    struct scenario_place steps_at = scenario_at_key(at, "steps");
    const json_t *body = json_object_get(step, "steps");
    json_t *modifiers = NULL;
    int64_t count = 0;
    const char *index = NULL;
    int status = resolve_modifiers(load, step, at, scope, &modifiers);
    if (status != 0) {
        return status;
    }
    status = read_repeat(load, modifiers, at, scope, &count, &index);
    if (status == 0 && !body) {
        status = scenario_refuse(load, at, "\"repeat\" needs \"steps\"");
    }
    if (status == 0) {
        status = scenario_list(load, body, &steps_at, "steps");
    }
    if (status == 0) {
        struct scenario_scope inner = {.outer = scope, .name = index};
        size_t length = json_array_size(body);
        bool unrolled = scenario_mentions(body, index);
        if (unrolled && (uint64_t)count > PLAN_UNROLLED_STEPS_MAX / length) {
            status = refuse_copies(load, &steps_at);
        } else {
            struct plan_step *steps =
                scenario_alloc(load, (unrolled ? (size_t)count : 1) * length, sizeof(*steps));
            made->repeat.count = (uint64_t)count;
            made->repeat.body = (struct plan_steps){.steps = steps, .count = length};
            made->repeat.unrolled = unrolled;
            load->repeat_depth++;
            status = !steps     ? -ENOMEM
                     : unrolled ? unroll(load, body, &steps_at, &inner, steps, (uint64_t)count)
                                : parse_steps(load, body, &steps_at, &inner, steps);
            load->repeat_depth--;
        }
    }
    json_decref(modifiers);
    return status;
}

static int parse_lanes(struct scenario_load *load, const json_t *lanes,
                       const struct scenario_place *at, const struct scenario_scope *scope,
                       struct plan_step *made)
{
    int status = scenario_list(load, lanes, at, "lists of steps");
    if (status != 0) {
        return status;
    }
    size_t count = json_array_size(lanes);
    struct plan_steps *steps = scenario_alloc(load, count, sizeof(*steps));
    if (!steps) {
        return -ENOMEM;
    }
    made->together.lanes = steps;
    made->together.lane_count = count;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct scenario_place lane = scenario_at_index(at, i);
        status = scenario_steps(load, json_array_get(lanes, i), &lane, scope, &steps[i]);
    }
    return status;
}

static int parse_together(struct scenario_load *load, const json_t *step,
                          const struct scenario_place *at, const struct scenario_scope *scope,
                          struct plan_step *made)
{
    struct scenario_place lanes_at = scenario_at_key(at, "together");
    struct scenario_place seed_at = scenario_at_key(at, "seed");
    json_t *modifiers = NULL;
    int64_t number = 0;
    int status = resolve_modifiers(load, step, at, scope, &modifiers);
    if (status != 0) {
        return status;
    }
    const json_t *seed = json_object_get(modifiers, "seed");
    if (seed) {
        status = scenario_integer(load, seed, &seed_at, 0, SCENARIO_COUNT_MAX, &number);
    }
    made->together.has_seed = seed != NULL;
    made->together.seed = (uint64_t)number;
    json_decref(modifiers);
    return status == 0
               ? parse_lanes(load, json_object_get(step, "together"), &lanes_at, scope, made)
               : status;
}

static int parse_leaf(struct scenario_load *load, const json_t *step,
                      const struct scenario_place *at, const struct scenario_scope *scope,
                      enum plan_verb verb, struct plan_step *made)
{
    json_t *resolved = NULL;
    int status = scenario_resolve(load, step, at, scope, &resolved);
    if (status == 0) {
        status = scenario_verb(load, resolved, at, verb, made);
        json_decref(resolved);
    }
    return status;
}

static int parse_step(struct scenario_load *load, const json_t *step,
                      const struct scenario_place *at, const struct scenario_scope *scope,
                      struct plan_step *made)
{
    enum plan_verb verb = PLAN_CONNECT;
    int status = scenario_step_verb(load, step, at, &verb);
    if (status == 0) {
        status = take_source(load, at, &made->source);
    }
    if (status != 0) {
        return status;
    }
    if (load->unroll_depth > 0 && load->copies++ == PLAN_UNROLLED_STEPS_MAX) {
        return refuse_copies(load, at);
    }
    made->verb = verb;
    made->client = PLAN_NONE;
    if (verb == PLAN_REPEAT) {
        return parse_repeat(load, step, at, scope, made);
    }
    if (verb == PLAN_TOGETHER) {
        return parse_together(load, step, at, scope, made);
    }
    return parse_leaf(load, step, at, scope, verb, made);
}

static int parse_steps(struct scenario_load *load, const json_t *steps,
                       const struct scenario_place *at, const struct scenario_scope *scope,
                       struct plan_step *made)
{
    int status = 0;
    for (size_t i = 0; i < json_array_size(steps) && status == 0; i++) {
        struct scenario_place here = scenario_at_index(at, i);
        status = parse_step(load, json_array_get(steps, i), &here, scope, &made[i]);
    }
    return status;
}

int scenario_steps(struct scenario_load *load, const json_t *steps, const struct scenario_place *at,
                   const struct scenario_scope *scope, struct plan_steps *made)
{
    int status = scenario_list(load, steps, at, "steps");
    if (status != 0) {
        return status;
    }
    struct plan_step *list = scenario_alloc(load, json_array_size(steps), sizeof(*list));
    if (!list) {
        return -ENOMEM;
    }
    *made = (struct plan_steps){.steps = list, .count = json_array_size(steps)};
    return parse_steps(load, steps, at, scope, list);
}
