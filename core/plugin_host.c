/* SPDX-License-Identifier: MIT */
#include "plugin_host.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first members of the descriptor of every ABI version. */
struct descriptor_head {
    uint32_t abi_version;
    uint32_t struct_size;
};

/* Everything up to the last required member. */
#define DESCRIPTOR_BYTES_MIN                                                                       \
    (offsetof(struct drill_descriptor, transform) +                                                \
     sizeof(((struct drill_descriptor *)0)->transform))

/* How much of a path a sentence shows, so that the reason after it is never cut off. */
#define PATH_SHOWN "%.600s"

/* 0 for a regular file; a FIFO or device is not even opened, for that can block or act. */
static int check_regular(const char *path, const struct stat *status, struct drill_error *error)
{
    if (S_ISREG(status->st_mode)) {
        return 0;
    }
    if (S_ISDIR(status->st_mode)) {
        drill_error_set(error, "'" PATH_SHOWN "' is a folder; name a plugin file in it", path);
        return -EISDIR;
    }
    const char *kind = S_ISFIFO(status->st_mode)   ? "a FIFO"
                       : S_ISSOCK(status->st_mode) ? "a socket"
                                                   : "a device";
    return drill_error_set(
        error, "'" PATH_SHOWN "' is %s; plugins are loaded from regular files only", path, kind);
}

/* The open file, or -errno with a sentence. */
static int open_regular(const char *path, struct drill_error *error)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        int code = errno;
        if (code == ENOENT) {
            drill_error_set(error,
                            "'" PATH_SHOWN "' does not exist; build the plugin or correct the path",
                            path);
        } else {
            drill_error_set(error, "'" PATH_SHOWN "' cannot be looked at: %s", path,
                            strerror(code));
        }
        return -code;
    }
    int code = check_regular(path, &status, error);
    if (code != 0) {
        return code;
    }
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        code = errno;
        drill_error_set(error, "'" PATH_SHOWN "' cannot be read: %s", path, strerror(code));
        return -code;
    }
    /* Once more, for another file may have taken the path meanwhile. */
    if (fstat(file, &status) < 0 || check_regular(path, &status, error) != 0) {
        close(file);
        return drill_error_set(error, "'" PATH_SHOWN "' was replaced while it was opened", path);
    }
    return file;
}

/* Compares the file's ELF header with the one of this program, because dlopen's own words for a
 * foreign file ("No such file or directory" for another machine's) mislead. */
static int check_elf(const char *path, int file, struct drill_error *error)
{
    ElfW(Ehdr) header = {0};
    ssize_t size = pread(file, &header, sizeof(header), 0);
    if (size < (ssize_t)sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        drill_error_set(error,
                        "'" PATH_SHOWN "' is not an ELF file; a plugin is a shared object, built "
                        "with `cc -shared -fPIC`",
                        path);
        return -ENOEXEC;
    }
    ElfW(Ehdr) own;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    size = self < 0 ? -1 : pread(self, &own, sizeof(own), 0);
    if (self >= 0) {
        close(self);
    }
    /* Without /proc there is nothing to compare with, and dlopen has the word. */
    if (size == (ssize_t)sizeof(own) &&
        (own.e_ident[EI_CLASS] != header.e_ident[EI_CLASS] ||
         own.e_ident[EI_DATA] != header.e_ident[EI_DATA] || own.e_machine != header.e_machine)) {
        drill_error_set(error,
                        "'" PATH_SHOWN "' was built for another kind of machine; rebuild it for "
                        "this one",
                        path);
        return -ENOEXEC;
    }
    if (header.e_type != ET_DYN) {
        drill_error_set(error,
                        "'" PATH_SHOWN "' is an ELF file but not a shared object; link it with "
                        "-shared",
                        path);
        return -ENOEXEC;
    }
    return 0;
}

/* The mapped file, or NULL with a sentence. */
static void *map(const char *path, struct drill_error *error)
{
    /* Without a slash dlopen would search the library path instead of this folder. */
    const char *prefix = strchr(path, '/') ? "" : "./";
    size_t room = strlen(prefix) + strlen(path) + 1;
    char *name = malloc(room);
    if (!name) {
        drill_error_set(error, "there is no memory to load '" PATH_SHOWN "'", path);
        return NULL;
    }
    memcpy(name, prefix, strlen(prefix));
    memcpy(name + strlen(prefix), path, strlen(path) + 1);
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *reason = dlerror();
        size_t length = strlen(name);
        if (strncmp(reason, name, length) == 0 && strncmp(reason + length, ": ", 2) == 0) {
            reason += length + 2;
        }
        drill_error_set(error, "'" PATH_SHOWN "' cannot be loaded: %.250s%s", path, reason,
                        strstr(reason, "undefined symbol")
                            ? "; a plugin uses nothing but <sockdrill/plugin.h> and libc"
                            : "");
    }
    free(name);
    return handle;
}

