/* SPDX-License-Identifier: MIT */
/* Minimizing with judges that are made up: what they look for is known, and so is the smallest tape
 * that has it. */
#include "tape_fixture.h"

#include <errno.h>

#include "minimize.h"

/* Counts what it is asked, and says no to a candidate that it has not been asked for in order. */
struct made_up {
    bool (*shows)(const struct tape_event *events, size_t count);
    uint64_t asked;
    size_t largest_batch;
    int fails_at; /* -EIO at this call; 0: never */
    int calls;
};

#define EVENTS_MAX 4096

static size_t read_all(const uint8_t *data, size_t size, struct tape_event *events)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        assert_true(count < EVENTS_MAX);
        at = tape_event_read(data, size, at, &events[count]);
    }
    return count;
}

static bool shows(const struct made_up *made_up, const struct bytes *tape)
{
    static struct tape_event events[EVENTS_MAX];
    return made_up->shows(events, read_all(tape->data, tape->size, events));
}

static int first(void *owner, const struct bytes *tapes, size_t count)
{
    struct made_up *made_up = owner;
    made_up->largest_batch = count > made_up->largest_batch ? count : made_up->largest_batch;
    if (++made_up->calls == made_up->fails_at) {
        return -EIO;
    }
    for (size_t i = 0; i < count; i++) {
        made_up->asked++;
        if (shows(made_up, &tapes[i])) {
            return (int)i;
        }
    }
    return (int)count;
}

static void add(struct bytes *tape, enum tape_opcode opcode, uint64_t a, uint64_t b,
                const char *payload)
{
    uint8_t out[256];
    struct tape_event event = {.opcode = opcode,
                               .operands = {a, b},
                               .payload = (const uint8_t *)payload,
                               .payload_size = payload ? strlen(payload) : 0};
    assert_int_equal(bytes_add(tape, out, tape_event_write(&event, out, sizeof(out))), 0);
}

/* Any tape with much in it that does not matter. */
static void add_noise(struct bytes *tape, struct prng *prng, size_t events)
{
    for (size_t i = 0; i < events; i++) {
        switch (prng_below(prng, 4)) {
        case 0:
            add(tape, TAPE_CONNECT, 3 + prng_below(prng, 5), 0, NULL);
            break;
        case 1:
            add(tape, TAPE_SEND, 3 + prng_below(prng, 5), 0, "noise that nobody needs");
            break;
        case 2:
            add(tape, TAPE_WAIT, prng_below(prng, 100000), 0, NULL);
            break;
        default:
            add(tape, TAPE_FAULT, prng_below(prng, 10), 1 + prng_below(prng, 10), NULL);
        }
    }
}

static void minimize(const struct bytes *tape, struct made_up *made_up, uint64_t most,
                     struct bytes *out, struct minimize_told *told)
{
    struct minimize_judge judge = {.first = first, .owner = made_up};
    bytes_init(out, SIZE_MAX);
    assert_int_equal(minimize_tape(tape->data, tape->size, &judge, most, out, told), 0);
    assert_int_equal(told->judgements, made_up->asked);
    assert_true(made_up->largest_batch <= MINIMIZE_BATCH);
    assert_int_equal(told->bytes_before, tape->size);
    assert_int_equal(told->bytes_after, out->size);
    assert_int_equal(told->events_after, minimize_events(out->data, out->size));
    assert_true(shows(made_up, out));
}

/* A send that holds an 'x' and, somewhere behind it, a wait of at least 1500. */
static bool send_then_wait(const struct tape_event *events, size_t count)
{
    size_t i = 0;
    while (i < count && !(events[i].opcode == TAPE_SEND &&
                          memchr(events[i].payload, 'x', events[i].payload_size))) {
        i++;
    }
    while (i < count && !(events[i].opcode == TAPE_WAIT && events[i].operands[0] >= 1500)) {
        i++;
    }
    return i < count;
}

static void make_send_then_wait(struct bytes *tape)
{
    struct prng prng = {7};
    bytes_init(tape, SIZE_MAX);
    add_noise(tape, &prng, 200);
    add(tape, TAPE_SEND, 6, 0, "\x01\x02 an x in it \xff");
    add_noise(tape, &prng, 100);
    add(tape, TAPE_WAIT, 77777, 0, NULL);
    add_noise(tape, &prng, 50);
}

static void what_does_not_matter_goes(void **state)
{
    (void)state;
    struct bytes tape, out, wanted;
    struct minimize_told told;
    struct made_up made_up = {.shows = send_then_wait};
    make_send_then_wait(&tape);
    minimize(&tape, &made_up, 0, &out, &told);
    bytes_init(&wanted, SIZE_MAX);
    add(&wanted, TAPE_SEND, 0, 0, "x");
    add(&wanted, TAPE_WAIT, 1500, 0, NULL);
    assert_int_equal(out.size, wanted.size);
    assert_memory_equal(out.data, wanted.data, wanted.size);
    assert_int_equal(told.events_before, 352);
    assert_false(told.bounded);
    bytes_fini(&wanted);
    bytes_fini(&tape);
    bytes_fini(&out);
}

