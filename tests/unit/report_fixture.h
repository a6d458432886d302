/* SPDX-License-Identifier: MIT */
/*
 * Plans and results made by hand, and a folder to write into, for the tests of reports/.
 *
 * Each test program uses what it needs: everything is static inline. A fixture's folder is removed
 * with all that is in it.
 */
#ifndef DRILL_TESTS_REPORT_FIXTURE_H
#define DRILL_TESTS_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <cmocka.h>

#include "plan.h"
#include "result.h"

#define FIXTURE_PLANS 12

static const char *const fixture_sources[] = {"/steps/0", "/steps/1", "/steps/1/steps/0",
                                              "/steps/2", "/steps/3"};
static const char *const fixture_tags[] = {"seed", "tcp"};

struct report_fixture {
    char folder[64];
    char path[128], partial[140];
    struct plan stored[FIXTURE_PLANS];
    struct plan *plans[FIXTURE_PLANS];
    char ids[FIXTURE_PLANS][32];
    struct drill_error error;
};

static inline void fixture_plan(struct plan *plan, const char *id)
{
    *plan = (struct plan){
        .id = id,
        .file = "scenarios/some.json",
        .title = "Something that is \xc3\xa4tested",
        .tags = fixture_tags,
        .tag_count = 2,
        .hash = {0xab, 0xcd},
        .worlds = PLAN_KERNEL,
        .seed = 1,
        .server = {.plugin = "uppercase", .plugin_version = "1.0.0", .transport = WORLD_TCP},
        .sources = fixture_sources,
        .source_count = 5};
}

static inline int report_setup(void **state)
{
    struct report_fixture *fixture = calloc(1, sizeof(*fixture));
    const char *base = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof(fixture->folder), "%.40s/drill-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(fixture->folder)) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->path, sizeof(fixture->path), "%s/report.json", fixture->folder);
    snprintf(fixture->partial, sizeof(fixture->partial), "%s.partial", fixture->path);
    for (int i = 0; i < FIXTURE_PLANS; i++) {
        snprintf(fixture->ids[i], sizeof(fixture->ids[i]), "tcp/many#n=%d", i);
        fixture_plan(&fixture->stored[i], fixture->ids[i]);
        fixture->plans[i] = &fixture->stored[i];
    }
    *state = fixture;
    return 0;
}

/* Every file that these tests may have left is known by name. */
static inline int report_teardown(void **state)
{
    struct report_fixture *fixture = *state;
    static const char *const names[] = {"report.json", "report.json.partial", "report.json.new",
                                        "report.json.partial.spare", "link.json"};
    char path[160];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", fixture->folder, names[i]);
        unlink(path);
    }
    int status = rmdir(fixture->folder);
    free(fixture);
    return status;
}

/* The whole file as a string that the caller frees; NULL when there is none. */
static inline char *fixture_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    struct bytes bytes;
    bytes_init(&bytes, (size_t)1 << 28);
    char block[4096];
    size_t count;
    while ((count = fread(block, 1, sizeof(block), file)) > 0) {
        assert_int_equal(bytes_add(&bytes, block, count), 0);
    }
    fclose(file);
    *size = bytes.size;
    assert_non_null(bytes_string(&bytes));
    return (char *)bytes.data;
}

static inline void fixture_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static inline bool fixture_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* The file as JSON; duplicate keys and anything after the document are errors. */
static inline json_t *fixture_json(const char *path)
{
    json_error_t error = {0};
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        fail_msg("%s:%d:%d: %s", path, error.line, error.column, error.text);
    }
    return json;
}

static inline void fixture_stream(struct result_stream *stream, const void *data, size_t size)
{
    struct result_recorder recorder;
    assert_int_equal(result_recorder_init(&recorder), 0);
    result_recorder_add(&recorder, data, size);
    result_recorder_read(&recorder, stream);
    result_recorder_fini(&recorder);
}

/* A result with one client that sent `sent` and received `received`, and its session. */
static inline void fixture_result_bytes(struct result *result, uint32_t index,
                                        const struct plan *plan, const void *sent, size_t sent_size,
                                        const void *received, size_t received_size)
{
    assert_int_equal(result_init(result, index, plan), 0);
    result->step_runs[0] = 1;
    result->clients = calloc(1, sizeof(*result->clients));
    result->sessions = calloc(1, sizeof(*result->sessions));
    assert_true(result->clients && result->sessions);
    result->client_count = result->session_count = 1;
    struct result_client *client = &result->clients[0];
    client->name = strdup("client");
    client->end = PLAN_END_EOF;
    fixture_stream(&client->sent, sent, sent_size);
    fixture_stream(&client->received, received, received_size);
    struct result_session *session = &result->sessions[0];
    session->name = strdup("client");
    session->comparable_bytes = session->comparable_sizes = true;
    session->end = SESSION_EOF;
    session->received = client->sent;
    session->recv_runs = calloc(1, sizeof(*session->recv_runs));
    assert_non_null(session->recv_runs);
    session->recv_runs[0] = (struct result_run){.size = sent_size, .count = 1};
    session->recv_run_count = 1;
    result->real_ns = 3400000 + index;
}

static inline void fixture_result(struct result *result, uint32_t index, const struct plan *plan)
{
    fixture_result_bytes(result, index, plan, "hello", 5, "HELLO", 5);
}

/* Turns the result into a failure at /steps/1/steps/0, iteration 4. */
static inline void fixture_fail(struct result *result, enum verdict verdict, const char *expected,
                                const char *actual)
{
    assert_int_equal(result_decide(result, verdict, "the client received other bytes"), 0);
    result->failure.source = 2;
    result->failure.iteration[0] = 4;
    result->failure.iteration_depth = 1;
    result->step_runs[2] = 4;
    result_evidence_bytes(&result->failure.expected, expected, strlen(expected), 0);
    result_evidence_bytes(&result->failure.actual, actual, strlen(actual), 0);
}

/* Turns the result into one of two worlds that disagree. */
static inline void fixture_diverge(struct result *result)
{
    assert_int_equal(result_decide(result, VERDICT_DIVERGED, "the worlds disagree"), 0);
    result->world = PLAN_BOTH;
    result->sim_verdict = VERDICT_PASS;
    result->kernel_verdict = VERDICT_FAIL;
    result->divergence =
        (struct result_divergence){.what = strdup("the session of bob: how it ended"),
                                   .sim = strdup("eof"),
                                   .kernel = strdup("reset"),
                                   .calls = strdup("the server's call 3 for bob"),
                                   .sim_call = strdup("recv(1024) = 0"),
                                   .kernel_call = strdup("recv(1024) = ECONNRESET")};
}

#endif
