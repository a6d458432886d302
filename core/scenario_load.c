/* SPDX-License-Identifier: MIT */
/* One scenario file's values become plans. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_internal.h"

static const char *const root_keys[] = {"$schema", "title",          "tags",       "server",
                                        "faults",  "network",        "steps",      "matrix",
                                        "worlds",  "expect_failure", "quarantine", NULL};
static const struct scenario_place root = {0};

static int read_title(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "title");
    const json_t *title = json_object_get(member, "title");
    const char *string = "";
    int status = title ? scenario_string(load, title, &at, true, &string) : 0;
    if (status == 0) {
        load->plan->title = scenario_keep(load, string);
        status = load->plan->title ? 0 : -ENOMEM;
    }
    return status;
}

static bool is_listed(const char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

#define TAGS_MAX 64

static int read_tags(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "tags");
    const json_t *list = json_object_get(member, "tags");
    char text[96];
    if (!list) {
        return 0;
    }
    if (!json_is_array(list) || json_array_size(list) > TAGS_MAX) {
        return scenario_refuse(
            load, &at, "\"tags\" must be a list of at most %d strings, not %s", TAGS_MAX,
            json_is_array(list) ? "a longer one" : scenario_describe(list, text));
    }
    const char **tags = scenario_alloc(load, json_array_size(list), sizeof(*tags));
    if (!tags) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct scenario_place entry = scenario_at_index(&at, i);
        const char *tag = NULL;
        int status = scenario_string(load, json_array_get(list, i), &entry, false, &tag);
        if (status == 0 && is_listed(tags, i, tag)) {
            status = scenario_refuse(load, &entry, "the tag \"%.80s\" is listed twice", tag);
        }
        if (status != 0) {
            return status;
        }
        tags[i] = scenario_keep(load, tag);
        if (!tags[i]) {
            return -ENOMEM;
        }
    }
    load->plan->tags = tags;
    load->plan->tag_count = json_array_size(list);
    return 0;
}

static int read_worlds(struct scenario_load *load, const json_t *member)
{
    static const char *const words[] = {"kernel", "sim", NULL};
    static const uint32_t worlds[] = {PLAN_KERNEL, PLAN_SIM};
    struct scenario_place at = scenario_at_key(&root, "worlds");
    const json_t *list = json_object_get(member, "worlds");
    load->plan->worlds = list ? 0 : PLAN_KERNEL | PLAN_SIM;
    int status = list ? scenario_list(load, list, &at, "worlds") : 0;
    for (size_t i = 0; status == 0 && i < json_array_size(list); i++) {
        struct scenario_place entry = scenario_at_index(&at, i);
        size_t word = 0;
        status = scenario_word(load, json_array_get(list, i), &entry, words, &word);
        if (status == 0 && (load->plan->worlds & worlds[word])) {
            return scenario_refuse(load, &entry, "the world \"%s\" is listed twice", words[word]);
        }
        load->plan->worlds |= worlds[word];
    }
    return status;
}

static int read_server(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "server");
    const json_t *server = json_object_get(member, "server");
    return server ? scenario_server(load, server, &at)
                  : scenario_refuse(load, &root, "a scenario needs a \"server\" with a \"plugin\"");
}

static int read_faults(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "faults");
    const json_t *faults = json_object_get(member, "faults");
    return faults ? scenario_faults(load, faults, &at) : 0;
}

static int read_network(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "network");
    const json_t *network = json_object_get(member, "network");
    return network ? scenario_network(load, network, &at) : 0;
}

static int read_head(struct scenario_load *load, const json_t *member)
{
    int (*const parts[])(struct scenario_load *, const json_t *) = {
        read_title, read_tags, read_worlds, scenario_known, read_server, read_faults, read_network};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        status = parts[i](load, member);
    }
    return status;
}

/* Everything but the steps; those are resolved one by one. */
static int resolve_head(struct scenario_load *load, const json_t *member)
{
    json_t *head = json_copy((json_t *)member);
    json_t *resolved = NULL;
    if (!head) {
        return -ENOMEM;
    }
    json_object_del(head, "steps");
    int status = scenario_resolve(load, head, &root, NULL, &resolved);
    if (status == 0) {
        status = read_head(load, resolved);
        json_decref(resolved);
    }
    json_decref(head);
    return status;
}

