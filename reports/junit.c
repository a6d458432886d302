/* SPDX-License-Identifier: MIT */
#include "junit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "failure_text.h"
#include "report_outcome.h"
#include "safe_text.h"

#define SECOND_US UINT64_C(1000000)

/* A scenario and how many letters of its id are its folder's; 0: it lies in none. */
struct junit_case {
    const struct report_read_result *result;
    size_t folder_size;
};

struct junit {
    struct ink ink;    /* writes the document */
    struct ink words;  /* makes text harmless before it is escaped */
    struct bytes text; /* of `words` */
    const struct timings_read *timings;
    struct junit_case *cases; /* owned; by folder and then by id */
    size_t count;
};

/* Values of a matrix stand behind a # and may hold slashes of their own. */
static size_t folder_size(const char *id)
{
    size_t size = strcspn(id, "#");
    while (size > 0 && id[size - 1] != '/') {
        size--;
    }
    /* An id that is nothing but its folder would have no name. */
    return size > 1 && id[size] ? size - 1 : 0;
}

static int compare_folders(const struct junit_case *a, const struct junit_case *b)
{
    size_t size = a->folder_size < b->folder_size ? a->folder_size : b->folder_size;
    int order = memcmp(a->result->id, b->result->id, size);
    return order ? order : (a->folder_size > b->folder_size) - (a->folder_size < b->folder_size);
}

static int by_folder(const void *a, const void *b)
{
    const struct junit_case *first = a, *second = b;
    int order = compare_folders(first, second);
    return order ? order : strcmp(first->result->id, second->result->id);
}

static int make_cases(struct junit *junit, const struct report_read *report)
{
    junit->count = report->count;
    junit->cases = calloc(report->count ? report->count : 1, sizeof(*junit->cases));
    if (!junit->cases) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < report->count; i++) {
        const struct report_read_result *result = &report->results[i];
        junit->cases[i] =
            (struct junit_case){.result = result, .folder_size = folder_size(result->id)};
    }
    qsort(junit->cases, junit->count, sizeof(*junit->cases), by_folder);
    return 0;
}

/* Moves the harmless text to the document. What XML forbids is not in it any more. */
static void add_text(struct junit *junit)
{
    struct ink *ink = &junit->ink;
    ink->status = ink->status == 0 ? junit->words.status : ink->status;
    if (ink->status == 0) {
        ink->status =
            safe_text_add_entities(ink->out, junit->text.data, junit->text.size, "&<>\"'");
    }
    bytes_clear(&junit->text);
}

static void add_attribute_of(struct junit *junit, const char *name, const char *text, size_t size)
{
    ink_add(&junit->ink, " ");
    ink_add(&junit->ink, name);
    ink_add(&junit->ink, "=\"");
    ink_safe_of(&junit->words, text, size);
    add_text(junit);
    ink_add(&junit->ink, "\"");
}

static void add_attribute(struct junit *junit, const char *name, const char *text)
{
    add_attribute_of(junit, name, text, strlen(text));
}

static void add_time(struct junit *junit, uint64_t real_us)
{
    ink_format(&junit->ink, " time=\"%" PRIu64 ".%06" PRIu64 "\"", real_us / SECOND_US,
               real_us % SECOND_US);
}

/* <failure type="fail" message="...">, with all that there is to say as its text. */
static void add_trouble(struct junit *junit, const char *element,
                        const struct report_read_result *result)
{
    ink_add(&junit->ink, "      <");
    ink_add(&junit->ink, element);
    add_attribute(junit, "type", verdict_name(result->verdict));
    add_attribute(junit, "message", failure_text_sentence(result));
    ink_add(&junit->ink, ">");
    ink_safe(&junit->words, failure_text_sentence(result));
    ink_add(&junit->words, "\n");
    failure_text_add(&junit->words, result, SIZE_MAX);
    add_text(junit);
    ink_add(&junit->ink, "</");
    ink_add(&junit->ink, element);
    ink_add(&junit->ink, ">\n");
}

static void add_skipped(struct junit *junit, const struct report_read_result *result)
{
    ink_add(&junit->ink, "      <skipped");
    add_attribute(junit, "type", verdict_name(result->verdict));
    add_attribute(junit, "message", report_outcome_note(result));
    ink_add(&junit->ink, "/>\n");
}

static void add_outcome(struct junit *junit, const struct report_read_result *result)
{
    switch (report_outcome_of(result)) {
    case REPORT_OUTCOME_FAILED:
        add_trouble(junit, "failure", result);
        return;
    case REPORT_OUTCOME_BROKEN:
        add_trouble(junit, "error", result);
        return;
    case REPORT_OUTCOME_KNOWN:
    case REPORT_OUTCOME_SKIPPED:
        add_skipped(junit, result);
        return;
    case REPORT_OUTCOME_PASSED:
        return;
    }
}

