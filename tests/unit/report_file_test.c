/* SPDX-License-Identifier: MIT */
/* Reports on the disk: order, interruption, full disks, odd places to write to. */
#include "report_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "json_text.h"
#include "report.h"

static struct report *open_report(struct report_fixture *fixture)
{
    struct report *report = NULL;
    int status = report_open(fixture->path, "A suite", fixture->plans, FIXTURE_PLANS, &report,
                             &fixture->error);
    assert_int_equal(status, 0);
    assert_non_null(report);
    return report;
}

/* Every verdict once, then passes. */
static void add(struct report_fixture *fixture, struct report *report, uint32_t index)
{
    struct result result;
    fixture_result(&result, index, fixture->plans[index]);
    if (index > 0 && index < VERDICT_COUNT) {
        fixture_fail(&result, (enum verdict)index, "expected", "actual");
    }
    assert_int_equal(report_add(report, &result, &fixture->error), 0);
    result_fini(&result);
}

/* The whole report of results that finished in this order. */
static char *report_of(struct report_fixture *fixture, const uint32_t order[FIXTURE_PLANS],
                       size_t *size)
{
    struct report *report = open_report(fixture);
    for (size_t i = 0; i < FIXTURE_PLANS; i++) {
        add(fixture, report, order[i]);
    }
    struct report_summary summary;
    assert_int_equal(report_close(report, true, &summary, &fixture->error), 0);
    assert_int_equal(summary.total, FIXTURE_PLANS);
    assert_true(summary.complete);
    return fixture_read(fixture->path, size);
}

static void the_order_of_finishing_leaves_no_trace(void **state)
{
    struct report_fixture *fixture = *state;
    static const uint32_t orders[][FIXTURE_PLANS] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
        {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
        {5, 0, 11, 3, 8, 1, 10, 2, 9, 4, 7, 6},
    };
    size_t size;
    char *first = report_of(fixture, orders[0], &size);
    for (size_t i = 1; i < sizeof(orders) / sizeof(orders[0]); i++) {
        size_t other_size;
        char *other = report_of(fixture, orders[i], &other_size);
        assert_int_equal(size, other_size);
        assert_memory_equal(first, other, size);
        free(other);
    }
    assert_int_equal(first[size - 1], '\n');
    assert_false(fixture_exists(fixture->partial));
    free(first);
}

/* Looks at a report that may be partial: it parses, and counts what it holds. */
static void assert_report(const char *path, size_t count, bool complete)
{
    json_t *json = fixture_json(path);
    assert_int_equal(json_array_size(json_object_get(json, "results")), count);
    const json_t *summary = json_object_get(json, "summary");
    assert_int_equal(json_integer_value(json_object_get(summary, "total")), count);
    assert_int_equal(json_integer_value(json_object_get(summary, "planned")), FIXTURE_PLANS);
    assert_int_equal(json_is_true(json_object_get(json, "complete")), complete);
    assert_string_equal(json_string_value(json_object_get(json, "title")), "A suite");
    json_decref(json);
}

static void after_each_result_the_partial_report_is_whole(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = open_report(fixture);
    assert_report(fixture->partial, 0, false);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        add(fixture, report, FIXTURE_PLANS - 1 - i);
        assert_report(fixture->partial, i + 1, false);
        assert_false(fixture_exists(fixture->path));
    }
    assert_int_equal(report_close(report, true, NULL, &fixture->error), 0);
    assert_report(fixture->path, FIXTURE_PLANS, true);
}

static void an_interrupted_run_keeps_what_had_finished(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = open_report(fixture);
    add(fixture, report, 7);
    add(fixture, report, 2);
    struct report_summary summary;
    assert_int_equal(report_close(report, false, &summary, &fixture->error), 0);
    assert_int_equal(summary.total, 2);
    assert_false(summary.complete);
    assert_report(fixture->path, 2, false);
    json_t *json = fixture_json(fixture->path);
    const json_t *first = json_array_get(json_object_get(json, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "id")), fixture->ids[2]);
    json_decref(json);
}

