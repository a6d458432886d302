/* SPDX-License-Identifier: MIT */
#include "plugin_catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "isolate.h"
#include "nearest.h"
#include "plugin_host.h"

#define SUFFIX         ".so"
#define LOAD_MS        5000
#define INFO_BYTES_MAX ((size_t)4 << 20)

struct entry {
    char *path;
    struct plugin_info *info;  /* NULL: it could not be loaded */
    struct drill_error *error; /* why; NULL when it could */
    int status;
};

struct plugin_catalog {
    char **folders;
    size_t folder_count;
    struct entry *entries;
    size_t entry_count;
};

/* Names of plugins, each with the folder where it was found first. */
struct names {
    struct found {
        char *name;
        const char *folder; /* the catalog's */
    } * found;
    size_t count, capacity;
};

static void names_fini(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->found[i].name);
    }
    free(names->found);
}

/* Keeps the non-empty folders of the list. */
static int split(struct plugin_catalog *catalog, const char *list)
{
    size_t most = 1;
    for (const char *at = list; *at; at++) {
        most += *at == ':';
    }
    catalog->folders = calloc(most, sizeof(*catalog->folders));
    if (!catalog->folders) {
        return -ENOMEM;
    }
    while (*list) {
        size_t size = strcspn(list, ":");
        if (size > 0) {
            char *folder = strndup(list, size);
            if (!folder) {
                return -ENOMEM;
            }
            catalog->folders[catalog->folder_count++] = folder;
        }
        list += size + (list[size] == ':');
    }
    return 0;
}

struct plugin_catalog *plugin_catalog_new(const char *folders)
{
    struct plugin_catalog *catalog = calloc(1, sizeof(*catalog));
    if (catalog && split(catalog, folders) != 0) {
        plugin_catalog_free(catalog);
        return NULL;
    }
    return catalog;
}

void plugin_catalog_free(struct plugin_catalog *catalog)
{
    if (!catalog) {
        return;
    }
    for (size_t i = 0; i < catalog->entry_count; i++) {
        free(catalog->entries[i].path);
        plugin_info_free(catalog->entries[i].info);
        free(catalog->entries[i].error);
    }
    for (size_t i = 0; i < catalog->folder_count; i++) {
        free(catalog->folders[i]);
    }
    free((void *)catalog->folders);
    free(catalog->entries);
    free(catalog);
}

/* In the child: 0 and a description, or -errno and the sentence. */
static int describe(void *argument, struct bytes *out)
{
    const char *path = argument;
    struct drill_error error = {0};
    struct plugin *plugin;
    int status = plugin_load(path, &plugin, &error);
    if (status != 0) {
        (void)bytes_add(out, error.sentence, strlen(error.sentence));
        return status;
    }
    /* Not unloaded: that would run the plugin's code once more, for nothing. */
    return plugin_info_encode(plugin, out);
}

/* A plugin that changes the working folder must not make others hard to find. */
static int name_whole_path(struct entry *entry)
{
    char *whole = realpath(entry->path, NULL);
    if (!whole) {
        return -errno;
    }
    free(entry->info->path);
    entry->info->path = whole;
    return 0;
}

/* Turns the child's answer into the entry's description. */
static int understand(struct entry *entry, struct bytes *answer, int returned)
{
    if (returned != 0) {
        const char *sentence = bytes_string(answer);
        drill_error_set(entry->error, "%s", sentence && *sentence ? sentence : strerror(-returned));
        return returned < 0 ? returned : -EINVAL;
    }
    int status = plugin_info_decode(answer->data, answer->size, &entry->info);
    if (status == 0) {
        status = name_whole_path(entry);
    }
    if (status != 0) {
        drill_error_set(entry->error, "'%.600s' gives a description that cannot be read: %s",
                        entry->path, strerror(-status));
    }
    return status;
}

