/* SPDX-License-Identifier: MIT */
#include "target_report_nights.h"

#include <errno.h>
#include <stdbool.h>

#include "finding.h"
#include "fuzz_diff_text.h"
#include "fuzz_report_read.h"
#include "markdown.h"

#define FACE_BYTES_MAX ((size_t)64 << 20)

static bool read_night(const uint8_t *text, size_t size, struct fuzz_report *report)
{
    struct drill_error error;
    int status = fuzz_report_read_text("input", text, size, report, &error);
    if (status == -EINVAL && !error.sentence[0]) {
        finding("refusal", "a fuzz report is refused without a sentence");
    }
    return status == 0;
}

/* No letter of a terminal's, and no tag that is not ours. */
static void look_at_page(const struct bytes *page, bool markdown)
{
    for (size_t i = 0; i < page->size; i++) {
        uint8_t letter = page->data[i];
        if ((letter < 0x20 && letter != '\n') || letter == 0x7f || (markdown && letter == '@')) {
            finding("text", "the letter %d stands in the %s", letter,
                    markdown ? "Markdown" : "text");
        }
    }
    if (markdown && page->size > MARKDOWN_BYTES_MAX) {
        finding("markdown", "the Markdown has %zu bytes", page->size);
    }
}

static void show(const struct fuzz_diff *diff)
{
    struct bytes face;
    bytes_init(&face, FACE_BYTES_MAX);
    if (fuzz_diff_text_add(&face, diff, false) == 0) {
        look_at_page(&face, false);
    }
    bytes_clear(&face);
    if (fuzz_diff_markdown_add(&face, diff) == 0) {
        look_at_page(&face, true);
    }
    bytes_clear(&face);
    if (fuzz_diff_json_add(&face, diff) == 0) {
        json_t *json = json_loadb((const char *)face.data, face.size, JSON_REJECT_DUPLICATES, NULL);
        if (!json) {
            finding("json", "the JSON of a diff of nights cannot be read");
        }
        json_decref(json);
    }
    bytes_fini(&face);
}

/* How many changes there are. */
static size_t compare(const struct fuzz_report *before, const struct fuzz_report *now)
{
    struct fuzz_diff diff;
    if (fuzz_diff_make(&diff, before, now) != 0) {
        return 0;
    }
    size_t count = diff.count;
    if (diff.worse && count == 0) {
        finding("worse", "nothing changed, and it got worse");
    }
    show(&diff);
    fuzz_diff_fini(&diff);
    return count;
}

void target_report_nights(const uint8_t *first, size_t first_size, const uint8_t *second,
                          size_t second_size)
{
    struct fuzz_report before, now;
    if (!read_night(first, first_size, &before)) {
        return;
    }
    if (compare(&before, &before) != 0) {
        finding("self", "a night and itself differ");
    }
    if (read_night(second, second_size, &now)) {
        (void)compare(&before, &now);
        (void)compare(&now, &before);
        fuzz_report_fini(&now);
    }
    fuzz_report_fini(&before);
}
