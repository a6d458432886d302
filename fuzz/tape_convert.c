/* SPDX-License-Identifier: MIT */
#include "tape_convert.h"

#include <errno.h>
#include <string.h>

#include "tape_equal.h"
#include "tape_scenario.h"

int tape_from_plan(const struct plan *plan, const struct tape_plugin *plugin, bool bare,
                   struct bytes *out)
{
    struct bytes events;
    if (bare) {
        return tape_encode(plan, plugin, out);
    }
    bytes_init(&events, TAPE_FILE_BYTES_MAX);
    int status = tape_encode(plan, plugin, &events);
    struct tape_file file = {
        .use = TAPE_WHOLE,
        .plugin = plan->server.plugin,
        .events = events.data,
        .event_bytes = events.size,
        .title = plan->title,
        .tags = plan->tags,
        .tag_count = plan->tag_count,
        .clients = plan->clients,
        .client_count = plan->client_count,
        .spelling = plan->spelling,
    };
    if (status == 0) {
        status = tape_file_write(&file, out);
    }
    bytes_fini(&events);
    return status;
}

struct tape *tape_of_file(const struct tape_file *file, const struct tape_plugin *plugin)
{
    struct tape_limits limits;
    if (file->use == TAPE_EXPLORE) {
        return tape_new(TAPE_EXPLORE, plugin, NULL);
    }
    tape_limits_measure(file->events, file->event_bytes, &limits);
    return tape_new(TAPE_WHOLE, plugin, &limits);
}

/* Whether two plans have the same events: 1 or 0, or -errno. */
static int same_events(const struct plan *a, const struct plan *b, const struct tape_plugin *plugin)
{
    struct bytes mine, theirs;
    bytes_init(&mine, TAPE_FILE_BYTES_MAX);
    bytes_init(&theirs, TAPE_FILE_BYTES_MAX);
    int status = tape_encode(a, plugin, &mine);
    if (status == 0) {
        status = tape_encode(b, plugin, &theirs);
    }
    if (status == 0) {
        status = mine.size == theirs.size &&
                 (mine.size == 0 || memcmp(mine.data, theirs.data, mine.size) == 0);
    }
    bytes_fini(&mine);
    bytes_fini(&theirs);
    return status;
}

/* A plan of this text; NULL when it does not load, with the first reason in `error`. */
static const struct plan *load(struct suite *suite, const char *path, const void *text, size_t size,
                               const struct scenario_plugins *plugins, struct drill_error *error)
{
    *suite = (struct suite){0};
    int status = suite_load_text(path, "tape", text, size, plugins, suite);
    if (suite->error_count > 0 && error) {
        *error = suite->errors[0];
    }
    return status == 0 && suite->plan_count == 1 ? suite->plans[0] : NULL;
}

/* 1 when the spelling says what the tape says. A seed is not part of it. */
static int spelling_holds(const struct tape_file *file, const struct plan *plan,
                          const struct tape_plugin *plugin, const struct scenario_plugins *plugins,
                          const char *path)
{
    struct suite suite;
    if (!file->spelling) {
        return 0;
    }
    const struct plan *loaded =
        load(&suite, path, file->spelling, strlen(file->spelling), plugins, NULL);
    int status = loaded && loaded->server.value_count == plugin->option_count &&
                         loaded->server.value_count == plan->server.value_count
                     ? same_events(loaded, plan, plugin)
                     : 0;
    suite_free(&suite);
    return status;
}

/* 0 when the text loads to the plan. */
static int check_made(const struct plan *plan, const struct bytes *text, size_t from,
                      const struct scenario_plugins *plugins, const char *path,
                      struct drill_error *error)
{
    struct suite suite;
    *error = (struct drill_error){0};
    const struct plan *loaded =
        load(&suite, path, text->data + from, text->size - from, plugins, error);
    int status = loaded ? 0 : -EINVAL;
    const char *what =
        loaded ? tape_equal(plan, loaded, TAPE_EQUAL_FLAT | TAPE_EQUAL_ENDING) : NULL;
    if (what) {
        status = drill_error_set(error, "the tape cannot be told as a scenario: %s differs", what);
    }
    suite_free(&suite);
    return status;
}

static int make(const struct plan *plan, const struct tape_plugin *plugin,
                const struct scenario_plugins *plugins, const char *path, struct bytes *text,
                struct drill_error *error)
{
    size_t from = text->size;
    int status = tape_scenario(plan, plugin, text);
    if (status == 0) {
        status = check_made(plan, text, from, plugins, path, error);
    }
    if (status != 0) {
        text->size = from;
    }
    return status;
}

int tape_to_scenario(const struct tape_file *file, const struct tape_plugin *plugin,
                     const struct scenario_plugins *plugins, const char *path, struct bytes *text,
                     uint64_t *seed, struct drill_error *error)
{
    struct tape *tape = tape_of_file(file, plugin);
    struct plan plan, named;
    if (!tape) {
        return -ENOMEM;
    }
    plan = *tape_decode(tape, file->events, file->event_bytes);
    *seed = plan.seed;
    plan.seed = 1;
    plan.server.plugin = file->plugin;
    int status = spelling_holds(file, &plan, plugin, plugins, path);
    if (status == 1) {
        status = bytes_add(text, file->spelling, strlen(file->spelling));
        status = status == 0 ? bytes_add(text, "\n", 1) : status;
    } else if (status == 0) {
        tape_file_name(file, &plan, &named);
        status = make(&named, plugin, plugins, path, text, error);
        if (status == -EINVAL) {
            /* The names may be what is wrong: they came from the file. */
            status = make(&plan, plugin, plugins, path, text, error);
        }
    }
    tape_free(tape);
    return status;
}
