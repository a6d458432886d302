/* SPDX-License-Identifier: MIT */
/* `faults` and `network`: what the plan gets of them. tests/bad holds what is refused. */
#include "scenario_fixture.h"

#define STEPS "'steps': [{'connect': {}}, {'expect': 'x'}]"
#define TCP   "'server': {'plugin': 'typed', 'transport': 'tcp'}, " STEPS
#define UDP   "'server': {'plugin': 'typed', 'transport': 'udp'}, " STEPS

/* The plan of a scenario with this head; the suite is the caller's to free. */
static const struct plan *accept_head(const char *head, const char *server, struct suite *suite)
{
    char text[16384];
    snprintf(text, sizeof(text), "{%s, %s}", head, server);
    fixture_accept(text, suite);
    return suite->plans[0];
}

static void refuse_head(const char *head, const char *server, const char *sentence)
{
    char text[16384];
    snprintf(text, sizeof(text), "{%s, %s}", head, server);
    fixture_refuse(text, sentence);
}

static void without_them_nothing_goes_wrong(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = accept_head("'title': ''", TCP, &suite);
    assert_int_equal(plan->fault_count, 0);
    assert_true(plan->network.latency_ns == 0);
    assert_int_equal(plan->network.loss_percent, 0);
    assert_int_equal(plan->network.duplicate_percent, 0);
    assert_int_equal(plan->network.reorder_percent, 0);
    suite_free(&suite);
}

static void assert_rule(const struct world_fault_rule *rule, enum world_call call, uint64_t nth,
                        int error, uint32_t short_bytes, bool sticky)
{
    assert_int_equal(rule->call, call);
    assert_true(rule->nth == nth);
    assert_int_equal(rule->error, error);
    assert_int_equal(rule->short_bytes, short_bytes);
    assert_int_equal(rule->sticky, sticky);
}

static void faults_become_rules_in_their_order(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        accept_head("'faults': [{'call': 'send', 'nth': 1000000000, 'error': 'EPIPE'},"
                    "{'call': 'recv', 'nth': 3, 'error': 'ECONNRESET', 'sticky': true},"
                    "{'call': 'recv', 'nth': 1, 'short': 1023, 'sticky': false},"
                    "{'call': 'send', 'nth': 2, 'short': 16777216, 'sticky': true},"
                    "{'call': 'accept', 'nth': 1, 'error': 'EMFILE'}]",
                    TCP, &suite);
    assert_int_equal(plan->fault_count, 5);
    assert_rule(&plan->faults[0], WORLD_CALL_SEND, 1000000000, EPIPE, 0, false);
    assert_rule(&plan->faults[1], WORLD_CALL_RECV, 3, ECONNRESET, 0, true);
    assert_rule(&plan->faults[2], WORLD_CALL_RECV, 1, 0, 1023, false);
    assert_rule(&plan->faults[3], WORLD_CALL_SEND, 2, 0, 16777216, true);
    assert_rule(&plan->faults[4], WORLD_CALL_ACCEPT, 1, EMFILE, 0, false);
    suite_free(&suite);
    plan = accept_head("'faults': [{'call': 'sendto', 'nth': 1, 'error': 'EMSGSIZE',"
                       "'sticky': true}, {'call': 'recvfrom', 'nth': 2, 'error': 'EINTR'}]",
                       UDP, &suite);
    assert_int_equal(plan->fault_count, 2);
    assert_rule(&plan->faults[0], WORLD_CALL_SENDTO, 1, EMSGSIZE, 0, true);
    assert_rule(&plan->faults[1], WORLD_CALL_RECVFROM, 2, EINTR, 0, false);
    suite_free(&suite);
}

/* Every name that is known: the error that it stands for, and for each call whether it belongs
 * there: not (0), once (1), or sticky, too (2). */
