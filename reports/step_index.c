/* SPDX-License-Identifier: MIT */
#include "step_index.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX (4 * PLAN_REPEAT_DEPTH_MAX) /* of steps in steps, beyond what loads */

struct walk {
    const struct plan *plan;
    const struct result_failure *failure; /* NULL: there is none */
    struct step_index *index;
};

/* Where the walk is. */
struct place {
    uint32_t repeats; /* around it */
    unsigned depth;   /* of all steps around it */
    bool first;
};

/* Whether the failure lies in this step: its pointer goes on from the step's. */
static bool holds_failure(const struct walk *walk, const struct plan_step *step)
{
    const char *const *sources = walk->plan->sources;
    if (!walk->failure || walk->failure->source >= walk->plan->source_count) {
        return false;
    }
    size_t length = strlen(sources[step->source]);
    const char *failed = sources[walk->failure->source];
    return strncmp(failed, sources[step->source], length) == 0 && failed[length] == '/';
}

static void add_steps(const struct walk *walk, const struct plan_steps *steps, struct place place);

static void add_repeat(const struct walk *walk, const struct plan_step *step, struct place place)
{
    struct plan_steps body = step->repeat.body;
    const struct result_failure *failure = walk->failure;
    bool known = holds_failure(walk, step) && place.repeats < failure->iteration_depth &&
                 failure->iteration[place.repeats] < step->repeat.count;
    if (step->repeat.unrolled && known) {
        body.steps += (size_t)failure->iteration[place.repeats] * body.count;
    } else if (step->repeat.unrolled) {
        place.first |= step->repeat.count > 1;
    }
    place.repeats++;
    add_steps(walk, &body, place);
}

static void add_steps(const struct walk *walk, const struct plan_steps *steps, struct place place)
{
    if (place.depth++ == DEPTH_MAX) {
        return;
    }
    for (size_t i = 0; i < steps->count; i++) {
        const struct plan_step *step = &steps->steps[i];
        walk->index[step->source] = (struct step_index){step, place.first};
        if (step->verb == PLAN_REPEAT) {
            add_repeat(walk, step, place);
        } else if (step->verb == PLAN_TOGETHER) {
            for (size_t k = 0; k < step->together.lane_count; k++) {
                add_steps(walk, &step->together.lanes[k], place);
            }
        }
    }
}

struct step_index *step_index_new(const struct plan *plan, const struct result_failure *failure)
{
    size_t count = plan->source_count > 0 ? plan->source_count : 1;
    struct walk walk = {plan, failure, calloc(count, sizeof(struct step_index))};
    if (walk.index) {
        add_steps(&walk, &plan->steps, (struct place){0});
    }
    return walk.index;
}
