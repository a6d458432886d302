/* SPDX-License-Identifier: MIT */
#include "scenario_dollar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"

/* One pass over a tree. */
struct dollar_pass {
    struct scenario_load *load;
    const struct scenario_scope *scope;
    bool last; /* the second pass: a `$` that stands for nothing is refused */
};

enum dollar_kind { DOLLAR_ESCAPED, DOLLAR_BRACED, DOLLAR_BARE, DOLLAR_LONE };

/* What stands at a `$`. */
struct dollar {
    enum dollar_kind kind;
    size_t length;    /* of all of it */
    const char *name; /* not terminated */
    size_t name_size;
};

static bool is_name_byte(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && c >= '0' && c <= '9');
}

static size_t name_length(const char *string, size_t size)
{
    size_t length = 0;
    while (length < size && is_name_byte(string[length], length == 0)) {
        length++;
    }
    return length;
}

bool scenario_is_name(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && name_length(name, size) == size;
}

static struct dollar dollar_read(const char *string, size_t size)
{
    ASSERT(size > 0);
    ASSERT(string[0] == '$');
    if (size > 1 && string[1] == '$') {
        return (struct dollar){.kind = DOLLAR_ESCAPED, .length = 2};
    }
    if (size > 1 && string[1] == '{') {
        size_t length = name_length(string + 2, size - 2);
        if (length > 0 && length + 2 < size && string[length + 2] == '}') {
            return (struct dollar){DOLLAR_BRACED, length + 3, string + 2, length};
        }
        return (struct dollar){.kind = DOLLAR_LONE, .length = 1};
    }
    size_t length = name_length(string + 1, size - 1);
    if (length > 0) {
        return (struct dollar){DOLLAR_BARE, length + 1, string + 1, length};
    }
    return (struct dollar){.kind = DOLLAR_LONE, .length = 1};
}

static const struct scenario_scope *scope_find(const struct scenario_scope *scope,
                                               const struct dollar *dollar)
{
    while (scope && (strlen(scope->name) != dollar->name_size ||
                     memcmp(scope->name, dollar->name, dollar->name_size) != 0)) {
        scope = scope->outer;
    }
    return scope;
}

int scenario_dollar_text(const json_t *value, bool guard, struct bytes *text)
{
    if (json_is_integer(value)) {
        return bytes_add_format(text, "%lld", (long long)json_integer_value(value));
    }
    if (json_is_boolean(value)) {
        return bytes_add_format(text, "%s", json_is_true(value) ? "true" : "false");
    }
    ASSERT(json_is_string(value));
    const char *string = json_string_value(value);
    int status = 0;
    for (size_t i = 0; i < json_string_length(value) && status == 0; i++) {
        status = bytes_add(text, "$$", guard && string[i] == '$' ? 2 : 0);
        if (status == 0 && !(guard && string[i] == '$')) {
            status = bytes_add(text, string + i, 1);
        }
    }
    return status;
}

static int refuse_undeclared(const struct dollar_pass *pass, const struct dollar *dollar,
                             const struct scenario_place *at)
{
    const char *names[SCENARIO_MATRIX_NAMES_MAX + PLAN_REPEAT_DEPTH_MAX + 1];
    size_t count = 0;
    char name[NEAREST_NAME_MAX + 1];
    snprintf(name, sizeof(name), "%.*s", dollar->name_size > 60 ? 60 : (int)dollar->name_size,
             dollar->name);
    if (scope_find(pass->load->matrix, dollar)) {
        return scenario_refuse(
            pass->load, at, "\"$%s\" within a longer string needs braces: \"${%s}\"", name, name);
    }
    for (const struct scenario_scope *s = pass->scope; s; s = s->outer) {
        names[count++] = s->name;
    }
    for (const struct scenario_scope *s = pass->load->matrix; s; s = s->outer) {
        names[count++] = s->name;
    }
    const char *near = nearest_name(name, names, count);
    if (near) {
        return scenario_refuse(pass->load, at,
                               "\"$%s\" names nothing that is declared; did you mean \"$%s\"?",
                               name, near);
    }
    return scenario_refuse(pass->load, at,
                           "\"$%s\" names nothing that is declared (a dollar is written $$)", name);
}

