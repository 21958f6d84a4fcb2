/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/supervise.h"

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/life/supervisor.h"
#include "host/mark.h"

int supervise_hold(int *fd, struct error *err)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;

    if (supervisor_ask(&supervisor, "{\"request\":\"hold\"}", NULL, err) < 0)
        return -1;
    *fd = io_steal_fd(&supervisor.fd);
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