static const struct known_error {
    const char *name;
    int error;
    int accept, recv, recvfrom, send, sendto;
} known_errors[] = {
    {"EAGAIN", EAGAIN, 1, 1, 1, 1, 1},
    {"ECONNABORTED", ECONNABORTED, 1, 0, 0, 0, 0},
    {"ECONNREFUSED", ECONNREFUSED, 0, 0, 1, 0, 2},
    {"ECONNRESET", ECONNRESET, 0, 2, 0, 2, 0},
    {"EHOSTUNREACH", EHOSTUNREACH, 1, 2, 1, 2, 2},
    {"EINTR", EINTR, 1, 1, 1, 1, 1},
    {"EMFILE", EMFILE, 2, 0, 0, 0, 0},
    {"EMSGSIZE", EMSGSIZE, 0, 0, 0, 0, 2},
    {"ENETUNREACH", ENETUNREACH, 1, 2, 1, 2, 2},
    {"ENFILE", ENFILE, 2, 0, 0, 0, 0},
    {"ENOBUFS", ENOBUFS, 2, 0, 0, 1, 1},
    {"ENOMEM", ENOMEM, 2, 1, 1, 1, 1},
    {"EPERM", EPERM, 1, 0, 0, 0, 2},
    {"EPIPE", EPIPE, 0, 0, 0, 2, 0},
    {"EPROTO", EPROTO, 1, 0, 0, 0, 0},
    {"ETIMEDOUT", ETIMEDOUT, 0, 2, 0, 2, 0},
    {"EBADF", EBADF, 0, 0, 0, 0, 0},
    {"econnreset", ECONNRESET, 0, 0, 0, 0, 0},
    {"", 0, 0, 0, 0, 0, 0},
};

static void check_error(const struct known_error *error, const char *call, int belongs, bool sticky)
{
    struct suite suite;
    char head[256];
    const char *server = strcmp(call, "recvfrom") == 0 || strcmp(call, "sendto") == 0 ? UDP : TCP;
    snprintf(head, sizeof(head),
             "'faults': [{'call': '%s', 'nth': 1, 'error': '%s', 'sticky': %s}]", call, error->name,
             sticky ? "true" : "false");
    if (belongs == 0) {
        refuse_head(head, server, "E");
    } else if (sticky && belongs == 1) {
        refuse_head(head, server, "the run would never end");
    } else {
        const struct plan *plan = accept_head(head, server, &suite);
        assert_int_equal(plan->faults[0].error, error->error);
        assert_int_equal(plan->faults[0].sticky, sticky);
        suite_free(&suite);
    }
}

static void every_call_has_its_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++) {
        const struct known_error *error = &known_errors[i];
        for (int sticky = 0; sticky < 2; sticky++) {
            check_error(error, "accept", error->accept, sticky);
            check_error(error, "recv", error->recv, sticky);
            check_error(error, "recvfrom", error->recvfrom, sticky);
            check_error(error, "send", error->send, sticky);
            check_error(error, "sendto", error->sendto, sticky);
        }
    }
}

static void a_matrix_makes_faults(void **state)
{
    (void)state;
    struct suite suite;
    accept_head("'matrix': {'n': [5, 6], 'e': ['RESET'], 'on': [false, true]},"
                "'faults': [{'call': 'recv', 'nth': '$n', 'error': 'ECONN${e}', 'sticky': '$on'}]",
                TCP, &suite);
    assert_int_equal(suite.plan_count, 4);
    assert_string_equal(suite.plans[3]->id, "text#n=6,e=RESET,on=true");
    for (size_t i = 0; i < 4; i++) {
        assert_rule(&suite.plans[i]->faults[0], WORLD_CALL_RECV, i < 2 ? 5 : 6, ECONNRESET, 0,
                    i % 2 == 1);
    }
    suite_free(&suite);
}

static void sixty_four_faults_fit(void **state)
{
    (void)state;
    struct suite suite;
    char head[8192];
    size_t used = (size_t)snprintf(head, sizeof(head), "'faults': [");
    for (int i = 1; i <= 64; i++) {
        used += (size_t)snprintf(head + used, sizeof(head) - used,
                                 "{'call': 'recv', 'nth': %d, 'error': 'EINTR'}%s", i,
                                 i < 64 ? ", " : "]");
    }
    const struct plan *plan = accept_head(head, TCP, &suite);
    assert_int_equal(plan->fault_count, WORLD_FAULT_RULES_MAX);
    assert_true(plan->faults[63].nth == 64);
    suite_free(&suite);
}

