/* SPDX-License-Identifier: MIT */
/* The loop against a world that says what it is told to say: who is called, and who is not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "loop.h"

struct scripted {
    struct world world;
    struct world_event events[8];
    int count; /* of events, or what `wait` returns */
    uint64_t deadline_ns;
    uint32_t interest[8]; /* per socket */
    void *token[8];
    int watch_calls, refuses;
};

static int scripted_watch(struct world *world, int socket, uint32_t events, void *token)
{
    struct scripted *scripted = (struct scripted *)world;
    scripted->watch_calls++;
    if (scripted->refuses) {
        return scripted->refuses;
    }
    scripted->interest[socket] = events;
    scripted->token[socket] = token;
    return 0;
}

static int scripted_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                         int count)
{
    struct scripted *scripted = (struct scripted *)world;
    scripted->deadline_ns = deadline_ns;
    assert_true(scripted->count <= count);
    for (int i = 0; i < scripted->count; i++) {
        events[i] = scripted->events[i];
    }
    return scripted->count;
}

static const struct world_ops scripted_ops = {
    .kind = WORLD_KERNEL, .watch = scripted_watch, .wait = scripted_wait};

struct member {
    struct loop_watch watch;
    struct loop *loop;
    uint32_t heard; /* the events of the last call */
    int calls;
    struct member *forgets; /* when called */
    struct member *hushes;  /* sets its interest to nothing */
};

static void member_ready(struct loop_watch *watch, uint32_t events)
{
    struct member *member = (struct member *)(void *)watch;
    member->heard = events;
    member->calls++;
    if (member->forgets) {
        loop_forget(member->loop, &member->forgets->watch);
    }
    if (member->hushes) {
        loop_watch(member->loop, &member->hushes->watch, 0);
    }
}

struct stage {
    struct scripted scripted;
    struct loop loop;
    struct member members[3];
};

/* Three members that want to read; the world will say `events` for each of them. */
static void stage_init(struct stage *stage, uint32_t events)
{
    *stage = (struct stage){.scripted = {.world = {.ops = &scripted_ops}, .count = 3}};
    loop_init(&stage->loop, &stage->scripted.world);
    for (int i = 0; i < 3; i++) {
        struct member *member = &stage->members[i];
        *member =
            (struct member){.watch = {.ready = member_ready, .socket = i}, .loop = &stage->loop};
        assert_int_equal(loop_watch(&stage->loop, &member->watch, WORLD_READABLE), 0);
        stage->scripted.events[i] = (struct world_event){&member->watch, events};
    }
}

static void whoever_is_ready_is_called_once_a_turn_in_the_order_of_the_world(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    assert_int_equal(loop_turn(&stage.loop, 123), 3);
    assert_true(stage.scripted.deadline_ns == 123);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(stage.members[i].calls, 1);
        assert_int_equal(stage.members[i].heard, WORLD_READABLE);
    }
}

static void a_watch_forgotten_by_an_earlier_call_is_not_called(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    stage.members[0].forgets = &stage.members[1];
    assert_int_equal(loop_turn(&stage.loop, 0), 2);
    assert_int_equal(stage.members[1].calls, 0);
    assert_int_equal(stage.members[1].watch.socket, -1);
    assert_int_equal(stage.members[2].calls, 1);
}

static void a_watch_may_forget_itself_or_one_that_was_called_before(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    stage.members[0].forgets = &stage.members[0];
    stage.members[2].forgets = &stage.members[1];
    assert_int_equal(loop_turn(&stage.loop, 0), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(stage.members[i].calls, 1);
    }
}

static void forgetting_gives_the_socket_back(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    assert_int_equal(loop_forget(&stage.loop, &stage.members[2].watch), 2);
    assert_int_equal(stage.members[2].watch.socket, -1);
    assert_int_equal(stage.members[2].watch.events, 0);
    assert_int_equal(loop_forget(&stage.loop, &stage.members[2].watch), -1);
}

static void an_interest_that_shrank_meanwhile_is_respected(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE | WORLD_FAILED);
    stage.members[0].hushes = &stage.members[1];
    assert_int_equal(loop_turn(&stage.loop, 0), 2);
    assert_int_equal(stage.members[1].calls, 0);
    /* Of what is left, each hears what it asked for, and failures. */
    stage_init(&stage, WORLD_READABLE | WORLD_WRITABLE | WORLD_FAILED);
    assert_int_equal(loop_turn(&stage.loop, 0), 3);
    assert_int_equal(stage.members[0].heard, WORLD_READABLE | WORLD_FAILED);
}

static void events_that_nobody_asked_for_call_nobody(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_WRITABLE);
    assert_int_equal(loop_turn(&stage.loop, 0), 0);
    assert_int_equal(stage.members[0].calls, 0);
}

static void a_failure_is_always_of_interest(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_FAILED);
    assert_int_equal(loop_turn(&stage.loop, 0), 3);
    assert_int_equal(stage.members[0].heard, WORLD_FAILED);
}

static void an_interest_that_stays_costs_no_call_to_the_world(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    int before = stage.scripted.watch_calls;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(loop_watch(&stage.loop, &stage.members[0].watch, WORLD_READABLE), 0);
    }
    assert_int_equal(stage.scripted.watch_calls, before);
    assert_int_equal(loop_watch(&stage.loop, &stage.members[0].watch, WORLD_WRITABLE), 0);
    assert_int_equal(stage.scripted.watch_calls, before + 1);
    assert_int_equal(stage.scripted.interest[0], WORLD_WRITABLE);
    assert_ptr_equal(stage.scripted.token[0], &stage.members[0].watch);
}

static void an_interest_that_the_world_refuses_does_not_count(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    stage.scripted.refuses = -ENOMEM;
    assert_int_equal(loop_watch(&stage.loop, &stage.members[0].watch, WORLD_WRITABLE), -ENOMEM);
    assert_int_equal(stage.members[0].watch.events, WORLD_READABLE);
    stage.scripted.refuses = 0;
    assert_int_equal(loop_watch(&stage.loop, &stage.members[0].watch, WORLD_WRITABLE), 0);
    assert_int_equal(stage.scripted.interest[0], WORLD_WRITABLE);
}

static void a_deadline_and_a_signal_come_back_to_the_caller(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_READABLE);
    stage.scripted.count = 0;
    assert_int_equal(loop_turn(&stage.loop, 99), 0);
    stage.scripted.count = -EINTR;
    assert_int_equal(loop_turn(&stage.loop, 99), -EINTR);
    assert_int_equal(stage.members[0].calls, 0);
    stage.scripted.count = 3;
    assert_int_equal(loop_turn(&stage.loop, 99), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_ready_is_called_once_a_turn_in_the_order_of_the_world),
        cmocka_unit_test(a_watch_forgotten_by_an_earlier_call_is_not_called),
        cmocka_unit_test(a_watch_may_forget_itself_or_one_that_was_called_before),
        cmocka_unit_test(forgetting_gives_the_socket_back),
        cmocka_unit_test(an_interest_that_shrank_meanwhile_is_respected),
        cmocka_unit_test(events_that_nobody_asked_for_call_nobody),
        cmocka_unit_test(a_failure_is_always_of_interest),
        cmocka_unit_test(an_interest_that_stays_costs_no_call_to_the_world),
        cmocka_unit_test(an_interest_that_the_world_refuses_does_not_count),
        cmocka_unit_test(a_deadline_and_a_signal_come_back_to_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