static int read_steps(struct scenario_load *load, const json_t *member)
{
    struct scenario_place at = scenario_at_key(&root, "steps");
    const json_t *steps = json_object_get(member, "steps");
    bool fills = false;
    if (!steps) {
        return scenario_refuse(load, &root, "a scenario needs \"steps\"");
    }
    size_t count = scenario_steps_count(steps, &fills);
    load->sources = scenario_alloc(load, count, sizeof(*load->sources));
    if (!load->sources) {
        return -ENOMEM;
    }
    load->plan->sources = load->sources;
    int status = 0;
    if (fills && load->plan->server.transport == WORLD_TCP) {
        status = scenario_backlog_clients(load, load->plan->server.backlog + 1);
    }
    if (status == 0) {
        status = scenario_steps(load, steps, &at, NULL, &load->plan->steps);
    }
    if (status == 0 && !load->expects) {
        return scenario_refuse(load, &at, "the scenario expects nothing: it could never fail");
    }
    return status;
}

/* Moves the names and sizes that grew while steps were read to the arena. */
static int settle_names(struct scenario_load *load)
{
    struct plan *plan = load->plan;
    size_t captures = json_object_size(load->captures);
    const char **clients = scenario_alloc(load, load->client_count, sizeof(*clients));
    size_t *sizes = scenario_alloc(load, captures, sizeof(*sizes));
    if (!clients || !sizes) {
        return -ENOMEM;
    }
    if (load->client_count > 0) {
        memcpy(clients, load->client_names, load->client_count * sizeof(*clients));
    }
    if (captures > 0) {
        memcpy(sizes, load->capture_sizes, captures * sizeof(*sizes));
    }
    plan->clients = clients;
    plan->client_count = load->client_count;
    plan->capture_sizes = sizes;
    plan->capture_count = captures;
    return 0;
}

static int add_plan(struct suite *suite, struct plan *plan)
{
    /* The array doubles whenever its count is a power of two. */
    size_t count = suite->plan_count;
    if ((count & (count - 1)) == 0) {
        size_t capacity = count ? count * 2 : 1;
        struct plan **plans = realloc(suite->plans, capacity * sizeof(struct plan *));
        if (!plans) {
            return -ENOMEM;
        }
        suite->plans = plans;
    }
    suite->plans[suite->plan_count++] = plan;
    return 0;
}

static int member_begin(struct scenario_load *load)
{
    struct plan_arena *arena = plan_arena_new();
    load->plan = arena ? plan_arena_alloc(arena, sizeof(*load->plan)) : NULL;
    if (!load->plan) {
        plan_arena_free(arena);
        return -ENOMEM;
    }
    load->plan->arena = arena;
    load->plan->seed = 1;
    load->clients = json_object();
    load->captures = json_object();
    load->plan_blobs = json_object();
    load->client_count = load->client_capacity = load->capture_capacity = 0;
    load->source_next = 0;
    load->expects = false;
    return load->clients && load->captures && load->plan_blobs ? 0 : -ENOMEM;
}

static void member_end(struct scenario_load *load)
{
    json_decref(load->clients);
    json_decref(load->captures);
    json_decref(load->plan_blobs);
    free(load->client_names);
    free(load->capture_sizes);
    load->clients = load->captures = load->plan_blobs = NULL;
    load->client_names = NULL;
    load->capture_sizes = NULL;
}

static int name_plan(struct scenario_load *load)
{
    struct bytes id;
    bytes_init(&id, SCENARIO_FILE_BYTES_MAX * 4);
    int status = bytes_add_format(&id, load->member ? "%s#%s" : "%s", load->id, load->member);
    const char *text = status == 0 ? bytes_string(&id) : NULL;
    load->plan->id = text ? scenario_keep(load, text) : NULL;
    load->plan->file = scenario_keep(load, load->source->file);
    bytes_fini(&id);
    return load->plan->id && load->plan->file ? 0 : -ENOMEM;
}

