/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "html_page.h"
#include "ink.h"
#include "json_text.h"
#include "report_outcome.h"
#include "script_json.h"

#define PART_BYTES_LEAST 64  /* no part of a result is shorter */
#define LEFT_OUT_BYTES   256 /* for what says how much was left out */

/* What the page is told of a result besides its row, in the order in which room is given out: what
 * went wrong, what is odd but no failure, what went on in the simulated world, what passed. */
enum part { PART_BAD, PART_ODD, PART_STORY, PART_PASSING };
#define PART_COUNT (PART_PASSING + 1)

struct page {
    struct ink ink;
    struct bytes room;                         /* for script_json */
    const struct report_read_result **results; /* owned; in scenario order */
    size_t count;
    json_t *verdicts, *worlds, *plugins, *tags; /* name to index, in order of their first use */
};

/* Keeps the first error, as ink does. */
static void page_note(struct page *page, int status)
{
    page->ink.status = page->ink.status == 0 ? status : page->ink.status;
}

static void add_value(struct page *page, const json_t *value)
{
    if (page->ink.status == 0) {
        page_note(page, value ? script_json_add(page->ink.out, value, &page->room) : -ENOMEM);
    }
}

/* The same for a value that is not needed afterwards. */
static void add_new(struct page *page, json_t *value)
{
    add_value(page, value);
    json_decref(value);
}

/* Which entry of a table a name is; a new one comes to its end. */
static json_t *entry(json_t *table, const char *name, int *status)
{
    json_t *index = json_object_get(table, name);
    if (!index) {
        json_text_put(table, name, json_text_integer(json_object_size(table)), status);
        index = json_object_get(table, name);
    }
    return json_incref(index);
}

static const char *member_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_t *tags_of(struct page *page, const json_t *result, int *status)
{
    const json_t *tags = json_object_get(result, "tags");
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const char *tag = json_string_value(json_array_get(tags, i));
        json_text_append(list, entry(page->tags, tag, status), status);
    }
    return list;
}

static json_t *plugin_of(struct page *page, const json_t *result, int *status)
{
    const json_t *plugin = json_object_get(result, "plugin");
    struct bytes name;
    bytes_init(&name, JSON_TEXT_BYTES_MAX);
    int added = bytes_add_format(&name, "%s %s", member_text(plugin, "name"),
                                 member_text(plugin, "version"));
    const char *text = added == 0 ? bytes_string(&name) : NULL;
    json_t *index = text ? entry(page->plugins, text, status) : NULL;
    bytes_fini(&name);
    return index;
}

/* How the page shows an outcome: 2 as bad, 1 as odd, 0 as good. */
static json_int_t tone_of(const struct report_read_result *result)
{
    switch (report_outcome_of(result)) {
    case REPORT_OUTCOME_FAILED:
    case REPORT_OUTCOME_BROKEN:
        return 2;
    case REPORT_OUTCOME_KNOWN:
    case REPORT_OUTCOME_SKIPPED:
        return 1;
    case REPORT_OUTCOME_PASSED:
        return 0;
    }
    ASSERT(!"an outcome has a tone");
    return 2;
}

/* [id, title, verdict, world, plugin, tags, tone, seed]. A title that stands in the row before, as
 * those of a matrix often do, is 0; a seed of 1 is not there. */
static void add_row(struct page *page, const struct report_read_result *result,
                    const char **title_before)
{
    int status = 0;
    const json_t *json = result->json;
    const char *title = member_text(json, "title");
    bool same = *title_before && strcmp(title, *title_before) == 0;
    *title_before = title;
    json_int_t seed = json_integer_value(json_object_get(json, "seed"));
    json_t *row = json_array();
    json_text_append(row, json_incref(json_object_get(json, "id")), &status);
    json_text_append(row, same ? json_integer(0) : json_incref(json_object_get(json, "title")),
                     &status);
    json_text_append(row, entry(page->verdicts, member_text(json, "verdict"), &status), &status);
    json_text_append(row, entry(page->worlds, member_text(json, "world"), &status), &status);
    json_text_append(row, plugin_of(page, json, &status), &status);
    json_text_append(row, tags_of(page, json, &status), &status);
    json_text_append(row, json_integer(tone_of(result)), &status);
    if (seed != 1) {
        json_text_append(row, json_integer(seed), &status);
    }
    page_note(page, status);
    add_new(page, row);
}

