/* SPDX-License-Identifier: MIT */
/* Stores that were scribbled over become traces, and blobs that are none are refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prng.h"
#include "trace.h"
#include "trace_text.h"

#define EVENTS    8
#define DATA      64
#define MUTATIONS 60000

static struct trace_store *store_new(uint64_t events, uint64_t data)
{
    struct trace_store *store = calloc(1, trace_store_bytes(events, data));
    assert_non_null(store);
    trace_store_begin(store, events, data);
    return store;
}

static void store_add(struct trace_store *store, struct trace_event event, const char *text)
{
    event.data = store->data_size;
    event.size = (uint32_t)strlen(text);
    memcpy(trace_store_data(store) + store->data_size, text, event.size);
    store->data_size += event.size;
    trace_store_events(store)[store->event_count] = event;
    store->event_count++;
}

static struct trace_store *store_with_a_story(void)
{
    struct trace_store *store = store_new(EVENTS, DATA);
    store_add(store, (struct trace_event){.kind = WORLD_CALL_SOCKET, .socket = -1, .result = 3},
              "");
    store_add(store, (struct trace_event){.kind = TRACE_CLIENT, .socket = 3}, "bob");
    store_add(store,
              (struct trace_event){.kind = WORLD_CALL_CONNECT,
                                   .socket = 3,
                                   .result = -EINPROGRESS,
                                   .has_address = 1,
                                   .address = world_loopback(WORLD_IPV4, 9000)},
              "");
    store_add(
        store,
        (struct trace_event){.kind = WORLD_CALL_SEND, .socket = 3, .result = 5, .argument = 5},
        "hello");
    store->omitted = 2;
    memset(store->hash, 7, sizeof(store->hash));
    return store;
}

static void take(const struct trace_store *store, struct bytes *blob)
{
    bytes_init(blob, TRACE_BLOB_BYTES_MAX);
    assert_int_equal(trace_take(store, EVENTS, DATA, blob), 0);
}

/* Reads all that a view promises; a sanitizer watches. */
static unsigned touch(const struct trace_view *view)
{
    unsigned sum = 0;
    for (size_t i = 0; i < view->event_count; i++) {
        const struct trace_event *event = &view->events[i];
        char text[TRACE_TEXT_MAX];
        assert_true(trace_text_call(event, text, sizeof(text)) < TRACE_TEXT_MAX);
        assert_true(trace_text_is_noise(event) || strlen(text) > 0);
        for (uint32_t j = 0; j < event->size; j++) {
            sum += view->data[event->data + j];
        }
    }
    return sum;
}

static void what_was_stored_comes_back(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    uint8_t sevens[16];
    struct trace_store *store = store_with_a_story();
    memset(sevens, 7, sizeof(sevens));
    take(store, &blob);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count, 4);
    assert_int_equal(view.data_size, 8);
    assert_int_equal(view.omitted, 2);
    assert_memory_equal(view.hash, sevens, sizeof(sevens));
    assert_memory_equal(view.events, trace_store_events(store), 4 * sizeof(struct trace_event));
    assert_memory_equal(view.data + view.events[3].data, "hello", 5);
    bytes_fini(&blob);
    free(store);
}

static void an_empty_blob_and_an_empty_store_are_empty_traces(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    bytes_init(&blob, TRACE_BLOB_BYTES_MAX);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count, 0);
    struct trace_store *store = store_with_a_story();
    trace_store_begin(store, EVENTS, DATA);
    assert_int_equal(trace_take(store, EVENTS, DATA, &blob), 0);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count, 0);
    assert_int_equal(view.data_size, 0);
    assert_int_equal(view.omitted, 0);
    bytes_fini(&blob);
    free(store);
}

static void a_store_without_room_is_an_empty_trace(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    struct trace_store *store = store_new(0, 0);
    bytes_init(&blob, TRACE_BLOB_BYTES_MAX);
    store->event_count = store->data_size = 1000;
    assert_int_equal(trace_take(store, 0, 0, &blob), 0);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count + view.data_size, 0);
    bytes_fini(&blob);
    free(store);
}

static void events_that_make_no_sense_are_left_out_and_counted(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    struct trace_store *store = store_with_a_story();
    trace_store_events(store)[1].data = UINT64_MAX;
    trace_store_events(store)[2].kind = 200;
    take(store, &blob);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count, 2);
    assert_int_equal(view.events[1].kind, WORLD_CALL_SEND);
    assert_int_equal(view.omitted, 4);
    bytes_fini(&blob);
    free(store);
}

static void a_blob_with_too_little_room_is_told(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_store *store = store_with_a_story();
    bytes_init(&blob, 64);
    assert_int_equal(trace_take(store, EVENTS, DATA, &blob), -ENOSPC);
    assert_int_equal(blob.size, 0);
    bytes_fini(&blob);
    free(store);
}

