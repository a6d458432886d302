/* SPDX-License-Identifier: MIT */
/* From paths to scenarios: roots, ids, order, suite.json, and what is refused on the way. */
#include "scenario_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#define GOOD                                                                                       \
    "{\"server\": {\"plugin\": \"uppercase\"}, \"steps\": [{\"connect\": {}}, {\"expect\": "       \
    "\"x\"}]}"
#define BARE "{\"steps\": [{\"connect\": {}}, {\"expect\": \"x\"}]}"

static char folder[64];

/* Each test works in a fresh folder, which is the current one. */
static int enter(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/scenario-suite-XXXXXX");
    return !mkdtemp(folder) || chdir(folder) != 0;
}

static int leave(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof(command), "chmod -R u+rwx '%s' && rm -r '%s'", folder, folder);
    return chdir("/") != 0 || system(command) != 0;
}

static void put(const char *path, const char *text)
{
    char copy[256];
    snprintf(copy, sizeof(copy), "%s", path);
    for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(copy, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static int load(struct suite *suite, const char *path, const char *another)
{
    const char *paths[] = {path, another};
    return suite_load(paths, another ? 2 : 1, &fixture_finder, suite);
}

/* The ids, joined by blanks, of everything at the paths. */
static void assert_ids(const char *path, const char *another, const char *ids)
{
    struct suite suite;
    char text[4096] = "";
    if (load(&suite, path, another) != 0) {
        drill_error_text(&suite.errors[0], text, sizeof(text));
        fail_msg("refused: %s", text);
    }
    size_t used = 0;
    for (size_t i = 0; i < suite.plan_count; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
                                 suite.plans[i]->id);
        assert_true(used < sizeof(text));
    }
    assert_string_equal(text, ids);
    suite_free(&suite);
}

static void assert_refused(const char *path, const char *another, const char *words)
{
    struct suite suite;
    char text[4096] = "";
    assert_int_equal(load(&suite, path, another), -EINVAL);
    assert_true(suite.error_count > 0);
    drill_error_text(&suite.errors[0], text, sizeof(text));
    assert_string_equal(text, words);
    suite_free(&suite);
}

static void ids_are_paths_below_the_folder_given(void **state)
{
    (void)state;
    put("s/tcp/half-close.json", GOOD);
    put("s/tcp/a.json", GOOD);
    put("s/tcp.json", GOOD);
    put("s/B.json", GOOD);
    put("s/notes.txt", "no scenario");
    put("s/other.schema.json", "no scenario");
    put("s/.hidden.json", "no scenario");
    put("s/.git/config.json", "no scenario");
    assert_ids("s", NULL, "B tcp tcp/a tcp/half-close");
    assert_ids("s/", NULL, "B tcp tcp/a tcp/half-close");
    assert_ids("./s//", NULL, "B tcp tcp/a tcp/half-close");
    assert_ids("s/tcp", NULL, "a half-close");
    assert_ids("s/tcp/half-close.json", NULL, "half-close");
    assert_int_equal(chdir("s/tcp"), 0);
    assert_ids(".", NULL, "a half-close");
    assert_ids("a.json", NULL, "a");
    assert_ids("..", NULL, "B tcp tcp/a tcp/half-close");
}

static void the_nearest_suite_json_above_is_the_root(void **state)
{
    (void)state;
    put("s/suite.json", "{\"title\": \"Outer\"}");
    put("s/tcp/deep/a.json", GOOD);
    put("s/inner/suite.json", "{\"title\": \"Inner\"}");
    put("s/inner/udp/b.json", GOOD);
    assert_ids("s", NULL, "tcp/deep/a udp/b");
    assert_ids("s/tcp", NULL, "tcp/deep/a");
    assert_ids("s/tcp/deep/a.json", NULL, "tcp/deep/a");
    assert_ids("s/inner/udp", NULL, "udp/b");
    assert_int_equal(chdir("s/tcp/deep"), 0);
    assert_ids("a.json", NULL, "tcp/deep/a");
    assert_ids(".", NULL, "tcp/deep/a");
    assert_ids("../..", NULL, "tcp/deep/a udp/b");
}

static void the_title_is_that_of_the_first_root(void **state)
{
    (void)state;
    struct suite suite;
    put("s/suite.json", "{\"title\": \"Outer\"}");
    put("s/a.json", GOOD);
    put("t/b.json", GOOD);
    assert_int_equal(load(&suite, "s/a.json", "t"), 0);
    assert_string_equal(suite.title, "Outer");
    suite_free(&suite);
    assert_int_equal(load(&suite, "t", "s"), 0);
    assert_null(suite.title);
    suite_free(&suite);
}

static void defaults_lie_under_the_server_key_by_key(void **state)
{
    (void)state;
    struct suite suite;
    put("s/suite.json", "{\"$schema\": \"x\", \"defaults\": {\"server\": {\"plugin\": \"typed\", "
                        "\"backlog\": 1, \"recv_buffer\": 7, \"options\": {\"depth\": 5}}}}");
    put("s/a.json", BARE);
    put("s/b.json", "{\"server\": {\"backlog\": 9, \"options\": {\"any\": 4}}, \"steps\": "
                    "[{\"connect\": {}}, {\"expect\": \"x\"}]}");
    assert_int_equal(load(&suite, "s", NULL), 0);
    assert_string_equal(suite.plans[0]->server.plugin, "typed");
    assert_int_equal(suite.plans[0]->server.backlog, 1);
    assert_int_equal(suite.plans[0]->server.values[0].integer, 5);
    assert_int_equal(suite.plans[1]->server.backlog, 9);
    assert_int_equal(suite.plans[1]->server.recv_buffer_bytes, 7);
    assert_int_equal(suite.plans[1]->server.values[0].integer, 3);
    assert_int_equal(suite.plans[1]->server.values[1].integer, 4);
    assert_string_equal(fixture_folder, "s");
    suite_free(&suite);
}

static void a_fault_in_the_defaults_is_told_where_it_stands(void **state)
{
    (void)state;
    put("s/suite.json", "{\"defaults\": {\"server\": {\n\"plugin\": \"upper\"}}}");
    put("s/a.json", BARE);
    assert_refused("s", NULL,
                   "s/suite.json:2:11: there is no plugin \"upper\" among uppercase, ack-ok and "
                   "typed (at /defaults/server/plugin)");
    put("s/suite.json", "{\"defaults\": {\"server\": {\"bocklag\": 5}}}");
    assert_refused("s/a.json", NULL,
                   "s/suite.json:1:26: unknown key \"bocklag\" in \"server\"; did you mean "
                   "\"backlog\"? (at /defaults/server)");
    put("s/suite.json", "{\"defaults\": {\"server\": {\"backlog\": -5}}}");
    assert_refused("s", NULL,
                   "s/suite.json:1:37: \"backlog\" must be an integer from 0 to 4096, not -5 (at "
                   "/defaults/server/backlog)");
    put("s/suite.json", "{\"default\": {}}");
    assert_refused("s", NULL,
                   "s/suite.json:1:2: unknown key \"default\" in this file; did you mean "
                   "\"defaults\"?");
    put("s/suite.json", "[]");
    assert_refused("s", NULL, "s/suite.json:1:1: a suite.json must be an object, not a list");
    put("s/suite.json", "{\"title\": 1}");
    assert_refused("s", NULL, "s/suite.json:1:11: \"title\" must be a string, not 1 (at /title)");
    put("s/suite.json", "{");
    assert_refused("s", NULL, "s/suite.json:1:2: the file ends in the middle");
}

/* The scenarios of a bad suite would only repeat what its suite.json did wrong. */
static void a_bad_suite_is_one_error(void **state)
{
    (void)state;
    struct suite suite;
    put("s/suite.json", "{\"defaults\": {\"server\": {\"backlog\": -5}}}");
    put("s/a.json", BARE);
    put("s/b.json", "nonsense");
    assert_int_equal(load(&suite, "s", NULL), -EINVAL);
    assert_int_equal(suite.error_count, 1);
    assert_int_equal(suite.plan_count, 0);
    suite_free(&suite);
}

static void defaults_may_mention_the_matrix(void **state)
{
    (void)state;
    put("s/suite.json",
        "{\"defaults\": {\"server\": {\"plugin\": \"uppercase\", \"backlog\": \"$n\"}}}");
    put("s/a.json", "{\"matrix\": {\"n\": [1, 2]}, \"steps\": [{\"connect\": {}}, {\"expect\": "
                    "\"x\"}]}");
    assert_ids("s", NULL, "a#n=1 a#n=2");
    put("s/b.json", BARE);
    assert_refused("s/b.json", NULL,
                   "s/suite.json:1:60: \"$n\" names nothing that is declared (a dollar is written "
                   "$$) (at /defaults/server/backlog)");
}

static void one_call_shows_the_errors_of_all_files_in_order(void **state)
{
    (void)state;
    struct suite suite;
    put("s/a.json", "[]");
    put("s/b.json", GOOD);
    put("s/c.json", "{\n\"steps\": []}");
    put("s/d.json", "{");
    assert_int_equal(load(&suite, "s", NULL), -EINVAL);
    assert_int_equal(suite.error_count, 3);
    assert_string_equal(suite.errors[0].file, "s/a.json");
    assert_string_equal(suite.errors[1].file, "s/c.json");
    assert_string_equal(suite.errors[2].file, "s/d.json");
    assert_int_equal(suite.plan_count, 1);
    suite_free(&suite);
}

static void paths_without_a_scenario_are_refused(void **state)
{
    (void)state;
    struct suite suite;
    put("empty/suite.json", "{}");
    put("empty/x.schema.json", "{}");
    put("empty/readme.txt", "");
    put("good/a.json", GOOD);
    assert_refused(
        "empty", NULL,
        "empty: holds no scenario: no file below it ends in .json, apart from suite.json "
        "and *.schema.json");
    assert_refused(
        "good", "empty",
        "empty: holds no scenario: no file below it ends in .json, apart from suite.json "
        "and *.schema.json");
    assert_refused("nowhere", NULL, "nowhere: cannot be found: No such file or directory");
    assert_refused("", NULL, "cannot be found: No such file or directory");
    assert_refused("good/a.json/b.json", NULL,
                   "good/a.json/b.json: cannot be found: Not a directory");
    assert_refused("empty/suite.json", NULL,
                   "empty/suite.json: describes a suite and is no scenario: give its folder");
    assert_refused("empty/readme.txt", NULL,
                   "empty/readme.txt: is no scenario: the name of one ends in .json, and not in "
                   ".schema.json");
    assert_refused("empty/x.schema.json", NULL,
                   "empty/x.schema.json: is no scenario: the name of one ends in .json, and not in "
                   ".schema.json");
    assert_int_equal(suite_load(NULL, 0, &fixture_finder, &suite), -EINVAL);
    suite_free(&suite);
}

static void what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    put("s/a.json", GOOD);
    assert_int_equal(mkfifo("s/b.json", 0600), 0);
    assert_refused("s", NULL, "s/b.json: is not a regular file");
    assert_refused("s/b.json", NULL, "s/b.json: is not a regular file");
    assert_int_equal(symlink("/dev/null", "s/c.json"), 0);
    assert_refused("s/c.json", NULL, "s/c.json: is not a regular file");
    assert_int_equal(mkfifo("s/suite.json", 0600), 0);
    assert_refused("s/a.json", NULL, "s/suite.json: is not a regular file");
}

