/* SPDX-License-Identifier: MIT */
/* Who did what: the parties of traces written by hand, of real sockets, and of mutated traces. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prng.h"
#include "trace_story_fixture.h"

#define MUTATIONS 20000

static void each_event_has_its_party(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    size_t step = tale_add(&tale, (struct trace_event){.kind = TRACE_STEP, .socket = -1}, NULL);
    tale_listens(&tale, 3);
    tale_connects(&tale, 4, "bob", 1000);
    tale_connects(&tale, 5, "eve", 1001);
    size_t first = tale_address(&tale, WORLD_CALL_ACCEPT, 3, 6, 1001);
    size_t second = tale_address(&tale, WORLD_CALL_ACCEPT, 3, 7, 1000);
    size_t third = tale_call(&tale, WORLD_CALL_ACCEPT, 3, -EAGAIN);
    size_t of_eve = tale_moves(&tale, WORLD_CALL_RECV, 6, "x");
    size_t of_bob = tale_moves(&tale, WORLD_CALL_RECV, 7, "y");
    size_t bob = tale_moves(&tale, WORLD_CALL_SEND, 4, "y");
    size_t wait = tale_call(&tale, WORLD_CALL_WAIT, -1, 0);
    tale_tell(&tale);
    assert_told_of(&tale, step, "nobody");
    assert_told_of(&tale, 1, "the server");
    assert_told_of(&tale, 4, "bob");
    assert_told_of(&tale, first, "the server");
    assert_peer(&tale, first, "eve");
    assert_peer(&tale, second, "bob");
    assert_peer(&tale, third, "nobody");
    assert_told_of(&tale, of_eve, "the server's side of eve");
    assert_told_of(&tale, of_bob, "the server's side of bob");
    assert_told_of(&tale, bob, "bob");
    assert_told_of(&tale, wait, "nobody");
    assert_int_equal(trace_story_party_count(tale.story), 5);
    const struct trace_party *side =
        trace_story_party(tale.story, trace_story_of(tale.story, of_bob));
    assert_int_equal(side->role, TRACE_ROLE_SIDE);
    assert_string_equal(side->name, "bob");
    tale_end(&tale);
}

static void numbers_and_ports_are_used_again(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_listens(&tale, 3);
    tale_connects(&tale, 4, "bob", 1000);
    tale_address(&tale, WORLD_CALL_ACCEPT, 3, 5, 1000);
    size_t old_client = tale_call(&tale, WORLD_CALL_CLOSE, 4, 0);
    size_t old_side = tale_call(&tale, WORLD_CALL_CLOSE, 5, 0);
    tale_connects(&tale, 5, "bob#2", 1000);
    size_t accepted = tale_address(&tale, WORLD_CALL_ACCEPT, 3, 4, 1000);
    size_t client = tale_moves(&tale, WORLD_CALL_SEND, 5, "x");
    size_t side = tale_moves(&tale, WORLD_CALL_RECV, 4, "x");
    tale_tell(&tale);
    assert_told_of(&tale, old_client, "bob");
    assert_told_of(&tale, old_side, "the server's side of bob");
    assert_peer(&tale, accepted, "bob#2");
    assert_told_of(&tale, client, "bob#2");
    assert_told_of(&tale, side, "the server's side of bob#2");
    tale_end(&tale);
}

static void datagrams_have_peers(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_call(&tale, WORLD_CALL_SOCKET, -1, 3);
    tale_address(&tale, WORLD_CALL_BIND, 3, 0, 9000);
    tale_connects(&tale, 4, "bob", 1000);
    tale_connects(&tale, 5, "eve", 1001);
    size_t sent = tale_moves(&tale, WORLD_CALL_SEND, 5, "ping");
    size_t received = tale_datagram(&tale, WORLD_CALL_RECVFROM, 3, "ping", 1001);
    size_t answered = tale_datagram(&tale, WORLD_CALL_SENDTO, 3, "pong", 1001);
    size_t stranger = tale_datagram(&tale, WORLD_CALL_RECVFROM, 3, "boo", 77);
    size_t got = tale_datagram(&tale, WORLD_CALL_RECVFROM, 5, "pong", 9000);
    tale_tell(&tale);
    assert_told_of(&tale, sent, "eve");
    assert_told_of(&tale, received, "the server");
    assert_peer(&tale, received, "eve");
    assert_peer(&tale, answered, "eve");
    assert_peer(&tale, stranger, "nobody");
    assert_told_of(&tale, got, "eve");
    assert_peer(&tale, got, "nobody");
    tale_end(&tale);
}

static void what_is_not_named_is_unknown(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    /* A listener that was there before, a connection from elsewhere, a client without a mark. */
    size_t accepted = tale_address(&tale, WORLD_CALL_ACCEPT, 3, 4, 1000);
    size_t side = tale_moves(&tale, WORLD_CALL_RECV, 4, "x");
    tale_call(&tale, WORLD_CALL_SOCKET, -1, 5);
    size_t client = tale_address(&tale, WORLD_CALL_CONNECT, 5, 0, 9000);
    size_t failed = tale_call(&tale, WORLD_CALL_SOCKET, -1, -EMFILE);
    tale_tell(&tale);
    assert_told_of(&tale, accepted, "the server");
    assert_told_of(&tale, side, "the server's side of an unknown client");
    assert_told_of(&tale, client, "an unknown client");
    assert_told_of(&tale, failed, "nobody");
    tale_end(&tale);
}

