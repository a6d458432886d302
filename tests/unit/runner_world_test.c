/* SPDX-License-Identifier: MIT */
/*
 * The runner in worlds that real sockets seldom are: where bytes arrive late, where nothing happens
 * any more, and where calls fail for a moment. Each is a veil over the real one; its time is its
 * own, so that ten seconds pass in no time.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runner_fixture.h"

#define SOCKETS_MAX 1024

struct veil {
    struct world world;
    struct world *inner;
    uint64_t now_ns;
    bool accepted[SOCKETS_MAX];
    bool late;       /* what was sent can be received only after somebody waited */
    bool arrived;    /* somebody waited since the last send */
    int events_left; /* -1: no limit; afterwards nothing is ever ready */
    bool withhold;   /* clients receive nothing */
    bool deaf;       /* the server receives nothing, though its sockets are ready */
    uint64_t
        drip_ns;  /* the server receives one byte at a time, and so much later; 0: all at once */
    bool dripped; /* nobody waited since the last byte */
    int stutter;  /* each call fails with this errno the first time, and passes the second */
    bool stuttered;
    bool swallow; /* of what the server sends the last byte is lost, and nobody is told */
};

static struct veil *veil_of(struct world *world)
{
    return (struct veil *)world;
}

/* Whether this call fails now. */
static bool veil_stutters(struct world *world)
{
    struct veil *veil = veil_of(world);
    veil->stuttered = veil->stutter != 0 && !veil->stuttered;
    return veil->stuttered;
}

static int veil_socket(struct world *world, enum world_transport transport,
                       enum world_family family)
{
    int made = world_socket(veil_of(world)->inner, transport, family);
    if (made >= 0) {
        assert_true(made < SOCKETS_MAX);
        veil_of(world)->accepted[made] = false;
    }
    return made;
}

static int veil_bind(struct world *world, int socket, const struct world_address *address)
{
    return world_bind(veil_of(world)->inner, socket, address);
}

static int veil_listen(struct world *world, int socket, int backlog)
{
    return world_listen(veil_of(world)->inner, socket, backlog);
}

static int veil_accept(struct world *world, int socket, struct world_address *peer)
{
    struct veil *veil = veil_of(world);
    if (veil_stutters(world)) {
        return -veil->stutter;
    }
    int made = world_accept(veil->inner, socket, peer);
    if (made >= 0) {
        assert_true(made < SOCKETS_MAX);
        veil->accepted[made] = true;
    }
    return made;
}

static int veil_connect(struct world *world, int socket, const struct world_address *address)
{
    return world_connect(veil_of(world)->inner, socket, address);
}

/* Why nothing can be received now, or 0. */
static int veil_holds(struct world *world, int socket)
{
    const struct veil *veil = veil_of(world);
    bool served = veil->accepted[socket];
    bool waits = (veil->late && !veil->arrived) || (veil->withhold && !served) ||
                 (served && (veil->deaf || veil->dripped));
    return waits ? -EAGAIN : veil_stutters(world) ? -veil->stutter : 0;
}

static ssize_t veil_recv(struct world *world, int socket, void *data, size_t size)
{
    struct veil *veil = veil_of(world);
    int error = veil_holds(world, socket);
    if (!error && veil->drip_ns > 0 && veil->accepted[socket]) {
        veil->dripped = true;
        size = 1;
    }
    return error ? error : world_recv(veil->inner, socket, data, size);
}

static ssize_t veil_recvfrom(struct world *world, int socket, void *data, size_t size,
                             struct world_address *peer)
{
    int error = veil_holds(world, socket);
    return error ? error : world_recvfrom(veil_of(world)->inner, socket, data, size, peer);
}

static ssize_t veil_send(struct world *world, int socket, const void *data, size_t size)
{
    struct veil *veil = veil_of(world);
    veil->arrived = false;
    if (veil->swallow && veil->accepted[socket]) {
        return world_send(veil->inner, socket, data, size - 1) + 1;
    }
    return veil_stutters(world) ? -veil->stutter : world_send(veil->inner, socket, data, size);
}

static ssize_t veil_sendto(struct world *world, int socket, const void *data, size_t size,
                           const struct world_address *peer)
{
    struct veil *veil = veil_of(world);
    veil->arrived = false;
    return veil_stutters(world) ? -veil->stutter
                                : world_sendto(veil->inner, socket, data, size, peer);
}

static int veil_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    veil_of(world)->arrived = false;
    return world_shutdown(veil_of(world)->inner, socket, how);
}

static int veil_close(struct world *world, int socket)
{
    veil_of(world)->arrived = false;
    return world_close(veil_of(world)->inner, socket);
}

static int veil_getsockname(struct world *world, int socket, struct world_address *address)
{
    return world_getsockname(veil_of(world)->inner, socket, address);
}

static int veil_getpeername(struct world *world, int socket, struct world_address *address)
{
    return world_getpeername(veil_of(world)->inner, socket, address);
}

