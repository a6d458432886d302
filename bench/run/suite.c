/* SPDX-License-Identifier: MIT */
#include "run/suite.h"

#include <stdio.h>
#include <sys/stat.h>

/* Real sockets are what this bench is about, whatever world is the default. */
static void suite_print(FILE *file, unsigned cycles, enum cycle_end end)
{
    const char *last = end == CYCLE_RESET ? "reset" : "close";
    fprintf(file, "{\n  \"title\": \"connect, send, receive, %s\",\n", last);
    fprintf(file, "  \"worlds\": [\"kernel\"],\n  \"server\": {\"plugin\": \"uppercase\"},\n");
    fprintf(file, "  \"steps\": [");
    if (cycles > 1) {
        fprintf(file, "{\"repeat\": %u, \"steps\": [", cycles);
    }
    fprintf(file,
            "\n    {\"connect\": {}},\n    {\"send\": \"hello\"},\n    {\"expect\": \"HELLO\"},\n"
            "    {\"%s\": {}}\n  ",
            last);
    fputs(cycles > 1 ? "]}]\n}\n" : "]\n}\n", file);
}

static int suite_write_file(const char *folder, unsigned number, unsigned cycles,
                            enum cycle_end end, struct failure *failure)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/%05u.json", folder, number);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return failure_errno(failure, "cannot write a scenario in %s", folder);
    }
    suite_print(file, cycles, end);
    if (fclose(file) != 0) {
        return failure_errno(failure, "cannot write a scenario in %s", folder);
    }
    return 0;
}

int suite_write(const struct scratch *scratch, const char *name, unsigned files, unsigned cycles,
                enum cycle_end end, char path[PATH_MAX], struct failure *failure)
{
    snprintf(path, PATH_MAX, "%s/%s", scratch->folder, name);
    if (mkdir(path, 0700) != 0) {
        return failure_errno(failure, "cannot make the folder %s", path);
    }
    int result = 0;
    for (unsigned i = 0; i < files && result == 0; i++) {
        result = suite_write_file(path, i, cycles, end, failure);
    }
    return result;
}