/* The child dies between two results, as `kill -9` makes it; and the next run begins anew. */
static void a_killed_run_leaves_a_readable_partial_report(void **state)
{
    struct report_fixture *fixture = *state;
    fixture_write(fixture->path, "an older report\n");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct report *report = open_report(fixture);
        for (uint32_t i = 0; i < 5; i++) {
            add(fixture, report, i);
        }
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_report(fixture->partial, 5, false);
    size_t size;
    char *older = fixture_read(fixture->path, &size);
    assert_string_equal(older, "an older report\n");
    free(older);

    struct report *report = open_report(fixture);
    assert_report(fixture->partial, 0, false);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    assert_false(fixture_exists(fixture->partial));
}

enum { MANY = 500, ROUNDS = 20 };

/* Adds large results as fast as it can and says so after each; never returns. */
static void add_until_killed(const char *path, struct plan *const *plans, int said)
{
    struct report *report = NULL;
    if (report_open(path, "A suite", plans, MANY, &report, NULL) != 0) {
        _exit(1);
    }
    char payload[4096] = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        struct result result;
        fixture_result_bytes(&result, i, plans[i], payload, sizeof(payload), payload,
                             sizeof(payload));
        if (report_add(report, &result, NULL) != 0 || write(said, "+", 1) != 1) {
            _exit(1);
        }
        result_fini(&result);
    }
    _exit(0);
}

/* What was said to be added is there, wherever in the next addition the signal struck. */
static void a_report_is_whole_at_whatever_moment_it_is_killed(void **state)
{
    struct report_fixture *fixture = *state;
    struct plan *plans[MANY];
    for (size_t i = 0; i < MANY; i++) {
        plans[i] = fixture->plans[0];
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            add_until_killed(fixture->path, plans, ends[1]);
        }
        close(ends[1]);
        size_t added = 0;
        char said;
        while (added < 3 + round && read(ends[0], &said, 1) == 1) {
            added++;
        }
        assert_int_equal(added, 3 + round);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ends[0]);
        json_t *json = fixture_json(fixture->partial);
        assert_true(json_array_size(json_object_get(json, "results")) >= added);
        json_decref(json);
    }
}

/* Lets files grow to `bytes` only: further writes fail with EFBIG, as a full disk's with ENOSPC. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void unlimit_files(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_is_an_error_and_the_partial_report_stays_whole(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = open_report(fixture);
    add(fixture, report, 0);
    add(fixture, report, 1);
    struct stat before, after;
    assert_int_equal(stat(fixture->partial, &before), 0);

    struct result result;
    fixture_result(&result, 2, fixture->plans[2]);
    limit_files((rlim_t)before.st_size + 100);
    int status = report_add(report, &result, &fixture->error);
    unlimit_files();
    assert_int_equal(status, -EFBIG);
    assert_non_null(strstr(fixture->error.sentence, fixture->partial));
    assert_non_null(strstr(fixture->error.sentence, "File too large"));
    assert_int_equal(stat(fixture->partial, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_report(fixture->partial, 2, false);

    /* Once there is room again nothing is lost. */
    assert_int_equal(report_add(report, &result, &fixture->error), 0);
    result_fini(&result);
    assert_report(fixture->partial, 3, false);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    assert_report(fixture->path, 3, false);
}

/* Without its hidden copy a journal is as on a file system that cannot exchange two names. */
static void where_names_cannot_be_exchanged_the_report_grows_in_place(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = open_report(fixture);
    add(fixture, report, 5);
    add(fixture, report, 4);
    char spare[160];
    snprintf(spare, sizeof(spare), "%s.spare", fixture->partial);
    assert_int_equal(unlink(spare), 0);
    for (uint32_t i = 0; i < 3; i++) {
        add(fixture, report, i);
        assert_report(fixture->partial, 3 + i, false);
    }
    assert_false(fixture_exists(spare));

    struct stat before;
    assert_int_equal(stat(fixture->partial, &before), 0);
    struct result result;
    fixture_result(&result, 3, fixture->plans[3]);
    limit_files((rlim_t)before.st_size + 100);
    int status = report_add(report, &result, &fixture->error);
    unlimit_files();
    assert_int_equal(status, -EFBIG);
    assert_report(fixture->partial, 5, false);
    assert_int_equal(report_add(report, &result, &fixture->error), 0);
    result_fini(&result);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    assert_report(fixture->path, 6, false);
    assert_false(fixture_exists(fixture->partial));
}

