/* SPDX-License-Identifier: MIT */
/*
 * The input is two reports, parted by the first NUL; without one the report stands for both. They
 * are read and compared, in every face. Like a command this knows fuzz/ and reports/, and is for no
 * other file to include.
 */
#include <errno.h>
#include <string.h>

#include "diff_json.h"
#include "diff_text.h"
#include "finding.h"
#include "markdown.h"
#include "report_read.h"
#include "target.h"

#define FACE_BYTES_MAX ((size_t)64 << 20)

bool target_thorough;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* Whether it is a report; what is refused is refused with a sentence. */
static bool read_one(const uint8_t *text, size_t size, struct report_read *report)
{
    struct drill_error error;
    int status = report_read_text("input", text, size, report, &error);
    if (status == -EINVAL && !error.sentence[0]) {
        finding("refusal", "a report is refused without a sentence");
    }
    return status == 0;
}

/* Text is for a terminal and keeps its letters to itself. */
static void look_at_text(const struct bytes *text)
{
    for (size_t i = 0; i < text->size; i++) {
        if ((text->data[i] < 0x20 && text->data[i] != '\n') || text->data[i] == 0x7f) {
            finding("text", "the control character %d stands in the text", text->data[i]);
        }
    }
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

static void show(const struct diff *diff)
{
    struct bytes face;
    bytes_init(&face, FACE_BYTES_MAX);
    if (diff_text_add(&face, diff, false) == 0) {
        look_at_text(&face);
    }
    bytes_clear(&face);
    if (diff_json_add(&face, diff) == 0) {
        look_at_json(&face);
    }
    bytes_clear(&face);
    if (diff_markdown_add(&face, diff) == 0) {
        look_at_text(&face);
        if (face.size > MARKDOWN_BYTES_MAX) {
            finding("markdown", "the Markdown has %zu bytes", face.size);
        }
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *border = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = border ? (size_t)(border - data) : size;
    struct report_read before, now;
    if (!read_one(data, first, &before)) {
        return 0;
    }
    if (read_one(border ? border + 1 : data, border ? size - first - 1 : size, &now)) {
        compare_all(&before, &now);
        report_read_fini(&now);
    }
    report_read_fini(&before);
    return 0;
}
