/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "fuzz_diff_text.h"
#include "json_text.h"

static const char *subject_name(enum fuzz_diff_subject subject)
{
    switch (subject) {
    case FUZZ_DIFF_TARGET:
        return "target";
    case FUZZ_DIFF_ENGINE:
        return "engine";
    case FUZZ_DIFF_FINDING:
        return "finding";
    case FUZZ_DIFF_COVERAGE:
        return "coverage";
    case FUZZ_DIFF_SPEED:
        return "speed";
    case FUZZ_DIFF_STABILITY:
        return "stability";
    case FUZZ_DIFF_CORPUS:
        return "corpus";
    }
    ASSERT(!"a subject has a name");
    return "";
}

static json_t *text_or_null(const char *text)
{
    return text ? json_text_string(text) : json_null();
}

/* An object with the keys of the fuzz report; null: it is not there, or has no values. */
static json_t *side_json(enum fuzz_diff_subject subject, const struct fuzz_diff_side *side,
                         int *status)
{
    static const char *const keys[][2] = {
        [FUZZ_DIFF_COVERAGE] = {"lines_covered", "lines_total"},
        [FUZZ_DIFF_SPEED] = {"execs_per_second", NULL},
        [FUZZ_DIFF_STABILITY] = {"stability_hundredths", NULL},
        [FUZZ_DIFF_CORPUS] = {"files", "bytes"},
    };
    if (!side->there) {
        return json_null();
    }
    json_t *object = json_object();
    if (subject == FUZZ_DIFF_FINDING) {
        json_text_put(object, "sim", text_or_null(side->finding->sim), status);
        json_text_put(object, "kernel", text_or_null(side->finding->kernel), status);
        json_text_put(object, "scenario", text_or_null(side->finding->scenario), status);
        return object;
    }
    for (size_t i = 0; i < 2 && keys[subject][i]; i++) {
        json_text_put(object, keys[subject][i], json_text_integer(side->numbers[i]), status);
    }
    return object;
}

static json_t *entry_json(const struct fuzz_diff_entry *entry, int *status)
{
    json_t *object = json_object();
    json_text_put(object, "category", json_text_string(fuzz_diff_category_name(entry->category)),
                  status);
    json_text_put(object, "worse", json_boolean(fuzz_diff_is_worse(entry->category)), status);
    json_text_put(object, "target", json_text_string(entry->target), status);
    json_text_put(object, "subject", json_text_string(subject_name(entry->subject)), status);
    json_text_put(object, "item", text_or_null(entry->item), status);
    json_text_put(object, "before", side_json(entry->subject, &entry->before, status), status);
    json_text_put(object, "now", side_json(entry->subject, &entry->now, status), status);
    return object;
}

static json_t *report_json(const struct fuzz_report *report, int *status)
{
    json_t *object = json_object();
    json_text_put(object, "version", json_text_string(report->version), status);
    json_text_put(object, "complete", json_boolean(report->complete), status);
    json_text_put(object, "targets", json_text_integer(report->target_count), status);
    return object;
}

static json_t *summary_json(const struct fuzz_diff *diff, int *status)
{
    json_t *object = json_object();
    for (int i = 0; i < FUZZ_DIFF_CATEGORY_COUNT; i++) {
        json_text_put(object, fuzz_diff_category_name((enum fuzz_diff_category)i),
                      json_text_integer(diff->counts[i]), status);
    }
    json_text_put(object, "kept_findings", json_text_integer(diff->kept_findings), status);
    return object;
}

int fuzz_diff_json_add(struct bytes *out, const struct fuzz_diff *diff)
{
    int status = 0;
    json_t *root = json_object();
    json_t *changes = json_array();
    for (size_t i = 0; i < diff->count; i++) {
        json_text_append(changes, entry_json(&diff->entries[i], &status), &status);
    }
    json_text_put(root, "schema", json_integer(1), &status);
    json_text_put(root, "tool", json_text_string("sockdrill"), &status);
    json_text_put(root, "document", json_text_string("fuzz-diff"), &status);
    json_text_put(root, "version", json_text_string(DRILL_VERSION), &status);
    json_text_put(root, "worse", json_boolean(diff->worse), &status);
    json_text_put(root, "before", report_json(diff->before, &status), &status);
    json_text_put(root, "now", report_json(diff->now, &status), &status);
    json_text_put(root, "changes", changes, &status);
    json_text_put(root, "summary", summary_json(diff, &status), &status);
    if (status == 0) {
        status = json_text_add(out, root, 0);
    }
    if (status == 0) {
        status = bytes_add(out, "\n", 1);
    }
    json_decref(root);
    return status;
}