/* Adds what one `$` stands for. */
static int dollar_put(const struct dollar_pass *pass, const char *string,
                      const struct dollar *dollar, const struct scenario_place *at,
                      struct bytes *text)
{
    bool named = dollar->kind == DOLLAR_BRACED || (dollar->kind == DOLLAR_BARE && pass->last);
    const struct scenario_scope *scope = named ? scope_find(pass->scope, dollar) : NULL;
    if (scope) {
        return scenario_dollar_text(scope->value, !pass->last, text);
    }
    if (!pass->last) {
        return bytes_add(text, string, dollar->length);
    }
    switch (dollar->kind) {
    case DOLLAR_ESCAPED:
        return bytes_add(text, "$", 1);
    case DOLLAR_BRACED:
    case DOLLAR_BARE:
        return refuse_undeclared(pass, dollar, at);
    case DOLLAR_LONE:
        break;
    }
    return scenario_refuse(pass->load, at, "a dollar that begins no name is written $$");
}

static int string_text(const struct dollar_pass *pass, const json_t *value,
                       const struct scenario_place *at, struct bytes *text)
{
    const char *string = json_string_value(value);
    size_t size = json_string_length(value);
    int status = 0;
    for (size_t i = 0; i < size && status == 0;) {
        const char *next = memchr(string + i, '$', size - i);
        size_t plain = next ? (size_t)(next - string) - i : size - i;
        status = bytes_add(text, string + i, plain);
        i += plain;
        if (status == 0 && next) {
            struct dollar dollar = dollar_read(string + i, size - i);
            status = dollar_put(pass, string + i, &dollar, at, text);
            i += dollar.length;
        }
    }
    return status;
}

static int resolve_longer(const struct dollar_pass *pass, const json_t *value,
                          const struct scenario_place *at, json_t **resolved)
{
    struct bytes text;
    bytes_init(&text, SCENARIO_EXPANDED_BYTES_MAX);
    int status = string_text(pass, value, at, &text);
    if (status == -ENOSPC) {
        status = -ENOMEM;
    }
    if (status == 0) {
        *resolved = json_stringn(text.size ? (const char *)text.data : "", text.size);
        status = *resolved ? 0 : -ENOMEM;
    }
    bytes_fini(&text);
    return status;
}

/* A string that is a value with its type. In the first pass a string's dollars are doubled, for the
 * second pass to halve. */
static int resolve_exact(const struct dollar_pass *pass, const struct scenario_scope *scope,
                         json_t **resolved)
{
    if (!json_is_string(scope->value) || pass->last) {
        *resolved = json_incref(scope->value);
        return 0;
    }
    struct bytes text;
    bytes_init(&text, 4 * SCENARIO_MATRIX_TEXT_MAX);
    int status = scenario_dollar_text(scope->value, true, &text);
    if (status == 0) {
        *resolved = json_stringn(text.size ? (const char *)text.data : "", text.size);
        status = *resolved ? 0 : -ENOMEM;
    }
    bytes_fini(&text);
    return status;
}

static int resolve_string(const struct dollar_pass *pass, const json_t *value,
                          const struct scenario_place *at, json_t **resolved)
{
    const char *string = json_string_value(value);
    size_t size = json_string_length(value);
    if (!memchr(string, '$', size)) {
        *resolved = json_incref((json_t *)value);
        return 0;
    }
    struct dollar dollar = {.kind = DOLLAR_LONE};
    if (string[0] == '$') {
        dollar = dollar_read(string, size);
    }
    const struct scenario_scope *scope = NULL;
    if (dollar.kind == DOLLAR_BARE && dollar.length == size) {
        scope = scope_find(pass->scope, &dollar);
    }
    return scope ? resolve_exact(pass, scope, resolved) : resolve_longer(pass, value, at, resolved);
}

static int resolve_value(const struct dollar_pass *pass, const json_t *value,
                         const struct scenario_place *at, json_t **resolved);

static int resolve_list(const struct dollar_pass *pass, const json_t *list,
                        const struct scenario_place *at, json_t *made)
{
    int status = 0;
    for (size_t i = 0; i < json_array_size(list) && status == 0; i++) {
        struct scenario_place entry = scenario_at_index(at, i);
        json_t *value = NULL;
        status = resolve_value(pass, json_array_get(list, i), &entry, &value);
        if (status == 0 && json_array_append_new(made, value) != 0) {
            status = -ENOMEM;
        }
    }
    return status;
}

/* Whether the keys of the object there are not words of the language but names of clients. */
static bool keys_are_names(const struct scenario_place *at)
{
    const struct scenario_place *outer = at->parent;
    return at->key && strcmp(at->key, "ends") == 0 && outer && outer->key &&
           strcmp(outer->key, "expect_server") == 0;
}

