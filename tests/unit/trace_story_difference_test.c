/* SPDX-License-Identifier: MIT */
/* Where two stories part: in traces written by hand and of two runs on real sockets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "trace_story_fixture.h"
#include "trace_text.h"
#include "world_trace.h"

#define BOUND_NS (10 * CLOCK_S)

/* The same story with other numbers and ports, and what the server's second receive got. */
static void tell_two_clients(struct tale *tale, int base, uint16_t port, const char *second)
{
    tale_begin(tale);
    tale_listens(tale, base);
    tale_connects(tale, base + 1, "bob", port);
    tale_call(tale, WORLD_CALL_WAIT, -1, port % 3);
    tale_address(tale, WORLD_CALL_ACCEPT, base, base + 2, port);
    tale_connects(tale, base + 3, "eve", (uint16_t)(port + 1));
    tale_address(tale, WORLD_CALL_ACCEPT, base, base + 4, (uint16_t)(port + 1));
    tale_moves(tale, WORLD_CALL_SEND, base + 1, "one");
    tale_moves(tale, WORLD_CALL_RECV, base + 2, "one");
    for (int i = 0; i < port % 5; i++) {
        tale_call(tale, WORLD_CALL_RECV, base + 2, -EAGAIN);
    }
    tale_moves(tale, WORLD_CALL_SEND, base + 1, "two");
    tale_moves(tale, WORLD_CALL_RECV, base + 2, second);
    tale_call(tale, WORLD_CALL_CLOSE, base + 1, 0);
    tale_call(tale, WORLD_CALL_RECV, base + 2, 0);
    tale_call(tale, WORLD_CALL_CLOSE, base + 2, 0);
    tale_call(tale, WORLD_CALL_CLOSE, base + 3, 0);
}

static void ports_numbers_and_noise_do_not_differ(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    struct tale a;
    struct tale b;
    tell_two_clients(&a, 3, 1000, "two");
    tell_two_clients(&b, 40, 2004, "two");
    tale_tell(&a);
    tale_tell(&b);
    assert_false(trace_story_first_difference(a.story, b.story, &difference));
    tale_end(&a);
    tale_end(&b);
}

static void check_second(const char *second, const char *text_b)
{
    struct trace_story_difference difference;
    struct tale a;
    struct tale b;
    char text[TRACE_TEXT_MAX];
    tell_two_clients(&a, 3, 1000, "two");
    tell_two_clients(&b, 40, 2004, second);
    tale_tell(&a);
    tale_tell(&b);
    assert_true(trace_story_first_difference(a.story, b.story, &difference));
    assert_string_equal(difference.label, "the server's side of bob");
    assert_int_equal(difference.agreed, 1);
    trace_text_call(difference.a, text, sizeof(text));
    assert_string_equal(text, "recv(1024) = 3");
    trace_text_call(difference.b, text, sizeof(text));
    assert_string_equal(text, text_b);
    tale_end(&a);
    tale_end(&b);
}

static void other_counts_and_other_bytes_differ(void **state)
{
    (void)state;
    check_second("tw", "recv(1024) = 2");
    check_second("twa", "recv(1024) = 3");
}

static void whom_accept_found_is_compared_by_name(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    struct tale tales[2];
    for (int i = 0; i < 2; i++) {
        struct tale *tale = &tales[i];
        tale_begin(tale);
        tale_listens(tale, 3);
        tale_connects(tale, 4, "bob", 1000);
        tale_connects(tale, 5, "eve", 1001);
        tale_address(tale, WORLD_CALL_ACCEPT, 3, 6, i ? 1001 : 1000);
        tale_address(tale, WORLD_CALL_ACCEPT, 3, 7, i ? 1000 : 1001);
        tale_tell(tale);
    }
    assert_true(trace_story_first_difference(tales[0].story, tales[1].story, &difference));
    assert_string_equal(difference.label, "the server");
    assert_int_equal(difference.agreed, 3);
    assert_int_equal(difference.a->address.port, 1000);
    assert_int_equal(difference.b->address.port, 1001);
    tale_end(&tales[0]);
    tale_end(&tales[1]);
}