static void a_disk_that_fills_at_the_end_leaves_the_partial_and_the_older_report(void **state)
{
    struct report_fixture *fixture = *state;
    fixture_write(fixture->path, "an older report\n");
    struct report *report = open_report(fixture);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        add(fixture, report, i);
    }
    limit_files(1000);
    int status = report_close(report, true, NULL, &fixture->error);
    unlimit_files();
    assert_int_equal(status, -EFBIG);
    assert_non_null(strstr(fixture->error.sentence, "what had finished is in"));
    assert_non_null(strstr(fixture->error.sentence, fixture->partial));
    assert_report(fixture->partial, FIXTURE_PLANS, false);
    size_t size;
    char *older = fixture_read(fixture->path, &size);
    assert_string_equal(older, "an older report\n");
    free(older);
}

static void dev_full_is_an_error(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = NULL;
    int status =
        report_open("/dev/full", NULL, fixture->plans, FIXTURE_PLANS, &report, &fixture->error);
    assert_int_equal(status, 0);
    add(fixture, report, 3);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), -ENOSPC);
    assert_string_equal(fixture->error.sentence,
                        "cannot write the report to \"/dev/full\": No space left on device");
    assert_false(fixture_exists("/dev/full.partial"));
}

static void a_pipe_gets_the_finished_report(void **state)
{
    struct report_fixture *fixture = *state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    char path[64];
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
    struct report *report = NULL;
    assert_int_equal(
        report_open(path, "A suite", fixture->plans, FIXTURE_PLANS, &report, &fixture->error), 0);
    add(fixture, report, 4);
    add(fixture, report, 0);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    close(ends[1]);
    FILE *reader = fdopen(ends[0], "rb");
    json_t *json = json_loadf(reader, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "results")), 2);
    json_decref(json);
    fclose(reader);
}

static void a_symbolic_link_stays_and_its_target_is_replaced(void **state)
{
    struct report_fixture *fixture = *state;
    char link[140];
    snprintf(link, sizeof(link), "%s/link.json", fixture->folder);
    fixture_write(fixture->path, "an older report\n");
    assert_int_equal(symlink("report.json", link), 0);
    struct report *report = NULL;
    assert_int_equal(
        report_open(link, "A suite", fixture->plans, FIXTURE_PLANS, &report, &fixture->error), 0);
    add(fixture, report, 4);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    struct stat status;
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_report(fixture->path, 1, false);
}

static void two_runs_at_once_do_not_mix(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *one = open_report(fixture);
    add(fixture, one, 0);
    struct report *other = open_report(fixture);
    add(fixture, one, 1);
    add(fixture, other, 5);
    add(fixture, one, 2);
    assert_int_equal(report_close(other, false, NULL, &fixture->error), 0);
    assert_report(fixture->path, 1, false);
    assert_int_equal(report_close(one, false, NULL, &fixture->error), 0);
    assert_report(fixture->path, 3, false);
}

