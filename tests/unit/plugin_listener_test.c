/* SPDX-License-Identifier: MIT */
#include "plugin_fixture.h"

#include <errno.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

/* In the order of the test plugin's table: greeting, nick, count, any, loud, polite. */
#define OPTION_COUNT 6

static void fallbacks_apply_without_values(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "options", DRILL_TCP, NULL);
    assert_int_equal(fixture_say(&fixture, 1, "?"), DRILL_OK);
    fixture_expect(&fixture, "greeting=hi\nnick=(none)\ncount=3\nany=0\nloud=false\npolite=true\n");
    fixture_stop(&fixture);
}

static void values_reach_the_plugin_and_are_copied(void **state)
{
    (void)state;
    struct fixture fixture;
    char greeting[] = "hello";
    char nick[] = "bob";
    struct drill_value values[OPTION_COUNT] = {{.string = greeting}, {.string = nick},
                                               {.integer = -5},      {.integer = INT64_MIN},
                                               {.integer = 1},       {.integer = 0}};
    fixture_start(&fixture, "options", DRILL_UDP, values);
    memset(greeting, 'X', sizeof(greeting) - 1);
    memset(nick, 'X', sizeof(nick) - 1);
    memset(values, 0, sizeof(values));
    assert_int_equal(fixture_say(&fixture, 1, ""), DRILL_OK);
    fixture_expect(&fixture, "greeting=hello\nnick=bob\ncount=-5\nany=-9223372036854775808\n"
                             "loud=true\npolite=false\n");
    fixture_stop(&fixture);
}

static void assert_start_refused(const char *name, uint32_t transport,
                                 const struct drill_value *values, const char *sentence)
{
    struct fixture fixture;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, name);
    assert_int_equal(fixture_listen(&fixture, plugin, transport, values), -EINVAL);
    assert_string_equal(fixture.error.sentence, sentence);
    assert_null(fixture.listener.config);
    assert_null(fixture.listener.values);
    assert_null(fixture.listener.allocations);
    fixture_stop(&fixture);
}

static void values_out_of_range_are_refused(void **state)
{
    (void)state;
    struct drill_value values[OPTION_COUNT] = {{.string = "hi"}, {0}, {.integer = 11}};
    assert_start_refused("options", DRILL_TCP, values,
                         "option 'count' must be from -5 to 10, not 11");
    values[2].integer = 10;
    values[4].integer = 2;
    assert_start_refused("options", DRILL_TCP, values, "option 'loud' must be 0 or 1, not 2");
    values[4].integer = 0;
    values[0].string = NULL;
    assert_start_refused("options", DRILL_TCP, values, "option 'greeting' needs a string");
    values[0].string = "\xff";
    assert_start_refused("options", DRILL_TCP, values, "option 'greeting' is not valid UTF-8");
}

static void a_transport_that_is_not_served_is_refused(void **state)
{
    (void)state;
    assert_start_refused("lines", DRILL_UDP, NULL, "plugin 'lines' does not serve udp");
    assert_start_refused("silent-udp", DRILL_TCP, NULL, "plugin 'silent-udp' does not serve tcp");
}

static void a_refusal_to_configure_carries_the_reason_last_logged(void **state)
{
    (void)state;
    struct drill_value rude = {.integer = 1};
    assert_start_refused("configure-refuses", DRILL_TCP, NULL,
                         "plugin 'configure-refuses' refuses its options: the moon is in the "
                         "wrong phase");
    assert_start_refused("configure-refuses", DRILL_TCP, &rude,
                         "plugin 'configure-refuses' refuses its options");
}

static void configure_may_not_set_properties(void **state)
{
    (void)state;
    assert_start_refused("configure-boasts", DRILL_TCP, NULL,
                         "plugin 'configure-boasts' set the properties 0x1 while it was "
                         "configured, and may only clear what it declared; correct its configure");
}

static void configure_may_clear_properties(void **state)
{
    (void)state;
    struct fixture fixture;
    struct drill_value quit = {.string = "exit"};
    struct drill_value empty = {.string = ""};
    assert_int_equal(
        fixture_listen(&fixture, fixture_load(DRILL_PLUGINS, "uppercase"), DRILL_TCP, NULL), 0);
    assert_int_equal(fixture.listener.properties, DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING);
    fixture_stop(&fixture);
    assert_int_equal(
        fixture_listen(&fixture, fixture_load(DRILL_PLUGINS, "uppercase"), DRILL_TCP, &quit), 0);
    assert_int_equal(fixture.listener.properties, 0);
    fixture_stop(&fixture);
    assert_int_equal(
        fixture_listen(&fixture, fixture_load(DRILL_PLUGINS, "uppercase"), DRILL_TCP, &empty),
        -EINVAL);
    assert_string_equal(fixture.error.sentence,
                        "plugin 'uppercase' refuses its options: quit must not be empty");
    fixture_stop(&fixture);
}

