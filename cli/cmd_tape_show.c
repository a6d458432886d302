/* SPDX-License-Identifier: MIT */
/* sockdrill tape show: one line for each event. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "output.h"
#include "safe_text.h"
#include "tape_command.h"
#include "tape_open.h"
#include "tape_show.h"

#define SHOW_LINE_BYTES_MAX ((size_t)4096)

enum { SHOW_TARGET = 256 };

struct show_settings {
    const char *file, *target;
};

static const struct argp_option show_options[] = {
    {"target", SHOW_TARGET, "TARGET", 0,
     "what a file without a header is for: tape-PLUGIN, stream-PLUGIN or datagram-PLUGIN", 0},
    {0},
};

static error_t show_parse(int key, char *argument, struct argp_state *state)
{
    struct show_settings *settings = state->input;
    switch (key) {
    case SHOW_TARGET:
        settings->target = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (settings->file) {
            argp_error(state, "takes one file");
        }
        settings->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a tape");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp show_argp = {
    .options = show_options,
    .parser = show_parse,
    .args_doc = "FILE",
    .doc =
        "Lists the events of a tape file or of a fuzz input: where each stands, its name and what "
        "it carries. Events that no peer can cause are marked.",
};

static void show_line(struct bytes *line, struct bytes *safe)
{
    bytes_clear(safe);
    if (safe_text_add(safe, (const char *)line->data, line->size) != 0) {
        output_no_memory();
    }
    fwrite(safe->data, 1, safe->size, stdout);
    putchar('\n');
}

static void show_head(const struct tape_input *input, struct bytes *line, struct bytes *safe)
{
    const struct tape_file *file = &input->file;
    bytes_clear(line);
    int status =
        input->has_header
            ? bytes_add_format(line, "tape of version %d for plugin %s, %s", TAPE_FILE_VERSION,
                               file->plugin, file->use == TAPE_WHOLE ? "whole" : "exploring")
            : bytes_add_format(line, "fuzz input%s%s", file->plugin ? " for plugin " : "",
                               file->plugin ? file->plugin : "");
    if (status != 0) {
        output_no_memory();
    }
    show_line(line, safe);
}

static void show_events(const struct tape_file *file, struct bytes *line, struct bytes *safe)
{
    struct tape_event event;
    for (size_t at = 0; at < file->event_bytes;) {
        at = tape_event_read(file->events, file->event_bytes, at, &event);
        bytes_clear(line);
        if (tape_show(&event, line) != 0) {
            output_no_memory();
        }
        show_line(line, safe);
    }
}

int tape_command_show(int argc, char **argv)
{
    struct show_settings settings = {0};
    struct tape_input input;
    struct bytes line, safe;
    argp_parse(&show_argp, argc, argv, 0, NULL, &settings);
    bytes_init(&line, SHOW_LINE_BYTES_MAX);
    bytes_init(&safe, 4 * SHOW_LINE_BYTES_MAX);
    int code = tape_open(settings.file, settings.target, &input);
    if (code == COMMAND_GOOD) {
        show_head(&input, &line, &safe);
        show_events(&input.file, &line, &safe);
    }
    tape_open_fini(&input);
    bytes_fini(&line);
    bytes_fini(&safe);
    return code;
}