/* An attribute with the folder's name. */
static void add_folder(struct junit *junit, const char *name, const struct junit_case *of)
{
    bool root = of->folder_size == 0;
    add_attribute_of(junit, name, root ? "(root)" : of->result->id,
                     root ? strlen("(root)") : of->folder_size);
}

static void add_case(struct junit *junit, const struct junit_case *one)
{
    uint64_t real_us;
    const char *id = one->result->id;
    ink_add(&junit->ink, "    <testcase");
    add_folder(junit, "classname", one);
    add_attribute(junit, "name", one->folder_size > 0 ? id + one->folder_size + 1 : id);
    if (timings_read_of(junit->timings, id, &real_us)) {
        add_time(junit, real_us);
    }
    if (report_outcome_of(one->result) == REPORT_OUTCOME_PASSED) {
        ink_add(&junit->ink, "/>\n");
        return;
    }
    ink_add(&junit->ink, ">\n");
    add_outcome(junit, one->result);
    ink_add(&junit->ink, "    </testcase>\n");
}

static void add_counts(struct junit *junit, size_t tests, size_t failures, size_t errors)
{
    ink_format(&junit->ink, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests, failures,
               errors);
}

/* The scenarios of one folder, `count` from `first` on. */
static void add_suite(struct junit *junit, const struct junit_case *first, size_t count)
{
    size_t outcomes[REPORT_OUTCOME_COUNT] = {0};
    uint64_t total_us = 0, real_us;
    bool timed = false;
    for (size_t i = 0; i < count; i++) {
        outcomes[report_outcome_of(first[i].result)]++;
        if (timings_read_of(junit->timings, first[i].result->id, &real_us)) {
            total_us += real_us;
            timed = true;
        }
    }
    ink_add(&junit->ink, "  <testsuite");
    add_folder(junit, "name", first);
    add_counts(junit, count, outcomes[REPORT_OUTCOME_FAILED], outcomes[REPORT_OUTCOME_BROKEN]);
    ink_format(&junit->ink, " skipped=\"%zu\"",
               outcomes[REPORT_OUTCOME_KNOWN] + outcomes[REPORT_OUTCOME_SKIPPED]);
    if (timed) {
        add_time(junit, total_us);
    }
    ink_add(&junit->ink, ">\n");
    for (size_t i = 0; i < count; i++) {
        add_case(junit, &first[i]);
    }
    ink_add(&junit->ink, "  </testsuite>\n");
}

/* Without it, what has not run would pass for what has. */
static void add_stopped(struct junit *junit, const struct report_outcome_counts *counts,
                        const struct report_read *report)
{
    ink_add(&junit->ink, "  <testsuite name=\"(run)\"");
    add_counts(junit, 1, 0, 1);
    ink_add(&junit->ink, " skipped=\"0\">\n    <testcase classname=\"(run)\" name=\"complete\">\n"
                         "      <error type=\"incomplete\" message=\"");
    report_outcome_stopped(&junit->ink, counts, report);
    ink_add(&junit->ink, "\"/>\n    </testcase>\n  </testsuite>\n");
}

static void add_suites(struct junit *junit, const struct report_read *report)
{
    struct report_outcome_counts counts;
    report_outcome_count(&counts, report);
    bool stopped = !report->complete;
    ink_add(&junit->ink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(junit, "name", report->title[0] ? report->title : "sockdrill");
    add_counts(junit, report->count + stopped, counts.outcomes[REPORT_OUTCOME_FAILED],
               counts.outcomes[REPORT_OUTCOME_BROKEN] + stopped);
    if (junit->timings) {
        add_time(junit, junit->timings->real_us);
    }
    ink_add(&junit->ink, ">\n");
    for (size_t i = 0, next; i < junit->count; i = next) {
        for (next = i + 1;
             next < junit->count && compare_folders(&junit->cases[i], &junit->cases[next]) == 0;) {
            next++;
        }
        add_suite(junit, &junit->cases[i], next - i);
    }
    if (stopped) {
        add_stopped(junit, &counts, report);
    }
    ink_add(&junit->ink, "</testsuites>\n");
}

int junit_add(struct bytes *out, const struct report_read *report,
              const struct timings_read *timings)
{
    struct junit junit = {.ink = {.out = out}, .timings = timings};
    junit.words.out = &junit.text;
    bytes_init(&junit.text, out->size_max);
    int status = make_cases(&junit, report);
    if (status == 0) {
        add_suites(&junit, report);
        status = junit.ink.status;
    }
    free(junit.cases);
    bytes_fini(&junit.text);
    return status;
}
