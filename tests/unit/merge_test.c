/* SPDX-License-Identifier: MIT */
/* Shards of a run of every verdict, put together in memory. */
#include "report_fixture.h"

#include <errno.h>

#include "merge.h"
#include "report.h"
#include "shard.h"

#define SHARDS_MAX 5

static const char title[] = "Odd \"title\" \xff \xe2\x82\xac";

struct shards {
    struct report_fixture *fixture;
    unsigned count;
    char paths[SHARDS_MAX][160];
};

/* What plan number `index` comes to in whatever run: each verdict once, then passes. */
static void make_result(const struct report_fixture *fixture, struct result *result, uint32_t index)
{
    char bytes[300];
    memset(bytes, (int)('a' + index), sizeof(bytes));
    fixture_result_bytes(result, index, fixture->plans[index], bytes, sizeof(bytes), "\x01\xff", 2);
    if (index == VERDICT_DIVERGED) {
        fixture_diverge(result);
    } else if (index > 0 && index < VERDICT_COUNT) {
        fixture_fail(result, (enum verdict)index, "expected\n", "act\"ual");
    }
}

/* Adds the result of plan `index` of all as that of plan `at` of this report. */
static void add(const struct report_fixture *fixture, struct report *report, uint32_t index,
                uint32_t at)
{
    struct result result;
    make_result(fixture, &result, index);
    result.plan = at;
    assert_int_equal(report_add(report, &result, NULL), 0);
    result_fini(&result);
}

/* Writes all shards; of shard `stopped` (from 1; 0: none) the last result is missing. */
static void write_shards(struct shards *shards, struct report_fixture *fixture, unsigned count,
                         unsigned stopped)
{
    *shards = (struct shards){.fixture = fixture, .count = count};
    for (unsigned index = 1; index <= count; index++) {
        struct plan *plans[FIXTURE_PLANS];
        uint32_t places[FIXTURE_PLANS];
        uint32_t own = 0;
        for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
            if (shard_has(index, count, fixture->ids[i])) {
                places[own] = i;
                plans[own++] = fixture->plans[i];
            }
        }
        struct report_shard shard = {
            .index = index, .count = count, .planned = FIXTURE_PLANS, .places = places};
        assert_int_equal(
            shard_suite(fixture->plans, FIXTURE_PLANS, PLAN_BOTH, 0, NULL, shard.suite), 0);
        char *path = shards->paths[index - 1];
        snprintf(path, sizeof(shards->paths[0]), "%s/%u.json", fixture->folder, index);
        struct report *report = NULL;
        assert_int_equal(report_open_shard(path, title, &shard, plans, own, &report, NULL), 0);
        for (uint32_t i = own; i-- > (index == stopped ? 1 : 0);) {
            add(fixture, report, places[i], i);
        }
        assert_int_equal(report_close(report, index != stopped, NULL, NULL), 0);
    }
}

static void remove_shards(const struct shards *shards)
{
    for (unsigned i = 0; i < shards->count; i++) {
        assert_int_equal(unlink(shards->paths[i]), 0);
    }
}

/* The report of one run that left out what is in `left_out`, a set of bits. */
static char *whole(const struct report_fixture *fixture, uint32_t left_out, size_t *size)
{
    struct report *report = NULL;
    assert_int_equal(
        report_open(fixture->path, title, fixture->plans, FIXTURE_PLANS, &report, NULL), 0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        if (!(left_out & 1u << i)) {
            add(fixture, report, i, i);
        }
    }
    assert_int_equal(report_close(report, left_out == 0, NULL, NULL), 0);
    return fixture_read(fixture->path, size);
}

static void assert_merged(struct merge *merge, const struct report_fixture *fixture,
                          uint32_t left_out)
{
    struct drill_error error = {0};
    struct report_summary summary;
    size_t size;
    char *text = whole(fixture, left_out, &size);
    assert_int_equal(merge_finish(merge, &summary, &error), 0);
    assert_int_equal(merge->document.size, size);
    assert_memory_equal(merge->document.data, text, size);
    assert_int_equal(summary.complete, left_out == 0);
    assert_int_equal(summary.planned, FIXTURE_PLANS);
    free(text);
}

static void shards_in_any_order_are_the_whole(void **state)
{
    struct report_fixture *fixture = *state;
    for (unsigned count = 1; count <= SHARDS_MAX; count++) {
        struct shards shards;
        struct merge merge;
        struct drill_error error;
        write_shards(&shards, fixture, count, 0);
        merge_init(&merge);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(merge_add(&merge, shards.paths[(i * 7 + 1) % count], &error), 0);
        }
        assert_merged(&merge, fixture, 0);
        merge_fini(&merge);
        remove_shards(&shards);
    }
}

static void what_is_missing_is_left_out(void **state)
{
    struct report_fixture *fixture = *state;
    struct shards shards;
    struct merge merge;
    struct drill_error error;
    uint32_t left_out = 0;
    bool cut = false;
    write_shards(&shards, fixture, 3, 2);
    merge_init(&merge);
    assert_int_equal(merge_add(&merge, shards.paths[1], &error), 0);
    assert_int_equal(merge_add(&merge, shards.paths[0], &error), 0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        bool first_of_2 = !cut && shard_has(2, 3, fixture->ids[i]);
        cut |= first_of_2;
        left_out |= first_of_2 || shard_has(3, 3, fixture->ids[i]) ? 1u << i : 0;
    }
    assert_null(merge.paths[2]);
    assert_true(merge.unfinished[1]);
    assert_false(merge.unfinished[0]);
    assert_merged(&merge, fixture, left_out);
    merge_fini(&merge);
    remove_shards(&shards);
}

static void a_refused_shard_leaves_nothing_to_free_but_the_merge(void **state)
{
    struct report_fixture *fixture = *state;
    struct shards shards;
    struct merge merge;
    struct drill_error error;
    write_shards(&shards, fixture, 2, 0);
    merge_init(&merge);
    assert_int_equal(merge_add(&merge, "/nowhere", &error), -EINVAL);
    assert_string_equal(error.file, "/nowhere");
    merge_fini(&merge);
    merge_init(&merge);
    assert_int_equal(merge_add(&merge, shards.paths[0], &error), 0);
    assert_int_equal(merge_add(&merge, shards.paths[0], &error), -EINVAL);
    assert_string_equal(error.file, shards.paths[0]);
    merge_fini(&merge);
    remove_shards(&shards);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shards_in_any_order_are_the_whole),
        TEST(what_is_missing_is_left_out),
        TEST(a_refused_shard_leaves_nothing_to_free_but_the_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