static void a_file_of_more_than_16_mib_is_refused(void **state)
{
    (void)state;
    put("s/a.json", GOOD);
    assert_int_equal(truncate("s/a.json", (16 << 20) + 1), 0);
    assert_refused("s", NULL, "s/a.json: is larger than 16 MiB");
}

static void a_file_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    put("s/a.json", GOOD);
    put("s/locked/b.json", GOOD);
    assert_int_equal(chmod("s/a.json", 0), 0);
    assert_int_equal(chmod("s/locked", 0), 0);
    /* Root reads everything, so that this test is somebody else for a while. */
    bool root = geteuid() == 0;
    assert_int_equal(chmod(folder, 0755) + chmod("s", 0755), 0);
    assert_true(!root || seteuid(65534) == 0);
    struct suite suite, locked;
    const char *paths[] = {"s/a.json"};
    const char *locked_paths[] = {"s/locked"};
    suite_load(paths, 1, &fixture_finder, &suite);
    suite_load(locked_paths, 1, &fixture_finder, &locked);
    assert_true(!root || seteuid(0) == 0);
    assert_int_equal(suite.error_count, 1);
    assert_string_equal(suite.errors[0].sentence, "cannot be opened: Permission denied");
    assert_int_equal(locked.error_count, 1);
    assert_string_equal(locked.errors[0].sentence, "the folder cannot be read: Permission denied");
    suite_free(&suite);
    suite_free(&locked);
}