static void places_that_cannot_be_written_are_refused_before_the_run(void **state)
{
    struct report_fixture *fixture = *state;
    char missing[160], folder[160];
    snprintf(missing, sizeof(missing), "%s/no/report.json", fixture->folder);
    snprintf(folder, sizeof(folder), "%s", fixture->folder);
    const struct {
        const char *path, *words;
        int status;
    } cases[] = {{missing, "its folder does not exist", -ENOENT},
                 {folder, "Is a directory", -EISDIR},
                 {"/dev/null/report.json", "Not a directory", -ENOTDIR},
                 {"", "Invalid argument", -EINVAL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct report *report = NULL;
        char quoted[200];
        snprintf(quoted, sizeof(quoted), "cannot write the report to \"%s\": %s", cases[i].path,
                 cases[i].words);
        assert_int_equal(report_open(cases[i].path, NULL, fixture->plans, FIXTURE_PLANS, &report,
                                     &fixture->error),
                         cases[i].status);
        assert_string_equal(fixture->error.sentence, quoted);
        assert_null(report);
    }
}

static void without_a_path_there_is_only_the_summary(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = NULL;
    assert_int_equal(
        report_open(NULL, NULL, fixture->plans, FIXTURE_PLANS, &report, &fixture->error), 0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        add(fixture, report, i);
    }
    struct report_summary summary;
    assert_int_equal(report_close(report, true, &summary, &fixture->error), 0);
    assert_int_equal(summary.counts[VERDICT_PASS], 1 + FIXTURE_PLANS - VERDICT_COUNT);
    for (int i = 1; i < VERDICT_COUNT; i++) {
        assert_int_equal(summary.counts[i], 1);
    }
    assert_int_equal(summary.planned, FIXTURE_PLANS);
}

/* The document in memory is the file's, byte for byte; it is there without a file, and when the
 * disk is full. */
static void the_finished_report_is_to_be_had_in_memory(void **state)
{
    struct report_fixture *fixture = *state;
    static const uint32_t order[] = {5, 0, 11, 3};
    const char *const paths[] = {fixture->path, NULL, "/dev/full"};
    struct bytes documents[3];
    for (size_t i = 0; i < 3; i++) {
        struct report *report = NULL;
        bytes_init(&documents[i], SIZE_MAX);
        assert_int_equal(
            report_open(paths[i], "A suite", fixture->plans, FIXTURE_PLANS, &report, NULL), 0);
        assert_int_equal(report_keep(report, &documents[i], &fixture->error), 0);
        for (size_t k = 0; k < 4; k++) {
            add(fixture, report, order[k]);
        }
        assert_int_equal(documents[i].size, 0);
        assert_int_equal(report_close(report, false, NULL, &fixture->error), i < 2 ? 0 : -ENOSPC);
    }
    size_t size;
    char *written = fixture_read(fixture->path, &size);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(documents[i].size, size);
        assert_memory_equal(documents[i].data, written, size);
        bytes_fini(&documents[i]);
    }
    free(written);
}

static void hostile_titles_keep_the_report_readable(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = NULL;
    assert_int_equal(report_open(fixture->path, "\"}\\\n\x01\xff", fixture->plans, FIXTURE_PLANS,
                                 &report, &fixture->error),
                     0);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    json_t *json = fixture_json(fixture->path);
    assert_string_equal(json_string_value(json_object_get(json, "title")),
                        "\"}\\\n\x01\xef\xbf\xbd");
    json_decref(json);
}

static void a_report_without_scenarios_is_whole(void **state)
{
    struct report_fixture *fixture = *state;
    struct report *report = NULL;
    assert_int_equal(report_open(fixture->path, NULL, fixture->plans, 0, &report, &fixture->error),
                     0);
    assert_int_equal(report_close(report, true, NULL, &fixture->error), 0);
    json_t *json = fixture_json(fixture->path);
    assert_int_equal(json_array_size(json_object_get(json, "results")), 0);
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_order_of_finishing_leaves_no_trace),
        TEST(after_each_result_the_partial_report_is_whole),
        TEST(an_interrupted_run_keeps_what_had_finished),
        TEST(a_killed_run_leaves_a_readable_partial_report),
        TEST(a_report_is_whole_at_whatever_moment_it_is_killed),
        TEST(a_full_disk_is_an_error_and_the_partial_report_stays_whole),
        TEST(where_names_cannot_be_exchanged_the_report_grows_in_place),
        TEST(a_disk_that_fills_at_the_end_leaves_the_partial_and_the_older_report),
        TEST(dev_full_is_an_error),
        TEST(a_pipe_gets_the_finished_report),
        TEST(a_symbolic_link_stays_and_its_target_is_replaced),
        TEST(two_runs_at_once_do_not_mix),
        TEST(places_that_cannot_be_written_are_refused_before_the_run),
        TEST(without_a_path_there_is_only_the_summary),
        TEST(the_finished_report_is_to_be_had_in_memory),
        TEST(hostile_titles_keep_the_report_readable),
        TEST(a_report_without_scenarios_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
