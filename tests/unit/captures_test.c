/* SPDX-License-Identifier: MIT */
/* Where captures lie: names made of ids, and what is refused before anything runs. */
#include <errno.h>
#include <ftw.h>
#include <limits.h>

#include "report_fixture.h"

#include "captures.h"

#define PLANS 4

struct fixture {
    char base[64], folder[96];
    struct plan stored[PLANS];
    struct plan *plans[PLANS];
    size_t count;
    struct captures *captures;
    struct drill_error error;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *base = getenv("TMPDIR");
    snprintf(fixture->base, sizeof(fixture->base), "%.40s/drill-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(fixture->base)) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->folder, sizeof(fixture->folder), "%s/a/b", fixture->base);
    *state = fixture;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    int status = nftw(fixture->base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return status;
}

static void add(struct fixture *fixture, const char *id, uint32_t worlds)
{
    struct plan *plan = &fixture->stored[fixture->count];
    fixture_plan(plan, id);
    plan->worlds = worlds;
    fixture->plans[fixture->count++] = plan;
}

static int open_captures(struct fixture *fixture, enum plan_world worlds)
{
    return captures_open(fixture->folder, fixture->plans, fixture->count, worlds,
                         &fixture->captures, &fixture->error);
}

/* Writes captures of empty traces for all plans and closes. */
static void write_all(struct fixture *fixture, enum verdict verdict)
{
    for (size_t i = 0; i < fixture->count; i++) {
        struct result result = {.plan = (uint32_t)i, .verdict = verdict};
        if (captures_add(fixture->captures, &result, &fixture->error) != 0) {
            fail_msg("%s", fixture->error.sentence);
        }
    }
    captures_close(fixture->captures);
}

static bool there_is(const struct fixture *fixture, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    return fixture_exists(path);
}

static unsigned files_seen;

static int count_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)path;
    (void)status;
    (void)walk;
    files_seen += kind == FTW_F;
    return 0;
}

/* Below the folder that holds the captures' folder. */
static unsigned files(const struct fixture *fixture)
{
    files_seen = 0;
    assert_int_equal(nftw(fixture->base, count_one, 8, FTW_PHYS), 0);
    return files_seen;
}

static void captures_lie_where_the_ids_say(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "tcp/many#n=1,msg=a", PLAN_BOTH);
    add(fixture, "simulated", PLAN_SIM);
    add(fixture, "real", PLAN_KERNEL);
    assert_int_equal(open_captures(fixture, PLAN_BOTH), 0);
    write_all(fixture, VERDICT_FAIL);
    assert_true(there_is(fixture, "tcp/many#n=1,msg=a.sim.pcap"));
    assert_true(there_is(fixture, "tcp/many#n=1,msg=a.kernel.pcap"));
    assert_true(there_is(fixture, "simulated.pcap"));
    assert_true(there_is(fixture, "real.pcap"));
    assert_int_equal(files(fixture), 4);
}

static void a_run_in_one_world_makes_one_capture(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "both", PLAN_BOTH);
    add(fixture, "real", PLAN_KERNEL);
    assert_int_equal(open_captures(fixture, PLAN_SIM), 0);
    write_all(fixture, VERDICT_PASS);
    assert_true(there_is(fixture, "both.pcap"));
    assert_int_equal(files(fixture), 1);
}

static void what_was_skipped_has_no_capture(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "both", PLAN_BOTH);
    assert_int_equal(open_captures(fixture, PLAN_SIM), 0);
    write_all(fixture, VERDICT_SKIPPED);
    assert_int_equal(files(fixture), 0);
}

static void no_id_leads_out_of_the_folder(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "../../up", PLAN_SIM);
    add(fixture, "x#v=/../../../y", PLAN_SIM);
    add(fixture, "./..", PLAN_SIM);
    add(fixture, "//a//...", PLAN_SIM);
    assert_int_equal(open_captures(fixture, PLAN_BOTH), 0);
    write_all(fixture, VERDICT_PASS);
    assert_true(there_is(fixture, "%2E%2E/%2E%2E/up.pcap"));
    assert_true(there_is(fixture, "x#v=/%2E%2E/%2E%2E/%2E%2E/y.pcap"));
    assert_true(there_is(fixture, "%2E/%2E%2E.pcap"));
    assert_true(there_is(fixture, "%2F%2Fa/%2F....pcap"));
    assert_int_equal(files(fixture), 4);
}

static void two_scenarios_with_one_capture_are_refused(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "x", PLAN_BOTH);
    add(fixture, "x.sim", PLAN_SIM);
    assert_int_equal(open_captures(fixture, PLAN_BOTH), -EEXIST);
    assert_non_null(strstr(fixture->error.sentence, "/x.sim.pcap\": rename one"));
    assert_int_equal(files(fixture), 0);
    assert_int_equal(open_captures(fixture, PLAN_SIM), 0);
    captures_close(fixture->captures);
}

static void a_name_that_no_file_can_have_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char id[300] = "";
    memset(id, 'a', 243);
    add(fixture, id, PLAN_SIM);
    assert_int_equal(open_captures(fixture, PLAN_SIM), -ENAMETOOLONG);
    char expected[512];
    snprintf(expected, sizeof(expected),
             "cannot write the capture: File name too long: \"%s/%s.pcap\"", fixture->folder, id);
    assert_string_equal(fixture->error.sentence, expected);
    id[242] = '\0';
    assert_int_equal(open_captures(fixture, PLAN_SIM), 0);
    write_all(fixture, VERDICT_PASS);
    assert_int_equal(files(fixture), 1);
}

static void a_folder_that_cannot_be_is_refused(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "x", PLAN_SIM);
    char file[96];
    snprintf(file, sizeof(file), "%s/a", fixture->base);
    fixture_write(file, "in the way");
    assert_int_equal(open_captures(fixture, PLAN_SIM), -ENOTDIR);
    assert_non_null(strstr(fixture->error.sentence, fixture->folder));
    snprintf(fixture->folder, sizeof(fixture->folder), "%s", file);
    assert_int_equal(open_captures(fixture, PLAN_SIM), -ENOTDIR);
}

/* A folder stands where a capture should. */
static void a_capture_that_cannot_be_written_is_told(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "x", PLAN_SIM);
    add(fixture, "x.pcap/y", PLAN_SIM);
    assert_int_equal(open_captures(fixture, PLAN_SIM), 0);
    struct result result = {.plan = 1};
    assert_int_equal(captures_add(fixture->captures, &result, &fixture->error), 0);
    result.plan = 0;
    assert_true(captures_add(fixture->captures, &result, &fixture->error) < 0);
    assert_non_null(strstr(fixture->error.sentence, "/x.pcap"));
    captures_close(fixture->captures);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(captures_lie_where_the_ids_say),
        TEST(a_run_in_one_world_makes_one_capture),
        TEST(what_was_skipped_has_no_capture),
        TEST(no_id_leads_out_of_the_folder),
        TEST(two_scenarios_with_one_capture_are_refused),
        TEST(a_name_that_no_file_can_have_is_refused),
        TEST(a_folder_that_cannot_be_is_refused),
        TEST(a_capture_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
