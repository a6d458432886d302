/* SPDX-License-Identifier: MIT */
/* Every shipped scenario without kernel-only features goes through a tape and comes back. */
#include "tape_fixture.h"

#include "plugin_catalog.h"
#include "tape_convert.h"
#include "tape_scenario.h"

static struct plugin_catalog *catalog;
static struct scenario_plugins plugins;

static int set_up(void **state)
{
    (void)state;
    catalog = plugin_catalog_new(DRILL_PLUGINS ":" DRILL_TEST_PLUGINS);
    plugins = (struct scenario_plugins){.owner = catalog, .find = plugin_catalog_find};
    return catalog ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    plugin_catalog_free(catalog);
    return 0;
}

static struct tape_plugin plugin_of(const struct plan *plan)
{
    const struct plugin_info *info = NULL;
    struct drill_error error;
    assert_int_equal(plugin_catalog_find(catalog, plan->server.plugin_path, "/", &info, &error), 0);
    return tape_plugin_of_info(info);
}

static void check_events(const struct plan *plan, const struct tape_plugin *plugin)
{
    struct bytes events;
    struct tape_limits limits;
    bytes_init(&events, (size_t)1 << 28);
    assert_int_equal(tape_encode(plan, plugin, &events), 0);
    tape_limits_measure(events.data, events.size, &limits);
    struct tape *tape = tape_new(TAPE_WHOLE, plugin, &limits);
    assert_non_null(tape);
    const char *what = tape_equal(plan, tape_decode(tape, events.data, events.size), 0);
    if (what) {
        fail_msg("%s: through a tape %s differs", plan->id, what);
    }
    tape_free(tape);
    bytes_fini(&events);
}

/* To a scenario and back: the same plan, and the same bytes of tape again. */
static void check_text(const struct plan *plan, const struct tape_plugin *plugin,
                       const struct tape_file *file, unsigned flags)
{
    struct bytes text, before, after;
    struct drill_error error = {0};
    uint64_t seed;
    bytes_init(&text, (size_t)1 << 28);
    bytes_init(&before, (size_t)1 << 28);
    bytes_init(&after, (size_t)1 << 28);
    int status = tape_to_scenario(file, plugin, &plugins, plan->file, &text, &seed, &error);
    if (status != 0) {
        fail_msg("%s: %s", plan->id, error.sentence);
    }
    struct suite suite = {0};
    status = suite_load_text(plan->file, plan->id, text.data, text.size, &plugins, &suite);
    assert_int_equal(status, 0);
    const char *what = tape_equal(plan, suite.plans[0], flags);
    if (what) {
        fail_msg("%s: as a scenario %s differs\n%.*s", plan->id, what, (int)text.size,
                 (const char *)text.data);
    }
    if (!(flags & TAPE_EQUAL_FLAT)) {
        assert_int_equal(tape_encode(plan, plugin, &before), 0);
        assert_int_equal(tape_encode(suite.plans[0], plugin, &after), 0);
        assert_int_equal(before.size, after.size);
        assert_memory_equal(before.data, after.data, before.size);
    }
    suite_free(&suite);
    bytes_fini(&text);
    bytes_fini(&before);
    bytes_fini(&after);
}

static void check_file(const struct plan *plan, const struct tape_plugin *plugin)
{
    struct bytes written;
    struct tape_file file;
    struct drill_error error = {0};
    bytes_init(&written, (size_t)1 << 28);
    assert_int_equal(tape_from_plan(plan, plugin, false, &written), 0);
    int status = tape_file_read(written.data, written.size, &file, &error);
    if (status != 0) {
        fail_msg("%s: %s", plan->id, error.sentence);
    }
    assert_non_null(file.spelling);
    check_text(plan, plugin, &file, TAPE_EQUAL_NAMES);
    /* Without a spelling the scenario is made of the plan, without names it has others. */
    file.spelling = NULL;
    check_text(plan, plugin, &file, TAPE_EQUAL_NAMES | TAPE_EQUAL_FLAT);
    file.client_count = 0;
    check_text(plan, plugin, &file, TAPE_EQUAL_FLAT);
    tape_file_fini(&file);
    bytes_fini(&written);
}

static size_t check_suite(const char *folder)
{
    const char *paths[] = {folder};
    struct suite suite;
    size_t count = 0;
    int status = suite_load_spelled(paths, 1, &plugins, &suite);
    if (status != 0) {
        fail_msg("%s: %s", suite.errors[0].file, suite.errors[0].sentence);
    }
    for (size_t i = 0; i < suite.plan_count; i++) {
        struct tape_plugin plugin = plugin_of(suite.plans[i]);
        check_events(suite.plans[i], &plugin);
        check_file(suite.plans[i], &plugin);
        count++;
    }
    suite_free(&suite);
    return count;
}

static void the_shipped_suite_goes_through_tapes_without_loss(void **state)
{
    (void)state;
    assert_true(check_suite(DRILL_SOURCE_DIR "/scenarios") > 100);
}

static void the_drills_go_through_tapes_without_loss(void **state)
{
    (void)state;
    assert_true(check_suite(DRILL_SOURCE_DIR "/tests/drills/passing") > 0);
    assert_true(check_suite(DRILL_SOURCE_DIR "/tests/drills/failing") > 0);
    assert_true(check_suite(DRILL_SOURCE_DIR "/tests/drills/sticky") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_suite_goes_through_tapes_without_loss),
        cmocka_unit_test(the_drills_go_through_tapes_without_loss),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
