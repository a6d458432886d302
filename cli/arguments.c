/* SPDX-License-Identifier: MIT */
#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

void arguments_add(struct arguments *list, const char *item)
{
    const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));
    if (!items) {
        output_no_memory();
    }
    items[list->count++] = item;
    list->items = items;
}

void arguments_fini(struct arguments *list)
{
    free(list->items);
    *list = (struct arguments){0};
}

int arguments_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return -EINVAL;
    }
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno != 0 || value < least || value > most) {
        return -EINVAL;
    }
    *number = value;
    return 0;
}

int arguments_seconds(const char *text, uint64_t *ms)
{
    char *end = NULL;
    /* strtod alone would also take signs, exponents, hexadecimal and words. */
    if (text[0] == '\0' || text[strspn(text, "0123456789.")] != '\0') {
        return -EINVAL;
    }
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds > 0.0) || seconds > ARGUMENTS_SECONDS_MAX) {
        return -EINVAL;
    }
    double exact = seconds * 1000.0;
    *ms = (uint64_t)exact;
    if ((double)*ms < exact) {
        ++*ms;
    }
    return 0;
}