/* Three connects of whom nobody is the same client, and between the first two a cut. */
static bool three_clients(const struct tape_event *events, size_t count)
{
    uint64_t clients[3];
    size_t found = 0;
    bool cut = false;
    for (size_t i = 0; i < count && found < 3; i++) {
        cut |= found == 1 && events[i].opcode == TAPE_CUT;
        bool fresh = events[i].opcode == TAPE_CONNECT && (found != 1 || cut);
        for (size_t j = 0; fresh && j < found; j++) {
            fresh = clients[j] != events[i].operands[0];
        }
        if (fresh) {
            clients[found++] = events[i].operands[0];
        }
    }
    return found == 3;
}

static void no_event_of_what_is_left_can_go(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct prng prng = {seed};
        struct bytes tape, out;
        struct minimize_told told;
        struct made_up made_up = {.shows = three_clients};
        bytes_init(&tape, SIZE_MAX);
        add_noise(&tape, &prng, 30);
        add(&tape, TAPE_CONNECT, 5, 0, NULL);
        add(&tape, TAPE_CUT, 9, 0, NULL);
        add_noise(&tape, &prng, 100);
        add(&tape, TAPE_CONNECT, 6, 0, NULL);
        add(&tape, TAPE_CONNECT, 7, 0, NULL);
        add(&tape, TAPE_CONNECT, 4, 0, NULL);
        minimize(&tape, &made_up, 0, &out, &told);
        assert_false(told.bounded);
        struct tape_event events[EVENTS_MAX / 64], fewer[EVENTS_MAX / 64];
        size_t count = read_all(out.data, out.size, events);
        assert_int_equal(count, 4);
        for (size_t without = 0; without < count; without++) {
            size_t left = 0;
            for (size_t i = 0; i < count; i++) {
                if (i != without) {
                    fewer[left++] = events[i];
                }
            }
            assert_false(three_clients(fewer, left));
        }
        bytes_fini(&tape);
        bytes_fini(&out);
    }
}

static bool any_fault_or_long_send(const struct tape_event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (events[i].opcode == TAPE_FAULT ||
            (events[i].opcode == TAPE_SEND && events[i].payload_size >= 9)) {
            return true;
        }
    }
    return false;
}

static void a_way_without_faults_is_preferred(void **state)
{
    (void)state;
    struct bytes tape, out;
    struct minimize_told told;
    struct made_up made_up = {.shows = any_fault_or_long_send};
    bytes_init(&tape, SIZE_MAX);
    add(&tape, TAPE_FAULT, 6, 1, NULL);
    add(&tape, TAPE_SEND, 0, 0, "a long payload");
    minimize(&tape, &made_up, 0, &out, &told);
    struct tape_event event;
    assert_int_equal(tape_event_read(out.data, out.size, 0, &event), out.size);
    assert_int_equal(event.opcode, TAPE_SEND);
    assert_int_equal(event.payload_size, 9);
    assert_memory_equal(event.payload, "aaaaaaaaa", 9);
    bytes_fini(&tape);
    bytes_fini(&out);
}

/* A connect inside of nothing. */
static bool bare_connect(const struct tape_event *events, size_t count)
{
    size_t depth = 0;
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        depth += events[i].opcode == TAPE_REPEAT || events[i].opcode == TAPE_TOGETHER;
        depth -= events[i].opcode == TAPE_END && depth > 0;
        found |= events[i].opcode == TAPE_CONNECT;
    }
    return found && depth == 0;
}

static void lists_give_way_to_what_they_hold(void **state)
{
    (void)state;
    struct bytes tape, out;
    struct minimize_told told;
    struct made_up made_up = {.shows = bare_connect};
    bytes_init(&tape, SIZE_MAX);
    add(&tape, TAPE_REPEAT, 5, 0, NULL);
    add(&tape, TAPE_TOGETHER, 0, 0, NULL);
    add(&tape, TAPE_WAIT, 5, 0, NULL);
    add(&tape, TAPE_LANE, 0, 0, NULL);
    add(&tape, TAPE_CONNECT, 2, 0, NULL);
    add(&tape, TAPE_END, 0, 0, NULL);
    add(&tape, TAPE_END, 0, 0, NULL);
    minimize(&tape, &made_up, 0, &out, &told);
    static const uint8_t wanted[] = {TAPE_CONNECT, 0};
    assert_int_equal(out.size, sizeof(wanted));
    assert_memory_equal(out.data, wanted, sizeof(wanted));
    bytes_fini(&tape);
    bytes_fini(&out);
}