static void links_are_followed_but_not_in_circles(void **state)
{
    (void)state;
    put("s/real/a.json", GOOD);
    put("elsewhere/b.json", GOOD);
    assert_int_equal(symlink("../elsewhere", "s/link"), 0);
    assert_int_equal(symlink("real/a.json", "s/c.json"), 0);
    assert_int_equal(symlink("nowhere", "s/dangling"), 0);
    assert_ids("s", NULL, "c link/b real/a");
    assert_int_equal(symlink("nowhere.json", "s/gone.json"), 0);
    assert_refused("s", NULL, "s/gone.json: No such file or directory");
    assert_int_equal(unlink("s/gone.json"), 0);
    assert_int_equal(symlink("..", "s/real/up"), 0);
    assert_refused("s", NULL, "s/real/up: is a link back to a folder that it lies in");
    assert_int_equal(unlink("s/real/up"), 0);
    assert_int_equal(symlink("itself", "s/itself"), 0);
    assert_refused("s", NULL, "s/itself: is a symbolic link that leads back to itself");
}

static void two_scenarios_with_one_id_are_refused(void **state)
{
    (void)state;
    put("s/a.json", GOOD);
    put("t/a.json", GOOD);
    assert_refused("s", "t", "t/a.json: has the id \"a\", and so has s/a.json: rename one of them");
    put("s/inner/suite.json", "{}");
    put("s/inner/a.json", GOOD);
    assert_refused("s", NULL,
                   "s/inner/a.json: has the id \"a\", and so has s/a.json: rename one of them");
    put("u/m.json",
        "{\"matrix\": {\"n\": [1]}, \"server\": {\"plugin\": \"uppercase\"}, \"steps\": "
        "[{\"connect\": {}}, {\"expect\": \"x\"}]}");
    put("u/m#n=1.json", GOOD);
    assert_refused("u", NULL,
                   "u/m#n=1.json: has the id \"m#n=1\", and so has u/m.json: rename one of them");
}

