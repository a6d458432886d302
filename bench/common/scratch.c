/* SPDX-License-Identifier: MIT */
#include "common/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_DESCRIPTORS_MAX 16

int scratch_new(struct scratch *scratch, struct failure *failure)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(scratch->folder, sizeof(scratch->folder), "%s/sockdrill-bench-XXXXXX",
                          parent != NULL && parent[0] != '\0' ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof(scratch->folder)) {
        scratch->folder[0] = '\0';
        return failure_set(failure, -ENAMETOOLONG, "the path in TMPDIR is too long");
    }
    if (mkdtemp(scratch->folder) == NULL) {
        int result = failure_errno(failure, "cannot make a folder %s", scratch->folder);
        scratch->folder[0] = '\0';
        return result;
    }
    return 0;
}

static int scratch_remove_entry(const char *path, const struct stat *status, int kind,
                                struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void scratch_remove(const struct scratch *scratch)
{
    if (scratch->folder[0] != '\0') {
        nftw(scratch->folder, scratch_remove_entry, REMOVE_DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS);
    }
}
