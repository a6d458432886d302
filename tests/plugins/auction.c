/* SPDX-License-Identifier: MIT */
/*
 * An auction among the peers of a listener, in lines. One says "sell"; others say "bid" and a
 * digit, each more than the last. The seller says "accept", the winner has a second to "pay", and
 * the seller says "thanks". Whoever half-closes or goes in between upsets it, each in their own
 * way.
 *
 * No single peer gets far here and no single message does: what a fuzzer of connections cannot see
 * and a fuzzer of events has to.
 */
#include <sockdrill/plugin.h>

#define PATIENCE_NS UINT64_C(1000000000)

enum stage { IDLE, OFFERED, BIDDEN, ACCEPTED, PAID };

struct config {
    enum stage stage;
    uint64_t seller, bidder;
    uint8_t bid;   /* a digit */
    unsigned sold; /* things, since the listener began */
};

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static int is(struct drill_bytes line, const char *word)
{
    return line.size == strlen(word) && memcmp(line.data, word, line.size) == 0;
}

static void tell(const struct drill_context *context, uint64_t session, const char *line)
{
    context->services->post(context, session,
                            (struct drill_bytes){(const uint8_t *)line, strlen(line)});
}

static enum drill_status answer(struct drill_buffer *out, const char *line)
{
    drill_put_string(out, line);
    return DRILL_OK;
}

static enum drill_status sell(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != IDLE) {
        return answer(out, config->seller == context->session ? "you do already\n" : "wait\n");
    }
    config->stage = OFFERED;
    config->seller = context->session;
    config->bid = '0';
    return answer(out, "offered\n");
}

static enum drill_status bid(const struct drill_context *context, uint8_t digit,
                             struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != OFFERED && config->stage != BIDDEN) {
        return answer(out, "nothing is offered\n");
    }
    if (config->seller == context->session) {
        return answer(out, "it is yours\n");
    }
    if (digit <= config->bid || digit > '9') {
        return answer(out, "more\n");
    }
    if (config->stage == BIDDEN && config->bidder != context->session) {
        tell(context, config->bidder, "outbid\n");
    }
    config->stage = BIDDEN;
    config->bidder = context->session;
    config->bid = digit;
    tell(context, config->seller, "a bid\n");
    return answer(out, "yours so far\n");
}

static enum drill_status accept(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != BIDDEN || config->seller != context->session) {
        return answer(out, "what?\n");
    }
    config->stage = ACCEPTED;
    tell(context, config->bidder, "pay\n");
    context->services->wake_after(context, PATIENCE_NS);
    return answer(out, "accepted\n");
}

static enum drill_status pay(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != ACCEPTED || config->bidder != context->session) {
        return answer(out, "for what?\n");
    }
    config->stage = PAID;
    tell(context, config->seller, "paid\n");
    return answer(out, "sold\n");
}

static enum drill_status thanks(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != PAID || config->seller != context->session) {
        return answer(out, "for nothing\n");
    }
    config->stage = IDLE;
    context->services->wake_after(context, UINT64_MAX);
    if (++config->sold < 2) {
        return answer(out, "next\n");
    }
    drill_put_string(out, "that was all\n");
    return DRILL_CLOSE;
}

static enum drill_status hear(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    in.size--; /* the newline */
    if (is(in, "sell")) {
        return sell(context, out);
    }
    if (in.size == 5 && memcmp(in.data, "bid ", 4) == 0) {
        return bid(context, in.data[4], out);
    }
    if (is(in, "accept")) {
        return accept(context, out);
    }
    if (is(in, "pay")) {
        return pay(context, out);
    }
    return is(in, "thanks") ? thanks(context, out) : DRILL_SILENT;
}

/* The seller's patience is at an end. */
static enum drill_status wake(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    if (config->stage != ACCEPTED || config->seller != context->session) {
        return DRILL_SILENT;
    }
    tell(context, config->bidder, "too late\n");
    config->stage = OFFERED;
    config->bid = '0';
    return answer(out, "offered again\n");
}

static enum drill_status finish(const struct drill_context *context, struct drill_bytes rest,
                                struct drill_buffer *out)
{
    const struct config *config = context->config;
    if (rest.size > 0) {
        return answer(out, "unfinished\n");
    }
    if (config->stage == PAID && config->seller == context->session) {
        return answer(out, "no thanks?\n");
    }
    return answer(out, "bye\n");
}

static void leave(const struct drill_context *context)
{
    struct config *config = context->config;
    if (config->stage != IDLE && config->seller == context->session) {
        if (config->stage == PAID) {
            tell(context, config->bidder, "it is in the post\n");
        } else if (config->stage != OFFERED) {
            tell(context, config->bidder, "withdrawn\n");
        }
        config->stage = IDLE;
    } else if (config->stage == BIDDEN && config->bidder == context->session) {
        tell(context, config->seller, "the bidder left\n");
        config->stage = OFFERED;
        config->bid = '0';
    } else if (config->stage == ACCEPTED && config->bidder == context->session) {
        tell(context, config->seller, "the winner ran away\n");
        config->stage = OFFERED;
        config->bid = '0';
    }
}

DRILL_PLUGIN(auction, .name = "auction", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SHARED_STATE,
             .summary = "An auction among the peers of a listener",
             .config_size = sizeof(struct config), .message_max = 64, .transform = hear,
             .frame = frame, .eof = finish, .wake = wake, .close = leave);