static int keep_spelling(struct scenario_load *load, const json_t *member)
{
    char *text = load->suite->spell ? json_dumps(member, JSON_INDENT(2)) : NULL;
    if (!load->suite->spell) {
        return 0;
    }
    load->plan->spelling = text ? scenario_keep(load, text) : NULL;
    free(text);
    return load->plan->spelling ? 0 : -ENOMEM;
}

static int fill_plan(struct scenario_load *load, const json_t *member)
{
    int status = scenario_hash_begin(load, member);
    if (status == 0) {
        status = name_plan(load);
    }
    if (status == 0) {
        status = keep_spelling(load, member);
    }
    if (status == 0) {
        status = resolve_head(load, member);
    }
    if (status == 0) {
        status = read_steps(load, member);
    }
    if (status == 0) {
        status = settle_names(load);
    }
    if (status == 0) {
        status = scenario_story(load);
    }
    scenario_hash_end(load); /* also where it never began */
    return status;
}

/* One member of the matrix, or the scenario itself. */
static int make_plan(struct scenario_load *load, json_t *member)
{
    int status = member_begin(load);
    if (status == 0) {
        status = fill_plan(load, member);
    }
    member_end(load);
    if (status == 0) {
        load->bytes += plan_arena_bytes(load->plan->arena);
        status = add_plan(load->suite, load->plan);
    }
    if (status != 0) {
        plan_free(load->plan);
    }
    load->plan = NULL;
    return status;
}

static int check_root(struct scenario_load *load, const json_t *scenario)
{
    struct scenario_place later = scenario_at_key(&root, "sweep");
    char text[96];
    if (!json_is_object(scenario)) {
        return scenario_refuse(load, &root, "a scenario must be an object, not %s",
                               scenario_describe(scenario, text));
    }
    if (json_object_get(scenario, later.key)) {
        return scenario_refuse_key(load, &later, "\"%s\" is not available yet", later.key);
    }
    int status = scenario_closed(load, scenario, &root, root_keys);
    struct scenario_place at = scenario_at_key(&root, "$schema");
    const json_t *schema = json_object_get(scenario, "$schema");
    const char *string;
    return status == 0 && schema ? scenario_string(load, schema, &at, true, &string) : status;
}

/* The scenario with the suite's `server` under its own, key by key. A new reference. */
static json_t *with_defaults(const struct scenario_load *load)
{
    json_t *scenario = json_copy(load->source->root);
    const json_t *defaults =
        load->defaults ? json_object_get(load->defaults->root, "defaults") : NULL;
    const json_t *server = json_object_get(defaults, "server");
    json_t *own = json_object_get(scenario, "server");
    if (!scenario || !server || (own && !json_is_object(own))) {
        return scenario;
    }
    json_t *merged = json_copy((json_t *)server);
    if (!merged || (own && json_object_update(merged, own) != 0) ||
        json_object_set(scenario, "server", merged) != 0) {
        json_decref(scenario);
        scenario = NULL;
    }
    json_decref(merged);
    return scenario;
}

int scenario_load_source(struct suite *suite, const struct scenario_plugins *plugins,
                         const char *id, const struct scenario_source *source,
                         const struct scenario_source *defaults)
{
    struct scenario_load load = {.suite = suite,
                                 .plugins = plugins,
                                 .id = id,
                                 .source = source,
                                 .defaults = defaults,
                                 .blobs = json_object()};
    int status = load.blobs ? check_root(&load, source->root) : -ENOMEM;
    if (status == 0) {
        json_t *scenario = with_defaults(&load);
        status = scenario ? scenario_expand(&load, scenario, make_plan) : -ENOMEM;
        json_decref(scenario);
    }
    scenario_blobs_release(&load);
    return status;
}

int suite_load_text(const char *file, const char *id, const void *text, size_t size,
                    const struct scenario_plugins *plugins, struct suite *suite)
{
    struct scenario_source source;
    struct drill_error error;
    int status = scenario_source_parse(&source, file, text, size, &error);
    if (status == -EINVAL) {
        return scenario_add_error(suite, &error);
    }
    if (status == 0) {
        status = scenario_load_source(suite, plugins, id, &source, NULL);
        scenario_source_fini(&source);
    }
    return status;
}
