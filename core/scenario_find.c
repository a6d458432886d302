/* SPDX-License-Identifier: MIT */
#include "scenario_find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folders that a walk is in, to notice a link back to one of them. */
struct walk {
    struct scenario_find *find;
    unsigned depth;
    struct {
        dev_t device;
        ino_t inode;
    } folders[SCENARIO_FOLDER_DEPTH_MAX];
    size_t seen; /* scenarios below the path, repeated ones included */
    bool refused;
};

void scenario_find_init(struct scenario_find *find, struct suite *suite)
{
    *find = (struct scenario_find){.suite = suite};
}

void scenario_find_fini(struct scenario_find *find)
{
    for (size_t i = 0; i < find->root_count; i++) {
        free(find->roots[i].folder);
        scenario_source_fini(&find->roots[i].suite);
    }
    for (size_t i = 0; i < find->file_count; i++) {
        free(find->files[i].id);
        free(find->files[i].file);
    }
    free(find->roots);
    free(find->files);
    *find = (struct scenario_find){0};
}

int scenario_find_refuse(struct scenario_find *find, const char *path, const char *format, ...)
{
    struct drill_error error = {0};
    va_list arguments;
    snprintf(error.file, sizeof(error.file), "%s", path);
    va_start(arguments, format);
    vsnprintf(error.sentence, sizeof(error.sentence), format, arguments);
    va_end(arguments);
    return scenario_add_error(find->suite, &error);
}

static bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name);
    size_t end_size = strlen(end);
    return size > end_size && strcmp(name + size - end_size, end) == 0;
}

static bool is_scenario_name(const char *name)
{
    return ends_with(name, ".json") && !ends_with(name, ".schema.json") &&
           strcmp(name, "suite.json") != 0 && strcmp(name, ".schema.json") != 0;
}

static int add_file(struct walk *walk, const char *path, const char *prefix, const char *name,
                    size_t root, const struct stat *status)
{
    struct scenario_find *find = walk->find;
    struct scenario_file *files =
        realloc(find->files, (find->file_count + 1) * sizeof(*find->files));
    if (!files) {
        return -ENOMEM;
    }
    find->files = files;
    struct scenario_file *made = &files[find->file_count];
    *made = (struct scenario_file){
        .file = strdup(path), .root = root, .device = status->st_dev, .inode = status->st_ino};
    if (asprintf(&made->id, "%s%.*s", prefix, (int)(strlen(name) - strlen(".json")), name) < 0) {
        made->id = NULL;
    }
    find->file_count++;
    walk->seen++;
    return made->file && made->id ? 0 : -ENOMEM;
}

/* Refusals do not end a walk: one call shows them all. */
static int walk_refuse(struct walk *walk, const char *path, const char *sentence)
{
    walk->refused = true;
    return scenario_find_refuse(walk->find, path, "%s", sentence) == -ENOMEM ? -ENOMEM : 0;
}