/* The earliest difference is the cause; what follows from it is not told. */
static void the_party_that_parted_first_is_told(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    struct tale tales[2];
    for (int i = 0; i < 2; i++) {
        struct tale *tale = &tales[i];
        tale_begin(tale);
        tale_listens(tale, 3);
        tale_connects(tale, 4, "bob", 1000);
        tale_address(tale, WORLD_CALL_ACCEPT, 3, 5, 1000);
        tale_moves(tale, WORLD_CALL_SEND, 4, "one");
        if (i == 0) {
            tale_moves(tale, WORLD_CALL_RECV, 5, "one");
            tale_moves(tale, WORLD_CALL_SEND, 5, "ONE");
            tale_moves(tale, WORLD_CALL_RECV, 4, "ONE");
        } else {
            tale_call(tale, WORLD_CALL_RECV, 5, -ECONNRESET);
            tale_call(tale, WORLD_CALL_CLOSE, 5, 0);
            tale_call(tale, WORLD_CALL_RECV, 4, 0);
        }
        tale_tell(tale);
    }
    assert_true(trace_story_first_difference(tales[0].story, tales[1].story, &difference));
    assert_string_equal(difference.label, "the server's side of bob");
    assert_int_equal(difference.agreed, 0);
    assert_int_equal(difference.b->result, -ECONNRESET);
    tale_end(&tales[0]);
    tale_end(&tales[1]);
}

static void a_story_that_ended_has_no_event(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    for (int cut = 0; cut < 2; cut++) {
        struct tale a;
        struct tale b;
        tell_two_clients(&a, 3, 1000, "two");
        tell_two_clients(&b, 3, 1000, "two");
        tale_moves(&a, WORLD_CALL_SEND, 7, "late");
        b.store->omitted = (uint64_t)cut;
        tale_tell(&a);
        tale_tell(&b);
        /* For lack of room it might have ended: that is no difference. */
        assert_int_equal(trace_story_first_difference(a.story, b.story, &difference), cut == 0);
        if (cut == 0) {
            assert_string_equal(difference.label, "the server's side of eve");
            assert_int_equal(difference.agreed, 0);
            assert_non_null(difference.a);
            assert_null(difference.b);
        }
        tale_end(&a);
        tale_end(&b);
    }
}

/* Bob or the server's side of him sends and receives these pieces, a pair at a time. */
static void tell_pieces(struct tale *tale, bool client, const char *const sent[3],
                        const char *const received[3])
{
    tale_begin(tale);
    tale_listens(tale, 3);
    tale_connects(tale, 4, "bob", 1000);
    tale_address(tale, WORLD_CALL_ACCEPT, 3, 5, 1000);
    for (int i = 0; i < 3; i++) {
        if (sent[i]) {
            tale_moves(tale, WORLD_CALL_SEND, client ? 4 : 5, sent[i]);
        }
        if (received[i]) {
            tale_moves(tale, WORLD_CALL_RECV, client ? 4 : 5, received[i]);
        }
    }
    tale_call(tale, WORLD_CALL_RECV, client ? 4 : 5, 0);
    tale_tell(tale);
}

static const struct {
    const char *sent[3], *received[3];
    bool client, differs;
    size_t before;
} pieces[] = {
    {{"abc", "def", NULL}, {NULL, "12", "345"}, true, false, 0},
    {{"abcd", "e", "f"}, {"123", NULL, "45"}, true, false, 0},
    {{"abcdef", NULL, NULL}, {"12345", NULL, NULL}, true, false, 0},
    {{"abcdef", NULL, NULL}, {"12345", NULL, NULL}, false, true, 2},
    {{"abc", "def", NULL}, {"12", NULL, "345"}, false, false, 0},
    {{"a", "bcdef", NULL}, {"12", "345", NULL}, false, false, 0},
    {{"abcdef", NULL, NULL}, {"12", "3x5", NULL}, true, true, 5},
    {{"abcdef", NULL, NULL}, {"12", "34", NULL}, true, true, 5},
    {{"abcde", NULL, NULL}, {"12", "345", NULL}, true, true, 3},
    {{"abc", "def", "g"}, {"12345", NULL, NULL}, true, true, 5},
};

static void
where_a_stream_was_cut_does_not_differ_but_what_the_server_received_at_once_does(void **state)
{
    (void)state;
    static const char *const sent[3] = {"abc", "def", NULL};
    static const char *const received[3] = {NULL, "12", "345"};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct trace_story_difference difference = {0};
        struct tale a;
        struct tale b;
        tell_pieces(&a, pieces[i].client, sent, received);
        tell_pieces(&b, pieces[i].client, pieces[i].sent, pieces[i].received);
        bool differs = trace_story_first_difference(a.story, b.story, &difference);
        if (differs != pieces[i].differs || difference.agreed != pieces[i].before) {
            fail_msg("piece %zu: %d after %zu", i, differs, difference.agreed);
        }
        tale_end(&a);
        tale_end(&b);
    }
}

