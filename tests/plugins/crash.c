/* SPDX-License-Identifier: MIT */
/*
 * Echoes, but crashes when told how: "crash" (SIGSEGV), "divide" (SIGFPE), "abort" (SIGABRT),
 * "illegal" (SIGILL), "bus" (SIGBUS), "recurse" (SIGSEGV, no stack left), "overrun" (writes beyond
 * its allocation and then aborts, so that a sanitizer is quicker).
 */
#include <signal.h>
#include <stdlib.h>

#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

/* Nothing is mapped there, and the compiler cannot know. */
static volatile uintptr_t nowhere = 64;
static volatile int zero = 0;

static volatile int depth_max = 1 << 30;

/* The array makes each level larger than what a guard page could miss. */
static int recurse(int depth)
{
    volatile char frame[1024];
    frame[0] = (char)depth;
    return depth < depth_max ? recurse(depth + 1) + frame[0] : 0;
}

/* The undefined behaviour is the purpose; without the attribute UBSan would end the process in its
 * own way before the signal. */
__attribute__((no_sanitize("undefined"))) static void divide(void)
{
    volatile int quotient = 1 / zero;
    (void)quotient;
    /* Some processors give a number instead. */
    raise(SIGFPE);
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    if (is(in, "crash")) {
        *(volatile char *)nowhere = 1;
    } else if (is(in, "divide")) {
        divide();
    } else if (is(in, "abort")) {
        abort();
    } else if (is(in, "illegal")) {
        __builtin_trap();
    } else if (is(in, "bus")) {
        raise(SIGBUS);
    } else if (is(in, "recurse")) {
        zero = recurse(0);
    } else if (is(in, "overrun")) {
        volatile char *memory = context->services->allocate(context, 16);
        memory[16 + zero] = 1;
        abort();
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(crash, .name = "crash", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Crashes when told to", .transform = answer);
