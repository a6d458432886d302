/* SPDX-License-Identifier: MIT */
#include "report_night_target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_night.h"
#include "result.h"

#define WORDS_MAX 16u

/* In the report's order. */
static const char *const engine_names[REPORT_NIGHT_ENGINES] = {"libfuzzer", "libfuzzer-plain",
                                                               "afl", "afl-plain", "afl-cmplog"};

struct line {
    char *words[WORDS_MAX];
    size_t count;
    const char *target; /* the file's name */
    struct drill_error *error;
};

static bool is_word(const struct line *line, size_t at, const char *word)
{
    return at < line->count && strcmp(line->words[at], word) == 0;
}

static int refuse(const struct line *line)
{
    return drill_error_set(line->error, "is no line of a target's file: '%.100s' with %zu words",
                           line->words[0], line->count);
}

/* Digits alone; what is larger than any honest number is refused, so that sums cannot wrap. */
static bool read_number(const struct line *line, size_t at, uint64_t *number)
{
    if (at >= line->count || line->words[at][0] == '\0') {
        return false;
    }
    *number = 0;
    for (const char *c = line->words[at]; *c; c++) {
        if (*c < '0' || *c > '9') {
            return false;
        }
        *number = *number * 10 + (uint64_t)(*c - '0');
        if (*number > REPORT_NIGHT_NUMBER_MAX) {
            return false;
        }
    }
    return true;
}

static int read_name(struct report_night_target *target, const struct line *line)
{
    if (line->count != 2 || !is_word(line, 1, line->target)) {
        return drill_error_set(line->error, "must say \"target %.100s\"", line->target);
    }
    if (target->has_name) {
        return drill_error_set(line->error, "names the target a second time");
    }
    target->has_name = true;
    return 0;
}

static struct report_night_run *find_run(struct report_night_target *target, const char *engine)
{
    for (size_t i = 0; i < REPORT_NIGHT_ENGINES; i++) {
        if (strcmp(engine_names[i], engine) == 0) {
            return &target->runs[i];
        }
    }
    return NULL;
}

static int read_run(struct report_night_target *target, const struct line *line)
{
    uint64_t execs, fuzzed_ms, stability = 0;
    bool has_stability = line->count == 8;
    if ((line->count != 6 && !has_stability) || !is_word(line, 2, "execs") ||
        !read_number(line, 3, &execs) || !is_word(line, 4, "ms") ||
        !read_number(line, 5, &fuzzed_ms)) {
        return refuse(line);
    }
    if (has_stability && (!is_word(line, 6, "stability") || !read_number(line, 7, &stability) ||
                          stability > 10000)) {
        return refuse(line);
    }
    struct report_night_run *run = find_run(target, line->words[1]);
    if (!run) {
        return drill_error_set(line->error, "there is no engine '%.100s'", line->words[1]);
    }
    if (has_stability && (!run->has_stability || stability < run->stability)) {
        run->has_stability = true;
        run->stability = stability;
    }
    run->seen = true;
    run->execs += execs;
    run->fuzzed_ms += fuzzed_ms;
    return 0;
}

static bool is_verdict(const char *word)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdict_name((enum verdict)i), word) == 0) {
            return true;
        }
    }
    return false;
}

/* Findings stand in order of fingerprint, so that two nights that found the same say the same. */
static int insert_finding(json_t *findings, json_t *finding, const struct line *line)
{
    size_t at = 0;
    for (; at < json_array_size(findings); at++) {
        json_t *other = json_object_get(json_array_get(findings, at), "fingerprint");
        int order = strcmp(json_string_value(other), line->words[1]);
        if (order == 0) {
            json_decref(finding);
            return drill_error_set(line->error, "the finding '%.200s' stands twice",
                                   line->words[1]);
        }
        if (order > 0) {
            break;
        }
    }
    return json_array_insert_new(findings, at, finding) == 0 ? 0 : -ENOMEM;
}

static int read_finding(struct report_night_target *target, const struct line *line)
{
    bool has_scenario = line->count == 8;
    if ((line->count != 2 && !has_scenario) || line->words[1][0] == '\0') {
        return refuse(line);
    }
    if (has_scenario && (!is_word(line, 2, "sim") || !is_verdict(line->words[3]) ||
                         !is_word(line, 4, "kernel") || !is_verdict(line->words[5]) ||
                         !is_word(line, 6, "scenario") || strchr(line->words[7], '/'))) {
        return refuse(line);
    }
    const char *const *words = (const char *const *)line->words;
    json_t *finding = json_pack(
        "{s:s, s:s?, s:s?, s:s?}", "fingerprint", words[1], "sim", has_scenario ? words[3] : NULL,
        "kernel", has_scenario ? words[5] : NULL, "scenario", has_scenario ? words[7] : NULL);
    if (!finding) {
        return drill_error_set(line->error, "holds what is not UTF-8");
    }
    return insert_finding(target->findings, finding, line);
}