static void what_is_allocated_is_counted_until_released(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "leak", DRILL_TCP, NULL);
    fixture_say(&fixture, 1, "borrow");
    assert_int_equal(fixture.listener.allocated_count, 0);
    assert_int_equal(fixture.listener.allocated_bytes, 0);
    fixture_say(&fixture, 1, "leak");
    fixture_say(&fixture, 2, "leak");
    assert_int_equal(fixture.listener.allocated_count, 2);
    assert_int_equal(fixture.listener.allocated_bytes, 200);
    /* The host frees what the plugin did not; a leak checker would see otherwise. */
    fixture_stop(&fixture);
}

static void memory_is_zeroed_aligned_and_distinct(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    struct fixture fixture;
    uint8_t *memory[COUNT];
    fixture_start(&fixture, "dual", DRILL_TCP, NULL);
    struct plugin_call call = fixture_call(&fixture, 1);
    const struct drill_services *services = call.public.services;
    for (size_t i = 0; i < COUNT; i++) {
        memory[i] = services->allocate(&call.public, i);
        assert_non_null(memory[i]);
        assert_int_equal((uintptr_t)memory[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(memory[i][j], 0);
        }
        memset(memory[i], 0xff, i);
    }
    assert_int_equal(fixture.listener.allocated_count, COUNT);
    assert_int_equal(fixture.listener.allocated_bytes, COUNT * (COUNT - 1) / 2);
    /* From the middle outwards: a link to each side, to one side, to none. */
    for (size_t i = 0; i < COUNT; i++) {
        size_t at = i % 2 ? COUNT / 2 - (i + 1) / 2 : COUNT / 2 + i / 2;
        services->release(&call.public, memory[at]);
        assert_int_equal(fixture.listener.allocated_count, COUNT - 1 - i);
    }
    assert_int_equal(fixture.listener.allocated_bytes, 0);
    services->release(&call.public, NULL);
    fixture_stop(&fixture);
}

static void too_much_memory_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "dual", DRILL_TCP, NULL);
    struct plugin_call call = fixture_call(&fixture, 1);
    const struct drill_services *services = call.public.services;
    assert_null(services->allocate(&call.public, SIZE_MAX));
    assert_null(services->allocate(&call.public, SIZE_MAX - 16));
    assert_null(services->allocate(&call.public, PLUGIN_ALLOCATED_BYTES_MAX + 1));
    void *memory = services->allocate(&call.public, 1);
    assert_non_null(memory);
    assert_null(services->allocate(&call.public, PLUGIN_ALLOCATED_BYTES_MAX));
    assert_int_equal(fixture.listener.allocated_count, 1);
    services->release(&call.public, memory);
    fixture_stop(&fixture);
}

static void logged_lines_are_bounded_and_harmless(void **state)
{
    (void)state;
    struct fixture fixture;
    char lengthy[5000];
    fixture_start(&fixture, "dual", DRILL_TCP, NULL);
    struct plugin_call call = fixture_call(&fixture, 7);
    call.public.services->log(&call.public, "a\nb\x1b[2J\x7f\xc3\xa9");
    assert_string_equal(fixture.logged, "a b [2J \xc3\xa9");
    assert_int_equal(fixture.log_session, 7);
    call.public.services->log(&call.public, NULL);
    assert_string_equal(fixture.logged, "");
    memset(lengthy, 'x', sizeof(lengthy) - 1);
    lengthy[sizeof(lengthy) - 1] = '\0';
    call.public.services->log(&call.public, lengthy);
    assert_int_equal(strlen(fixture.logged), 1023);
    fixture.listener.hooks.log = NULL;
    call.public.services->log(&call.public, "nobody listens");
    assert_int_equal(fixture.log_count, 3);
    fixture_stop(&fixture);
}

static void random_numbers_come_from_the_seed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "random", DRILL_TCP, NULL);
    /* SplitMix64 from 1, by its authors' reference code. */
    fixture_say(&fixture, 1, "?");
    fixture_expect(&fixture, "910a2dec89025cc1");
    fixture_say(&fixture, 2, "?");
    fixture_expect(&fixture, "beeb8da1658eec67");
    fixture_stop(&fixture);
}

