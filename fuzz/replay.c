/* SPDX-License-Identifier: MIT */
/*
 * The engine of those who have none: runs a target on the files that are named, and on those in the
 * folders that are named. Exit code 0: no finding; 2: bad usage, or a file that cannot be read. A
 * finding ends the process as it would end a fuzzer's.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define EXIT_USAGE     2

static unsigned long long played;

static _Noreturn void fail(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(EXIT_USAGE);
}

static void play_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    /* Exactly as large as the input, so that a sanitizer sees a read behind its end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (!file || !data) {
        fail(path, strerror(errno));
    }
    if (fread(data, 1, size, file) != size) {
        fail(path, ferror(file) ? strerror(errno) : "the file became shorter while it was read");
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    played++;
}

static void play(const char *path);

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void play_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, not_hidden, alphasort);
    if (count < 0) {
        fail(path, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0) {
            fail(path, "out of memory");
        }
        free(entries[i]);
        play(file);
        free(file);
    }
    free(entries);
}

static void play(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fail(path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        play_folder(path);
    } else if (!S_ISREG(status.st_mode)) {
        fail(path, "not a regular file");
    } else if ((uintmax_t)status.st_size > FILE_BYTES_MAX) {
        fail(path, "larger than 64 MiB");
    } else {
        play_file(path, (size_t)status.st_size);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr,
                "usage: %s FILE-OR-FOLDER...\nPlays each file as one input; this build has "
                "no fuzzing engine.\n",
                argv[0]);
        return EXIT_USAGE;
    }
    int inputs = argc;
    target_thorough = true;
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < inputs; i++) {
        play(argv[i]);
    }
    printf("%llu input%s, no finding\n", played, played == 1 ? "" : "s");
    return played > 0 ? 0 : EXIT_USAGE;
}
