/* SPDX-License-Identifier: MIT */
/* Which keys a step may have: exactly one verb, and what modifies it. */
#include <string.h>

#include "nearest.h"
#include "scenario_internal.h"

#define VERB_COUNT     16
#define MODIFIERS_MAX  5
#define MODIFIER_COUNT (sizeof(modifier_names) / sizeof(modifier_names[0]))

static const char *const modifier_names[] = {"as",    "note",  "cuts",      "settle", "outcome",
                                             "index", "steps", "within_ms", "seed"};

/* `note` goes with every verb. */
static const char *const verb_modifiers[VERB_COUNT][MODIFIERS_MAX] = {
    [PLAN_CONNECT] = {"as", "outcome"},
    [PLAN_SEND] = {"as", "cuts", "settle", "outcome"},
    [PLAN_EXPECT] = {"as", "within_ms"},
    [PLAN_EXPECT_END] = {"as", "within_ms"},
    [PLAN_EXPECT_SILENCE] = {"as"},
    [PLAN_HALF_CLOSE] = {"as"},
    [PLAN_CLOSE] = {"as"},
    [PLAN_RESET] = {"as"},
    [PLAN_PAUSE] = {"as"},
    [PLAN_RESUME] = {"as"},
    [PLAN_FILL_BACKLOG] = {"outcome"},
    [PLAN_REPEAT] = {"index", "steps"},
    [PLAN_TOGETHER] = {"seed"},
};

static bool is_verb(const char *key, enum plan_verb *verb)
{
    for (int i = 0; i < VERB_COUNT; i++) {
        if (strcmp(key, plan_verb_name((enum plan_verb)i)) == 0) {
            *verb = (enum plan_verb)i;
            return true;
        }
    }
    return false;
}

static bool is_modifier(const char *key)
{
    for (size_t i = 0; i < MODIFIER_COUNT; i++) {
        if (strcmp(key, modifier_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool modifies(const char *key, enum plan_verb verb)
{
    if (strcmp(key, "note") == 0) {
        return true;
    }
    for (size_t i = 0; i < MODIFIERS_MAX && verb_modifiers[verb][i]; i++) {
        if (strcmp(key, verb_modifiers[verb][i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The keys of a step that has no verb: the first unknown one is likely a misspelt verb. */
static int refuse_verbless(struct scenario_load *load, const json_t *step,
                           const struct scenario_place *at)
{
    const char *verbs[VERB_COUNT];
    for (int i = 0; i < VERB_COUNT; i++) {
        verbs[i] = plan_verb_name((enum plan_verb)i);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)step, key, value)
    {
        struct scenario_place here = scenario_at_key(at, key);
        const char *near = nearest_name(key, verbs, VERB_COUNT);
        if (!is_modifier(key) && near) {
            return scenario_refuse_key(load, &here, "unknown verb \"%.80s\"; did you mean \"%s\"?",
                                       key, near);
        }
        if (!is_modifier(key)) {
            return scenario_refuse_key(load, &here, "unknown verb \"%.80s\"", key);
        }
    }
    return scenario_refuse(load, at, "a step needs a verb, such as \"send\"");
}

static int refuse_key(struct scenario_load *load, const char *key, enum plan_verb verb,
                      const struct scenario_place *at)
{
    struct scenario_place here = scenario_at_key(at, key);
    const char *name = plan_verb_name(verb);
    const char *near = nearest_name(key, modifier_names, MODIFIER_COUNT);
    if (is_modifier(key)) {
        return scenario_refuse_key(load, &here, "\"%s\" does not go with \"%s\"", key, name);
    }
    if (near && modifies(near, verb)) {
        return scenario_refuse_key(load, &here,
                                   "unknown key \"%.80s\" beside \"%s\"; did you mean \"%s\"?", key,
                                   name, near);
    }
    return scenario_refuse_key(load, &here, "unknown key \"%.80s\" beside \"%s\"", key, name);
}

int scenario_step_verb(struct scenario_load *load, const json_t *step,
                       const struct scenario_place *at, enum plan_verb *verb)
{
    char text[96];
    const char *found = NULL;
    const char *key;
    json_t *value;
    enum plan_verb another;
    if (!json_is_object(step)) {
        return scenario_refuse(load, at, "a step must be an object with one verb, not %s",
                               scenario_describe(step, text));
    }
    json_object_foreach((json_t *)step, key, value)
    {
        if (!is_verb(key, &another)) {
            continue;
        }
        if (found) {
            struct scenario_place here = scenario_at_key(at, key);
            return scenario_refuse_key(load, &here, "two verbs in one step: \"%s\" and \"%s\"",
                                       found, key);
        }
        found = key;
        *verb = another;
    }
    if (!found) {
        return refuse_verbless(load, step, at);
    }
    json_object_foreach((json_t *)step, key, value)
    {
        if (!is_verb(key, &another) && !modifies(key, *verb)) {
            return refuse_key(load, key, *verb, at);
        }
    }
    return 0;
}
