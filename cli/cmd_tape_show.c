/* SPDX-License-Identifier: MIT */
/* sockdrill tape show: one line for each event. */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "output.h"
#include "safe_text.h"
#include "tape_arguments.h"
#include "tape_command.h"
#include "tape_open.h"
#include "tape_show.h"

#define SHOW_LINE_BYTES_MAX ((size_t)4096)

static const struct argp_option show_options[] = {TAPE_OPTION_TARGET, {0}};

static error_t show_parse(int key, char *argument, struct argp_state *state)
{
    return tape_arguments_parse(key, argument, state, state->input);
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
    struct tape_arguments arguments = {.wanted = "a tape"};
    struct tape_input input;
    struct bytes line, safe;
    argp_parse(&show_argp, argc, argv, 0, NULL, &arguments);
    bytes_init(&line, SHOW_LINE_BYTES_MAX);
    bytes_init(&safe, 4 * SHOW_LINE_BYTES_MAX);
    int code = tape_open(&arguments, &input);
    if (code == COMMAND_GOOD) {
        show_head(&input, &line, &safe);
        show_events(&input.file, &line, &safe);
    }
    tape_open_fini(&input);
    tape_arguments_fini(&arguments);
    bytes_fini(&line);
    bytes_fini(&safe);
    return code;
}
