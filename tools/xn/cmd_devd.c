/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For driver domains: waits for devices of other domains that have their
 * backend here, and runs the hotplug scripts and QEMUs that these need.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/io.h"
#include "domain/guest_log.h"
#include "host/host.h"
#include "xn/command.h"

/* The log's name; xl's has the same. */
#define LOG_NAME "xldevd"

/* It is opened before the process goes into the background, so that the user
 * learns what is wrong with it. */
static int open_pidfile(const char *path, int *fd, struct error *err)
{
    if (path == NULL)
        return 0;
    *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (*fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    return 0;
}

static int settle(int pidfile, struct error *err)
{
    if (daemon(0, 0) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "into the background");
    if (pidfile >= 0)
        dprintf(pidfile, "%ld\n", (long)getpid());
    return 0;
}

static int serve(const struct invocation *inv, int log, struct error *err)
{
    struct host host;
    unsigned int verbosity = inv->settings->verbosity;

    if (host_open(&host, verbosity > 0 ? verbosity : 1, err) < 0)
        return -1;
    if (log >= 0)
        host_log_to(&host.log, log);
    int rc = libxl_device_events_handler(host.ctx, NULL);
    if (rc != 0)
        host_fail(&host, err, ERR_FAILED, rc, "devices of other domains");
    host_close(&host);
    return rc == 0 ? 0 : -1;
}

/* Whether there is a Xen, while somebody still reads what is said. */
static int check_host(const struct invocation *inv, struct error *err)
{
    struct host host;

    if (host_open(&host, inv->settings->verbosity, err) < 0)
        return -1;
    host_close(&host);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_close int pidfile = -1, log = -1;

    if (invocation_count(inv, "F") > 0)
        return serve(inv, -1, err);
    if (check_host(inv, err) < 0 ||
        open_pidfile(invocation_value(inv, "pidfile"), &pidfile, err) < 0)
        return -1;
    log = guest_log_open(LOG_NAME);
    if (settle(pidfile, err) < 0)
        return -1;
    io_cleanup_close(&pidfile);
    return serve(inv, log, err);
}

static const struct option_row options[] = {
    { 'F', NULL, OPTION_FLAG, NULL, "Stays in the foreground" },
    { 'p', "pidfile", OPTION_VALUE, "FILE",
      "Where the number of the background process is written" },
    { 0 },
};

const struct command command_devd = {
    .name = "devd",
    .summary = "Serves devices of other domains, in a driver domain",
    .words = "",
    .without_xen = true, /* Xen is opened in the process that stays */
    .options = options,
    .run = run,
};
