/* SPDX-License-Identifier: MIT */
#include "plugin_fixture.h"

#include <dirent.h>

#include <errno.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAD_PLUGINS DRILL_TEST_PLUGINS "/bad"

/* A folder for the files that a test makes, removed with them. */
static char folder[] = "/tmp/plugin_load_test.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void name_file(char path[64], const char *name)
{
    snprintf(path, 64, "%s/%s", folder, name);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The start of a plugin that is fine, for tests to spoil. */
static void read_header(ElfW(Ehdr) * header)
{
    FILE *file = fopen(DRILL_TEST_PLUGINS "/dual.so", "rb");
    assert_non_null(file);
    assert_int_equal(fread(header, sizeof(*header), 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void assert_refused(const char *path, int status, const char *format)
{
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    char sentence[1024];
    snprintf(sentence, sizeof(sentence), "'%s' %s", path, format);
    assert_int_equal(plugin_load(path, &plugin, &error), status);
    assert_string_equal(error.sentence, sentence);
    assert_null(plugin);
}

static void what_is_not_a_regular_file_is_refused(void **state)
{
    (void)state;
    char path[64];
    name_file(path, "missing.so");
    assert_refused(path, -ENOENT, "does not exist; build the plugin or correct the path");
    assert_refused(folder, -EISDIR, "is a folder; name a plugin file in it");
    assert_refused("/dev/null", -EINVAL, "is a device; plugins are loaded from regular files only");
    name_file(path, "fifo.so");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, -EINVAL, "is a FIFO; plugins are loaded from regular files only");
    unlink(path);
    name_file(path, "loop.so");
    assert_int_equal(symlink(path, path), 0);
    assert_refused(path, -ELOOP, "cannot be looked at: Too many levels of symbolic links");
    unlink(path);
}

static void a_link_to_a_regular_file_is_followed(void **state)
{
    (void)state;
    char path[64];
    struct plugin *plugin = NULL;
    name_file(path, "link.so");
    assert_int_equal(symlink(DRILL_TEST_PLUGINS "/dual.so", path), 0);
    assert_int_equal(plugin_load(path, &plugin, NULL), 0);
    assert_string_equal(plugin->descriptor.name, "dual");
    assert_string_equal(plugin->path, path);
    plugin_free(plugin);
    unlink(path);
}

static void what_is_not_elf_is_refused(void **state)
{
    (void)state;
    static const char advice[] =
        "is not an ELF file; a plugin is a shared object, built with `cc -shared -fPIC`";
    char path[64];
    ElfW(Ehdr) header;
    read_header(&header);
    name_file(path, "file.so");
    write_file(path, "", 0);
    assert_refused(path, -ENOEXEC, advice);
    write_file(path, "#!/bin/sh\nexit 0\n", 17);
    assert_refused(path, -ENOEXEC, advice);
    write_file(path, &header, sizeof(header) - 1);
    assert_refused(path, -ENOEXEC, advice);
    unlink(path);
}

static void elf_files_of_another_kind_are_refused(void **state)
{
    (void)state;
    char path[64];
    ElfW(Ehdr) header;
    name_file(path, "file.so");
    read_header(&header);
    header.e_type = ET_REL;
    write_file(path, &header, sizeof(header));
    assert_refused(path, -ENOEXEC, "is an ELF file but not a shared object; link it with -shared");
    read_header(&header);
    header.e_machine ^= 1;
    write_file(path, &header, sizeof(header));
    assert_refused(path, -ENOEXEC,
                   "was built for another kind of machine; rebuild it for this one");
    read_header(&header);
    header.e_ident[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
    write_file(path, &header, sizeof(header));
    assert_refused(path, -ENOEXEC,
                   "was built for another kind of machine; rebuild it for this one");
    unlink(path);
}

/* The rest of these sentences is the dynamic linker's. */
static void assert_not_loadable(const char *path, const char *reason)
{
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    char beginning[256];
    snprintf(beginning, sizeof(beginning), "'%s' cannot be loaded: ", path);
    assert_int_equal(plugin_load(path, &plugin, &error), -ENOEXEC);
    assert_memory_equal(error.sentence, beginning, strlen(beginning));
    assert_non_null(strstr(error.sentence, reason));
    /* The path stands there once. */
    assert_null(strstr(error.sentence + strlen(beginning), path));
}

static void what_the_linker_refuses_is_refused_in_its_words(void **state)
{
    (void)state;
    char path[64];
    ElfW(Ehdr) header;
    read_header(&header);
    name_file(path, "file.so");
    write_file(path, &header, sizeof(header));
    assert_not_loadable(path, "");
    unlink(path);
    assert_not_loadable(BAD_PLUGINS "/undefined-symbol.so", "drill_test_nobody_has_this");
    assert_not_loadable(BAD_PLUGINS "/undefined-symbol.so",
                        "; a plugin uses nothing but <sockdrill/plugin.h> and libc");
}

static void a_name_without_a_slash_is_a_file_of_this_folder(void **state)
{
    (void)state;
    char before[4096];
    struct plugin *plugin = NULL;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(DRILL_TEST_PLUGINS), 0);
    assert_int_equal(plugin_load("dual.so", &plugin, NULL), 0);
    assert_string_equal(plugin->path, "dual.so");
    plugin_free(plugin);
    assert_refused("libc.so.6", -ENOENT, "does not exist; build the plugin or correct the path");
    assert_int_equal(chdir(before), 0);
}

static void faulty_descriptors_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sentence;
    } cases[] = {
        {"no-symbol", "it exports no symbol drill_plugin; define the plugin with DRILL_PLUGIN and "
                      "without -DDRILL_STATIC"},
        {"function-symbol", "its symbol drill_plugin is not a constant object; define it with "
                            "DRILL_PLUGIN"},
        {"wrong-abi-version", "it was built for version 2 of the plugin ABI, and this sockdrill "
                              "speaks version 1; rebuild it with this <sockdrill/plugin.h>"},
        {"short-size", "its struct_size of 96 bytes does not end at a member after .transform; "
                       "define it with DRILL_PLUGIN"},
        {"odd-size", "its struct_size of 132 bytes does not end at a member after .transform; "
                     "define it with DRILL_PLUGIN"},
        {"future-members", "it uses a part of the ABI that this sockdrill does not know (byte 136 "
                           "of its descriptor is set); use a newer sockdrill"},
        {"empty-name", "the name is empty; set .name in DRILL_PLUGIN"},
        {"no-transport", "it serves no transport; set .transports to DRILL_TCP, DRILL_UDP or both"},
        {"no-transform", "it has no transform; set .transform in DRILL_PLUGIN"},
        {"big-state", "it asks for 1048577 bytes of state per session; at most 1048576 are given, "
                      "more can be had from services->allocate"},
        {"option-twice", "its option 'word' is there twice, as entries 0 and 1; remove or rename "
                         "one"},
        {"option-range",
         "its option 'size' falls back to 0, outside its range 1 to 10; correct .fallback"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[4096];
        char sentence[1024];
        snprintf(path, sizeof(path), "%s/%s.so", BAD_PLUGINS, cases[i].name);
        snprintf(sentence, sizeof(sentence), "is refused: %s", cases[i].sentence);
        assert_refused(path, -EINVAL, sentence);
    }
}

/* A sanitizer may pad what is exported, so the symbol's own size is only roughly known here. */
static void a_size_beyond_the_symbol_is_never_believed(void **state)
{
    (void)state;
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    unsigned long claimed = 0;
    unsigned long held = 0;
    assert_int_equal(plugin_load(BAD_PLUGINS "/lying-size.so", &plugin, &error), -EINVAL);
    const char *reason = strstr(error.sentence, "is refused: ");
    assert_non_null(reason);
    /* NOLINTNEXTLINE(cert-err34-c): the numbers are checked below. */
    assert_int_equal(sscanf(reason,
                            "is refused: its struct_size says %lu bytes, but its symbol "
                            "drill_plugin holds %lu; define it",
                            &claimed, &held),
                     2);
    assert_int_equal(claimed, sizeof(struct drill_descriptor) + 4096);
    assert_true(held >= sizeof(struct drill_descriptor) && held < claimed);
    assert_int_equal(plugin_load(BAD_PLUGINS "/tiny-symbol.so", &plugin, &error), -EINVAL);
    assert_null(plugin);
}

static void a_smaller_descriptor_is_grown_with_zeros(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "old");
    assert_string_equal(plugin->descriptor.name, "old");
    assert_int_equal(plugin->descriptor.struct_size, sizeof(struct drill_descriptor));
    assert_null(plugin->descriptor.frame);
    assert_null(plugin->descriptor.eof);
    assert_null(plugin->descriptor.wake);
    assert_null(plugin->descriptor.close);
    plugin_free(plugin);
}

static void a_larger_descriptor_is_accepted_when_the_excess_is_zero(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "newer");
    assert_string_equal(plugin->descriptor.name, "newer");
    assert_int_equal(plugin->descriptor.struct_size, sizeof(struct drill_descriptor));
    plugin_free(plugin);
}