static int read_coverage(struct report_night_target *target, const struct line *line)
{
    uint64_t covered, total;
    if (line->count != 4 || !read_number(line, 2, &covered) || !read_number(line, 3, &total) ||
        covered > total || line->words[1][0] == '\0' || line->words[1][0] == '/' ||
        strlen(line->words[1]) >= sizeof(target->last_covered)) {
        return refuse(line);
    }
    if (strcmp(target->last_covered, line->words[1]) >= 0) {
        return drill_error_set(line->error, "'%.200s' stands behind '%.200s'", line->words[1],
                               target->last_covered);
    }
    snprintf(target->last_covered, sizeof(target->last_covered), "%s", line->words[1]);
    json_t *file = json_pack("{s:s, s:I, s:I}", "file", line->words[1], "lines_covered",
                             (json_int_t)covered, "lines_total", (json_int_t)total);
    if (!file) {
        return drill_error_set(line->error, "holds what is not UTF-8");
    }
    return json_array_append_new(target->coverage, file) == 0 ? 0 : -ENOMEM;
}

static int read_corpus(struct report_night_target *target, const struct line *line)
{
    if (line->count != 5 || !is_word(line, 1, "files") ||
        !read_number(line, 2, &target->corpus_files) || !is_word(line, 3, "bytes") ||
        !read_number(line, 4, &target->corpus_bytes)) {
        return refuse(line);
    }
    target->has_corpus = true;
    return 0;
}

static int read_end(struct report_night_target *target, const struct line *line)
{
    if (line->count != 1) {
        return refuse(line);
    }
    target->complete = true;
    return 0;
}

static const struct {
    const char *word;
    int (*read)(struct report_night_target *target, const struct line *line);
} line_kinds[] = {
    {"target", read_name},       {"run", read_run},       {"finding", read_finding},
    {"coverage", read_coverage}, {"corpus", read_corpus}, {"end", read_end},
};

/* Words are parted by single blanks. */
static bool split(char *text, struct line *line)
{
    line->count = 0;
    for (char *rest = text; rest;) {
        if (line->count == WORDS_MAX) {
            return false;
        }
        line->words[line->count++] = strsep(&rest, " ");
    }
    return true;
}

static int read_line(struct report_night_target *target, char *text, struct line *line)
{
    if (!split(text, line)) {
        return drill_error_set(line->error, "has more than %u words", WORDS_MAX);
    }
    if (target->complete) {
        return drill_error_set(line->error, "stands behind the end");
    }
    if (!target->has_name && !is_word(line, 0, "target")) {
        return drill_error_set(line->error, "must say \"target %.100s\"", line->target);
    }
    for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++) {
        if (is_word(line, 0, line_kinds[i].word)) {
            return line_kinds[i].read(target, line);
        }
    }
    return refuse(line);
}

static int read_lines(struct report_night_target *target, FILE *file, struct line *line)
{
    char *text = NULL;
    size_t room = 0;
    int status = 0;
    ssize_t size = 0;
    while (status == 0 && (size = getline(&text, &room, file)) > 0) {
        line->error->line++;
        if (line->error->line > REPORT_NIGHT_LINES_MAX) {
            status = drill_error_set(line->error, "the file has too many lines");
        } else if (text[size - 1] != '\n' || memchr(text, '\0', (size_t)size)) {
            status = drill_error_set(line->error, "the line is not whole");
        } else {
            text[size - 1] = '\0';
            status = read_line(target, text, line);
        }
    }
    if (status == 0 && ferror(file)) {
        status = drill_error_set(line->error, "cannot be read: %s", strerror(errno));
    }
    free(text);
    return status;
}

int report_night_target_read(struct report_night_target *target, const char *folder,
                             const char *name, struct drill_error *error)
{
    struct line line = {.target = name, .error = error};
    snprintf(error->file, sizeof(error->file), "%s/%s", folder, name);
    error->line = 0;
    FILE *file = fopen(error->file, "r");
    if (!file) {
        return drill_error_set(error, "cannot be read: %s", strerror(errno));
    }
    int status = read_lines(target, file, &line);
    fclose(file);
    if (status == 0 && !target->has_name) {
        status = drill_error_set(error, "is empty");
    }
    return status;
}

bool report_night_target_init(struct report_night_target *target)
{
    *target = (struct report_night_target){.findings = json_array(), .coverage = json_array()};
    return target->findings && target->coverage;
}

void report_night_target_fini(struct report_night_target *target)
{
    json_decref(target->findings);
    json_decref(target->coverage);
}

static json_t *run_json(const struct report_night_run *run, const char *engine)
{
    uint64_t rate = run->fuzzed_ms > 0 ? run->execs * 1000 / run->fuzzed_ms : 0;
    return json_pack("{s:s, s:I, s:I, s:I, s:o}", "engine", engine, "execs", (json_int_t)run->execs,
                     "fuzzed_ms", (json_int_t)run->fuzzed_ms, "execs_per_second", (json_int_t)rate,
                     "stability_hundredths",
                     run->has_stability ? json_integer((json_int_t)run->stability) : json_null());
}

json_t *report_night_target_json(const struct report_night_target *target, const char *name)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < REPORT_NIGHT_ENGINES; i++) {
        if (target->runs[i].seen &&
            json_array_append_new(runs, run_json(&target->runs[i], engine_names[i])) != 0) {
            json_decref(runs);
            return NULL;
        }
    }
    json_t *corpus = target->has_corpus
                         ? json_pack("{s:I, s:I}", "files", (json_int_t)target->corpus_files,
                                     "bytes", (json_int_t)target->corpus_bytes)
                         : json_null();
    return json_pack("{s:s, s:b, s:o, s:o, s:O, s:O}", "name", name, "complete", target->complete,
                     "runs", runs, "corpus", corpus, "findings", target->findings, "coverage",
                     target->coverage);
}