static int bytewise(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int walk_folder(struct walk *walk, const char *path, const char *prefix, size_t root,
                       const struct stat *status);

static int walk_entry(struct walk *walk, const char *folder, const char *prefix, const char *name,
                      size_t root)
{
    char path[PATH_MAX];
    struct stat status;
    const char *between = ends_with(folder, "/") || strcmp(folder, "/") == 0 ? "" : "/";
    int length = snprintf(path, sizeof(path), "%s%s%s", folder, between, name);
    if (length < 0 || (size_t)length >= sizeof(path)) {
        return walk_refuse(walk, folder, "holds names that are too long");
    }
    if (stat(path, &status) != 0) {
        bool loop = errno == ELOOP;
        if (!loop && !is_scenario_name(name)) {
            return 0; /* a dangling link to something else */
        }
        return walk_refuse(walk, path,
                           loop ? "is a symbolic link that leads back to itself" : strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        char *inner = NULL;
        if (asprintf(&inner, "%s%s/", prefix, name) < 0) {
            return -ENOMEM;
        }
        int result = walk_folder(walk, path, inner, root, &status);
        free(inner);
        return result;
    }
    return is_scenario_name(name) ? add_file(walk, path, prefix, name, root, &status) : 0;
}

static int walk_entries(struct walk *walk, const char *path, const char *prefix, size_t root)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, not_hidden, bytewise);
    if (count < 0) {
        char sentence[128];
        if (errno == ENOMEM) {
            return -ENOMEM;
        }
        snprintf(sentence, sizeof(sentence), "the folder cannot be read: %s", strerror(errno));
        return walk_refuse(walk, path, sentence);
    }
    int status = 0;
    for (int i = 0; i < count; i++) {
        if (status == 0) {
            status = walk_entry(walk, path, prefix, entries[i]->d_name, root);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static int walk_folder(struct walk *walk, const char *path, const char *prefix, size_t root,
                       const struct stat *status)
{
    char real[PATH_MAX];
    for (unsigned i = 0; i < walk->depth; i++) {
        if (walk->folders[i].device == status->st_dev && walk->folders[i].inode == status->st_ino) {
            return walk_refuse(walk, path, "is a link back to a folder that it lies in");
        }
    }
    if (walk->depth == SCENARIO_FOLDER_DEPTH_MAX) {
        return walk_refuse(walk, path, "lies more than 64 folders deep");
    }
    /* A suite.json here begins another suite, with ids of its own. */
    size_t own = SCENARIO_NO_ROOT;
    if (realpath(path, real) && scenario_root_at(walk->find, real, path, &own) != 0) {
        return -ENOMEM;
    }
    walk->folders[walk->depth].device = status->st_dev;
    walk->folders[walk->depth].inode = status->st_ino;
    walk->depth++;
    int result = own == SCENARIO_NO_ROOT ? walk_entries(walk, path, prefix, root)
                                         : walk_entries(walk, path, "", own);
    walk->depth--;
    return result;
}

static int add_asked(struct suite *suite, const char *text)
{
    char **asked = reallocarray(suite->asked, suite->asked_count + 1, sizeof(*asked));
    if (!asked) {
        return -ENOMEM;
    }
    suite->asked = asked;
    asked[suite->asked_count] = strdup(text);
    return asked[suite->asked_count++] ? 0 : -ENOMEM;
}

static int find_file(struct walk *walk, const char *path, const struct stat *status, size_t *root)
{
    char folder[PATH_MAX];
    struct bytes prefix;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!is_scenario_name(name)) {
        return walk_refuse(walk, path,
                           strcmp(name, "suite.json") == 0
                               ? "describes a suite and is no scenario: give its folder"
                               : "is no scenario: the name of one ends in .json, and not in "
                                 ".schema.json");
    }
    int length = !slash ? 1 : slash == path ? 1 : (int)(slash - path);
    snprintf(folder, sizeof(folder), "%.*s", length, slash ? path : ".");
    bytes_init(&prefix, PATH_MAX * 2);
    int result = scenario_root_above(walk->find, folder, root, &prefix);
    const char *text = bytes_string(&prefix);
    if (result == 0) {
        result = text ? add_file(walk, path, text, name, *root, status) : -ENOMEM;
    }
    if (result == 0) {
        struct scenario_find *find = walk->find;
        result = add_asked(find->suite, find->files[find->file_count - 1].id);
    }
    bytes_fini(&prefix);
    return result;
}

static int find_folder(struct walk *walk, const char *path, const struct stat *status, size_t *root)
{
    struct bytes prefix;
    bytes_init(&prefix, PATH_MAX * 2);
    int result = scenario_root_above(walk->find, path, root, &prefix);
    const char *text = bytes_string(&prefix);
    if (result == 0) {
        result = text ? add_asked(walk->find->suite, text) : -ENOMEM;
    }
    if (result == 0) {
        result = walk_folder(walk, path, text, *root, status);
    }
    bytes_fini(&prefix);
    return result;
}

int scenario_find_path(struct scenario_find *find, const char *given, size_t *root)
{
    char path[PATH_MAX];
    struct stat status;
    struct walk walk = {.find = find};
    size_t size = strlen(given);
    while (size > 1 && given[size - 1] == '/') {
        size--;
    }
    *root = SCENARIO_NO_ROOT;
    snprintf(path, sizeof(path), "%.*s", (int)(size < sizeof(path) ? size : sizeof(path) - 1),
             given);
    if (size == 0 || size >= sizeof(path) || stat(given, &status) != 0) {
        int code = size == 0 ? ENOENT : size >= sizeof(path) ? ENAMETOOLONG : errno;
        return scenario_find_refuse(find, given, "cannot be found: %s", strerror(code));
    }
    int result = S_ISDIR(status.st_mode) ? find_folder(&walk, path, &status, root)
                                         : find_file(&walk, path, &status, root);
    if (result == 0 && walk.seen == 0 && !walk.refused) {
        result = scenario_find_refuse(find, path,
                                      "holds no scenario: no file below it ends in .json, apart "
                                      "from suite.json and *.schema.json");
    }
    return result == 0 && walk.refused ? -EINVAL : result;
}

static int by_id(const void *a, const void *b)
{
    const struct scenario_file *one = a;
    const struct scenario_file *other = b;
    int order = strcmp(one->id, other->id);
    return order ? order : strcmp(one->file, other->file);
}

int scenario_find_finish(struct scenario_find *find)
{
    size_t kept = 0;
    int status = 0;
    if (find->file_count == 0) {
        return 0;
    }
    struct scenario_file *files = find->files;
    ASSERT(files);
    qsort(files, find->file_count, sizeof(*files), by_id);
    for (size_t i = 0; i < find->file_count; i++) {
        struct scenario_file *file = &files[i];
        struct scenario_file *before = kept ? &files[kept - 1] : NULL;
        if (!before || strcmp(before->id, file->id) != 0) {
            struct scenario_file moved = *file;
            files[i] = (struct scenario_file){0};
            files[kept++] = moved;
            continue;
        }
        bool same = before->device == file->device && before->inode == file->inode;
        if (!same && status != -ENOMEM) {
            status = scenario_find_refuse(find, file->file,
                                          "has the id \"%s\", and so has %s: rename one of them",
                                          file->id, before->file);
        }
        free(file->id);
        free(file->file);
        *file = (struct scenario_file){0};
    }
    find->file_count = kept;
    return status;
}