static void leave(const struct drill_context *context)
{
    (void)context;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    (void)in;
    (void)out;
    return DRILL_OK;
}

/* Every size from nothing to far beyond: exactly those that end at a member after `transform` are
 * accepted, and what lies beyond the size is not read. */
static void every_size_is_accepted_or_refused_by_the_rule(void **state)
{
    (void)state;
    struct {
        struct drill_descriptor known;
        uint8_t excess[64];
    } grown = {.known = {.abi_version = DRILL_ABI_VERSION,
                         .name = "grown",
                         .version = "1",
                         .transports = DRILL_TCP,
                         .transform = answer,
                         .close = leave}};
    size_t required = offsetof(struct drill_descriptor, frame);
    for (uint32_t size = 0; size <= sizeof(grown); size++) {
        struct plugin *plugin = NULL;
        grown.known.struct_size = size;
        int status = plugin_adopt(&grown.known, &plugin, NULL);
        bool fits = size >= required && size % sizeof(void *) == 0;
        assert_int_equal(status, fits ? 0 : -EINVAL);
        if (fits) {
            bool has_close = size >= sizeof(struct drill_descriptor);
            assert_true((plugin->descriptor.close != NULL) == has_close);
        }
        plugin_free(plugin);
    }
    for (size_t i = 0; i < sizeof(grown.excess); i++) {
        struct plugin *plugin = NULL;
        memset(grown.excess, 0, sizeof(grown.excess));
        grown.excess[i] = 1;
        assert_int_equal(plugin_adopt(&grown.known, &plugin, NULL), -EINVAL);
    }
}