static void a_file_given_twice_is_loaded_once(void **state)
{
    (void)state;
    put("s/suite.json", "{}");
    put("s/tcp/a.json", GOOD);
    put("s/b.json", GOOD);
    assert_ids("s", "s/tcp/a.json", "b tcp/a");
    assert_ids("s/tcp", "s", "b tcp/a");
    assert_ids("s/b.json", "./s/../s/b.json", "b");
}

static void members_stay_in_their_order_among_sorted_ids(void **state)
{
    (void)state;
    put("s/b.json", "{\"matrix\": {\"n\": [10, 9, 1]}, \"server\": {\"plugin\": \"uppercase\"}, "
                    "\"steps\": [{\"connect\": {}}, {\"expect\": \"x\"}]}");
    put("s/a.json", GOOD);
    put("s/c.json", GOOD);
    assert_ids("s", NULL, "a b#n=10 b#n=9 b#n=1 c");
}

/* Of scenarios that are gone only the id is left. */
static void a_suite_knows_what_it_was_asked_for(void **state)
{
    (void)state;
    struct suite suite;
    put("s/suite.json", "{}");
    put("s/tcp/a.json", GOOD);
    put("s/many.json", GOOD);
    put("t/b.json", GOOD);
    assert_int_equal(load(&suite, "s/tcp/", "s/many.json"), 0);
    assert_true(suite_asks(&suite, "tcp/a"));
    assert_true(suite_asks(&suite, "tcp/deep/gone#n=1"));
    assert_true(suite_asks(&suite, "many"));
    assert_true(suite_asks(&suite, "many#n=1"));
    assert_false(suite_asks(&suite, "tcp"));
    assert_false(suite_asks(&suite, "tcpa"));
    assert_false(suite_asks(&suite, "many-more"));
    assert_false(suite_asks(&suite, "man"));
    assert_false(suite_asks(&suite, "udp/a"));
    suite_free(&suite);
    assert_int_equal(load(&suite, "s", NULL), 0);
    assert_true(suite_asks(&suite, "anything"));
    suite_free(&suite);
    assert_int_equal(load(&suite, "t", NULL), 0);
    assert_true(suite_asks(&suite, "anything"));
    suite_free(&suite);
}

