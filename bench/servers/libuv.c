/* SPDX-License-Identifier: MIT */
/*
 * The libuv server: reads into a 1024-byte buffer and answers with uv_try_write() at once; what the
 * socket does not take goes through uv_write(), and that peer is not read until it is gone.
 */
#include "common/upper.h"
#include "servers/listen.h"

#include <err.h>
#include <stdlib.h>
#include <uv.h>

struct session {
    uv_tcp_t handle; /* first, so that a handle is its session */
    uv_write_t request;
    char buffer[UPPER_RECV_BYTES];
};

static void session_free(uv_handle_t *handle)
{
    free(handle);
}

static void session_end(uv_stream_t *stream)
{
    if (!uv_is_closing((uv_handle_t *)stream)) {
        uv_close((uv_handle_t *)stream, session_free);
    }
}

static void session_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct session *session = (struct session *)handle;
    (void)suggested;
    *room = uv_buf_init(session->buffer, sizeof(session->buffer));
}

static void session_answer(uv_stream_t *stream, ssize_t got, const uv_buf_t *room);

static void session_flushed(uv_write_t *request, int status)
{
    if (status < 0) {
        session_end(request->handle);
    } else {
        uv_read_start(request->handle, session_room, session_answer);
    }
}

static void session_answer(uv_stream_t *stream, ssize_t got, const uv_buf_t *room)
{
    if (got == 0) {
        return;
    }
    if (got < 0) {
        session_end(stream);
        return;
    }
    upper_bytes((uint8_t *)room->base, (const uint8_t *)room->base, (size_t)got);
    uv_buf_t reply = uv_buf_init(room->base, (unsigned)got);
    int sent = uv_try_write(stream, &reply, 1);
    if (sent == (int)got) {
        return;
    }
    if (sent < 0 && sent != UV_EAGAIN) {
        session_end(stream);
        return;
    }
    struct session *session = (struct session *)stream;
    unsigned done = sent > 0 ? (unsigned)sent : 0;
    uv_buf_t rest = uv_buf_init(room->base + done, (unsigned)got - done);
    uv_read_stop(stream);
    if (uv_write(&session->request, stream, &rest, 1, session_flushed) != 0) {
        session_end(stream);
    }
}

static void session_accept(uv_stream_t *listener, int status)
{
    struct session *session = status == 0 ? malloc(sizeof(*session)) : NULL;
    if (session == NULL) {
        return;
    }
    uv_tcp_init(listener->loop, &session->handle);
    uv_stream_t *stream = (uv_stream_t *)&session->handle;
    if (uv_accept(listener, stream) != 0 ||
        uv_read_start(stream, session_room, session_answer) != 0) {
        session_end(stream);
    }
}

int main(void)
{
    int fd = listen_loopback();
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    int error = uv_tcp_init(loop, &listener);
    if (error == 0) {
        error = uv_tcp_open(&listener, fd);
    }
    if (error == 0) {
        error = uv_listen((uv_stream_t *)&listener, 128, session_accept);
    }
    if (error != 0) {
        errx(EXIT_FAILURE, "libuv: %s", uv_strerror(error));
    }
    listen_announce("libuv", fd);
    return uv_run(loop, UV_RUN_DEFAULT);
}
