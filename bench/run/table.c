/* SPDX-License-Identifier: MIT */
#include "run/table.h"

#include "common/goal.h"

#include <stdio.h>

static const char *const end_titles[CYCLE_END_COUNT] = {
    [CYCLE_FIN] = "close with FIN",
    [CYCLE_RESET] = "close with RST",
};

/* "-" where the row is the entrant itself. */
static const char *table_ratio(const struct contest *contest, int end, int ours, int row,
                               char *text, size_t text_size)
{
    struct spread ratio =
        spread_ratio(&contest->cycles_per_s[end][ours], &contest->cycles_per_s[end][row]);
    return ours == row ? "-" : spread_format(&ratio, text, text_size);
}

static void table_row(const struct contest *contest, int end, int row)
{
    const struct spread *rate = &contest->cycles_per_s[end][row];
    char repeat[64];
    char files[64];
    if (rate->count == 0) {
        printf("  %-34s python3 is not installed, so there is no comparison\n", contest_names[row]);
        return;
    }
    printf("  %-34s %9.0f (%6.0f..%6.0f)   %-20s %s\n", contest_names[row], spread_median(rate),
           spread_min(rate), spread_max(rate),
           table_ratio(contest, end, ENTRANT_REPEAT, row, repeat, sizeof(repeat)),
           table_ratio(contest, end, ENTRANT_FILES, row, files, sizeof(files)));
}

static void table_goals(const struct contest *contest, int end, int other, double bound)
{
    for (int ours = ENTRANT_REPEAT; ours <= ENTRANT_FILES; ours++) {
        struct spread ratio =
            spread_ratio(&contest->cycles_per_s[end][ours], &contest->cycles_per_s[end][other]);
        char what[96];
        snprintf(what, sizeof(what), "%s: %s / %s", end == CYCLE_FIN ? "FIN" : "RST",
                 ours == ENTRANT_REPEAT ? "repeat" : "files", contest_names[other]);
        if (ratio.count > 0) {
            goal_print(what, &ratio, GOAL_AT_LEAST, bound);
        }
    }
}

void table_print(const struct contest *contest)
{
    for (int end = 0; end < CYCLE_END_COUNT; end++) {
        printf("\nconnect, send 5 bytes, receive 5 bytes, %s\n", end_titles[end]);
        printf("  %-34s %9s %18s %-20s %s\n", "", "cycles/s", "", "repeat / this", "files / this");
        for (int row = 0; row < ENTRANT_COUNT; row++) {
            table_row(contest, end, row);
        }
    }
    char text[64];
    printf("\nsockdrill run of one scenario, process start to exit: %s ms, goal <= 5 ms  %s\n",
           spread_format(&contest->start_ms, text, sizeof(text)),
           spread_median(&contest->start_ms) <= 5 ? "met" : "missed");
    printf("\nGoals (sockdrill / other)\n");
    for (int end = 0; end < CYCLE_END_COUNT; end++) {
        table_goals(contest, end, ENTRANT_EPOLL, 0.9);
        table_goals(contest, end, ENTRANT_BLOCKING, 0.9);
        table_goals(contest, end, ENTRANT_PYTHON, 4.0);
    }
}
