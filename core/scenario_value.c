/* SPDX-License-Identifier: MIT */
/* Typed values out of JSON, each with a sentence for what it is not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "scenario_internal.h"

const char *scenario_describe(const json_t *value, char text[96])
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        if (json_string_length(value) > 40) {
            return "a string";
        }
        snprintf(text, 96, "the string \"%s\"", json_string_value(value));
        for (char *c = text; *c; c++) {
            *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
        }
        return text;
    case JSON_INTEGER:
        snprintf(text, 96, "%lld", (long long)json_integer_value(value));
        return text;
    case JSON_REAL:
        snprintf(text, 96, "the number %.6g with a fraction or an exponent",
                 json_real_value(value));
        return text;
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

const char *scenario_label(const struct scenario_place *at, char text[160])
{
    if (!at || !at->parent) {
        return "this file";
    }
    if (at->key) {
        snprintf(text, 160, "\"%.80s\"", at->key);
        return text;
    }
    const struct scenario_place *named = at->parent;
    while (named->parent && !named->key) {
        named = named->parent;
    }
    snprintf(text, 160, "entry %zu of \"%.80s\"", at->index, named->key ? named->key : "");
    return text;
}

static size_t keys_count(const char *const *keys)
{
    size_t count = 0;
    while (keys[count]) {
        count++;
    }
    return count;
}

static int refuse_unknown(struct scenario_load *load, const struct scenario_place *object,
                          const char *key, const char *const *keys)
{
    char label[160];
    struct scenario_place at = scenario_at_key(object, key);
    const char *near = nearest_name(key, keys, keys_count(keys));
    if (near) {
        return scenario_refuse_key(load, &at, "unknown key \"%.80s\" in %s; did you mean \"%s\"?",
                                   key, scenario_label(object, label), near);
    }
    return scenario_refuse_key(load, &at, "unknown key \"%.80s\" in %s", key,
                               scenario_label(object, label));
}

int scenario_closed(struct scenario_load *load, const json_t *object,
                    const struct scenario_place *at, const char *const *keys)
{
    char label[160], text[96];
    if (!json_is_object(object)) {
        return scenario_refuse(load, at, "%s must be an object, not %s", scenario_label(at, label),
                               scenario_describe(object, text));
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], key) != 0) {
            i++;
        }
        if (!keys[i]) {
            return refuse_unknown(load, at, key, keys);
        }
    }
    return 0;
}

int scenario_integer(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, int64_t minimum, int64_t maximum,
                     int64_t *number)
{
    char label[160], text[96];
    if (!json_is_integer(value) || json_integer_value(value) < minimum ||
        json_integer_value(value) > maximum) {
        return scenario_refuse(load, at, "%s must be an integer from %lld to %lld, not %s",
                               scenario_label(at, label), (long long)minimum, (long long)maximum,
                               scenario_describe(value, text));
    }
    *number = json_integer_value(value);
    return 0;
}

int scenario_boolean(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, bool *truth)
{
    char label[160], text[96];
    if (!json_is_boolean(value)) {
        return scenario_refuse(load, at, "%s must be true or false, not %s",
                               scenario_label(at, label), scenario_describe(value, text));
    }
    *truth = json_is_true(value);
    return 0;
}

static void join_words(const char *const *words, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; words[i] && used < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        int length = snprintf(text + used, size - used, "%s\"%s\"", between, words[i]);
        used += length > 0 ? (size_t)length : 0;
    }
}

int scenario_word(struct scenario_load *load, const json_t *value, const struct scenario_place *at,
                  const char *const *words, size_t *index)
{
    char label[160], text[96], list[256];
    const char *string = json_string_value(value);
    for (size_t i = 0; string && words[i]; i++) {
        if (strlen(words[i]) == json_string_length(value) && strcmp(words[i], string) == 0) {
            *index = i;
            return 0;
        }
    }
    join_words(words, list, sizeof(list));
    scenario_label(at, label);
    const char *near = string ? nearest_name(string, words, keys_count(words)) : NULL;
    if (near) {
        return scenario_refuse(load, at, "%s must be %s, not %s; did you mean \"%s\"?", label, list,
                               scenario_describe(value, text), near);
    }
    return scenario_refuse(load, at, "%s must be %s, not %s", label, list,
                           scenario_describe(value, text));
}

int scenario_string(struct scenario_load *load, const json_t *value,
                    const struct scenario_place *at, bool may_be_empty, const char **string)
{
    char label[160], text[96];
    if (!json_is_string(value)) {
        return scenario_refuse(load, at, "%s must be a string, not %s", scenario_label(at, label),
                               scenario_describe(value, text));
    }
    *string = json_string_value(value);
    if (strlen(*string) != json_string_length(value)) {
        return scenario_refuse(load, at, "%s cannot hold the NUL character",
                               scenario_label(at, label));
    }
    if (!may_be_empty && !**string) {
        return scenario_refuse(load, at, "%s must not be empty", scenario_label(at, label));
    }
    return 0;
}

int scenario_list(struct scenario_load *load, const json_t *value, const struct scenario_place *at,
                  const char *of)
{
    char label[160], text[96];
    if (!json_is_array(value)) {
        return scenario_refuse(load, at, "%s must be a list of %s, not %s",
                               scenario_label(at, label), of, scenario_describe(value, text));
    }
    if (json_array_size(value) == 0) {
        return scenario_refuse(load, at, "%s must not be empty: it needs %s",
                               scenario_label(at, label), of);
    }
    return 0;
}

int scenario_empty_object(struct scenario_load *load, const json_t *value,
                          const struct scenario_place *at)
{
    char label[160], text[96];
    if (!json_is_object(value)) {
        return scenario_refuse(load, at, "%s takes {}, not %s", scenario_label(at, label),
                               scenario_describe(value, text));
    }
    if (json_object_size(value) > 0) {
        struct scenario_place inside =
            scenario_at_key(at, json_object_iter_key(json_object_iter((json_t *)value)));
        return scenario_refuse_key(load, &inside,
                                   "%s takes {}; what modifies it stands beside it in the step",
                                   scenario_label(at, label));
    }
    return 0;
}

void *scenario_alloc(struct scenario_load *load, size_t count, size_t size)
{
    return count > SIZE_MAX / size ? NULL : plan_arena_alloc(load->plan->arena, count * size);
}

const char *scenario_keep(struct scenario_load *load, const char *string)
{
    return plan_arena_string(load->plan->arena, string);
}

int scenario_check_memory(struct scenario_load *load, const struct scenario_place *at)
{
    if (load->bytes + plan_arena_bytes(load->plan->arena) > SCENARIO_EXPANDED_BYTES_MAX) {
        return scenario_refuse(load, at,
                               "the file needs more than %zu MiB of memory once it is expanded",
                               SCENARIO_EXPANDED_BYTES_MAX >> 20);
    }
    return 0;
}
