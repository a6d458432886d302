/* SPDX-License-Identifier: MIT */
#include "common/busy.h"

#include <stdio.h>
#include <stdlib.h>

#define BUSY_LOAD_MAX 0.5

void busy_warn(void)
{
    double load = 0;
    if (getloadavg(&load, 1) == 1 && load > BUSY_LOAD_MAX) {
        printf("The machine is not idle (load average %.1f): figures per second will say little.\n",
               load);
    }
}