static int resolve_key(const struct dollar_pass *pass, const char *key,
                       const struct scenario_place *at, struct bytes *name)
{
    json_t *written = json_string(key);
    json_t *resolved = NULL;
    int status = written ? resolve_string(pass, written, at, &resolved) : -ENOMEM;
    if (status == 0) {
        status = scenario_dollar_text(resolved, false, name);
        json_decref(resolved);
    }
    json_decref(written);
    return status == -ENOSPC ? -ENOMEM : status;
}

/* Adds a member whose key is a name. */
static int add_named(const struct dollar_pass *pass, json_t *made, const char *key, json_t *value,
                     const struct scenario_place *at)
{
    struct bytes name;
    bytes_init(&name, SCENARIO_EXPANDED_BYTES_MAX);
    int status = resolve_key(pass, key, at, &name);
    const char *text = status == 0 ? bytes_string(&name) : NULL;
    if (status == 0 && !text) {
        status = -ENOMEM;
    } else if (status == 0 && strlen(text) != name.size) {
        status = scenario_refuse_key(pass->load, at, "a key cannot hold the NUL character");
    } else if (status == 0 && json_object_get(made, text)) {
        status = scenario_refuse_key(
            pass->load, at, "the key \"%.80s\" stands here twice once its $ is replaced", text);
    } else if (status == 0) {
        status = json_object_set(made, text, value) == 0 ? 0 : -ENOMEM;
    }
    bytes_fini(&name);
    return status;
}

static int resolve_object(const struct dollar_pass *pass, const json_t *object,
                          const struct scenario_place *at, json_t *made)
{
    bool named = keys_are_names(at);
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)object, key, member)
    {
        struct scenario_place entry = scenario_at_key(at, key);
        json_t *value = NULL;
        int status = resolve_value(pass, member, &entry, &value);
        if (status == 0 && named) {
            status = add_named(pass, made, key, value, &entry);
        } else if (status == 0) {
            status = json_object_set(made, key, value) == 0 ? 0 : -ENOMEM;
        }
        json_decref(value);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int resolve_value(const struct dollar_pass *pass, const json_t *value,
                         const struct scenario_place *at, json_t **resolved)
{
    if (json_is_string(value)) {
        return resolve_string(pass, value, at, resolved);
    }
    bool is_list = json_is_array(value);
    if (!is_list && !json_is_object(value)) {
        *resolved = json_incref((json_t *)value);
        return 0;
    }
    json_t *made = is_list ? json_array() : json_object();
    if (!made) {
        return -ENOMEM;
    }
    int status =
        is_list ? resolve_list(pass, value, at, made) : resolve_object(pass, value, at, made);
    if (status != 0) {
        json_decref(made);
        return status;
    }
    *resolved = made;
    return 0;
}

int scenario_resolve(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, const struct scenario_scope *scope,
                     json_t **resolved)
{
    struct dollar_pass pass = {.load = load, .scope = scope, .last = true};
    return resolve_value(&pass, value, at, resolved);
}

int scenario_dollar_expand(struct scenario_load *load, const json_t *value, json_t **expanded)
{
    struct dollar_pass pass = {.load = load, .scope = load->matrix};
    struct scenario_place root = {0};
    return resolve_value(&pass, value, &root, expanded);
}

static bool string_mentions(const char *string, size_t size, const char *name)
{
    struct scenario_scope scope = {.name = name};
    for (size_t i = 0; i < size;) {
        const char *next = memchr(string + i, '$', size - i);
        if (!next) {
            return false;
        }
        i = (size_t)(next - string);
        struct dollar dollar = dollar_read(next, size - i);
        if (dollar.name && scope_find(&scope, &dollar)) {
            return true;
        }
        i += dollar.length;
    }
    return false;
}

static bool key_mentions(const json_t *object, const char *name)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)object, key, member)
    {
        if (string_mentions(key, strlen(key), name)) {
            return true;
        }
    }
    return false;
}

bool scenario_mentions(const json_t *value, const char *name)
{
    if (json_is_string(value)) {
        return string_mentions(json_string_value(value), json_string_length(value), name);
    }
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        if (scenario_mentions(json_array_get(value, i), name)) {
            return true;
        }
    }
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member)
    {
        if (scenario_mentions(member, name) ||
            (strcmp(key, "ends") == 0 && key_mentions(member, name))) {
            return true;
        }
    }
    return false;
}
