/* SPDX-License-Identifier: MIT */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void finding(const char *oracle, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "sockdrill: oracle %s: ", oracle);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}
