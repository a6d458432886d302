/* SPDX-License-Identifier: MIT */
#include "evidence_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "check.h"

#define PAIR_COLUMNS   8
#define SINGLE_COLUMNS 16
#define EXCERPT_BYTES  48
#define DUMP_BYTES_MAX ((uint64_t)4 * RESULT_HEAD_BYTES)

/* One side of the dump. */
struct side {
    const struct result_evidence *evidence;
    const struct side *other; /* NULL: nothing to compare with */
    enum ink_style style;     /* of differing bytes */
};

/* What is drawn: one or two sides, `columns` bytes of each per row. */
struct dump {
    const struct side *sides[2];
    size_t side_count, columns;
    uint64_t first, end; /* positions in the stream: of a row's first byte; after the last byte */
};

enum place { PLACE_KNOWN, PLACE_UNKNOWN, PLACE_BEYOND };

static enum place place_of(const struct result_evidence *evidence, uint64_t position)
{
    if (position >= evidence->stream.length) {
        return PLACE_BEYOND;
    }
    bool kept =
        position >= evidence->offset && position - evidence->offset < evidence->stream.head_size;
    return kept ? PLACE_KNOWN : PLACE_UNKNOWN;
}

static uint8_t byte_at(const struct result_evidence *evidence, uint64_t position)
{
    return evidence->stream.head[position - evidence->offset];
}

/* Whether this side has a byte here that the other has not. What was not kept never differs. */
static bool differs(const struct side *side, uint64_t position)
{
    if (!side->other || place_of(side->evidence, position) != PLACE_KNOWN) {
        return false;
    }
    switch (place_of(side->other->evidence, position)) {
    case PLACE_KNOWN:
        return byte_at(side->evidence, position) != byte_at(side->other->evidence, position);
    case PLACE_UNKNOWN:
        return false;
    case PLACE_BEYOND:
        return true;
    }
    return false;
}

static bool row_differs(const struct dump *dump, const struct side *side, uint64_t row)
{
    for (size_t i = 0; i < dump->columns; i++) {
        if (differs(side, row + i)) {
            return true;
        }
    }
    return false;
}

static bool any_differs(const struct dump *dump, uint64_t row)
{
    for (size_t i = 0; i < dump->side_count; i++) {
        if (row_differs(dump, dump->sides[i], row)) {
            return true;
        }
    }
    return false;
}

static void add_hex(struct ink *ink, const struct dump *dump, const struct side *side, uint64_t row)
{
    for (size_t i = 0; i < dump->columns; i++) {
        enum place place = place_of(side->evidence, row + i);
        bool marked = differs(side, row + i);
        if (marked) {
            ink_style(ink, side->style);
        }
        if (place == PLACE_KNOWN) {
            ink_format(ink, "%02x", byte_at(side->evidence, row + i));
        } else {
            ink_add(ink, place == PLACE_UNKNOWN ? ".." : "  ");
        }
        if (marked) {
            ink_style(ink, INK_PLAIN);
        }
        ink_add(ink, " ");
    }
}

static void add_letters(struct ink *ink, const struct dump *dump, const struct side *side,
                        uint64_t row)
{
    ink_add(ink, "|");
    for (size_t i = 0; i < dump->columns; i++) {
        char letter = ' ';
        if (place_of(side->evidence, row + i) == PLACE_KNOWN) {
            uint8_t byte = byte_at(side->evidence, row + i);
            letter = byte >= 0x20 && byte < 0x7f ? (char)byte : '.';
        }
        ink_format(ink, "%c", letter);
    }
    ink_add(ink, "|");
}

static void add_row(struct ink *ink, const struct dump *dump, uint64_t row)
{
    ink_format(ink, "    %04" PRIx64, row);
    for (size_t i = 0; i < dump->side_count; i++) {
        ink_add(ink, "  ");
        add_hex(ink, dump, dump->sides[i], row);
        add_letters(ink, dump, dump->sides[i], row);
    }
    ink_add(ink, "\n");
}

/* Marks below a row; written up to the last mark, so that no line ends in blanks. */
static void add_marks(struct ink *ink, const struct dump *dump, uint64_t row)
{
    int blanks = snprintf(NULL, 0, "    %04" PRIx64, row);
    for (size_t i = 0; i < dump->side_count; i++) {
        blanks += 2;
        for (size_t j = 0; j < dump->columns; j++) {
            if (differs(dump->sides[i], row + j)) {
                ink_format(ink, "%*s", blanks, "");
                ink_style(ink, dump->sides[i]->style);
                ink_add(ink, "^^");
                ink_style(ink, INK_PLAIN);
                blanks = 1;
            } else {
                blanks += 3;
            }
        }
        blanks += (int)dump->columns + 2;
    }
    ink_add(ink, "\n");
}

/* The row to begin with: the one before the first difference. */
static uint64_t first_row(const struct dump *dump)
{
    for (uint64_t row = dump->first; row < dump->end; row += dump->columns) {
        if (any_differs(dump, row)) {
            return row > dump->first ? row - dump->columns : row;
        }
    }
    return dump->first;
}

