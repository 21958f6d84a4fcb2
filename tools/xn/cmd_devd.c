/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For driver domains: serves devices of other domains that have their backend
 * here (tools/backend). Needs xenstore, and no privilege over any domain.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "backend/agent.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/paths.h"
#include "device/script.h"
#include "domain/emulation.h"
#include "domain/guest_log.h"
#include "host/host.h"
#include "xn/command.h"

/* The log's name; xl's has the same. */
#define LOG_NAME "xldevd"
/* More than one line takes, bytes. */
#define LOG_RESERVE ((size_t)64 << 10)

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

/* Of Xen, as the kernel tells it to any domain; 0 if it does not. */
static int read_version(const char *part)
{
    cleanup_free char *path = mem_printf("/sys/hypervisor/version/%s", part);
    cleanup_free char *text = NULL;
    uint64_t number = 0;
    size_t length;

    if (io_read_file(path, 64, &text, &length, NULL) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    (void)number_parse_u64(text, 1000, &number);
    return (int)number;
}

static int serve(struct error *err)
{
    cleanup_free char *qemu =
        emulation_find_qemu(read_version("major"), read_version("minor"));
    const struct agent_place place = {
        .run_folder = XENITH_RUNDIR,
        .qemu = qemu,
        .choose = script_in_driver_domain,
    };
    struct agent *agent;

    if (interrupt_install(err) < 0 || agent_open(&agent, &place, err) < 0)
        return -1;
    log_info("serving devices of other domains");
    int rc = agent_serve(agent, err);
    agent_close(agent);
    return rc;
}

/* The file for one operation is for as much as one may write. */
static void write_log(void *data, enum log_level level, const char *text)
{
    struct guest_log *log = data;

    if (log->left < LOG_RESERVE) {
        guest_log_end(log);
        guest_log_begin(log, LOG_NAME, NULL);
    }
    guest_log_write(log, level, text);
}

static int serve_in_background(const char *pidfile, struct error *err)
{
    cleanup_close int fd = -1;
    struct guest_log log = GUEST_LOG_INIT;

    if (open_pidfile(pidfile, &fd, err) < 0)
        return -1;
    guest_log_begin(&log, LOG_NAME, NULL);
    int rc = settle(fd, err);
    io_cleanup_close(&fd);
    if (rc == 0) {
        log_to(write_log, &log);
        rc = serve(err);
        if (rc < 0)
            log_warn("%s", err->message);
        log_to(NULL, NULL);
    }
    guest_log_end(&log);
    return rc;
}

/* In Dom0 the toolstack runs the scripts itself: they would run twice. */
static int check_domain(struct error *err)
{
    if (host_check_xenstored(err) < 0)
        return -1;
    if (!host_is_dom0())
        return 0;
    error_set(err, ERR_STATE, "this is Dom0, whose devices xn serves itself");
    error_hint(err, "devd is for a domain with driver_domain = 1");
    return -1;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_close int lock = -1;

    if (inv->settings->verbosity == 0)
        log_set_level(LOG_LEVEL_INFO);
    if (check_domain(err) < 0 || agent_lock(XENITH_RUNDIR, &lock, err) < 0)
        return -1;
    if (invocation_count(inv, "F") > 0)
        return serve(err);
    return serve_in_background(invocation_value(inv, "pidfile"), err);
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
    .without_xen = true, /* xenstore is all that it needs */
    .options = options,
    .run = run,
};
