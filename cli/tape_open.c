/* SPDX-License-Identifier: MIT */
#include "tape_open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "output.h"
#include "plugin_path.h"
#include "rig.h"

#define TAPE_READ_BYTES ((size_t)64 << 10)

static int tape_read_failed(const char *path, int error)
{
    if (error == ENOMEM) {
        output_no_memory();
    }
    if (error == ENOSPC) {
        output_complain("%s: it is larger than %zu MiB", path, TAPE_FILE_BYTES_MAX >> 20);
    } else {
        output_complain("%s: %s", path, strerror(error));
    }
    return COMMAND_USAGE;
}

static int tape_read(const char *path, struct bytes *data)
{
    uint8_t chunk[TAPE_READ_BYTES];
    struct stat kind;
    /* It is looked at before it is opened, which for a pipe might take for ever. */
    if (stat(path, &kind) == 0 && !S_ISREG(kind.st_mode)) {
        output_complain("%s: it is not a regular file", path);
        return COMMAND_USAGE;
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        return tape_read_failed(path, errno);
    }
    int status = 0;
    size_t size;
    errno = 0;
    while (status == 0 && (size = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        status = bytes_add(data, chunk, size);
    }
    if (status == 0 && ferror(file)) {
        status = errno ? -errno : -EIO;
    }
    fclose(file);
    return status == 0 ? COMMAND_GOOD : tape_read_failed(path, -status);
}

static int tape_open_bare(const char *target, struct tape_input *input)
{
    if (target && !tape_target_parse(target, strlen(target), &input->target)) {
        output_complain("'%s' is no target: they are called tape-PLUGIN, stream-PLUGIN and "
                        "datagram-PLUGIN",
                        target);
        return COMMAND_USAGE;
    }
    if (input->data.size > RIG_INPUT_BYTES_MAX) {
        output_complain("%s: a fuzz target plays its first %zu bytes, and so does this",
                        input->path, RIG_INPUT_BYTES_MAX);
        input->data.size = RIG_INPUT_BYTES_MAX;
    }
    input->has_target = target || tape_target_of_path(input->path, &input->target);
    const struct tape_target bare = {.kind = TAPE_TARGET_TAPE};
    int status = tape_target_events(input->has_target ? &input->target : &bare, input->data.data,
                                    input->data.size, &input->events);
    if (status != 0) {
        output_no_memory();
    }
    input->file = (struct tape_file){
        .use = TAPE_EXPLORE,
        .plugin = input->has_target ? input->target.plugin : NULL,
        .events = input->events.data,
        .event_bytes = input->events.size,
        .title = "",
    };
    return COMMAND_GOOD;
}

int tape_open(const struct tape_arguments *arguments, struct tape_input *input)
{
    struct drill_error error = {0};
    const char *path = arguments->file;
    *input = (struct tape_input){.path = path};
    bytes_init(&input->data, TAPE_FILE_BYTES_MAX);
    bytes_init(&input->events, 2 * TAPE_FILE_BYTES_MAX);
    int code = tape_read(path, &input->data);
    if (code != COMMAND_GOOD) {
        return code;
    }
    input->has_header = tape_file_is(input->data.data, input->data.size);
    if (!input->has_header) {
        return tape_open_bare(arguments->target, input);
    }
    int status = tape_file_read(input->data.data, input->data.size, &input->file, &error);
    if (status == -ENOMEM) {
        output_no_memory();
    }
    if (status != 0) {
        output_complain("%s: %s", path, error.sentence);
        return COMMAND_USAGE;
    }
    return COMMAND_GOOD;
}

void tape_open_fini(struct tape_input *input)
{
    tape_file_fini(&input->file);
    bytes_fini(&input->events);
    bytes_fini(&input->data);
}

/* The folder in which a path with a '/' starts. */
static char *tape_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!folder) {
        output_no_memory();
    }
    return folder;
}

static bool tape_serves(const struct tape_input *input, uint32_t transports)
{
    if (input->has_header || input->target.kind == TAPE_TARGET_TAPE) {
        return true;
    }
    return transports & (input->target.kind == TAPE_TARGET_STREAM ? DRILL_TCP : DRILL_UDP);
}

static int tape_open_plugin(const struct tape_input *input, struct plugin_catalog *catalog,
                            struct tape_plugin *plugin)
{
    const struct plugin_info *info = NULL;
    struct drill_error error = {0};
    if (!input->file.plugin) {
        output_complain(
            "%s: this is no tape file, and no folder of its path is called after a fuzz "
            "target: say what it is for with --target",
            input->path);
        return COMMAND_USAGE;
    }
    char *folder = tape_folder(input->path);
    int status = plugin_catalog_find(catalog, input->file.plugin, folder, &info, &error);
    free(folder);
    if (status == -ENOMEM) {
        output_no_memory();
    }
    if (status != 0) {
        output_complain("%s: %s", input->path, error.sentence);
        return COMMAND_USAGE;
    }
    *plugin = tape_plugin_of_info(info);
    if (!tape_serves(input, info->transports)) {
        output_complain("%s: the plugin \"%s\" does not serve %ss", input->path, info->name,
                        input->target.kind == TAPE_TARGET_STREAM ? "stream" : "datagram");
        return COMMAND_USAGE;
    }
    return COMMAND_GOOD;
}

int tape_open_for_plugin(const struct tape_arguments *arguments, struct tape_input *input,
                         struct plugin_catalog **catalog, struct tape_plugin *plugin)
{
    int code = tape_open(arguments, input);
    *catalog = plugin_path_catalog(&arguments->folders);
    return code == COMMAND_GOOD ? tape_open_plugin(input, *catalog, plugin) : code;
}

int tape_write(const char *out, const void *data, size_t size)
{
    if (!out) {
        /* A failure is told when the process exits. */
        fwrite(data, 1, size, stdout);
        return output_flush() == 0 ? COMMAND_GOOD : COMMAND_MACHINE;
    }
    FILE *file = fopen(out, "wb");
    if (!file) {
        output_complain("%s cannot be written: %s", out, strerror(errno));
        return COMMAND_USAGE;
    }
    errno = 0;
    bool written = fwrite(data, 1, size, file) == size;
    int error = errno;
    if (fclose(file) != 0 || !written) {
        output_complain("%s could not be written: %s", out, strerror(error ? error : errno));
        return COMMAND_MACHINE;
    }
    return COMMAND_GOOD;
}