static void time_is_the_run_clock(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "clock", DRILL_TCP, NULL);
    assert_int_equal(fixture_open(&fixture, 1), DRILL_SILENT);
    fixture_say(&fixture, 1, "?");
    fixture_expect(&fixture, "0\n");
    clock_advance(&fixture.clock, fixture.clock.now_ns + 86400 * CLOCK_S);
    fixture_say(&fixture, 1, "?");
    fixture_expect(&fixture, "86400000\n");
    fixture_stop(&fixture);
}

static void wakes_are_asked_for_on_the_run_clock(void **state)
{
    (void)state;
    struct fixture fixture;
    struct drill_value values[] = {{.integer = 250}, {.integer = 2}};
    fixture_start(&fixture, "waker", DRILL_TCP, values);
    assert_int_equal(fixture_say(&fixture, 3, "hello"), DRILL_SILENT);
    assert_int_equal(fixture.wake_session, 3);
    assert_int_equal(fixture.wake_ns, 1000 + 250 * CLOCK_MS);
    clock_advance(&fixture.clock, fixture.wake_ns);
    assert_int_equal(fixture_wake(&fixture, 3), DRILL_OK);
    fixture_expect(&fixture, "tick");
    assert_int_equal(fixture.wake_ns, 1000 + 500 * CLOCK_MS);
    assert_int_equal(fixture_wake(&fixture, 3), DRILL_OK);
    assert_int_equal(fixture.wake_count, 2);
    assert_int_equal(fixture_say(&fixture, 3, "stop"), DRILL_SILENT);
    assert_int_equal(fixture.wake_ns, CLOCK_NEVER_NS);
    fixture_stop(&fixture);
}

static void posts_go_to_the_other_sessions(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "chat", DRILL_TCP, NULL);
    for (uint64_t session = 1; session <= 3; session++) {
        assert_int_equal(fixture_open(&fixture, session), DRILL_SILENT);
    }
    assert_int_equal(fixture.listener.allocated_count, 3);
    assert_int_equal(fixture_say(&fixture, 2, "hey"), DRILL_SILENT);
    assert_string_equal(fixture.posted, "2>1:hey;2>3:hey;");
    /* The stand-in knows no session 10. */
    assert_int_equal(fixture_open(&fixture, 10), DRILL_SILENT);
    assert_int_equal(fixture_say(&fixture, 1, "all?"), DRILL_OK);
    fixture_expect(&fixture, "missed by 1\n");
    fixture_close(&fixture, 2);
    fixture_close(&fixture, 10);
    fixture_say(&fixture, 1, "who");
    fixture_expect(&fixture, "2");
    fixture_close(&fixture, 1);
    fixture_close(&fixture, 3);
    assert_int_equal(fixture.listener.allocated_count, 0);
    fixture_stop(&fixture);
}

static void posts_need_tcp_and_somebody_to_carry_them(void **state)
{
    (void)state;
    struct fixture fixture;
    struct drill_bytes bytes = {.data = (const uint8_t *)"x", .size = 1};
    fixture_start(&fixture, "dual", DRILL_UDP, NULL);
    struct plugin_call call = fixture_call(&fixture, 1);
    assert_int_equal(call.public.services->post(&call.public, 1, bytes), DRILL_SILENT);
    fixture_stop(&fixture);
    fixture_start(&fixture, "dual", DRILL_TCP, NULL);
    call = fixture_call(&fixture, 1);
    assert_int_equal(call.public.services->post(&call.public, 1, bytes), DRILL_OK);
    assert_string_equal(fixture.posted, "1>1:x;");
    fixture.listener.hooks.post = NULL;
    assert_int_equal(call.public.services->post(&call.public, 1, bytes), DRILL_SILENT);
    fixture_stop(&fixture);
}

static void a_call_shows_the_listener_and_the_session(void **state)
{
    (void)state;
    struct fixture fixture;
    int own = 0;
    fixture_start(&fixture, "waker", DRILL_TCP, NULL);
    struct plugin_call call = plugin_call_make(&fixture.listener, 42, &own);
    assert_int_equal(call.public.struct_size, sizeof(struct drill_context));
    assert_int_equal(call.public.transport, DRILL_TCP);
    assert_ptr_equal(call.public.config, fixture.listener.config);
    assert_ptr_equal(call.public.state, &own);
    assert_int_equal(call.public.session, 42);
    assert_int_equal(call.public.services->struct_size, sizeof(struct drill_services));
    assert_ptr_equal(&call, &call.public);
    fixture_stop(&fixture);
}

/* Runs one transform in a child, as if it were `frame` where `framing`, and gives back what it
 * wrote to standard error. */
