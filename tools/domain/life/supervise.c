/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/life/supervisor.h"
#include "host/domains.h"
#include "host/mark.h"

#define HOLD "{\"request\":\"hold\"}"

int supervise_hold(int *fd, struct error *err)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;

    if (supervisor_ask(&supervisor, HOLD, NULL, err) < 0)
        return -1;
    *fd = io_steal_fd(&supervisor.fd);
    return 0;
}

/* In a process of its own: until nobody has the other end of the pipe. */
static void hold_for(int pipe_end)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int supervisor = -1;
    char byte;

    /* Whoever reads the caller's output is not to wait for this one. */
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    if (supervise_hold(&supervisor, NULL) == 0)
        (void)!read(pipe_end, &byte, 1);
    _exit(0);
}

int supervise_hold_meanwhile(int *fd, struct error *err)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    int ends[2];

    if (supervisor_ask_running(&supervisor, HOLD, NULL)) {
        *fd = io_steal_fd(&supervisor.fd);
        return 0;
    }
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    /* Nobody's child, so that a killed worker's orphans are told from it. */
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        if (fork() == 0)
            hold_for(ends[0]);
        _exit(0);
    }
    close(ends[0]);
    *fd = ends[1];
    if (pid < 0)
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return 0;
}

int supervise_hand_over(uint32_t domid, unsigned int short_lives,
                        struct error *err)
{
    cleanup_free char *request =
        mem_printf("{\"request\":\"adopt\",\"domid\":%u}", domid);
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    struct mark mark = { .since_ms = clock_now_ms(),
                         .short_lives = short_lives };

    if (mark_write(domid, &mark, err) < 0)
        return -1;
    return supervisor_ask(&supervisor, request, NULL, err);
}

void supervise_look(void)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;

    supervisor_ask_running(&supervisor, "{\"request\":\"look\"}", NULL);
}

/* ---- what is told ---- */

void supervise_guest_read(struct supervise_guest *guest, uint32_t domid)
{
    cleanup_domain_list struct domain_list list = { 0 };
    char uuid[UUID_TEXT_SIZE];

    *guest = (struct supervise_guest){ .domid = domid };
    if (domain_list_add(&list, domid, DOMAIN_NAMES, NULL) < 0)
        return;
    uuid_format_text(list.items.items[0].uuid, uuid);
    guest->uuid = mem_strdup(uuid);
    guest->name = steal(list.items.items[0].name);
}

void supervise_guest_dispose(struct supervise_guest *guest)
{
    free(guest->name);
    free(guest->uuid);
}

void supervise_tell(const struct supervise_guest *guest, const char *event,
                    const char *host, const char *cause)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    if (guest->uuid == NULL)
        return;
    json_begin_object(json);
    json_add_string(json, "request", "tell");
    json_add_string(json, "event", event);
    json_add_uint(json, "domid", guest->domid);
    json_add_string(json, "uuid", guest->uuid);
    json_add_string(json, "name", guest->name);
    if (host != NULL)
        json_add_string(json, "host", host);
    if (cause != NULL)
        json_add_string(json, "cause", cause);
    json_end_object(json);
    supervisor_ask_running(&supervisor, json_text(json, NULL), NULL);
}
