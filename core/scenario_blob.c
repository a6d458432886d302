/* SPDX-License-Identifier: MIT */
/* Payload files: read once per scenario file, shared by the plans that use them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario_internal.h"

static void blob_release(void *owned)
{
    struct scenario_blob *blob = owned;
    ASSERT(blob->users > 0);
    if (--blob->users == 0) {
        free(blob);
    }
}

/* jansson's integers carry the address: the object is only a map from names. */
static struct scenario_blob *blob_known(const json_t *blobs, const char *name)
{
    const json_t *address = json_object_get(blobs, name);
    return address ? (struct scenario_blob *)(uintptr_t)json_integer_value(address) : NULL;
}

static int blob_remember(struct scenario_load *load, const char *name, struct scenario_blob *blob)
{
    json_t *address = json_integer((json_int_t)(uintptr_t)blob);
    return json_object_set_new(load->blobs, name, address) == 0 ? 0 : -ENOMEM;
}

void scenario_blobs_release(struct scenario_load *load)
{
    const char *name;
    json_t *address;
    json_object_foreach(load->blobs, name, address)
    {
        blob_release(blob_known(load->blobs, name));
    }
    json_decref(load->blobs);
    load->blobs = NULL;
}

static int read_blob(int descriptor, struct scenario_blob *blob)
{
    size_t used = 0;
    while (used < blob->size) {
        ssize_t got = read(descriptor, blob->data + used, blob->size - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -errno : -EIO;
        }
        used += (size_t)got;
    }
    return 0;
}

static int blob_fill(struct scenario_load *load, int descriptor, size_t size, const char *name,
                     const struct scenario_place *at, struct scenario_blob **made)
{
    struct scenario_blob *blob = malloc(sizeof(*blob) + size);
    if (!blob) {
        return -ENOMEM;
    }
    *blob = (struct scenario_blob){.users = 1, .size = size};
    int code = read_blob(descriptor, blob);
    if (code != 0) {
        free(blob);
        return scenario_refuse(load, at, "the file \"%.200s\" cannot be read: %s", name,
                               strerror(-code));
    }
    *made = blob;
    return 0;
}

static int blob_examine(struct scenario_load *load, int descriptor, const char *name,
                        const struct scenario_place *at, struct scenario_blob **made)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        return scenario_refuse(load, at, "the file \"%.200s\" cannot be read: %s", name,
                               strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return scenario_refuse(load, at, "\"%.200s\" is not a regular file", name);
    }
    if ((uint64_t)status.st_size > PLAN_PAYLOAD_BYTES_MAX) {
        return scenario_refuse(load, at, "the file \"%.200s\" is larger than %zu MiB", name,
                               PLAN_PAYLOAD_BYTES_MAX >> 20);
    }
    return blob_fill(load, descriptor, (size_t)status.st_size, name, at, made);
}

static int blob_read(struct scenario_load *load, const char *path, const char *name,
                     const struct scenario_place *at, struct scenario_blob **made)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        return scenario_refuse(load, at, "the file \"%.200s\" cannot be read: %s", name,
                               strerror(errno));
    }
    int status = blob_examine(load, descriptor, name, at, made);
    close(descriptor);
    return status;
}

static bool is_inside(const char *folder, const char *path)
{
    size_t size = strlen(folder);
    return strcmp(folder, "/") == 0 || (strncmp(path, folder, size) == 0 && path[size] == '/');
}

/* Symbolic links are followed before it is decided what lies inside the folder. */
static int blob_open(struct scenario_load *load, const char *name, const struct scenario_place *at,
                     struct scenario_blob **made)
{
    char joined[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    int length = snprintf(joined, sizeof(joined), "%s/%s", load->source->folder, name);
    bool fits = length >= 0 && (size_t)length < sizeof(joined);
    bool relative = name[0] != '/';
    if (relative && (!fits || !realpath(load->source->folder, folder) || !realpath(joined, path))) {
        return scenario_refuse(load, at, "the file \"%.200s\" cannot be read: %s", name,
                               strerror(fits ? errno : ENAMETOOLONG));
    }
    if (!relative || !is_inside(folder, path)) {
        return scenario_refuse(load, at, "\"%.200s\" lies outside the scenario's folder", name);
    }
    return blob_read(load, path, name, at, made);
}

static int blob_keep(struct scenario_load *load, struct scenario_blob *blob)
{
    blob->users++;
    int status = plan_arena_own(load->plan->arena, blob_release, blob);
    if (status == 0) {
        scenario_hash_add_file(load, blob->data, blob->size);
    }
    return status;
}

int scenario_blob(struct scenario_load *load, const char *name, const struct scenario_place *at,
                  const struct scenario_blob **blob)
{
    struct scenario_blob *known = blob_known(load->blobs, name);
    if (!known) {
        int status = blob_open(load, name, at, &known);
        if (status != 0) {
            return status;
        }
        ASSERT(known);
        load->bytes += known->size;
        if (blob_remember(load, name, known) != 0) {
            blob_release(known);
            return -ENOMEM;
        }
    }
    *blob = known;
    /* Each plan holds a file once, and its hash covers it once, where it is first mentioned. */
    if (json_object_get(load->plan_blobs, name)) {
        return 0;
    }
    if (json_object_set_new(load->plan_blobs, name, json_true()) != 0) {
        return -ENOMEM;
    }
    return blob_keep(load, known);
}
