/* SPDX-License-Identifier: MIT */
/* Which scenario is of which shard, and what tells one run's shards from another's. */
#include "report_fixture.h"

#include "shard.h"

/* The XXH3-64 beside each; a change would scatter what machines have agreed on. */
static void a_scenario_has_its_shard_for_ever(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        unsigned of_3, of_10000;
    } known[] = {
        {"tcp/a", 3, 9453},           /* 0x5d33ca51b0c0a91c */
        {"tcp/e", 2, 5739},           /* 0x31a3d2f2b4e33dba */
        {"tcp/wrong", 2, 7513},       /* 0xf38e4805d35a4938 */
        {"many#n=10,m=%2C", 2, 6062}, /* 0xe70800d9b595a98d */
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_true(shard_has(known[i].of_3, 3, known[i].id));
        assert_true(shard_has(known[i].of_10000, 10000, known[i].id));
        assert_true(shard_has(1, 1, known[i].id));
    }
}

static void every_scenario_is_in_exactly_one_shard(void **state)
{
    struct report_fixture *fixture = *state;
    for (unsigned count = 1; count <= 20; count++) {
        for (size_t i = 0; i < FIXTURE_PLANS; i++) {
            unsigned shards = 0;
            for (unsigned index = 1; index <= count; index++) {
                shards += shard_has(index, count, fixture->ids[i]);
            }
            assert_int_equal(shards, 1);
        }
    }
}

/* Fills `hash`, and returns whether it differs from `other`. */
static bool differs(const struct report_fixture *fixture, size_t count, enum plan_world worlds,
                    uint64_t seed, const uint8_t other[16])
{
    uint8_t hash[16];
    assert_int_equal(shard_suite(fixture->plans, count, worlds, seed, NULL, hash), 0);
    return memcmp(hash, other, sizeof(hash)) != 0;
}

static void whatever_makes_results_differ_makes_another_suite(void **state)
{
    struct report_fixture *fixture = *state;
    uint8_t hash[16];
    struct plan *plan = &fixture->stored[4];
    fixture->stored[2].worlds = PLAN_BOTH;
    assert_int_equal(shard_suite(fixture->plans, FIXTURE_PLANS, PLAN_BOTH, 0, NULL, hash), 0);
    assert_false(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
    assert_false(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 1, hash)); /* their own */
    assert_true(differs(fixture, FIXTURE_PLANS - 1, PLAN_BOTH, 0, hash));
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_KERNEL, 0, hash));
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 2, hash));
    struct plan kept = *plan;
    plan->seed = 2;
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
    *plan = kept;
    plan->hash[15] ^= 1;
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
    *plan = kept;
    plan->server.plugin_version = "1.0.1";
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
    *plan = kept;
    plan->id = "tcp/many#n=44";
    assert_true(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
    *plan = kept;
    assert_false(differs(fixture, FIXTURE_PLANS, PLAN_BOTH, 0, hash));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scenario_has_its_shard_for_ever),
        TEST(every_scenario_is_in_exactly_one_shard),
        TEST(whatever_makes_results_differ_makes_another_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