/* The names of a table as a member. */
static void add_table(struct page *page, const char *key, json_t *table)
{
    int status = 0;
    json_t *list = json_array();
    const char *name;
    json_t *index;
    json_object_foreach(table, name, index)
    {
        json_text_append(list, json_string(name), &status);
    }
    page_note(page, status);
    ink_format(&page->ink, ",\n\"%s\":", key);
    add_new(page, list);
}

static void add_rows(struct page *page)
{
    const char *title = NULL;
    ink_add(&page->ink, "\"rows\":[");
    for (size_t i = 0; i < page->count && page->ink.status == 0; i++) {
        ink_add(&page->ink, i > 0 ? ",\n" : "\n");
        add_row(page, page->results[i], &title);
    }
    ink_add(&page->ink, "]");
    add_table(page, "verdicts", page->verdicts);
    add_table(page, "worlds", page->worlds);
    add_table(page, "plugins", page->plugins);
    add_table(page, "tags", page->tags);
}

/* What the page itself makes out of other members is left out: texts of bytes in hexadecimal. So
 * are hashes, but where there is a failure to explain. */
static void strip(json_t *value, bool hashes)
{
    const char *key;
    json_t *member;
    if (json_is_object(value)) {
        if (json_object_get(value, "hex")) {
            json_object_del(value, "text");
        }
        if (!hashes) {
            json_object_del(value, "hash");
        }
    }
    json_object_foreach(value, key, member)
    {
        strip(member, hashes);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        strip(json_array_get(value, i), hashes);
    }
}

static bool is_one_of(const char *key, const char *const *keys)
{
    while (*keys && strcmp(key, *keys) != 0) {
        keys++;
    }
    return *keys != NULL;
}

/* A result without what stands in its row and without its story; whether it has one is `told`. NULL
 * without memory. */
static json_t *detail_of(const json_t *result)
{
    static const char *const elsewhere[] = {"id",    "hash", "title",   "tags",  "plugin",
                                            "world", "seed", "verdict", "story", NULL};
    int status = 0;
    bool failed = json_object_get(result, "failure") != NULL;
    json_t *detail = json_object();
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)result, key, member)
    {
        if (!is_one_of(key, elsewhere)) {
            json_text_put(detail, key, json_deep_copy(member), &status);
        }
    }
    /* For there may be no room for it. */
    json_text_put(detail, "told", json_boolean(json_object_get(result, "story")), &status);
    if (status != 0) {
        json_decref(detail);
        return NULL;
    }
    strip(detail, failed);
    return detail;
}

/* A result's part; NULL without memory. */
static json_t *make_part(const json_t *result, enum part part)
{
    if (part != PART_STORY) {
        return detail_of(result);
    }
    json_t *story = json_deep_copy(json_object_get(result, "story"));
    if (story) {
        strip(story, false);
    }
    return story;
}

static bool has_part(const struct report_read_result *result, enum part part)
{
    switch (part) {
    case PART_BAD:
        return tone_of(result) == 2;
    case PART_ODD:
        return tone_of(result) == 1;
    case PART_STORY:
        return json_object_get(result->json, "story") != NULL;
    case PART_PASSING:
        return tone_of(result) == 0;
    }
    return false;
}

/* Adds a part of all results that have it, by their number, as far as it fits in front of `end`.
 * Returns how many did not. */
