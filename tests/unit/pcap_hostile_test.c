/* SPDX-License-Identifier: MIT */
/* Captures of traces that are cut short, lack events or make no sense, and files that cannot be
 * written. */
#include "pcap_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "prng.h"

#define ROUNDS 400

/* A bit of everything. */
static void tape_mixture(struct tape *tape)
{
    tape_rewind(tape);
    tape_pair(tape, WORLD_IPV4);
    tape_send(tape, 4, "hello");
    tape_recv(tape, 5, "hello");
    tape->now_ns += CLOCK_MS;
    tape_connect(tape, 6, WORLD_IPV4, 40001, false);
    tape_ask(tape, 6, 0);
    tape_add(tape, WORLD_CALL_SHUTDOWN, 4, 0, WORLD_SHUT_WR);
    tape_move(tape, WORLD_CALL_SEND, 5, NULL, 70000);
    tape->now_ns += 2 * CLOCK_S;
    tape_close(tape, 5);
    tape_accept(tape, 3, 5, WORLD_IPV4, 40001);
    tape_add(tape, WORLD_CALL_RECV, 5, 0, 100);
    tape_socket(tape, 8, WORLD_UDP, WORLD_IPV6);
    tape_address(tape, WORLD_CALL_CONNECT, 8, 0, WORLD_IPV6, 9000);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, 8, 0, WORLD_IPV6, 40000);
    tape_move(tape, WORLD_CALL_SEND, 8, "ping", 4);
    tape_move(tape, WORLD_CALL_RECVFROM, 9, "pong", 4)->has_address = 1;
    tape_add(tape, WORLD_CALL_SET, 6, 0, WORLD_RESET_ON_CLOSE)->value = 1;
    tape_close(tape, 6);
    tape_close(tape, 3);
}

static uint64_t any_of(struct prng *prng, const uint64_t *values, size_t count)
{
    return values[prng_below(prng, count)];
}

/* Changes one field to something that trace_view lets pass. */
static void mutate(struct tape *tape, struct prng *prng)
{
    static const uint64_t sizes[] = {0, 1, 1024, 65507, 65508, 65527, 65536, 200000};
    static const uint64_t times[] = {0, 1, CLOCK_S, UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 62};
    static const int64_t errors[] = {-EINPROGRESS, -ECONNREFUSED, -ENOTCONN, -ECONNRESET,
                                     -ETIMEDOUT,   -EAGAIN,       0,         INT32_MAX};
    struct trace_event *event = &tape->events[prng_below(prng, tape->view.event_count)];
    bool socket = false;
    switch (prng_below(prng, 9)) {
    case 0:
        event->kind = (uint8_t)prng_below(prng, TRACE_KIND_COUNT);
        break;
    case 1:
        event->socket = (int32_t)prng_below(prng, 11) - 1;
        break;
    case 2:
        socket = event->kind == WORLD_CALL_SOCKET || event->kind == WORLD_CALL_ACCEPT;
        event->result = errors[prng_below(prng, socket ? 8 : 7)];
        break;
    case 3:
        event->argument = (uint32_t)any_of(prng, sizes, 8);
        event->result = socket ? event->result : (int64_t)any_of(prng, sizes, 8);
        break;
    case 4:
        event->at_ns = any_of(prng, times, 6);
        break;
    case 5:
        event->has_address ^= 1;
        break;
    case 6:
        event->address = world_loopback(prng_below(prng, 2) ? WORLD_IPV6 : WORLD_IPV4,
                                        prng_below(prng, 2) ? 9000 : 40000);
        event->address.ip[prng_below(prng, 16)] ^= (uint8_t)prng_next(prng);
        break;
    case 7:
        event->data = prng_below(prng, tape->view.data_size);
        event->size = (uint32_t)prng_below(prng, tape->view.data_size - event->data + 1);
        break;
    case 8:
        *event = tape->events[prng_below(prng, tape->view.event_count)];
        break;
    }
    /* What trace_view refuses. */
    if (event->kind == WORLD_CALL_SOCKET) {
        event->argument = prng_below(prng, 2) << 8 | prng_below(prng, 2);
    } else if (event->kind == WORLD_CALL_SHUTDOWN || event->kind == WORLD_CALL_ASK) {
        event->argument %= 3;
    }
}

static void nonsense_gives_a_well_formed_capture(void **state)
{
    struct tape *tape = *state;
    struct prng prng = {1};
    size_t packets = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct reader reader;
        tape_mixture(tape);
        for (uint64_t n = prng_below(&prng, 12) + 1; n > 0; n--) {
            mutate(tape, &prng);
        }
        reader_init_loosely(&reader, tape);
        packets += reader.packets;
        reader_fini(&reader);
    }
    assert_true(packets > ROUNDS);
}