/* Copies a descriptor of which `exported_bytes` can be read, and believes it no further. */
static int grow(const void *exported, size_t exported_bytes, struct drill_descriptor *grown,
                struct drill_error *error)
{
    struct descriptor_head head;
    if (exported_bytes < sizeof(head)) {
        return drill_error_set(error,
                               "its symbol drill_plugin holds %zu bytes, too few for a "
                               "descriptor; define it with DRILL_PLUGIN",
                               exported_bytes);
    }
    memcpy(&head, exported, sizeof(head));
    if (head.abi_version != DRILL_ABI_VERSION) {
        return drill_error_set(error,
                               "it was built for version %u of the plugin ABI, and this sockdrill "
                               "speaks version %u; rebuild it with this <sockdrill/plugin.h>",
                               head.abi_version, DRILL_ABI_VERSION);
    }
    size_t size = head.struct_size;
    if (size > exported_bytes) {
        return drill_error_set(error,
                               "its struct_size says %zu bytes, but its symbol drill_plugin holds "
                               "%zu; define it with DRILL_PLUGIN",
                               size, exported_bytes);
    }
    /* Beyond the required ones all members are pointers, so any other size cuts one in two. */
    if (size < DESCRIPTOR_BYTES_MIN || size % _Alignof(struct drill_descriptor) != 0) {
        return drill_error_set(error,
                               "its struct_size of %zu bytes does not end at a member after "
                               ".transform; define it with DRILL_PLUGIN",
                               size);
    }
    const uint8_t *bytes = exported;
    for (size_t i = sizeof(*grown); i < size; i++) {
        if (bytes[i] != 0) {
            return drill_error_set(error,
                                   "it uses a part of the ABI that this sockdrill does not know "
                                   "(byte %zu of its descriptor is set); use a newer sockdrill",
                                   i);
        }
    }
    *grown = (struct drill_descriptor){0};
    memcpy(grown, exported, size < sizeof(*grown) ? size : sizeof(*grown));
    grown->struct_size = sizeof(*grown);
    return 0;
}

/* A plugin made of a readable descriptor, or -errno with a sentence; takes `handle` on success. */
static int make(const void *exported, size_t exported_bytes, void *handle, const char *path,
                struct plugin **plugin, struct drill_error *error)
{
    struct drill_descriptor grown;
    int status = grow(exported, exported_bytes, &grown, error);
    if (status == 0) {
        status = plugin_check(&grown, error);
    }
    if (status != 0) {
        return status;
    }
    if (grown.message_max == 0) {
        grown.message_max = PLUGIN_MESSAGE_BYTES_DEFAULT;
    }
    struct plugin *made = malloc(sizeof(*made));
    char *own_path = strdup(path);
    if (!made || !own_path) {
        free(made);
        free(own_path);
        drill_error_set(error, "there is no memory for it");
        return -ENOMEM;
    }
    *made = (struct plugin){.descriptor = grown, .handle = handle, .path = own_path};
    *plugin = made;
    return 0;
}

/* The exported descriptor and the size that the file's symbol table gives it. */
static int find(void *handle, const void **exported, size_t *exported_bytes,
                struct drill_error *error)
{
    void *symbol = dlsym(handle, "drill_plugin");
    if (!symbol) {
        return drill_error_set(error, "it exports no symbol drill_plugin; define the plugin with "
                                      "DRILL_PLUGIN and without -DDRILL_STATIC");
    }
    Dl_info place;
    void *found = NULL;
    int known = dladdr1(symbol, &place, &found, RTLD_DL_SYMENT);
    const ElfW(Sym) *entry = known ? found : NULL;
    if (!entry || place.dli_saddr != symbol || ELF64_ST_TYPE(entry->st_info) != STT_OBJECT) {
        return drill_error_set(error, "its symbol drill_plugin is not a constant object; define it "
                                      "with DRILL_PLUGIN");
    }
    *exported = symbol;
    *exported_bytes = entry->st_size;
    return 0;
}

int plugin_load(const char *path, struct plugin **plugin, struct drill_error *error)
{
    int file = open_regular(path, error);
    if (file < 0) {
        return file;
    }
    int status = check_elf(path, file, error);
    close(file);
    if (status != 0) {
        return status;
    }
    void *handle = map(path, error);
    if (!handle) {
        return -ENOEXEC;
    }
    struct drill_error reason = {0};
    const void *exported = NULL;
    size_t exported_bytes = 0;
    status = find(handle, &exported, &exported_bytes, &reason);
    if (status == 0) {
        status = make(exported, exported_bytes, handle, path, plugin, &reason);
    }
    if (status != 0) {
        drill_error_set(error, "'" PATH_SHOWN "' is refused: %.400s", path, reason.sentence);
        dlclose(handle);
    }
    return status;
}

int plugin_adopt(const struct drill_descriptor *descriptor, struct plugin **plugin,
                 struct drill_error *error)
{
    /* What is linked into this program can be believed about its own size. */
    struct drill_error reason = {0};
    int status = make(descriptor, descriptor->struct_size, NULL, "", plugin, &reason);
    if (status != 0) {
        drill_error_set(error, "a plugin linked into this program is refused: %s", reason.sentence);
    }
    return status;
}

void plugin_free(struct plugin *plugin)
{
    if (!plugin) {
        return;
    }
    if (plugin->handle) {
        dlclose(plugin->handle);
    }
    free(plugin->path);
    free(plugin);
}