static size_t add_part(struct page *page, enum part part, size_t end)
{
    static const char *const keys[] = {[PART_BAD] = "bad",
                                       [PART_ODD] = "odd",
                                       [PART_STORY] = "stories",
                                       [PART_PASSING] = "passing"};
    struct bytes *out = page->ink.out;
    const char *separator = "";
    size_t left_out = 0;
    ink_format(&page->ink, ",\n\"%s\":{", keys[part]);
    for (size_t i = 0; i < page->count && page->ink.status == 0; i++) {
        const struct report_read_result *result = page->results[i];
        size_t start = out->size;
        if (!has_part(result, part)) {
            continue;
        }
        if (start + PART_BYTES_LEAST < end) {
            ink_format(&page->ink, "%s\n\"%zu\":", separator, i);
            add_new(page, make_part(result->json, part));
        }
        bool fits = out->size > start && out->size <= end;
        out->size = fits ? out->size : start;
        separator = fits ? "," : separator;
        left_out += fits ? 0 : 1;
    }
    ink_add(&page->ink, "}");
    return left_out;
}

/* `start` is where the page begins. */
static void add_parts(struct page *page, size_t start)
{
    size_t after = html_page_tail_size + LEFT_OUT_BYTES;
    size_t all = start + HTML_BYTES_MAX - after;
    size_t least = page->ink.out->size + HTML_DETAIL_BYTES_MIN;
    size_t ends[PART_COUNT], left_out[PART_COUNT];
    ends[PART_BAD] = ends[PART_ODD] = ends[PART_STORY] = least > all ? least : all;
    ends[PART_PASSING] = start + HTML_PASSING_BYTES_MAX - after;
    for (int part = 0; part < PART_COUNT; part++) {
        left_out[part] = add_part(page, (enum part)part, ends[part]);
    }
    ink_format(&page->ink, ",\n\"left_out\":{\"details\":%zu,\"stories\":%zu,\"passing\":%zu}",
               left_out[PART_BAD] + left_out[PART_ODD], left_out[PART_STORY],
               left_out[PART_PASSING]);
}

/* What the report says of itself. */
static void add_head(struct page *page, const json_t *root)
{
    static const char *const keys[] = {"version", "build",   "title", "complete",
                                       "shard",   "summary", NULL};
    for (size_t i = 0; keys[i]; i++) {
        const json_t *member = json_object_get(root, keys[i]);
        if (member) {
            ink_format(&page->ink, "\"%s\":", keys[i]);
            add_value(page, member);
            ink_add(&page->ink, ",\n");
        }
    }
}

static void add_block(struct page *page, const uint8_t *block, size_t size)
{
    page_note(page, bytes_add(page->ink.out, block, size));
}

/* Puts results, which the reader sorts by id, in the order of the report. */
static void take_results(struct page *page, const struct report_read *report)
{
    page->results =
        calloc(report->count > 0 ? report->count : 1, sizeof(const struct report_read_result *));
    if (!page->results) {
        page_note(page, -ENOMEM);
        return;
    }
    page->count = report->count;
    for (size_t i = 0; i < report->count; i++) {
        ASSERT(report->results[i].json);
        ASSERT(report->results[i].place < report->count);
        page->results[report->results[i].place] = &report->results[i];
    }
}

int html_add(struct bytes *out, const struct report_read *report)
{
    size_t start = out->size;
    struct page page = {
        .ink = {.out = out},
        .verdicts = json_object(),
        .worlds = json_object(),
        .plugins = json_object(),
        .tags = json_object(),
    };
    bytes_init(&page.room, SIZE_MAX);
    take_results(&page, report);
    add_block(&page, html_page_head, html_page_head_size);
    ink_add(&page.ink, "{");
    add_head(&page, report->root);
    add_rows(&page);
    add_parts(&page, start);
    ink_add(&page.ink, "}\n");
    add_block(&page, html_page_tail, html_page_tail_size);
    json_decref(page.verdicts);
    json_decref(page.worlds);
    json_decref(page.plugins);
    json_decref(page.tags);
    free(page.results);
    bytes_fini(&page.room);
    if (page.ink.status != 0) {
        out->size = start;
    }
    return page.ink.status;
}