static void a_trace_that_was_cut_anywhere_gives_a_beginning(void **state)
{
    struct tape *tape = *state;
    size_t before = 0;
    tape_mixture(tape);
    size_t whole = tape->view.event_count;
    for (size_t count = 0; count <= whole; count++) {
        struct reader reader;
        tape->view.event_count = count;
        tape->view.omitted = whole - count;
        reader_init_loosely(&reader, tape);
        before = reader.packets > before ? reader.packets : before;
        reader_fini(&reader);
    }
    assert_true(before > 10);
}

static void events_that_were_omitted_leave_the_rest_well_formed(void **state)
{
    struct tape *tape = *state;
    tape_mixture(tape);
    size_t whole = tape->view.event_count;
    for (size_t gap = 0; gap < whole; gap++) {
        struct reader reader;
        tape_mixture(tape);
        memmove(tape->events + gap, tape->events + gap + 1,
                (whole - gap - 1) * sizeof(tape->events[0]));
        tape->view.event_count--;
        reader_init_loosely(&reader, tape);
        assert_true(reader.packets > 0);
        reader_fini(&reader);
    }
}

static void bytes_that_were_not_kept_are_captured_in_part(void **state)
{
    struct tape *tape = *state;
    struct reader reader;
    tape_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, "hello", 5)->size = 2;
    tape_send(tape, 4, "x");
    reader_init(&reader, tape);
    assert_non_null(strstr(bytes_string(&reader.text), "40000>9000 PSH ACK 5\n"));
    assert_int_equal(reader.stream.size, 3);
    assert_memory_equal(reader.stream.data, "hex", 3);
    reader_fini(&reader);
}

static void a_trace_that_lies_about_sizes_costs_no_more_than_it_holds(void **state)
{
    struct tape *tape = *state;
    struct stat status;
    tape_pair(tape, WORLD_IPV4);
    struct trace_event *first = tape_move(tape, WORLD_CALL_SEND, 4, NULL, 100000);
    for (int i = 0; i < 200; i++) {
        *tape_add(tape, WORLD_CALL_SEND, 4, 100000, 100000) = *first;
    }
    struct reader reader;
    reader_init(&reader, tape);
    assert_int_equal(reader.stream.size, 100000);
    reader_fini(&reader);
    assert_int_equal(stat(tape->path, &status), 0);
    assert_true(status.st_size < 200000);
}

static void assert_refused(const struct tape *tape, const char *path, int expected,
                           const char *sentence)
{
    struct drill_error error = {0};
    assert_int_equal(pcap_write(path, &tape->view, &error), expected);
    if (!strstr(error.sentence, path) || !strstr(error.sentence, sentence)) {
        fail_msg("unexpected: %s", error.sentence);
    }
}

static void what_cannot_be_written_is_an_error(void **state)
{
    struct tape *tape = *state;
    char path[160];
    tape_mixture(tape);
    snprintf(path, sizeof(path), "%s/no/such.pcap", tape->folder);
    assert_refused(tape, path, -ENOENT, "folder does not exist");
    assert_refused(tape, tape->folder, -EISDIR, "directory");
    snprintf(path, sizeof(path), "%s.new", tape->folder);
    assert_int_equal(access(path, F_OK), -1);
    assert_refused(tape, "/dev/full", -EINVAL, "not a regular file");
    assert_int_equal(access("/dev/full", W_OK), 0);
}

static void a_full_disk_leaves_the_older_file(void **state)
{
    struct tape *tape = *state;
    struct rlimit before;
    char fresh[128];
    tape_rewind(tape);
    assert_story(tape, "");
    tape_mixture(tape);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = {1000, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct drill_error error = {0};
    int status = pcap_write(tape->path, &tape->view, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, -EFBIG);
    assert_non_null(strstr(error.sentence, tape->path));
    struct stat older;
    assert_int_equal(stat(tape->path, &older), 0);
    assert_int_equal(older.st_size, 24);
    snprintf(fresh, sizeof(fresh), "%s.new", tape->path);
    assert_int_equal(access(fresh, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tape_setup, tape_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nonsense_gives_a_well_formed_capture),
        TEST(a_trace_that_was_cut_anywhere_gives_a_beginning),
        TEST(events_that_were_omitted_leave_the_rest_well_formed),
        TEST(bytes_that_were_not_kept_are_captured_in_part),
        TEST(a_trace_that_lies_about_sizes_costs_no_more_than_it_holds),
        TEST(what_cannot_be_written_is_an_error),
        TEST(a_full_disk_leaves_the_older_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
