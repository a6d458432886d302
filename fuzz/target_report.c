/* SPDX-License-Identifier: MIT */
/*
 * The input is two reports, parted by the first NUL; without one the report stands for both. The
 * first is written in every format, and they are compared, in every face; timings in the place of
 * the second give the first its times. Fuzz reports are compared as well. Like a command this knows
 * fuzz/ and reports/, and is for no other file to include.
 */
#include <errno.h>
#include <string.h>

#include "diff_json.h"
#include "diff_text.h"
#include "face_check.h"
#include "finding.h"
#include "fuzz_report_read.h"
#include "html.h"
#include "html_page.h"
#include "junit.h"
#include "markdown.h"
#include "report_read.h"
#include "run_markdown.h"
#include "tap.h"
#include "target.h"
#include "target_report_nights.h"

#define FACE_BYTES_MAX ((size_t)64 << 20)

bool target_thorough;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* Whether it is a report; what is refused is refused with a sentence. */
static bool read_one(const uint8_t *text, size_t size, bool lean, struct report_read *report)
{
    struct drill_error error;
    int status = lean ? report_read_text_lean("input", text, size, report, &error)
                      : report_read_text("input", text, size, report, &error);
    if (status == -EINVAL && !error.sentence[0]) {
        finding("refusal", "a report is refused without a sentence");
    }
    return status == 0;
}

/* What is written can be read again, and as JSON that holds integers only. */
static void look_at_json(const struct bytes *text)
{
    json_t *json = json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, NULL);
    if (!json) {
        finding("json", "the JSON of a diff cannot be read");
    }
    json_decref(json);
}

/* Between the two halves of the page stands JSON, with a row for each result, that no browser can
 * take for markup. */
static void look_at_html(const struct bytes *text, size_t count)
{
    size_t around = html_page_head_size + html_page_tail_size;
    if (text->size < around || memcmp(text->data, html_page_head, html_page_head_size) != 0) {
        finding("html", "the page is not whole");
    }
    const char *data = (const char *)text->data + html_page_head_size;
    size_t size = text->size - around;
    for (size_t i = 0; i < size; i++) {
        bool separator = size - i >= 3 && memcmp(data + i, "\xe2\x80", 2) == 0 &&
                         (data[i + 2] == '\xa8' || data[i + 2] == '\xa9');
        if (separator || memchr("<>&", data[i], 3)) {
            finding("html", "the byte %d stands in the data", data[i]);
        }
    }
    json_t *json = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
    if (json_array_size(json_object_get(json, "rows")) != count) {
        finding("html", "not every result has a row");
    }
    json_decref(json);
}

static void show(const struct diff *diff)
{
    struct bytes face;
    bytes_init(&face, FACE_BYTES_MAX);
    if (diff_text_add(&face, diff, false) == 0) {
        face_check_text("text", &face);
    }
    bytes_clear(&face);
    if (diff_json_add(&face, diff) == 0) {
        look_at_json(&face);
    }
    bytes_clear(&face);
    if (diff_markdown_add(&face, diff) == 0) {
        face_check_markdown("markdown", &face, MARKDOWN_BYTES_MAX);
    }
    bytes_fini(&face);
}

/* The report in every other format. */
static void render(const struct report_read *report, const struct timings_read *timings)
{
    struct bytes face;
    bytes_init(&face, FACE_BYTES_MAX);
    if (junit_add(&face, report, timings) == 0) {
        face_check_xml("junit", &face);
    }
    bytes_clear(&face);
    if (tap_add(&face, report) == 0) {
        face_check_tap("tap", &face, report->count);
    }
    bytes_clear(&face);
    if (run_markdown_add(&face, report) == 0) {
        face_check_markdown("run-markdown", &face, MARKDOWN_BYTES_MAX);
    }
    bytes_clear(&face);
    if (html_add(&face, report) == 0) {
        look_at_html(&face, report->count);
    }
    bytes_fini(&face);
}

/* Returns how many scenarios there were in either; `*changes` of them changed. */
static uint64_t compare(const struct report_read *before, const struct report_read *now,
                        uint64_t *changes)
{
    struct diff diff;
    if (diff_make(&diff, before, now) != 0) {
        return *changes = 0;
    }
    uint64_t pairs = diff.count + diff.unchanged;
    *changes = diff.count;
    show(&diff);
    diff_fini(&diff);
    return pairs;
}

static void compare_all(const struct report_read *before, const struct report_read *now)
{
    uint64_t there, back, changes, changes_back;
    there = compare(before, now, &changes);
    back = compare(now, before, &changes_back);
    if (there != back || changes != changes_back) {
        finding("symmetry", "%zu changes there, %zu back", (size_t)changes, (size_t)changes_back);
    }
    compare(now, now, &changes);
    if (changes != 0) {
        finding("self", "a report and itself differ");
    }
}

/* The second text is a report to compare with, the timings of the first, or nothing of use. */
static void play(const struct report_read *report, const uint8_t *second, size_t size)
{
    struct report_read now;
    struct timings_read timings;
    struct drill_error error;
    render(report, NULL);
    if (read_one(second, size, true, &now)) {
        compare_all(report, &now);
        report_read_fini(&now);
    } else if (timings_read_text("input", second, size, &timings, &error) == 0) {
        render(report, &timings);
        timings_read_fini(&timings);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *border = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = border ? (size_t)(border - data) : size;
    const uint8_t *second = border ? border + 1 : data;
    size_t rest = border ? size - first - 1 : size;
    struct report_read report;
    if (fuzz_report_is(data, first)) {
        target_report_nights(data, first, second, rest);
    } else if (read_one(data, first, false, &report)) {
        play(&report, second, rest);
        report_read_fini(&report);
    }
    return 0;
}
