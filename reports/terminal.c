/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "backtrace.h"
#include "check.h"
#include "clock.h"
#include "ink.h"
#include "result_text.h"

#define PROGRESS_MS 50
#define PLAIN_STEP  1000 /* where there is no terminal, a line after so many scenarios */
#define CLEAR_LINE  "\r\x1b[K"
#define WIDTH_LEAST 20
#define WIDTH_MOST  1000

/* What is said about one plan, until its turn comes. */
struct slot {
    char *text; /* owned; NULL: nothing */
    size_t size;
    bool finished, bad;
};

struct terminal {
    struct terminal_options options;
    struct plan *const *plans;
    size_t plan_count;
    struct slot *slots;
    size_t next;     /* everything below has been shown */
    size_t bad_next; /* of those, how many fail the run */
    size_t finished, bad;
    uint32_t current; /* PLAN_NONE: none was started */
    bool drawn;       /* the progress line stands on the screen */
    bool drawn_once;
    uint64_t drawn_ns;
    struct bytes out;            /* not yet written */
    struct backtrace *backtrace; /* NULL until a worker died */
    int status;
};

/* What the environment says of the terminal's width, 0 when it is silent. */
static unsigned environment_width(void)
{
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
    return width >= WIDTH_LEAST && width <= WIDTH_MOST ? (unsigned)width : 0;
}

void terminal_options_detect(struct terminal_options *options, int fd, int verbosity)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool smart = isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
    struct winsize size;
    unsigned width = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    if (width < WIDTH_LEAST || width > WIDTH_MOST) {
        width = environment_width();
    }
    *options = (struct terminal_options){.fd = fd,
                                         .is_tty = smart,
                                         .color = smart && !(no_color && *no_color),
                                         .width = width,
                                         .verbosity = verbosity,
                                         .progress_ms = PROGRESS_MS};
}

struct terminal *terminal_new(const struct terminal_options *options, struct plan *const *plans,
                              size_t plan_count)
{
    struct terminal *terminal = calloc(1, sizeof(*terminal));
    struct slot *slots = calloc(plan_count ? plan_count : 1, sizeof(*slots));
    if (!terminal || !slots) {
        free(terminal);
        free(slots);
        return NULL;
    }
    *terminal = (struct terminal){.options = *options,
                                  .plans = plans,
                                  .plan_count = plan_count,
                                  .slots = slots,
                                  .current = PLAN_NONE};
    if (terminal->options.width == 0) {
        terminal->options.width = TERMINAL_WIDTH_DEFAULT;
    }
    bytes_init(&terminal->out, SIZE_MAX);
    return terminal;
}

void terminal_free(struct terminal *terminal)
{
    if (!terminal) {
        return;
    }
    for (size_t i = 0; i < terminal->plan_count; i++) {
        free(terminal->slots[i].text);
    }
    backtrace_free(terminal->backtrace);
    bytes_fini(&terminal->out);
    free(terminal->slots);
    free(terminal);
}

static void keep_status(struct terminal *terminal, int status)
{
    if (terminal->status == 0) {
        terminal->status = status;
    }
}

static struct ink ink_on(struct terminal *terminal, struct bytes *out)
{
    return (struct ink){.out = out, .color = terminal->options.color};
}

/* After a write has failed nothing more is tried: the reader is gone or the disk is full. */
static void write_out(struct terminal *terminal)
{
    const struct bytes *out = &terminal->out;
    for (size_t done = 0; done < out->size && terminal->status == 0;) {
        ssize_t count = write(terminal->options.fd, out->data + done, out->size - done);
        if (count < 0 && errno != EINTR) {
            keep_status(terminal, -errno);
        }
        done += count > 0 ? (size_t)count : 0;
    }
    bytes_clear(&terminal->out);
}

static void clear_progress(struct terminal *terminal)
{
    if (terminal->drawn) {
        keep_status(terminal, bytes_add(&terminal->out, CLEAR_LINE, strlen(CLEAR_LINE)));
        terminal->drawn = false;
    }
}

/* One character per column: what is not ASCII would have a width that only the terminal knows. */
static void add_cut(struct ink *ink, const char *text, size_t columns)
{
    for (size_t i = 0; i < columns && text[i]; i++) {
        bool printable = text[i] >= 0x20 && text[i] < 0x7f;
        ink_format(ink, "%c", printable ? text[i] : '?');
    }
}

