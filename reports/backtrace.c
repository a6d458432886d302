/* SPDX-License-Identifier: MIT */
#include "backtrace.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULES_MAX 64

struct backtrace {
    Dwfl *dwfl;
    struct module {
        char *path;         /* owned */
        Dwfl_Module *dwarf; /* NULL: the file cannot be read */
    } modules[MODULES_MAX];
    size_t module_count;
};

/* Debug information is looked for in the file itself and nowhere else: libdwfl's own function would
 * ask servers on the network when the environment names some. */
static int find_no_debug_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
                              const char *file, const char *link, GElf_Word crc, char **debug_file)
{
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc;
    *debug_file = NULL;
    return -1;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_no_debug_file,
    .section_address = dwfl_offline_section_address,
};

struct backtrace *backtrace_new(void)
{
    struct backtrace *backtrace = calloc(1, sizeof(*backtrace));
    if (backtrace) {
        backtrace->dwfl = dwfl_begin(&callbacks);
    }
    if (!backtrace || !backtrace->dwfl) {
        free(backtrace);
        return NULL;
    }
    return backtrace;
}

void backtrace_free(struct backtrace *backtrace)
{
    if (!backtrace) {
        return;
    }
    for (size_t i = 0; i < backtrace->module_count; i++) {
        free(backtrace->modules[i].path);
    }
    dwfl_end(backtrace->dwfl);
    free(backtrace);
}

/* The module of `path`, opened when it is met for the first time; NULL when it cannot be. */
static Dwfl_Module *module_of(struct backtrace *backtrace, const char *path)
{
    for (size_t i = 0; i < backtrace->module_count; i++) {
        if (strcmp(backtrace->modules[i].path, path) == 0) {
            return backtrace->modules[i].dwarf;
        }
    }
    /* "[vdso]" and "[heap]" are not files, nor is a deleted one. */
    if (path[0] != '/' || backtrace->module_count == MODULES_MAX) {
        return NULL;
    }
    struct module *module = &backtrace->modules[backtrace->module_count];
    module->path = strdup(path);
    if (!module->path) {
        return NULL;
    }
    backtrace->module_count++;
    dwfl_report_begin_add(backtrace->dwfl);
    module->dwarf = dwfl_report_offline(backtrace->dwfl, path, path, -1);
    dwfl_report_end(backtrace->dwfl, NULL, NULL);
    return module->dwarf;
}

/* Where the byte at `offset` of the file was meant to be loaded, in libdwfl's address space; 0 when
 * no segment holds it. */
static GElf_Addr address_of(Dwfl_Module *module, uint64_t offset)
{
    GElf_Addr bias;
    Elf *elf = dwfl_module_getelf(module, &bias);
    size_t count;
    if (!elf || elf_getphdrnum(elf, &count) != 0) {
        return 0;
    }
    for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_LOAD &&
            offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz) {
            return offset - segment.p_offset + segment.p_vaddr + bias;
        }
    }
    return 0;
}

/* The compilation unit of an address. clang writes no table of address ranges; then the units are
 * asked one by one. */
static Dwarf_Die *unit_of(Dwfl_Module *module, GElf_Addr address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit) {
        return unit;
    }
    do {
        unit = dwfl_module_nextcu(module, unit, bias);
    } while (unit && dwarf_haspc(unit, address - *bias) <= 0);
    return unit;
}

/* The innermost function at an address may be inlined: then the debug information knows its name
 * and the symbol table does not. */
static const char *inlined_name(Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes(unit, address, &scopes);
    const char *name = NULL;
    for (int i = 0; i < count && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram) {
            name = dwarf_diename(&scopes[i]);
        }
    }
    if (count > 0) {
        free(scopes);
    }
    return name;
}

static void find_source(Dwarf_Die *unit, Dwarf_Addr address, struct backtrace_place *place)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    const char *source = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    int number = 0;
    if (source && dwarf_lineno(line, &number) == 0 && number > 0) {
        snprintf(place->source, sizeof(place->source), "%s", source);
        place->line = (unsigned)number;
    }
}

void backtrace_find(struct backtrace *backtrace, const struct result_frame *frame,
                    struct backtrace_place *place)
{
    *place = (struct backtrace_place){.line = 0};
    Dwfl_Module *module = module_of(backtrace, frame->module);
    GElf_Addr address = module ? address_of(module, frame->offset) : 0;
    if (address == 0) {
        return;
    }
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = unit_of(module, address, &bias);
    const char *name = unit ? inlined_name(unit, address - bias) : NULL;
    if (!name) {
        name = dwfl_module_addrname(module, address);
    }
    if (!name) {
        return;
    }
    snprintf(place->function, sizeof(place->function), "%s", name);
    if (unit) {
        find_source(unit, address - bias, place);
    }
}

/* What stands behind the last slash. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *backtrace_text(struct backtrace *backtrace, const struct result_frame *frame,
                           char text[BACKTRACE_TEXT_BYTES])
{
    struct backtrace_place place = {.line = 0};
    if (backtrace) {
        backtrace_find(backtrace, frame, &place);
    }
    const char *module = frame->module[0] ? base_name(frame->module) : "?";
    if (place.source[0]) {
        snprintf(text, BACKTRACE_TEXT_BYTES, "%s (%s:%u)", place.function, base_name(place.source),
                 place.line);
    } else if (place.function[0]) {
        snprintf(text, BACKTRACE_TEXT_BYTES, "%s (%s+0x%" PRIx64 ")", place.function, module,
                 frame->offset);
    } else {
        snprintf(text, BACKTRACE_TEXT_BYTES, "%s+0x%" PRIx64, module, frame->offset);
    }
    return text;
}
