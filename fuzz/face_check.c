/* SPDX-License-Identifier: MIT */
#include "face_check.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "finding.h"

#define ELEMENT_DEPTH_MAX 8
#define ELEMENT_BYTES_MAX 32

/* What is left to be looked at. */
struct scan {
    const char *oracle;
    const char *at, *end;
};

static struct scan scan_of(const char *oracle, const struct bytes *text)
{
    const char *data = text->size > 0 ? (const char *)text->data : "";
    return (struct scan){.oracle = oracle, .at = data, .end = data + text->size};
}

static bool take(struct scan *scan, const char *word)
{
    size_t size = strlen(word);
    bool there = (size_t)(scan->end - scan->at) >= size && memcmp(scan->at, word, size) == 0;
    scan->at += there ? size : 0;
    return there;
}

static void need(struct scan *scan, const char *word)
{
    if (!take(scan, word)) {
        finding(scan->oracle, "no %s at the %zuth byte from the end", word,
                (size_t)(scan->end - scan->at));
    }
}

/* A decimal number; 0 where there is none. */
static size_t take_number(struct scan *scan)
{
    size_t number = 0;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        number = number * 10 + (size_t)(*scan->at - '0');
    }
    return number;
}

void face_check_text(const char *oracle, const struct bytes *text)
{
    for (size_t i = 0; i < text->size; i++) {
        if ((text->data[i] < 0x20 && text->data[i] != '\n') || text->data[i] == 0x7f) {
            finding(oracle, "the control character %d stands in the text", text->data[i]);
        }
    }
}

/* Text up to `stop`, which is left. */
static void pass_xml_text(struct scan *scan, char stop)
{
    while (scan->at < scan->end && *scan->at != stop) {
        if (take(scan, "&#")) {
            size_t code = take_number(scan);
            if (code < 0x20 || code > 0x7e) {
                finding(scan->oracle, "an entity of the code %zu", code);
            }
            need(scan, ";");
        } else if (strchr("<>&\"'", *scan->at)) {
            finding(scan->oracle, "a bare %c", *scan->at);
        } else {
            scan->at++;
        }
    }
}

static void take_name(struct scan *scan, char name[ELEMENT_BYTES_MAX])
{
    size_t size = 0;
    while (scan->at < scan->end && *scan->at >= 'a' && *scan->at <= 'z') {
        if (size + 1 == ELEMENT_BYTES_MAX) {
            finding(scan->oracle, "a name of more than %zu letters", size);
        }
        name[size++] = *scan->at++;
    }
    if (size == 0) {
        finding(scan->oracle, "a tag or an attribute without a name");
    }
    name[size] = '\0';
}

/* Behind the `<`, where `depth` elements are open. Returns how many are behind the tag. */
static size_t pass_tag(struct scan *scan, char open[ELEMENT_DEPTH_MAX][ELEMENT_BYTES_MAX],
                       size_t depth)
{
    char name[ELEMENT_BYTES_MAX];
    if (take(scan, "/")) {
        take_name(scan, name);
        if (depth == 0 || strcmp(open[depth - 1], name) != 0) {
            finding(scan->oracle, "</%s> closes what is not open", name);
        }
        need(scan, ">");
        return depth - 1;
    }
    if (depth == ELEMENT_DEPTH_MAX) {
        finding(scan->oracle, "elements are nested deeper than %zu", depth);
    }
    take_name(scan, open[depth]);
    while (take(scan, " ")) {
        take_name(scan, name);
        need(scan, "=\"");
        pass_xml_text(scan, '"');
        need(scan, "\"");
    }
    if (take(scan, "/>")) {
        return depth;
    }
    need(scan, ">");
    return depth + 1;
}

void face_check_xml(const char *oracle, const struct bytes *text)
{
    char open[ELEMENT_DEPTH_MAX][ELEMENT_BYTES_MAX];
    struct scan scan = scan_of(oracle, text);
    size_t depth = 0, roots = 0;
    face_check_text(oracle, text);
    need(&scan, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    while (scan.at < scan.end) {
        if (take(&scan, "<")) {
            roots += depth == 0;
            depth = pass_tag(&scan, open, depth);
        } else if (depth > 0) {
            pass_xml_text(&scan, '<');
        } else {
            need(&scan, "\n");
        }
    }
    if (depth > 0 || roots != 1) {
        finding(oracle, "%zu elements are open at the end, of %zu roots", depth, roots);
    }
}

static void pass_line(struct scan *scan)
{
    while (scan->at < scan->end && *scan->at != '\n') {
        scan->at++;
    }
    need(scan, "\n");
}

/* `key: "..."` or `key: word`, in which nothing ends the string or the line early. */
static void pass_yaml_member(struct scan *scan)
{
    char word[ELEMENT_BYTES_MAX];
    do {
        take_name(scan, word);
    } while (take(scan, "_"));
    need(scan, ": ");
    if (!take(scan, "\"")) {
        take_name(scan, word);
        need(scan, "\n");
        return;
    }
    while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\n') {
        if (take(scan, "\\") && !take(scan, "\\") && !take(scan, "\"")) {
            finding(scan->oracle, "an escape that YAML need not know");
        } else if (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\') {
            scan->at += *scan->at != '\n';
        }
    }
    need(scan, "\"\n");
}

static void pass_yaml(struct scan *scan)
{
    while (!take(scan, "  ...\n")) {
        need(scan, "  ");
        pass_yaml_member(scan);
    }
}

void face_check_tap(const char *oracle, const struct bytes *text, size_t count)
{
    struct scan scan = scan_of(oracle, text);
    face_check_text(oracle, text);
    need(&scan, "TAP version 14\n1..");
    size_t planned = take_number(&scan);
    pass_line(&scan);
    for (size_t i = 1; i <= count; i++) {
        take(&scan, "not ");
        need(&scan, "ok ");
        if (take_number(&scan) != i) {
            finding(oracle, "no test point %zu", i);
        }
        need(&scan, " - ");
        pass_line(&scan);
        if (take(&scan, "  ---\n")) {
            pass_yaml(&scan);
        }
    }
    if (take(&scan, "Bail out! ")) {
        pass_line(&scan);
    } else if (planned != count) {
        finding(oracle, "%zu tests are planned, and there are %zu", planned, count);
    }
    if (scan.at != scan.end) {
        finding(oracle, "something stands after the last test point");
    }
}

void face_check_markdown(const char *oracle, const struct bytes *text, size_t size_max)
{
    static const char *const tags[] = {"<code>",    "</code>",   "<pre>\n",    "</pre>\n",
                                       "<details>", "<summary>", "</summary>", "</details>\n"};
    struct scan scan = scan_of(oracle, text);
    face_check_text(oracle, text);
    if (text->size > size_max) {
        finding(oracle, "the document has %zu bytes", text->size);
    }
    while (scan.at < scan.end) {
        bool tag = false;
        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]) && !tag; i++) {
            tag = take(&scan, tags[i]);
        }
        if (!tag && *scan.at == '<') {
            finding(oracle, "a tag that is not ours");
        }
        scan.at += tag ? 0 : 1;
    }
}