static void the_bound_is_kept_and_told(void **state)
{
    (void)state;
    struct bytes tape, out;
    struct minimize_told free, told;
    struct made_up unbounded = {.shows = send_then_wait};
    make_send_then_wait(&tape);
    minimize(&tape, &unbounded, 0, &out, &free);
    bytes_fini(&out);
    assert_true(free.judgements > 50);
    for (uint64_t most = 1; most <= free.judgements; most++) {
        struct made_up made_up = {.shows = send_then_wait};
        minimize(&tape, &made_up, most, &out, &told);
        assert_true(told.judgements <= most);
        assert_int_equal(told.bounded, most < free.judgements);
        bytes_fini(&out);
    }
    bytes_fini(&tape);
}

static void the_same_tape_gives_the_same_result(void **state)
{
    (void)state;
    struct prng prng = {3};
    struct bytes out[2], tape;
    struct minimize_told told[2];
    bytes_init(&tape, SIZE_MAX);
    add_noise(&tape, &prng, 300);
    for (size_t i = 0; i < 2; i++) {
        struct made_up made_up = {.shows = any_fault_or_long_send};
        minimize(&tape, &made_up, 0, &out[i], &told[i]);
    }
    assert_int_equal(told[0].judgements, told[1].judgements);
    assert_int_equal(out[0].size, out[1].size);
    assert_memory_equal(out[0].data, out[1].data, out[0].size);
    bytes_fini(&tape);
    bytes_fini(&out[0]);
    bytes_fini(&out[1]);
}

static bool never(const struct tape_event *events, size_t count)
{
    (void)events, (void)count;
    return false;
}

static bool always(const struct tape_event *events, size_t count)
{
    (void)events, (void)count;
    return true;
}

static void a_tape_that_shows_nothing_is_told(void **state)
{
    (void)state;
    struct bytes tape, out;
    struct minimize_told told;
    struct made_up made_up = {.shows = never};
    struct minimize_judge judge = {.first = first, .owner = &made_up};
    make_send_then_wait(&tape);
    bytes_init(&out, SIZE_MAX);
    assert_int_equal(minimize_tape(tape.data, tape.size, &judge, 0, &out, &told), -ENOENT);
    assert_int_equal(out.size, 0);
    assert_int_equal(told.judgements, 1);
    bytes_fini(&tape);
    bytes_fini(&out);
}

static void what_shows_anyway_becomes_nothing(void **state)
{
    (void)state;
    struct bytes tape, out;
    struct minimize_told told;
    struct made_up made_up = {.shows = always};
    make_send_then_wait(&tape);
    minimize(&tape, &made_up, 0, &out, &told);
    assert_int_equal(out.size, 0);
    bytes_fini(&tape);
    bytes_fini(&out);
}

static void a_judge_that_fails_ends_it(void **state)
{
    (void)state;
    for (int call = 1; call < 20; call++) {
        struct bytes tape, out;
        struct minimize_told told;
        struct made_up made_up = {.shows = send_then_wait, .fails_at = call};
        struct minimize_judge judge = {.first = first, .owner = &made_up};
        make_send_then_wait(&tape);
        bytes_init(&out, SIZE_MAX);
        assert_int_equal(minimize_tape(tape.data, tape.size, &judge, 0, &out, &told), -EIO);
        bytes_fini(&tape);
        bytes_fini(&out);
    }
}

/* Whatever the bytes and the judge, each step is a simplification, so that it ends. */
static bool by_hash(const struct tape_event *events, size_t count)
{
    uint64_t sum = 1;
    for (size_t i = 0; i < count; i++) {
        sum = sum * 31 + events[i].opcode + events[i].operands[0] + events[i].payload_size;
    }
    return sum % 3 != 0;
}

static void any_bytes_and_any_judge_come_to_an_end(void **state)
{
    (void)state;
    struct prng prng = {11};
    for (unsigned run = 0; run < 300; run++) {
        uint8_t data[512];
        size_t size = fixture_tape(&prng, data, sizeof(data));
        struct bytes tape = {.data = data, .size = size}, out;
        struct minimize_told told;
        struct made_up made_up = {.shows = by_hash};
        if (!shows(&made_up, &tape)) {
            continue;
        }
        minimize(&tape, &made_up, UINT64_C(1) << 40, &out, &told);
        assert_false(told.bounded);
        assert_true(told.events_after <= told.events_before);
        bytes_fini(&out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_matter_goes),
        cmocka_unit_test(no_event_of_what_is_left_can_go),
        cmocka_unit_test(a_way_without_faults_is_preferred),
        cmocka_unit_test(lists_give_way_to_what_they_hold),
        cmocka_unit_test(the_bound_is_kept_and_told),
        cmocka_unit_test(the_same_tape_gives_the_same_result),
        cmocka_unit_test(a_tape_that_shows_nothing_is_told),
        cmocka_unit_test(what_shows_anyway_becomes_nothing),
        cmocka_unit_test(a_judge_that_fails_ends_it),
        cmocka_unit_test(any_bytes_and_any_judge_come_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
