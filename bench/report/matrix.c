/* SPDX-License-Identifier: MIT */
#include "report/matrix.h"

#include <stdio.h>
#include <sys/stat.h>

static void matrix_print_values(FILE *file, const char *name, unsigned count)
{
    fprintf(file, "\"%s\": [", name);
    for (unsigned i = 0; i < count; i++) {
        fprintf(file, "%s%u", i > 0 ? ", " : "", i);
    }
    fprintf(file, "]");
}

static void matrix_print(FILE *file, unsigned count, const char *sent, const char *expected)
{
    fprintf(file, "{\n  \"title\": \"a message of its own for each\",\n"
                  "  \"server\": {\"plugin\": \"uppercase\"},\n  \"matrix\": {");
    matrix_print_values(file, "row", count / MATRIX_COLUMNS);
    fprintf(file, ", ");
    matrix_print_values(file, "column", MATRIX_COLUMNS);
    fprintf(file,
            "},\n  \"steps\": [\n    {\"connect\": {}},\n    {\"send\": \"%s ${row} ${column}\"},\n"
            "    {\"expect\": \"%s ${row} ${column}\"},\n    {\"close\": {}}\n  ]\n}\n",
            sent, expected);
}

int matrix_write(const char *parent, const char *name, unsigned count, const char *sent,
                 const char *expected, char path[PATH_MAX], struct failure *failure)
{
    char file_path[PATH_MAX + 16];
    snprintf(path, PATH_MAX, "%s/%s", parent, name);
    snprintf(file_path, sizeof(file_path), "%s/matrix.json", path);
    if (mkdir(path, 0700) != 0) {
        return failure_errno(failure, "cannot make the folder %s", path);
    }
    FILE *file = fopen(file_path, "w");
    if (file == NULL) {
        return failure_errno(failure, "cannot write a scenario in %s", path);
    }
    matrix_print(file, count, sent, expected);
    return fclose(file) == 0 ? 0 : failure_errno(failure, "cannot write a scenario in %s", path);
}