static void an_empty_trace_has_an_empty_story(void **state)
{
    (void)state;
    struct trace_story_difference difference;
    struct tale a;
    struct tale b;
    tale_begin(&a);
    tale_begin(&b);
    tale_listens(&b, 3);
    tale_tell(&a);
    tale_tell(&b);
    assert_int_equal(trace_story_party_count(a.story), 0);
    assert_false(trace_story_first_difference(a.story, a.story, &difference));
    assert_true(trace_story_first_difference(a.story, b.story, &difference));
    assert_string_equal(difference.label, "the server");
    assert_null(difference.a);
    assert_int_equal(difference.b->kind, WORLD_CALL_SOCKET);
    tale_end(&a);
    tale_end(&b);
}

static void tell_a_lot(struct tale *tale)
{
    tale_begin(tale);
    tale_listens(tale, 3);
    for (int i = 0; i < 8; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        tale_connects(tale, 4, name, (uint16_t)(1000 + i));
        tale_address(tale, WORLD_CALL_ACCEPT, 3, 5, (uint16_t)(1000 + i));
        tale_moves(tale, WORLD_CALL_SEND, 4, "some bytes");
        tale_moves(tale, WORLD_CALL_RECV, 5, "some bytes");
        tale_datagram(tale, WORLD_CALL_SENDTO, 3, "more", (uint16_t)(1000 + i));
        tale_call(tale, WORLD_CALL_CLOSE, 5, 0);
        tale_call(tale, WORLD_CALL_CLOSE, 4, 0);
    }
    tale_tell(tale);
}

/* Whatever trace_view lets through can be told and compared; a sanitizer watches. */
static void any_mutated_trace_can_be_told(void **state)
{
    (void)state;
    struct prng prng = {.state = 5};
    struct tale sound;
    size_t differing = 0;
    size_t told = 0;
    tell_a_lot(&sound);
    for (int i = 0; i < MUTATIONS; i++) {
        struct trace_story *story;
        struct trace_view view;
        struct trace_story_difference difference;
        size_t size = sound.blob.size;
        uint8_t *memory = malloc(size);
        assert_non_null(memory);
        memcpy(memory, sound.blob.data, size);
        for (uint64_t n = 1 + prng_below(&prng, 4); n > 0; n--) {
            uint64_t at = prng_below(&prng, size);
            memory[at] = i % 2 ? (uint8_t)prng_next(&prng) : (uint8_t)(memory[at] ^ 1);
        }
        struct bytes blob = {memory, size, size, size};
        if (trace_view(&blob, &view) == 0) {
            assert_int_equal(trace_story_new(&view, &story), 0);
            for (size_t j = 0; j < view.event_count; j++) {
                uint32_t party = trace_story_of(story, j);
                uint32_t peer = trace_story_peer(story, j);
                assert_true(party == TRACE_NOBODY || party < trace_story_party_count(story));
                assert_true(peer == TRACE_NOBODY || peer < trace_story_party_count(story));
            }
            differing += trace_story_first_difference(sound.story, story, &difference);
            assert_false(trace_story_first_difference(story, story, &difference));
            trace_story_free(story);
            told++;
        }
        free(memory);
    }
    assert_true(told > 0 && told < MUTATIONS);
    assert_true(differing > 0 && differing < told);
    tale_end(&sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_has_its_party),
        cmocka_unit_test(numbers_and_ports_are_used_again),
        cmocka_unit_test(datagrams_have_peers),
        cmocka_unit_test(what_is_not_named_is_unknown),
        cmocka_unit_test(an_empty_trace_has_an_empty_story),
        cmocka_unit_test(any_mutated_trace_can_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