static int veil_set(struct world *world, int socket, enum world_option option, int value)
{
    return world_set(veil_of(world)->inner, socket, option, value);
}

static int veil_ask(struct world *world, int socket, enum world_question question)
{
    return world_ask(veil_of(world)->inner, socket, question);
}

static int veil_watch(struct world *world, int socket, uint32_t events, void *token)
{
    return world_watch(veil_of(world)->inner, socket, events, token);
}

static int veil_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                     int count)
{
    struct veil *veil = veil_of(world);
    veil->arrived = veil->arrived || deadline_ns > 0;
    if (veil->dripped && deadline_ns > 0) {
        veil->dripped = false;
        veil->now_ns += veil->drip_ns;
    }
    if ((veil->late && !veil->arrived) || veil->dripped) {
        return 0;
    }
    /* Loopback delivers synchronously: what is not ready now will never be. */
    int most = veil->events_left < 0 || count < veil->events_left ? count : veil->events_left;
    int ready = most > 0 ? world_wait(veil->inner, 0, events, most) : 0;
    if (ready > 0 && veil->events_left > 0) {
        veil->events_left -= ready;
    }
    if (ready > 0 && veil->deaf) {
        veil->now_ns += 10 * CLOCK_MS;
    }
    if (ready == 0 && deadline_ns > veil->now_ns) {
        veil->now_ns = deadline_ns;
    }
    return ready;
}

static uint64_t veil_now_ns(struct world *world)
{
    /* Whoever looks at the time without end sees it pass. */
    return veil_of(world)->now_ns += CLOCK_MS;
}

static uint64_t veil_pass(struct world *world, uint64_t span_ns)
{
    return world_pass(veil_of(world)->inner, span_ns);
}

static void veil_free(struct world *world)
{
    world_free(veil_of(world)->inner);
    free(world);
}

static const struct world_ops veil_ops = {
    .kind = WORLD_KERNEL,
    .socket = veil_socket,
    .bind = veil_bind,
    .listen = veil_listen,
    .accept = veil_accept,
    .connect = veil_connect,
    .recv = veil_recv,
    .recvfrom = veil_recvfrom,
    .send = veil_send,
    .sendto = veil_sendto,
    .shutdown = veil_shutdown,
    .close = veil_close,
    .getsockname = veil_getsockname,
    .getpeername = veil_getpeername,
    .set = veil_set,
    .ask = veil_ask,
    .watch = veil_watch,
    .wait = veil_wait,
    .now_ns = veil_now_ns,
    .pass = veil_pass,
    .free = veil_free,
};

static struct veil *stage_veil(struct stage *stage, const char *plugin)
{
    struct veil *veil = calloc(1, sizeof(*veil));
    assert_non_null(veil);
    veil->world.ops = &veil_ops;
    veil->inner = world_kernel_new();
    veil->now_ns = 1;
    veil->events_left = -1;
    stage_init_in(stage, &veil->world, DRILL_TEST_PLUGINS, plugin);
    return veil;
}

/* connect, send, expect, half_close, expect_end over TCP; without the last two over UDP. */
static void story_dual(struct story *story, enum world_transport transport)
{
    story_hello(story, "hello");
    story->plan.server.transport = transport;
    if (transport == WORLD_TCP) {
        story_step(story, PLAN_HALF_CLOSE);
        struct plan_step *step = story_step(story, PLAN_EXPECT_END);
        step->expect_end.ends = PLAN_END_EOF;
        step->expect_end.within_ms = 1000;
    }
}

static void what_arrives_late_is_waited_for_and_the_result_is_the_same(void **state)
{
    (void)state;
    for (int transport = WORLD_TCP; transport <= WORLD_UDP; transport++) {
        struct stage stage;
        struct story story;
        struct bytes wire[2];
        struct veil *veil = stage_veil(&stage, "dual");
        story_dual(&story, (enum world_transport)transport);
        for (int late = 0; late < 2; late++) {
            bytes_init(&wire[late], 1 << 20);
            veil->late = late;
            assert_verdict(&stage, &story, VERDICT_PASS);
            assert_int_equal(result_encode_canonical(&stage.result, &wire[late]), 0);
        }
        assert_int_equal(wire[0].size, wire[1].size);
        assert_memory_equal(wire[0].data, wire[1].data, wire[0].size);
        bytes_fini(&wire[0]);
        bytes_fini(&wire[1]);
        /* Nobody had to wait until the time was up. */
        assert_true(veil->now_ns < 10 * CLOCK_S);
        forget_result(&stage);
        stage_fini(&stage);
    }
}