static void await(struct world *world, int socket)
{
    struct world_event ready;
    assert_int_equal(world_watch(world, socket, WORLD_READABLE, NULL), 0);
    assert_int_equal(world_wait(world, world_now_ns(world) + BOUND_NS, &ready, 1), 1);
    assert_int_equal(world_watch(world, socket, 0, NULL), 0);
}

static int connect_as(struct world *world, const char *name, const struct world_address *to)
{
    struct world_address local;
    int client = world_socket(world, WORLD_TCP, to->family);
    assert_true(client >= 0);
    world_trace_client(world, client, name);
    int status = world_connect(world, client, to);
    assert_true(status == 0 || status == -EINPROGRESS);
    assert_int_equal(world_getsockname(world, client, &local), 0);
    return client;
}

/* Two clients on real sockets; bob closes with or without a reset. */
static void talk(struct tale *tale, bool reset)
{
    struct world *kernel = world_kernel_new();
    assert_non_null(kernel);
    struct world *world = world_trace_new(kernel);
    assert_non_null(world);
    struct world_address address = world_loopback(WORLD_IPV6, 0);
    struct world_address peer;
    char room[16];
    tale_begin(tale);
    /* Other socket numbers than in the other run. */
    int spare = reset ? world_socket(kernel, WORLD_UDP, WORLD_IPV4) : -1;
    world_trace_begin(world, tale->store);
    int listener = world_socket(world, WORLD_TCP, WORLD_IPV6);
    assert_int_equal(world_bind(world, listener, &address), 0);
    assert_int_equal(world_listen(world, listener, 4), 0);
    assert_int_equal(world_getsockname(world, listener, &address), 0);
    int bob = connect_as(world, "bob", &address);
    await(world, listener);
    int of_bob = world_accept(world, listener, &peer);
    int eve = connect_as(world, "eve", &address);
    await(world, listener);
    int of_eve = world_accept(world, listener, &peer);
    assert_int_equal(world_send(world, bob, "hello", 5), 5);
    await(world, of_bob);
    assert_int_equal(world_recv(world, of_bob, room, sizeof(room)), 5);
    assert_int_equal(world_set(world, bob, WORLD_RESET_ON_CLOSE, reset), 0);
    world_close(world, bob);
    await(world, of_bob);
    assert_int_equal(world_recv(world, of_bob, room, sizeof(room)), reset ? -ECONNRESET : 0);
    world_close(world, of_bob);
    world_close(world, eve);
    await(world, of_eve);
    assert_int_equal(world_recv(world, of_eve, room, sizeof(room)), 0);
    world_close(world, of_eve);
    world_close(world, listener);
    if (spare >= 0) {
        world_close(kernel, spare);
    }
    world_trace_seal(world);
    world_free(world);
    world_free(kernel);
    tale_tell(tale);
}

static void runs_on_real_sockets_compare(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    struct tale first;
    struct tale again;
    struct tale other;
    talk(&first, false);
    talk(&again, false);
    talk(&other, true);
    assert_int_equal(trace_story_party_count(first.story), 5);
    assert_false(trace_story_first_difference(first.story, again.story, &difference));
    assert_true(trace_story_first_difference(first.story, other.story, &difference));
    assert_string_equal(difference.label, "bob");
    assert_int_equal(difference.agreed, 3);
    assert_int_equal(difference.a->kind, WORLD_CALL_SET);
    assert_int_equal(difference.b->value, 1);
    tale_end(&first);
    tale_end(&again);
    tale_end(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_numbers_and_noise_do_not_differ),
        cmocka_unit_test(other_counts_and_other_bytes_differ),
        cmocka_unit_test(
            where_a_stream_was_cut_does_not_differ_but_what_the_server_received_at_once_does),
        cmocka_unit_test(whom_accept_found_is_compared_by_name),
        cmocka_unit_test(the_party_that_parted_first_is_told),
        cmocka_unit_test(a_story_that_ended_has_no_event),
        cmocka_unit_test(runs_on_real_sockets_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
