/* SPDX-License-Identifier: MIT */
/* Plugins are found by name and described without being loaded here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugin_catalog.h"

#define BAD DRILL_TEST_PLUGINS "/bad"

static struct drill_error error;
static char folder[] = "/tmp/plugin_catalog_test.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int find(struct plugin_catalog *catalog, const char *name, const char *from,
                const struct plugin_info **info)
{
    memset(&error, 0, sizeof(error));
    return plugin_catalog_find(catalog, name, from, info, &error);
}

static void a_name_is_looked_for_in_the_folders_in_order(void **state)
{
    (void)state;
    const struct plugin_info *info;
    struct plugin_catalog *catalog =
        plugin_catalog_new("/nowhere::" DRILL_TEST_PLUGINS ":" DRILL_PLUGINS);
    assert_non_null(catalog);
    assert_int_equal(find(catalog, "greeter", NULL, &info), 0);
    assert_string_equal(info->name, "greeter");
    assert_string_equal(info->path, DRILL_TEST_PLUGINS "/greeter.so");
    assert_int_equal(find(catalog, "uppercase", NULL, &info), 0);
    assert_string_equal(info->path, DRILL_PLUGINS "/uppercase.so");
    assert_int_equal(info->option_count, 1);
    assert_string_equal(info->options[0].name, "quit");
    plugin_catalog_free(catalog);
}

static void a_description_is_made_once_and_stays(void **state)
{
    (void)state;
    const struct plugin_info *first;
    const struct plugin_info *again;
    struct plugin_catalog *catalog = plugin_catalog_new(DRILL_PLUGINS);
    assert_int_equal(find(catalog, "uppercase", NULL, &first), 0);
    assert_int_equal(find(catalog, "ack-ok", NULL, &again), 0);
    assert_int_equal(find(catalog, DRILL_PLUGINS "/uppercase.so", NULL, &again), 0);
    assert_ptr_equal(first, again);
    plugin_catalog_free(catalog);
}

static void a_path_starts_at_the_folder_it_is_written_in(void **state)
{
    (void)state;
    const struct plugin_info *info;
    struct plugin_catalog *catalog = plugin_catalog_new("");
    assert_int_equal(find(catalog, "./greeter.so", DRILL_TEST_PLUGINS, &info), 0);
    assert_int_equal(find(catalog, "../greeter.so", BAD, &info), 0);
    assert_int_equal(find(catalog, DRILL_TEST_PLUGINS "/greeter.so", "/nowhere", &info), 0);
    assert_int_equal(find(catalog, "./greeter.so", "/nowhere", &info), -ENOENT);
    assert_non_null(strstr(error.sentence, "/nowhere/./greeter.so"));
    plugin_catalog_free(catalog);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    const struct plugin_info *info;
    struct plugin_catalog *catalog = plugin_catalog_new(DRILL_PLUGINS ":/nowhere");
    assert_int_equal(find(catalog, "uppercas", NULL, &info), -ENOENT);
    assert_null(info);
    assert_string_equal(error.sentence,
                        "there is no plugin 'uppercas'; did you mean 'uppercase'? (looked "
                        "in " DRILL_PLUGINS ", /nowhere)");
    assert_int_equal(find(catalog, "quite-another", NULL, &info), -ENOENT);
    assert_string_equal(error.sentence,
                        "there is no plugin 'quite-another' (looked in " DRILL_PLUGINS
                        ", /nowhere)");
    plugin_catalog_free(catalog);
    catalog = plugin_catalog_new("");
    assert_int_equal(find(catalog, "uppercase", NULL, &info), -ENOENT);
    assert_string_equal(error.sentence,
                        "there is no plugin 'uppercase' (the plugin path is empty)");
    assert_int_equal(find(catalog, "", NULL, &info), -EINVAL);
    plugin_catalog_free(catalog);
}

static void a_plugin_that_misbehaves_while_loading_is_refused(void **state)
{
    (void)state;
    const struct plugin_info *info;
    struct plugin_catalog *catalog = plugin_catalog_new(BAD);
    assert_int_equal(find(catalog, "crash-on-load", NULL, &info), -ECHILD);
    assert_non_null(strstr(error.sentence, "loading '" BAD "/crash-on-load.so' crashed with SIG"));
    assert_int_equal(find(catalog, "exit-on-load", NULL, &info), -ECHILD);
    assert_non_null(strstr(error.sentence, "ended the process with status"));
    assert_true(find(catalog, "no-symbol", NULL, &info) < 0);
    assert_non_null(strstr(error.sentence, "no-symbol.so"));
    plugin_catalog_free(catalog);
}

static void a_plugin_that_hangs_while_loading_is_refused_once(void **state)
{
    (void)state;
    const struct plugin_info *info;
    struct plugin_catalog *catalog = plugin_catalog_new(BAD);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(find(catalog, "hang-on-load", NULL, &info), -ECHILD);
        assert_string_equal(error.sentence,
                            "loading '" BAD "/hang-on-load.so' did not return within 5000 ms");
    }
    plugin_catalog_free(catalog);
}

static void what_has_the_name_but_is_no_file_is_refused(void **state)
{
    (void)state;
    const struct plugin_info *info;
    char path[200];
    snprintf(path, sizeof(path), "%s/thing.so", folder);
    struct plugin_catalog *catalog = plugin_catalog_new(folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(find(catalog, "thing", NULL, &info), -EISDIR);
    assert_int_equal(rmdir(path), 0);
    plugin_catalog_free(catalog);
    catalog = plugin_catalog_new(folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(find(catalog, "thing", NULL, &info) < 0);
    assert_non_null(strstr(error.sentence, "FIFO"));
    assert_int_equal(unlink(path), 0);
    plugin_catalog_free(catalog);
    catalog = plugin_catalog_new(folder);
    assert_int_equal(symlink("/nowhere/at-all.so", path), 0);
    assert_int_equal(find(catalog, "thing", NULL, &info), -ENOENT);
    assert_non_null(strstr(error.sentence, "thing.so"));
    assert_int_equal(unlink(path), 0);
    plugin_catalog_free(catalog);
}

struct visits {
    char last[256];
    unsigned good, bad;
    bool ordered;
    bool shipped_uppercase;
};

static void visit(void *owner, const struct plugin_info *info, const struct drill_error *why)
{
    struct visits *visits = owner;
    if (!info) {
        assert_true(strlen(why->sentence) > 0);
        visits->bad++;
        return;
    }
    assert_null(why);
    const char *name = strrchr(info->path, '/');
    visits->ordered = visits->ordered && strcmp(visits->last, name) < 0;
    snprintf(visits->last, sizeof(visits->last), "%s", name);
    visits->shipped_uppercase |= strcmp(info->path, DRILL_PLUGINS "/uppercase.so") == 0;
    visits->good++;
}

static void every_plugin_is_visited_in_order_and_the_first_of_a_name_wins(void **state)
{
    (void)state;
    char copy[200];
    snprintf(copy, sizeof(copy), "%s/uppercase.so", folder);
    assert_int_equal(symlink(DRILL_TEST_PLUGINS "/greeter.so", copy), 0);
    char path[600];
    snprintf(path, sizeof(path), "/nowhere:%s:%s:%s", DRILL_PLUGINS, DRILL_TEST_PLUGINS, folder);
    struct visits visits = {.ordered = true};
    struct plugin_catalog *catalog = plugin_catalog_new(path);
    assert_int_equal(plugin_catalog_each(catalog, visit, &visits), 0);
    assert_true(visits.ordered);
    assert_true(visits.shipped_uppercase);
    assert_true(visits.good > 10);
    assert_int_equal(visits.bad, 0);
    plugin_catalog_free(catalog);
    assert_int_equal(unlink(copy), 0);
}

static void a_plugin_that_cannot_be_loaded_is_visited_with_its_error(void **state)
{
    (void)state;
    char copy[200];
    snprintf(copy, sizeof(copy), "%s/broken.so", folder);
    assert_int_equal(symlink(BAD "/no-symbol.so", copy), 0);
    struct visits visits = {.ordered = true};
    struct plugin_catalog *catalog = plugin_catalog_new(folder);
    assert_int_equal(plugin_catalog_each(catalog, visit, &visits), 0);
    assert_int_equal(visits.good, 0);
    assert_int_equal(visits.bad, 1);
    plugin_catalog_free(catalog);
    assert_int_equal(unlink(copy), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_looked_for_in_the_folders_in_order),
        cmocka_unit_test(a_description_is_made_once_and_stays),
        cmocka_unit_test(a_path_starts_at_the_folder_it_is_written_in),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_nearest),
        cmocka_unit_test(a_plugin_that_misbehaves_while_loading_is_refused),
        cmocka_unit_test(a_plugin_that_hangs_while_loading_is_refused_once),
        cmocka_unit_test(what_has_the_name_but_is_no_file_is_refused),
        cmocka_unit_test(every_plugin_is_visited_in_order_and_the_first_of_a_name_wins),
        cmocka_unit_test(a_plugin_that_cannot_be_loaded_is_visited_with_its_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