static void names_that_no_id_can_have_are_refused(void **state)
{
    (void)state;
    struct suite suite;
    put("s/a\xff.json", GOOD);
    assert_int_equal(load(&suite, "s", NULL), -EINVAL);
    assert_non_null(strstr(suite.errors[0].sentence, "ids are UTF-8 without control characters"));
    suite_free(&suite);
    put("t/a\nb.json", GOOD);
    assert_int_equal(load(&suite, "t", NULL), -EINVAL);
    assert_non_null(strstr(suite.errors[0].sentence, "ids are UTF-8 without control characters"));
    suite_free(&suite);
    put("u/\xc3\xa9 x.json", GOOD);
    assert_ids("u", NULL, "\xc3\xa9 x");
}

static void very_deep_folders_are_refused(void **state)
{
    (void)state;
    char path[256] = "s";
    for (size_t i = 0; i < 70; i++) {
        memcpy(path + 1 + 2 * i, "/d", 2);
    }
    memcpy(path + 141, "/a.json", 8);
    put(path, GOOD);
    struct suite suite;
    assert_int_equal(load(&suite, "s", NULL), -EINVAL);
    assert_string_equal(suite.errors[0].sentence, "lies more than 64 folders deep");
    suite_free(&suite);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_are_paths_below_the_folder_given),
        TEST(the_nearest_suite_json_above_is_the_root),
        TEST(the_title_is_that_of_the_first_root),
        TEST(defaults_lie_under_the_server_key_by_key),
        TEST(a_fault_in_the_defaults_is_told_where_it_stands),
        TEST(a_bad_suite_is_one_error),
        TEST(defaults_may_mention_the_matrix),
        TEST(one_call_shows_the_errors_of_all_files_in_order),
        TEST(paths_without_a_scenario_are_refused),
        TEST(what_is_no_regular_file_is_refused),
        TEST(a_file_of_more_than_16_mib_is_refused),
        TEST(a_file_that_cannot_be_read_is_refused),
        TEST(links_are_followed_but_not_in_circles),
        TEST(two_scenarios_with_one_id_are_refused),
        TEST(a_file_given_twice_is_loaded_once),
        TEST(members_stay_in_their_order_among_sorted_ids),
        TEST(a_suite_knows_what_it_was_asked_for),
        TEST(names_that_no_id_can_have_are_refused),
        TEST(very_deep_folders_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
