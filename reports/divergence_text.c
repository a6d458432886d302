/* SPDX-License-Identifier: MIT */
#include "divergence_text.h"

#include <string.h>

#include "safe_text.h"

#define COLUMN_WIDTH 36

/* One side's text, made harmless, and how much of it has been shown. */
struct column {
    struct bytes text;
    size_t shown;
};

static void column_init(struct ink *ink, struct column *column, const char *text)
{
    *column = (struct column){0};
    bytes_init(&column->text, SIZE_MAX);
    const char *said = text ? text : "nothing";
    if (ink->status == 0) {
        ink->status = safe_text_add(&column->text, said, strlen(said));
    }
}

/* A row of a column: its bytes, and how many characters those are. */
struct row {
    size_t size, width;
};

/* The characters that fit the next row; between words where there is a choice. */
static struct row next_row(const struct column *column)
{
    const uint8_t *text = column->text.data + column->shown;
    size_t left = column->text.size - column->shown;
    struct row row = {0}, words = {0};
    while (row.size < left && row.width < COLUMN_WIDTH) {
        uint32_t code;
        size_t length = safe_text_sequence(text + row.size, left - row.size, &code);
        row.size += length ? length : 1;
        row.width++;
        if (row.size < left && text[row.size] == ' ') {
            words = row;
        }
    }
    bool cut = row.size < left && text[row.size] != ' ';
    return cut && words.width > COLUMN_WIDTH / 2 ? words : row;
}

/* Adds a row of one column and returns how wide it came out. */
static size_t add_cell(struct ink *ink, struct column *column)
{
    while (column->shown > 0 && column->shown < column->text.size &&
           column->text.data[column->shown] == ' ') {
        column->shown++;
    }
    struct row row = next_row(column);
    if (ink->status == 0 && row.size > 0) {
        ink->status = bytes_add(ink->out, column->text.data + column->shown, row.size);
    }
    column->shown += row.size;
    return row.width;
}

static bool is_left(const struct column *column)
{
    return column->shown < column->text.size;
}

static void add_pair(struct ink *ink, const char *sim, const char *kernel, size_t rows_max)
{
    struct column left, right;
    column_init(ink, &left, sim);
    column_init(ink, &right, kernel);
    size_t rows = 0;
    do {
        ink_add(ink, "    ");
        size_t width = add_cell(ink, &left);
        ink_format(ink, "%*s |", (int)(COLUMN_WIDTH - width), "");
        if (is_left(&right)) {
            ink_add(ink, " ");
            add_cell(ink, &right);
        }
        ink_add(ink, "\n");
    } while (++rows < rows_max && (is_left(&left) || is_left(&right)) && ink->status == 0);
    if (is_left(&left) || is_left(&right)) {
        ink_format(ink, "    %-*s |%s\n", COLUMN_WIDTH, is_left(&left) ? "..." : "",
                   is_left(&right) ? " ..." : "");
    }
    bytes_fini(&left.text);
    bytes_fini(&right.text);
}

static void add_label(struct ink *ink, const char *label)
{
    ink_add(ink, "  ");
    ink_safe(ink, label);
    ink_add(ink, "\n");
}

void divergence_text_add(struct ink *ink, const struct result *result, size_t rows_max)
{
    const struct result_divergence *divergence = &result->divergence;
    const char *sim = verdict_name(result->sim_verdict);
    ink_format(ink, "    sim: %-*s | kernel: %s\n", COLUMN_WIDTH - 5, sim,
               verdict_name(result->kernel_verdict));
    if (divergence->what) {
        add_label(ink, divergence->what);
        add_pair(ink, divergence->sim, divergence->kernel, rows_max);
    }
    if (divergence->calls) {
        add_label(ink, divergence->calls);
        add_pair(ink, divergence->sim_call, divergence->kernel_call, rows_max);
    }
}
