/* SPDX-License-Identifier: MIT */
#include "common/goal.h"

#include <stdbool.h>
#include <stdio.h>

void goal_print(const char *what, const struct spread *ratio, enum goal_sense sense, double bound)
{
    char text[64];
    double median = spread_median(ratio);
    bool met = sense == GOAL_AT_MOST ? median <= bound : median >= bound;
    printf("  %-58s %-22s goal %s %.2f  %s\n", what, spread_format(ratio, text, sizeof(text)),
           sense == GOAL_AT_MOST ? "<=" : ">=", bound, met ? "met" : "missed");
}