static void counts_of_a_scribbled_header_are_not_believed(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    struct trace_store *store = store_with_a_story();
    memset(store, 0xff, sizeof(*store));
    take(store, &blob);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_true(view.event_count <= EVENTS);
    assert_true(view.data_size <= DATA);
    assert_true(view.omitted == UINT64_MAX);
    touch(&view);
    bytes_fini(&blob);
    free(store);
}

static void scribble(struct prng *prng, uint8_t *data, size_t size)
{
    uint64_t count = 1 + prng_below(prng, 6);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *at = data + prng_below(prng, size);
        uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, (uint8_t)prng_next(prng)};
        *at = values[prng_below(prng, sizeof(values))];
    }
}

static void any_scribbled_store_becomes_a_trace(void **state)
{
    (void)state;
    struct prng prng = {.state = 3};
    struct trace_store *sound = store_with_a_story();
    size_t size = trace_store_bytes(EVENTS, DATA);
    for (int i = 0; i < MUTATIONS / 10; i++) {
        struct bytes blob;
        struct trace_view view;
        struct trace_store *store = malloc(size);
        assert_non_null(store);
        memcpy(store, sound, size);
        scribble(&prng, (uint8_t *)store, i % 2 ? size : sizeof(*store) + 4 * sizeof(view));
        take(store, &blob);
        assert_int_equal(trace_view(&blob, &view), 0);
        touch(&view);
        bytes_fini(&blob);
        free(store);
    }
    free(sound);
}

static void any_mutated_blob_is_refused_or_safe_to_read(void **state)
{
    (void)state;
    struct prng prng = {.state = 4};
    struct bytes sound;
    struct trace_store *store = store_with_a_story();
    size_t refused = 0;
    take(store, &sound);
    for (int i = 0; i < MUTATIONS; i++) {
        struct bytes blob;
        struct trace_view view;
        size_t size = i % 8 ? sound.size : 1 + prng_below(&prng, sound.size);
        /* Exactly as large as it says, so that a sanitizer sees one byte too many. */
        uint8_t *memory = malloc(size);
        assert_non_null(memory);
        memcpy(memory, sound.data, size);
        scribble(&prng, memory, size);
        blob = (struct bytes){.data = memory, .size = size, .capacity = size, .size_max = size};
        int status = trace_view(&blob, &view);
        assert_true(status == 0 || status == -EINVAL);
        refused += status != 0;
        touch(&view);
        free(memory);
    }
    assert_true(refused > 0 && refused < MUTATIONS);
    bytes_fini(&sound);
    free(store);
}

static void each_field_of_an_event_is_checked(void **state)
{
    (void)state;
    const struct trace_event broken[] = {
        {.kind = TRACE_KIND_COUNT},
        {.kind = WORLD_CALL_RECV, .socket = -2},
        {.kind = WORLD_CALL_RECV, .has_address = 2},
        {.kind = WORLD_CALL_RECV, .fault = 2},
        {.kind = WORLD_CALL_RECV, .address.family = (enum world_family)2},
        {.kind = WORLD_CALL_RECV, .data = 1},
        {.kind = WORLD_CALL_RECV, .size = 1},
        {.kind = WORLD_CALL_RECV, .result = -4096},
        {.kind = WORLD_CALL_ACCEPT, .result = (int64_t)INT32_MAX + 1},
        {.kind = WORLD_CALL_SOCKET, .argument = 2 << 8},
        {.kind = WORLD_CALL_SOCKET, .argument = 2},
        {.kind = WORLD_CALL_SHUTDOWN, .argument = WORLD_SHUT_RDWR + 1},
        {.kind = WORLD_CALL_SET, .argument = WORLD_NO_DELAY + 1},
        {.kind = WORLD_CALL_ASK, .argument = WORLD_UNDER_WAY + 1},
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct bytes blob;
        struct trace_view view;
        struct trace_store *store = store_new(EVENTS, DATA);
        store_add(store, (struct trace_event){.kind = WORLD_CALL_RECV}, "");
        take(store, &blob);
        assert_int_equal(trace_view(&blob, &view), 0);
        memcpy(blob.data + blob.size - sizeof(broken[i]), &broken[i], sizeof(broken[i]));
        assert_int_equal(trace_view(&blob, &view), -EINVAL);
        assert_int_equal(view.event_count, 0);
        bytes_fini(&blob);
        free(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stored_comes_back),
        cmocka_unit_test(an_empty_blob_and_an_empty_store_are_empty_traces),
        cmocka_unit_test(a_store_without_room_is_an_empty_trace),
        cmocka_unit_test(events_that_make_no_sense_are_left_out_and_counted),
        cmocka_unit_test(a_blob_with_too_little_room_is_told),
        cmocka_unit_test(counts_of_a_scribbled_header_are_not_believed),
        cmocka_unit_test(any_scribbled_store_becomes_a_trace),
        cmocka_unit_test(any_mutated_blob_is_refused_or_safe_to_read),
        cmocka_unit_test(each_field_of_an_event_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