static void add_dump(struct ink *ink, const struct dump *dump, uint64_t start, size_t rows_max)
{
    if (start > dump->first) {
        ink_add(ink, "    ....\n");
    }
    uint64_t row = start;
    for (size_t i = 0; i < rows_max && row < dump->end; i++, row += dump->columns) {
        add_row(ink, dump, row);
        if (any_differs(dump, row)) {
            add_marks(ink, dump, row);
        }
    }
    if (row < dump->end) {
        ink_add(ink, "    ....\n");
    }
}

static bool has_bytes(const struct result_evidence *evidence)
{
    return evidence->kind == EVIDENCE_BYTES && evidence->stream.head_size > 0;
}

/* Lays out the sides that have bytes, covering what either of them kept. */
static void plan_dump(struct dump *dump, const struct side *expected, const struct side *actual)
{
    const struct side *sides[2] = {expected, actual};
    *dump = (struct dump){.first = UINT64_MAX};
    for (size_t i = 0; i < 2; i++) {
        const struct result_evidence *evidence = sides[i]->evidence;
        if (!has_bytes(evidence)) {
            continue;
        }
        ASSERT(evidence->stream.head_size <= RESULT_HEAD_BYTES);
        uint64_t end = evidence->offset + evidence->stream.head_size;
        dump->sides[dump->side_count++] = sides[i];
        dump->first = evidence->offset < dump->first ? evidence->offset : dump->first;
        dump->end = end > dump->end ? end : dump->end;
    }
    dump->columns = dump->side_count == 2 ? PAIR_COLUMNS : SINGLE_COLUMNS;
    dump->first -= dump->first % dump->columns;
    /* Excerpts that lie far apart have no rows in common. */
    if (dump->side_count == 2 && dump->end - dump->first > DUMP_BYTES_MAX) {
        dump->side_count = 0;
    }
}

/* The bytes from `start` on between quotes, with what is left out shown by dots. */
static void add_excerpt(struct ink *ink, const struct result_evidence *evidence, uint64_t start)
{
    const struct result_stream *stream = &evidence->stream;
    if (stream->length == 0) {
        ink_add(ink, "nothing");
        return;
    }
    uint64_t skip = start > evidence->offset ? start - evidence->offset : 0;
    skip = skip < stream->head_size ? skip : 0;
    uint64_t size = stream->head_size - skip;
    size = size < EXCERPT_BYTES ? size : EXCERPT_BYTES;
    ink_add(ink, evidence->offset + skip > 0 ? "..." : "");
    ink_quoted(ink, stream->head + skip, size);
    ink_add(ink, evidence->offset + skip + size < stream->length ? "..." : "");
    ink_format(ink, " (%" PRIu64 " %s)", stream->length, stream->length == 1 ? "byte" : "bytes");
}

/* Nothing where there is no evidence. */
static void add_words(struct ink *ink, const struct result_evidence *evidence, uint64_t start)
{
    switch (evidence->kind) {
    case EVIDENCE_NONE:
        break;
    case EVIDENCE_TEXT:
        ink_safe(ink, evidence->text ? evidence->text : "");
        break;
    case EVIDENCE_BYTES:
        add_excerpt(ink, evidence, start);
        break;
    }
}

static void add_labelled_words(struct ink *ink, const char *label,
                               const struct result_evidence *evidence, uint64_t start)
{
    if (evidence->kind != EVIDENCE_NONE) {
        ink_format(ink, "    %-10s", label);
        add_words(ink, evidence, start);
        ink_add(ink, "\n");
    }
}

/* The two sides, and the dump of what they have in common; where it begins. */
static uint64_t plan_sides(struct dump *dump, struct side sides[2],
                           const struct result_evidence *expected,
                           const struct result_evidence *actual)
{
    bool both = has_bytes(expected) && has_bytes(actual);
    sides[0] =
        (struct side){.evidence = expected, .other = both ? &sides[1] : NULL, .style = INK_GOOD};
    sides[1] =
        (struct side){.evidence = actual, .other = both ? &sides[0] : NULL, .style = INK_BAD};
    plan_dump(dump, &sides[0], &sides[1]);
    return dump->side_count > 0 ? first_row(dump) : 0;
}

void evidence_text_add_words(struct ink *ink, const struct result_evidence *evidence,
                             const struct result_evidence *other)
{
    struct dump dump;
    struct side sides[2];
    add_words(ink, evidence, plan_sides(&dump, sides, evidence, other));
}

void evidence_text_add(struct ink *ink, const struct result_evidence *expected,
                       const struct result_evidence *actual, size_t rows_max)
{
    static const char *const labels[2] = {"expected", "actual"};
    evidence_text_add_labelled(ink, labels, expected, actual, rows_max);
}

void evidence_text_add_labelled(struct ink *ink, const char *const labels[2],
                                const struct result_evidence *expected,
                                const struct result_evidence *actual, size_t rows_max)
{
    struct dump dump;
    struct side sides[2];
    uint64_t start = plan_sides(&dump, sides, expected, actual);
    add_labelled_words(ink, labels[0], expected, start);
    add_labelled_words(ink, labels[1], actual, start);
    if (dump.side_count > 0) {
        add_dump(ink, &dump, start, rows_max);
    }
}
