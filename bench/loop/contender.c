/* SPDX-License-Identifier: MIT */
#include "loop/contender.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

const struct mode contender_modes[MODE_COUNT] = {
    [MODE_1] = {"1 client, ping-pong of 64 bytes", 1, 64, 64, 64},
    [MODE_64] = {"64 clients, ping-pong of 64 bytes", 64, 64, 64, 64},
    [MODE_1000] = {"1000 clients, ping-pong of 64 bytes", 1000, 64, 64, 64},
    [MODE_BULK] = {"16 clients, bulk: 64 KiB in flight each, counted per 1024 bytes", 16, 16384,
                   65536, 1024},
};

static const struct {
    const char *name;
    const char *beside; /* path from the folder of the running bench */
} programs[CONTENDER_COUNT] = {
    [CONTENDER_SOCKDRILL] = {"sockdrill", "../bin/sockdrill"},
    [CONTENDER_EPOLL] = {"bare epoll", "server-epoll"},
    [CONTENDER_LIBUV] = {"libuv", "server-libuv"},
    [CONTENDER_LIBEVENT] = {"libevent", "server-libevent"},
    [CONTENDER_LIBEV] = {"libev", "server-libev"},
};

int contender_find_all(struct contender contenders[CONTENDER_COUNT], const char *sockdrill_path,
                       struct failure *failure)
{
    for (int i = 0; i < CONTENDER_COUNT; i++) {
        struct contender *contender = &contenders[i];
        contender->name = programs[i].name;
        if (i == CONTENDER_SOCKDRILL && sockdrill_path != NULL) {
            snprintf(contender->path, sizeof(contender->path), "%s", sockdrill_path);
            continue;
        }
        int result =
            process_beside(programs[i].beside, contender->path, sizeof(contender->path), failure);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

int contender_start_all(struct contender contenders[CONTENDER_COUNT], int cpu,
                        struct failure *failure)
{
    for (int i = 0; i < CONTENDER_COUNT; i++) {
        struct contender *contender = &contenders[i];
        const char *bare[] = {contender->path, NULL};
        const char *serve[] = {contender->path, "serve", "uppercase@tcp://127.0.0.1:0", NULL};
        const char *const *arguments = i == CONTENDER_SOCKDRILL ? serve : bare;
        int result = process_start(&contender->process, arguments, cpu, failure);
        if (result == 0) {
            result = process_read_port(&contender->process, &contender->port, failure);
        }
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

int contender_stop_all(struct contender contenders[CONTENDER_COUNT], struct failure *failure)
{
    int result = 0;
    for (int i = 0; i < CONTENDER_COUNT; i++) {
        bool ran = contenders[i].process.pid > 0;
        int status = process_stop(&contenders[i].process);
        if (i == CONTENDER_SOCKDRILL && ran && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
            result = failure_set(failure, -ECHILD, "SIGTERM did not end sockdrill with status 0");
        }
    }
    return result;
}

static void contender_record(struct outcome *outcome, const struct mode *mode,
                             const struct load_figures *figures)
{
    double messages = (double)figures->bytes / (double)mode->message_bytes;
    double elapsed_ns = (double)figures->elapsed_ns;
    spread_add(&outcome->messages_per_s, messages / elapsed_ns * 1e9);
    spread_add(&outcome->cpu_ns, (double)figures->server_cpu_ns / messages);
    spread_add(&outcome->server_busy, (double)figures->server_cpu_ns / elapsed_ns);
    spread_add(&outcome->client_busy, (double)figures->client_cpu_ns / elapsed_ns);
}

int contender_measure(struct contender *contender, enum mode_id mode, uint64_t warm_ns,
                      uint64_t measure_ns, struct failure *failure)
{
    const struct mode *load = &contender_modes[mode];
    struct load_plan plan = {.connections = load->connections,
                             .chunk_bytes = load->chunk_bytes,
                             .window_bytes = load->window_bytes,
                             .warm_ns = warm_ns,
                             .measure_ns = measure_ns};
    struct load_figures figures = {.bytes = 0};
    struct failure cause = {""};
    int result = load_run(&plan, &contender->process, contender->port, &figures, &cause);
    if (result != 0) {
        return failure_set(failure, result, "%s, %s: %.300s", contender->name, load->title,
                           cause.text);
    }
    contender_record(&contender->outcomes[mode], load, &figures);
    return 0;
}
