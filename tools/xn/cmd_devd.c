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

/* log: NULL in the foreground. */
static int serve(const struct invocation *inv, struct guest_log *log,
                 struct error *err)
{
    struct host host;
    unsigned int verbosity = inv->settings->verbosity;

    if (host_open(&host, verbosity > 0 ? verbosity : 1, err) < 0)
        return -1;
    if (log != NULL)
        host_log_to(&host.log, guest_log_write, log);
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
    cleanup_close int pidfile = -1;
    struct guest_log log = GUEST_LOG_INIT;

    if (invocation_count(inv, "F") > 0)
        return serve(inv, NULL, err);
    if (check_host(inv, err) < 0 ||
        open_pidfile(invocation_value(inv, "pidfile"), &pidfile, err) < 0)
        return -1;
    guest_log_begin(&log, LOG_NAME, NULL);
    int rc = settle(pidfile, err);
    io_cleanup_close(&pidfile);
    if (rc == 0)
        rc = serve(inv, &log, err);
    guest_log_end(&log);
    return rc;
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