static int load(struct entry *entry)
{
    struct bytes answer;
    int returned = 0;
    struct drill_error error = {0};
    bytes_init(&answer, INFO_BYTES_MAX);
    int status = isolate_call(describe, entry->path, LOAD_MS, &answer, &returned, &error);
    if (status == 0) {
        status = understand(entry, &answer, returned);
    } else {
        drill_error_set(entry->error, "loading '%.600s' %.350s", entry->path, error.sentence);
    }
    bytes_fini(&answer);
    return status;
}

static int add_entry(struct plugin_catalog *catalog, const char *path, const struct entry **added)
{
    struct entry *entries =
        realloc(catalog->entries, (catalog->entry_count + 1) * sizeof(*entries));
    if (!entries) {
        return -ENOMEM;
    }
    catalog->entries = entries;
    struct entry *entry = &entries[catalog->entry_count];
    *entry = (struct entry){.path = strdup(path), .error = calloc(1, sizeof(*entry->error))};
    if (!entry->path || !entry->error) {
        free(entry->path);
        free(entry->error);
        return -ENOMEM;
    }
    catalog->entry_count++;
    entry->status = load(entry);
    if (entry->status == 0) {
        free(entry->error);
        entry->error = NULL;
    }
    *added = entry;
    return 0;
}

/* The entry of a file, loaded when it is asked for the first time. 0 or -ENOMEM. The entry is
 * borrowed until the next call. */
static int entry_of(struct plugin_catalog *catalog, const char *path, const struct entry **entry)
{
    for (size_t i = 0; i < catalog->entry_count; i++) {
        if (strcmp(catalog->entries[i].path, path) == 0) {
            *entry = &catalog->entries[i];
            return 0;
        }
    }
    return add_entry(catalog, path, entry);
}

/* The description of a file that exists, or its error. */
static int find_path(struct plugin_catalog *catalog, const char *path,
                     const struct plugin_info **info, struct drill_error *error)
{
    const struct entry *entry;
    int status = entry_of(catalog, path, &entry);
    if (status != 0) {
        drill_error_set(error, "no memory to load '%.600s'", path);
        return status;
    }
    if (entry->status != 0) {
        drill_error_set(error, "%s", entry->error->sentence);
    }
    *info = entry->info;
    return entry->status;
}

/* "folder/name" with an ending; owned. NULL without memory. */
static char *join(const char *folder, const char *name, const char *ending)
{
    size_t size = strlen(folder);
    const char *slash = size > 0 && folder[size - 1] != '/' ? "/" : "";
    char *path;
    return asprintf(&path, "%s%s%s%s", folder, slash, name, ending) < 0 ? NULL : path;
}