/* A run whose settling ends after ten seconds with a sentence that ends in `wait`. */
static void assert_never_settles(struct stage *stage, const struct story *story, const char *wait)
{
    char sentence[256];
    snprintf(sentence, sizeof(sentence),
             "connection \"client\" did not settle within 10 s: it waits for %s", wait);
    uint64_t before_ns = ((struct veil *)stage->world)->now_ns;
    assert_verdict(stage, story, VERDICT_ERROR);
    assert_string_equal(stage->result.failure.sentence, sentence);
    uint64_t waited_ns = ((struct veil *)stage->world)->now_ns - before_ns;
    assert_in_range(waited_ns, 10 * CLOCK_S, 11 * CLOCK_S);
}

static void what_never_settles_is_an_error_that_names_the_connection_and_the_clause(void **state)
{
    (void)state;
    static const char *const waits[] = {"the server to accept it",
                                        "the server to receive what the client sent",
                                        "the server to see the client's end"};
    struct stage stage;
    struct story story;
    struct veil *veil = stage_veil(&stage, "dual");
    story_dual(&story, WORLD_TCP);
    for (int events = 0; events < 3; events++) {
        veil->events_left = events;
        assert_never_settles(&stage, &story, waits[events]);
    }
    veil->events_left = -1;
    veil->withhold = true;
    assert_never_settles(&stage, &story, "the client to receive what the server sent");
    assert_int_equal(stage.result.failure.source, 1);
    /* A run after it begins anew. */
    veil->withhold = false;
    assert_verdict(&stage, &story, VERDICT_PASS);
    forget_result(&stage);
    stage_fini(&stage);
}

/* Five bytes and the end, four seconds each: more than ten in one settling. */
static void progress_puts_the_ten_seconds_off(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct veil *veil = stage_veil(&stage, "dual");
    story_dual(&story, WORLD_TCP);
    veil->drip_ns = 4 * CLOCK_S;
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_true(veil->now_ns >= 16 * CLOCK_S);
    forget_result(&stage);
    stage_fini(&stage);
}

/* Sockets that are ready again and again keep the loop busy; that is no progress. */
static void what_is_ready_without_end_is_given_up_too(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct veil *veil = stage_veil(&stage, "dual");
    story_dual(&story, WORLD_TCP);
    veil->deaf = true;
    assert_verdict(&stage, &story, VERDICT_ERROR);
    assert_string_equal(stage.result.failure.sentence,
                        "connection \"client\" did not settle within 10 s: it waits "
                        "for the server to receive what the client sent");
    assert_true(veil->now_ns >= 10 * CLOCK_S);
    forget_result(&stage);
    stage_fini(&stage);
}

static void datagrams_that_never_arrive_and_were_not_dropped_are_an_error(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct veil *veil = stage_veil(&stage, "dual");
    story_dual(&story, WORLD_UDP);
    veil->events_left = 0;
    assert_never_settles(&stage, &story, "the server to receive what the client sent");
    veil->events_left = 1;
    veil->withhold = true; /* from the listener, too: nobody accepted its socket */
    assert_never_settles(&stage, &story, "the server to receive what the client sent");
    forget_result(&stage);
    stage_fini(&stage);
}

static void calls_that_fail_for_a_moment_are_made_again(void **state)
{
    (void)state;
    static const int errors[] = {EINTR, EAGAIN, ENOBUFS, ENOMEM};
    for (int transport = WORLD_TCP; transport <= WORLD_UDP; transport++) {
        struct stage stage;
        struct story story;
        struct veil *veil = stage_veil(&stage, "dual");
        story_dual(&story, (enum world_transport)transport);
        for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
            veil->stutter = errors[i];
            assert_verdict(&stage, &story, VERDICT_PASS);
        }
        forget_result(&stage);
        stage_fini(&stage);
    }
}

/* A client that saw a clean end got all there was, whatever the server thinks it has sent. */
static void reply_that_is_lost_on_its_way_is_found_by_the_replay(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct veil *veil = stage_veil(&stage, "dual");
    story_init(&story);
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "hello");
    story.steps[1].send.settle = false;
    story_step(&story, PLAN_HALF_CLOSE);
    story_expect(&story, "hell");
    veil->swallow = true;
    assert_verdict(&stage, &story, VERDICT_FAIL);
    assert_int_equal(stage.result.failure.oracle, ORACLE_REPLAY);
    assert_int_equal(stage.result.failure.actual.stream.length, 4);
    assert_int_equal(stage.result.failure.expected.stream.length, 5);
    forget_result(&stage);
    stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrives_late_is_waited_for_and_the_result_is_the_same),
        cmocka_unit_test(what_never_settles_is_an_error_that_names_the_connection_and_the_clause),
        cmocka_unit_test(progress_puts_the_ten_seconds_off),
        cmocka_unit_test(what_is_ready_without_end_is_given_up_too),
        cmocka_unit_test(datagrams_that_never_arrive_and_were_not_dropped_are_an_error),
        cmocka_unit_test(calls_that_fail_for_a_moment_are_made_again),
        cmocka_unit_test(reply_that_is_lost_on_its_way_is_found_by_the_replay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
