/* SPDX-License-Identifier: MIT */
/*
 * Each receive is a command: "LOGIN" opens an account, "QUIT" closes it, anything else is counted
 * while one is open. Answers each with ".", or "?" without an account.
 *
 * Planted: "QUIT" frees the account but leaves the session logged in. Seen by: sanitizer (a null
 * pointer). It takes three receives in this order.
 */
#include <sockdrill/plugin.h>

struct account {
    size_t bytes;
};

struct state {
    struct account *account;
    uint8_t logged_in; /* 0 or 1 */
};

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static void quit(const struct drill_context *context)
{
    struct state *state = context->state;
    context->services->release(context, state->account);
    state->account = NULL;
#ifdef CLEAN
    state->logged_in = 0;
#endif
}

static enum drill_status obey(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct state *state = context->state;
    if (is(in, "LOGIN")) {
        quit(context);
        state->account = context->services->allocate(context, sizeof(*state->account));
        state->logged_in = state->account != NULL;
    } else if (is(in, "QUIT")) {
        quit(context);
    } else if (state->logged_in) {
        state->account->bytes += in.size;
    }
    drill_put_string(out, state->logged_in ? "." : "?");
    return DRILL_OK;
}

DRILL_PLUGIN(quit_then_data, .name = "quit-then-data", .version = "1", .transports = DRILL_TCP,
             .state_size = sizeof(struct state), .transform = obey, .close = quit);