static void a_message_max_of_0_is_64_kib(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "dual");
    assert_int_equal(plugin->descriptor.message_max, 65536);
    plugin_free(plugin);
    plugin = fixture_load(DRILL_TEST_PLUGINS, "lines");
    assert_int_equal(plugin->descriptor.message_max, 64);
    plugin_free(plugin);
}

/* Loads every NAME.so of a folder and returns how many there were. */
static unsigned load_all(const char *path)
{
    unsigned loaded = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    for (const struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 3, ".so") != 0) {
            continue;
        }
        char name[256];
        snprintf(name, sizeof(name), "%.*s", (int)length - 3, entry->d_name);
        struct plugin *plugin = fixture_load(path, name);
        assert_string_equal(plugin->descriptor.name, name);
        assert_non_null(plugin->handle);
        plugin_free(plugin);
        loaded++;
    }
    closedir(entries);
    return loaded;
}

static void every_plugin_loads_and_is_called_what_its_file_is(void **state)
{
    (void)state;
    assert_true(load_all(DRILL_PLUGINS) >= 2);
    assert_true(load_all(DRILL_TEST_PLUGINS) >= 20);
}

static void one_file_can_be_loaded_again(void **state)
{
    (void)state;
    struct plugin *first = fixture_load(DRILL_TEST_PLUGINS, "dual");
    struct plugin *second = fixture_load(DRILL_TEST_PLUGINS, "dual");
    plugin_free(first);
    assert_string_equal(second->descriptor.summary, "Echoes over TCP and UDP");
    plugin_free(second);
    plugin_free(NULL);
}

/* How a child that loads the file ends. */
static int load_in_child(const char *path)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct plugin *plugin = NULL;
        fixture_become_victim();
        plugin_load(path, &plugin, NULL);
        _exit(FIXTURE_UNHARMED);
    }
    return fixture_wait(child);
}

/* The host cannot prevent this; it is why files are loaded in a process of their own. */
static void code_that_runs_while_loading_can_end_the_process(void **state)
{
    (void)state;
    assert_true(fixture_exited(load_in_child(DRILL_TEST_PLUGINS "/dual.so"), FIXTURE_UNHARMED));
    int ended = load_in_child(BAD_PLUGINS "/exit-on-load.so");
    assert_true(WIFEXITED(ended) && !fixture_exited(ended, FIXTURE_UNHARMED));
    ended = load_in_child(BAD_PLUGINS "/crash-on-load.so");
    assert_true(WIFSIGNALED(ended));
    assert_int_equal(WTERMSIG(ended), SIGSEGV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_a_regular_file_is_refused),
        cmocka_unit_test(a_link_to_a_regular_file_is_followed),
        cmocka_unit_test(what_is_not_elf_is_refused),
        cmocka_unit_test(elf_files_of_another_kind_are_refused),
        cmocka_unit_test(what_the_linker_refuses_is_refused_in_its_words),
        cmocka_unit_test(a_name_without_a_slash_is_a_file_of_this_folder),
        cmocka_unit_test(faulty_descriptors_are_refused),
        cmocka_unit_test(a_size_beyond_the_symbol_is_never_believed),
        cmocka_unit_test(a_smaller_descriptor_is_grown_with_zeros),
        cmocka_unit_test(a_larger_descriptor_is_accepted_when_the_excess_is_zero),
        cmocka_unit_test(every_size_is_accepted_or_refused_by_the_rule),
        cmocka_unit_test(a_message_max_of_0_is_64_kib),
        cmocka_unit_test(every_plugin_loads_and_is_called_what_its_file_is),
        cmocka_unit_test(one_file_can_be_loaded_again),
        cmocka_unit_test(code_that_runs_while_loading_can_end_the_process),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
