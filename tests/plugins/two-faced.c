/* SPDX-License-Identifier: MIT */
/*
 * Finds out whether it is drilled on real sockets, which no plugin should care about, and behaves
 * differently there: it answers "real" or "simulated", and "crash-real", "crash-simulated",
 * "hang-real" and "close-real" do in that world what they say. Its answers hang on the process that
 * it is in, and so on other sessions: it declares that.
 */
#include <signal.h>
#include <sys/socket.h>

#include <sockdrill/plugin.h>

#define DESCRIPTORS_MAX 64

/* Whether the process has a connection of the kernel's: the harness keeps listeners between runs,
 * but no connections. */
static int is_real(void)
{
    for (int descriptor = 3; descriptor < DESCRIPTORS_MAX; descriptor++) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof(peer);
        if (getpeername(descriptor, (struct sockaddr *)&peer, &size) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    volatile int forever = 1;
    int real = is_real();
    (void)context;
    if (is(in, real ? "crash-real" : "crash-simulated")) {
        raise(SIGSEGV);
    }
    while (real && forever && is(in, "hang-real")) {
    }
    drill_put_string(out, real ? "real" : "simulated");
    return real && is(in, "close-real") ? DRILL_CLOSE : DRILL_OK;
}

DRILL_PLUGIN(two_faced, .name = "two-faced", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SHARED_STATE, .summary = "Behaves differently on real sockets",
             .transform = answer);