/* "[12/72] 1 failed  tcp/half-close", one column short of the width so that no line wraps. */
static void add_progress(struct terminal *terminal)
{
    char numbers[96];
    int length =
        snprintf(numbers, sizeof(numbers), "[%zu/%zu] ", terminal->finished, terminal->plan_count);
    if (terminal->bad > 0) {
        length += snprintf(numbers + length, sizeof(numbers) - (size_t)length, "%zu failed  ",
                           terminal->bad);
    }
    size_t room = terminal->options.width - 1;
    size_t used = (size_t)length < room ? (size_t)length : room;
    struct ink ink = ink_on(terminal, &terminal->out);
    ink_add(&ink, CLEAR_LINE);
    add_cut(&ink, numbers, used);
    if (terminal->current != PLAN_NONE) {
        add_cut(&ink, terminal->plans[terminal->current]->id, room - used);
    }
    keep_status(terminal, ink.status);
}

/* Draws the progress line when its time has come, or at once where it has just been cleared. */
static void draw_progress(struct terminal *terminal, bool at_once)
{
    if (!terminal->options.is_tty || terminal->options.verbosity < 0) {
        return;
    }
    uint64_t now_ns = clock_real_ns();
    uint64_t due_ns = clock_after(terminal->drawn_ns, terminal->options.progress_ms * CLOCK_MS);
    if (!terminal->drawn_once || at_once || now_ns >= due_ns) {
        add_progress(terminal);
        terminal->drawn = true;
        terminal->drawn_once = true;
        terminal->drawn_ns = now_ns;
    }
}

void terminal_started(struct terminal *terminal, uint32_t plan)
{
    ASSERT(plan < terminal->plan_count);
    terminal->current = plan;
    draw_progress(terminal, false);
    write_out(terminal);
}

/* Renders now, because the result is borrowed, and owns the text. */
static void fill_slot(struct terminal *terminal, struct slot *slot, const struct result *result)
{
    struct bytes text;
    bytes_init(&text, SIZE_MAX);
    if (result->trouble.frame_count > 0 && !terminal->backtrace) {
        terminal->backtrace = backtrace_new();
    }
    struct ink ink = ink_on(terminal, &text);
    result_text_add(&ink, terminal->plans[result->plan], result, terminal->options.verbosity,
                    terminal->options.replay_arguments, terminal->backtrace);
    keep_status(terminal, ink.status);
    slot->finished = true;
    slot->bad = result_fails(result);
    slot->text = (char *)text.data;
    slot->size = text.size;
}

static void show_slot(struct terminal *terminal, struct slot *slot)
{
    if (slot->size > 0) {
        clear_progress(terminal);
        keep_status(terminal, bytes_add(&terminal->out, slot->text, slot->size));
    }
    free(slot->text);
    slot->text = NULL;
    slot->size = 0;
}

/* Says how far it is where no line can be redrawn and the run is long. It depends on scenario order
 * alone, never on time. */
static void show_milestone(struct terminal *terminal)
{
    bool quiet = terminal->options.is_tty || terminal->options.verbosity != 0;
    if (quiet || terminal->next % PLAIN_STEP != 0 || terminal->next == terminal->plan_count) {
        return;
    }
    keep_status(terminal,
                bytes_add_format(&terminal->out, "%zu of %zu scenarios, %zu failed\n",
                                 terminal->next, terminal->plan_count, terminal->bad_next));
}

static void show_in_order(struct terminal *terminal)
{
    while (terminal->next < terminal->plan_count && terminal->slots[terminal->next].finished) {
        struct slot *slot = &terminal->slots[terminal->next++];
        show_slot(terminal, slot);
        terminal->bad_next += slot->bad;
        show_milestone(terminal);
    }
}

void terminal_finished(struct terminal *terminal, const struct result *result)
{
    ASSERT(result->plan < terminal->plan_count);
    struct slot *slot = &terminal->slots[result->plan];
    ASSERT(!slot->finished);
    fill_slot(terminal, slot, result);
    terminal->finished++;
    terminal->bad += slot->bad;
    show_in_order(terminal);
    bool cleared = !terminal->drawn && terminal->drawn_once;
    draw_progress(terminal, cleared || terminal->finished == terminal->plan_count);
    write_out(terminal);
}

void terminal_flush(struct terminal *terminal)
{
    clear_progress(terminal);
    for (size_t i = terminal->next; i < terminal->plan_count; i++) {
        show_slot(terminal, &terminal->slots[i]);
    }
    write_out(terminal);
}

int terminal_summary(struct terminal *terminal, const struct report_summary *summary,
                     uint64_t real_ns, const char *report_path)
{
    terminal_flush(terminal);
    struct ink ink = ink_on(terminal, &terminal->out);
    result_text_add_summary(&ink, summary, real_ns);
    if (report_path) {
        ink_add(&ink, "report: ");
        ink_safe(&ink, report_path);
        ink_add(&ink, "\n");
    }
    keep_status(terminal, ink.status);
    write_out(terminal);
    return terminal->status;
}