static bool has_name(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->found[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static int add_name(struct names *names, const char *file, size_t size, const char *folder)
{
    if (names->count == names->capacity) {
        size_t capacity = names->capacity * 2 + 16;
        struct found *found = realloc(names->found, capacity * sizeof(*found));
        if (!found) {
            return -ENOMEM;
        }
        names->found = found;
        names->capacity = capacity;
    }
    char *name = strndup(file, size);
    if (!name) {
        return -ENOMEM;
    }
    if (has_name(names, name)) {
        free(name);
        return 0;
    }
    names->found[names->count++] = (struct found){name, folder};
    return 0;
}

/* A folder that is not there has no plugins: a plugin path is a list of places to try. */
static int scan_folder(struct names *names, const char *folder)
{
    DIR *open = opendir(folder);
    if (!open) {
        return errno == ENOMEM ? -ENOMEM : 0;
    }
    int status = 0;
    const struct dirent *file;
    while (status == 0 && (file = readdir(open))) {
        size_t size = strlen(file->d_name);
        size_t suffix = strlen(SUFFIX);
        if (size > suffix && strcmp(file->d_name + size - suffix, SUFFIX) == 0) {
            status = add_name(names, file->d_name, size - suffix, folder);
        }
    }
    closedir(open);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

/* Every name there is, in bytewise order. 0 or -ENOMEM. */
static int scan(const struct plugin_catalog *catalog, struct names *names)
{
    for (size_t i = 0; i < catalog->folder_count; i++) {
        int status = scan_folder(names, catalog->folders[i]);
        if (status != 0) {
            return status;
        }
    }
    if (names->count > 0) {
        qsort(names->found, names->count, sizeof(*names->found), by_name);
    }
    return 0;
}

static const char *guess(const struct names *names, const char *name)
{
    const char **candidates = calloc(names->count + 1, sizeof(*candidates));
    if (!candidates) {
        return NULL;
    }
    for (size_t i = 0; i < names->count; i++) {
        candidates[i] = names->found[i].name;
    }
    const char *nearest = nearest_name(name, candidates, names->count);
    free((void *)candidates);
    return nearest;
}

static int refuse_unknown(const struct plugin_catalog *catalog, const char *name,
                          struct drill_error *error)
{
    struct names names = {0};
    const char *nearest = scan(catalog, &names) == 0 ? guess(&names, name) : NULL;
    char searched[640] = "the plugin path is empty";
    size_t size = 0;
    for (size_t i = 0; i < catalog->folder_count && size < sizeof(searched); i++) {
        int added = snprintf(searched + size, sizeof(searched) - size, "%s%s",
                             i == 0 ? "looked in " : ", ", catalog->folders[i]);
        size += added > 0 ? (size_t)added : 0;
    }
    if (nearest) {
        drill_error_set(error, "there is no plugin '%.128s'; did you mean '%s'? (%s)", name,
                        nearest, searched);
    } else {
        drill_error_set(error, "there is no plugin '%.128s' (%s)", name, searched);
    }
    names_fini(&names);
    return -ENOENT;
}

static int find_in_folders(struct plugin_catalog *catalog, const char *name,
                           const struct plugin_info **info, struct drill_error *error)
{
    for (size_t i = 0; i < catalog->folder_count; i++) {
        char *path = join(catalog->folders[i], name, SUFFIX);
        if (!path) {
            drill_error_set(error, "no memory to look for the plugin '%.128s'", name);
            return -ENOMEM;
        }
        /* Whatever it is, it was meant: loading says why it will not do. */
        struct stat status;
        bool there = lstat(path, &status) == 0;
        int found = there ? find_path(catalog, path, info, error) : 0;
        free(path);
        if (there) {
            return found;
        }
    }
    return refuse_unknown(catalog, name, error);
}

int plugin_catalog_find(void *owner, const char *name, const char *folder,
                        const struct plugin_info **info, struct drill_error *error)
{
    struct plugin_catalog *catalog = owner;
    *info = NULL;
    if (!*name) {
        drill_error_set(error, "a plugin's name is empty");
        return -EINVAL;
    }
    if (!strchr(name, '/')) {
        return find_in_folders(catalog, name, info, error);
    }
    char *path = join(name[0] != '/' && folder ? folder : "", name, "");
    if (!path) {
        drill_error_set(error, "no memory to look for the plugin '%.128s'", name);
        return -ENOMEM;
    }
    int status = find_path(catalog, path, info, error);
    free(path);
    return status;
}

int plugin_catalog_each(struct plugin_catalog *catalog,
                        void (*visit)(void *owner, const struct plugin_info *info,
                                      const struct drill_error *error),
                        void *owner)
{
    struct names names = {0};
    int status = scan(catalog, &names);
    for (size_t i = 0; i < names.count && status == 0; i++) {
        char *path = join(names.found[i].folder, names.found[i].name, SUFFIX);
        const struct entry *entry = NULL;
        status = path ? entry_of(catalog, path, &entry) : -ENOMEM;
        if (status == 0) {
            visit(owner, entry->info, entry->error);
        }
        free(path);
    }
    names_fini(&names);
    return status;
}