/* The first that meets a call counts; what leaves the other one a call is accepted. */
static void a_fault_that_nothing_is_left_to_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        bool refused;
    } pairs[] = {
        {"'recv', 'nth': 2", "'recv', 'nth': 2", true},
        {"'recv', 'nth': 2", "'recv', 'nth': 3", false},
        {"'recv', 'nth': 2", "'send', 'nth': 2", false},
        {"'recv', 'nth': 2", "'recv', 'nth': 2, 'sticky': true", false},
        {"'recv', 'nth': 2, 'sticky': true", "'recv', 'nth': 1", false},
        {"'recv', 'nth': 2, 'sticky': true", "'recv', 'nth': 2", true},
        {"'recv', 'nth': 2, 'sticky': true", "'recv', 'nth': 9", true},
        {"'recv', 'nth': 2, 'sticky': true", "'recv', 'nth': 9, 'sticky': true", true},
        {"'recv', 'nth': 9, 'sticky': true", "'recv', 'nth': 2, 'sticky': true", false},
        {"'recv', 'nth': 2, 'sticky': true", "'send', 'nth': 9", false},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct suite suite;
        char head[512];
        snprintf(head, sizeof(head),
                 "'faults': [{'call': %s, 'error': 'ECONNRESET'},"
                 "{'call': %s, 'error': 'ECONNRESET'}]",
                 pairs[i].first, pairs[i].second);
        if (pairs[i].refused) {
            refuse_head(head, TCP, "could never happen: entry 0 of \"faults\"");
        } else {
            accept_head(head, TCP, &suite);
            suite_free(&suite);
        }
    }
}

/* Connections that were not accepted when they came may be accepted all at once. */
static void faults_of_accept_need_descriptors(void **state)
{
    (void)state;
    static const char steps[] =
        "'server': {'plugin': 'uppercase'}, 'steps': [{'repeat': 100, 'steps': "
        "[{'connect': {}}, {'close': {}}]}, {'expect_server': {'alive': true}}]";
    struct suite without, with;
    uint32_t few = accept_head("'title': ''", steps, &without)->descriptors_max;
    uint32_t many =
        accept_head("'faults': [{'call': 'accept', 'nth': 1, 'error': 'EMFILE'}]", steps, &with)
            ->descriptors_max;
    assert_in_range(few, 1, 99);
    assert_in_range(many, 100, 200);
    suite_free(&without);
    suite_free(&with);
}

static void a_network_is_filled_in(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        accept_head("'worlds': ['sim'], 'network': {'latency_ms': 3000, 'loss_percent': 100,"
                    "'duplicate_percent': 2, 'reorder_percent': 3}",
                    UDP, &suite);
    assert_int_equal(plan->worlds, PLAN_SIM);
    assert_true(plan->network.latency_ns == UINT64_C(3000000000));
    assert_int_equal(plan->network.loss_percent, 100);
    assert_int_equal(plan->network.duplicate_percent, 2);
    assert_int_equal(plan->network.reorder_percent, 3);
    suite_free(&suite);
    plan = accept_head("'worlds': ['sim'], 'network': {'latency_ms': 20}", TCP, &suite);
    assert_true(plan->network.latency_ns == UINT64_C(20000000));
    suite_free(&suite);
}

static void a_matrix_may_hold_a_network_that_does_nothing(void **state)
{
    (void)state;
    struct suite suite;
    accept_head("'worlds': ['sim'], 'matrix': {'n': [0, 7]}, 'network': {'loss_percent': '$n'}",
                UDP, &suite);
    assert_int_equal(suite.plan_count, 2);
    assert_int_equal(suite.plans[0]->network.loss_percent, 0);
    assert_int_equal(suite.plans[1]->network.loss_percent, 7);
    suite_free(&suite);
    refuse_head("'worlds': ['sim'], 'matrix': {'n': [0, 101]}, 'network': {'loss_percent': '$n'}",
                UDP, "\"loss_percent\" must be an integer from 0 to 100, not 101");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_them_nothing_goes_wrong),
        cmocka_unit_test(faults_become_rules_in_their_order),
        cmocka_unit_test(every_call_has_its_errors),
        cmocka_unit_test(a_matrix_makes_faults),
        cmocka_unit_test(sixty_four_faults_fit),
        cmocka_unit_test(a_fault_that_nothing_is_left_to_is_refused),
        cmocka_unit_test(faults_of_accept_need_descriptors),
        cmocka_unit_test(a_network_is_filled_in),
        cmocka_unit_test(a_matrix_may_hold_a_network_that_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