static void say_in_child(const char *word, bool framing, char *text, size_t size)
{
    struct fixture fixture;
    int ends[2];
    fixture_start(&fixture, "misuse", DRILL_TCP, NULL);
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        fixture_become_victim();
        dup2(ends[1], STDERR_FILENO);
        fixture.listener.framing = framing;
        fixture_say(&fixture, 1, word);
        _exit(FIXTURE_UNHARMED);
    }
    close(ends[1]);
    size_t got = 0;
    ssize_t more = 1;
    while (more > 0 && got < size - 1) {
        more = read(ends[0], text + got, size - 1 - got);
        got += more > 0 ? (size_t)more : 0;
    }
    text[got] = '\0';
    close(ends[0]);
    assert_false(fixture_exited(fixture_wait(child), FIXTURE_UNHARMED));
    fixture_stop(&fixture);
}

static void a_broken_contract_ends_the_process_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *word, *sentence;
    } cases[] = {
        {"foreign", "plugin 'misuse' broke its contract: it released memory that this listener "
                    "did not allocate, or wrote in front of memory that it did\n"},
        {"underrun", "plugin 'misuse' broke its contract: it released memory that this listener "
                     "did not allocate, or wrote in front of memory that it did\n"},
        {"wake", "plugin 'misuse' broke its contract: it called wake_after without having a wake "
                 "callback\n"},
        {"post", "plugin 'misuse' broke its contract: it posted bytes from a null pointer\n"},
#ifndef SANITIZED
        /* A sanitizer has its own words for this one. */
        {"twice", "plugin 'misuse' broke its contract: it released the same memory twice\n"},
#endif
    };
    char text[4096];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        say_in_child(cases[i].word, false, text, sizeof(text));
        assert_string_equal(text, cases[i].sentence);
    }
    say_in_child("twice", false, text, sizeof(text));
    assert_true(strlen(text) > 0);
}

static void frame_may_use_no_service_but_log(void **state)
{
    (void)state;
    /* The first service that each of them uses. */
    static const char *const words[] = {"twice", "foreign", "wake", "post", "random", "now"};
    char text[4096];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        say_in_child(words[i], true, text, sizeof(text));
        assert_string_equal(text, "plugin 'misuse' broke its contract: it used a service in frame, "
                                  "which must depend on its input only\n");
    }
    struct fixture fixture;
    fixture_start(&fixture, "dual", DRILL_TCP, NULL);
    struct plugin_call call = fixture_call(&fixture, 1);
    fixture.listener.framing = true;
    call.public.services->log(&call.public, "seen");
    assert_string_equal(fixture.logged, "seen");
    fixture_stop(&fixture);
}

static void memory_belongs_to_its_listener(void **state)
{
    (void)state;
    struct fixture one;
    struct fixture other;
    fixture_start(&one, "dual", DRILL_TCP, NULL);
    fixture_start(&other, "dual", DRILL_TCP, NULL);
    struct plugin_call call = fixture_call(&one, 1);
    void *memory = call.public.services->allocate(&call.public, 1);
    assert_int_equal(one.listener.allocated_count, 1);
    assert_int_equal(other.listener.allocated_count, 0);
    fixture_stop(&other);
    call.public.services->release(&call.public, memory);
    assert_int_equal(one.listener.allocated_count, 0);
    fixture_stop(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fallbacks_apply_without_values),
        cmocka_unit_test(values_reach_the_plugin_and_are_copied),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(a_transport_that_is_not_served_is_refused),
        cmocka_unit_test(a_refusal_to_configure_carries_the_reason_last_logged),
        cmocka_unit_test(configure_may_not_set_properties),
        cmocka_unit_test(configure_may_clear_properties),
        cmocka_unit_test(what_is_allocated_is_counted_until_released),
        cmocka_unit_test(memory_is_zeroed_aligned_and_distinct),
        cmocka_unit_test(too_much_memory_is_refused),
        cmocka_unit_test(logged_lines_are_bounded_and_harmless),
        cmocka_unit_test(random_numbers_come_from_the_seed),
        cmocka_unit_test(time_is_the_run_clock),
        cmocka_unit_test(wakes_are_asked_for_on_the_run_clock),
        cmocka_unit_test(posts_go_to_the_other_sessions),
        cmocka_unit_test(posts_need_tcp_and_somebody_to_carry_them),
        cmocka_unit_test(a_call_shows_the_listener_and_the_session),
        cmocka_unit_test(a_broken_contract_ends_the_process_with_a_sentence),
        cmocka_unit_test(frame_may_use_no_service_but_log),
        cmocka_unit_test(memory_belongs_to_its_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
