/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/console.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <libxl_utils.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "device/console_lock.h"
#include "device/console_replay.h"
#include "host/lookup.h"
#include "host/node.h"

/* xenconsoled notices a new domain within milliseconds. */
#define APPEAR_MS 5000
/* How long a domain may live without its console: xenconsoled restarts. */
#define RETURN_MS 10000
/* After a domain has shut down its last words arrive within this time. */
#define LAST_WORDS_MS 2000

/* Where xenconsoled logs, unless it is told another place. */
#define LOGS "/var/log/xen/console"

/* A stub domain's console 0 is its log; the guest's serial port is this one. */
#define STUBDOM_SERIAL 3

/* UNIX98 pseudo terminals: Documentation/admin-guide/devices.txt in Linux. */
#define PTS_FIRST_MAJOR 136
#define PTS_LAST_MAJOR 143

struct console {
    struct host *host;
    uint32_t domid; /* whose console it is: a stub domain's for its guest */
    char *name;     /* the guest's */
    char *node;     /* in xenstore: says which terminal device */
    struct console_lock lock;
    struct node_watch *watch;
    int tty;
    char *tty_path;
    int64_t return_deadline; /* while there is no tty */
    bool is_logged;          /* by xenconsoled */
    bool is_over;            /* shut down for good, or dying */
    int shutdown_reason;     /* libxl's, -1 while it runs */
    char *end_text;
};

int console_parse_type(const char *text, enum console_type *type,
                       struct error *err)
{
    static const char *const names[] = {
        [CONSOLE_PV] = "pv",
        [CONSOLE_SERIAL] = "serial",
        [CONSOLE_VUART] = "vuart",
    };

    for (int i = CONSOLE_PV; i <= CONSOLE_VUART; i++)
        if (strcmp(names[i], text) == 0) {
            *type = (enum console_type)i;
            return 0;
        }
    error_set(err, ERR_USAGE, "console type '%s'", text);
    error_hint(err, "the types are pv, serial and vuart");
    return -1;
}

static char *node_path(uint32_t domid, enum console_type type,
                       unsigned int number)
{
    const char *root = "/local/domain";

    if (type == CONSOLE_SERIAL)
        return mem_printf("%s/%u/serial/%u/tty", root, domid, number);
    if (type == CONSOLE_VUART)
        return mem_printf("%s/%u/vuart/0/tty", root, domid);
    if (number == 0)
        return mem_printf("%s/%u/console/tty", root, domid);
    return mem_printf("%s/%u/device/console/%u/tty", root, domid, number);
}

/* What the primary console of this guest is. */
static int find_primary(struct console *console, struct console_choice *choice,
                        struct error *err)
{
    int stubdom = libxl_get_stubdom_id(console->host->ctx, (int)console->domid);
    libxl_dominfo info;

    if (stubdom > 0) {
        console->domid = (uint32_t)stubdom;
        *choice = (struct console_choice){ CONSOLE_PV, STUBDOM_SERIAL };
        return 0;
    }
    libxl_dominfo_init(&info);
    int rc = libxl_domain_info(console->host->ctx, &info, console->domid);
    if (rc == 0)
        choice->type = info.domain_type == LIBXL_DOMAIN_TYPE_HVM
                           ? CONSOLE_SERIAL
                           : CONSOLE_PV;
    libxl_dominfo_dispose(&info);
    if (rc != 0)
        return host_fail(console->host, err, ERR_NODOMAIN, rc, "domain %u",
                         console->domid);
    return 0;
}

static int watch_node(struct console *console,
                      const struct console_choice *choice, char **value,
                      struct error *err)
{
    node_watch_close(console->watch);
    console->watch = NULL;
    free(console->node);
    console->node = node_path(console->domid, choice->type, choice->number);
    if (node_watch_open(&console->watch, console->node, err) < 0)
        return -1;
    return node_read_trusted(console->watch, value, err);
}

static int no_such_console(struct console *console,
                           const struct console_choice *choice,
                           struct error *err)
{
    bool serial = choice->type == CONSOLE_SERIAL;

    error_set(err, ERR_CONFIG, "%s has no %s %u", console->name,
              serial                          ? "serial port"
              : choice->type == CONSOLE_VUART ? "virtual UART"
                                              : "PV console",
              choice->number);
    if (serial)
        error_hint(err, "serial = \"pty\" in the configuration gives it one");
    return -1;
}

/* Sets console->node and watches it. An HVM guest may have no serial port. */
static int locate(struct console *console, const struct console_choice *asked,
                  struct error *err)
{
    struct console_choice choice = *asked;
    cleanup_free char *value = NULL;

    if (asked->type == CONSOLE_PRIMARY &&
        find_primary(console, &choice, err) < 0)
        return -1;
    if (watch_node(console, &choice, &value, err) < 0)
        return -1;
    if (value == NULL && choice.type == CONSOLE_SERIAL &&
        asked->type == CONSOLE_PRIMARY) {
        choice.type = CONSOLE_PV;
        if (watch_node(console, &choice, &value, err) < 0)
            return -1;
    }
    console->is_logged = choice.type == CONSOLE_PV && choice.number == 0;
    return value != NULL ? 0 : no_such_console(console, &choice, err);
}

static bool is_pts_path(const char *path)
{
    static const char prefix[] = "/dev/pts/";

    if (strncmp(path, prefix, strlen(prefix)) != 0)
        return false;
    const char *number = path + strlen(prefix);
    return isdigit((unsigned char)*number) &&
           strspn(number, "0123456789") == strlen(number);
}

/* A node left by a daemon that died may name a terminal that is in use. */
static bool is_own_terminal(dev_t device)
{
    struct stat info;

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) &&
            info.st_rdev == device)
            return true;
    return false;
}

static int open_tty(const char *path, struct error *err)
{
    struct stat info;

    if (!is_pts_path(path))
        return error_set(err, ERR_DEVICE, "%s: not a pseudo terminal", path);
    cleanup_close int fd =
        open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &info) < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s", path);
    if (!S_ISCHR(info.st_mode) || major(info.st_rdev) < PTS_FIRST_MAJOR ||
        major(info.st_rdev) > PTS_LAST_MAJOR || !isatty(fd))
        return error_set(err, ERR_DEVICE, "%s: not a pseudo terminal", path);
    if (is_own_terminal(info.st_rdev)) {
        error_set(err, ERR_DEVICE, "%s: this is your own terminal", path);
        error_hint(err, "is xenconsoled running?");
        return -1;
    }
    struct termios mode;
    if (tcgetattr(fd, &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(fd, TCSANOW, &mode);
    }
    return io_steal_fd(&fd);
}

static void drop_tty(struct console *console)
{
    if (console->tty >= 0)
        close(console->tty);
    console->tty = -1;
    free(console->tty_path);
    console->tty_path = NULL;
}

static bool is_hung_up(int tty)
{
    struct pollfd fd = { .fd = tty };

    return poll(&fd, 1, 0) == 1 && (fd.revents & (POLLHUP | POLLERR));
}

/*
 * Opens what the node names now, unless that is open already. An empty node
 * belongs to a console that is not there yet.
 */
static int take_tty(struct console *console, const char *path,
                    struct error *err)
{
    if (console->tty >= 0 && strcmp(path, console->tty_path) == 0 &&
        !is_hung_up(console->tty))
        return 0;
    drop_tty(console);
    if (path[0] == '\0')
        return 0;
    console->tty = open_tty(path, err);
    if (console->tty < 0)
        return error_context(err, "console of %s", console->name);
    console->tty_path = mem_strdup(path);
    return 0;
}

static int wait_for_tty(struct console *console, struct error *err)
{
    int64_t deadline = clock_deadline(APPEAR_MS);

    while (console->tty < 0) {
        cleanup_free char *path = NULL;
        bool written;
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        if (node_watch_drain(console->watch, &written, err) < 0 ||
            node_read_trusted(console->watch, &path, err) < 0)
            return -1;
        if (path == NULL)
            return error_set(err, ERR_NODOMAIN, "domain %s has just ended",
                             console->name);
        if (take_tty(console, path, err) < 0)
            return -1;
        if (console->tty >= 0)
            break;
        if (clock_is_past(deadline)) {
            error_set(err, ERR_TIMEOUT, "%s stays empty: no console for %s",
                      console->node, console->name);
            error_hint(err, "is xenconsoled running?");
            return -1;
        }
        struct pollfd fds[] = {
            { .fd = node_watch_fd(console->watch), .events = POLLIN },
            { .fd = interrupt_fd(), .events = POLLIN },
        };
        poll(fds, 2, clock_left_ms(deadline));
    }
    return 0;
}

int console_open(struct host *host, uint32_t domid,
                 const struct console_choice *choice, struct console **result,
                 struct error *err)
{
    if (domid == 0)
        return error_set(err, ERR_USAGE, "Domain-0 has no console");

    struct console *console = MEM_NEW(struct console);
    *console = (struct console){ .host = host,
                                 .domid = domid,
                                 .tty = -1,
                                 .lock = CONSOLE_LOCK_INIT,
                                 .shutdown_reason = -1,
                                 .name = lookup_name(host, domid) };
    if (locate(console, choice, err) < 0 ||
        console_lock_take(&console->lock, console->domid, console->name, err) <
            0 ||
        wait_for_tty(console, err) < 0) {
        console_close(console);
        return -1;
    }
    *result = console;
    return 0;
}

void console_close(struct console *console)
{
    if (console == NULL)
        return;
    drop_tty(console);
    node_watch_close(console->watch);
    console_lock_release(&console->lock);
    free(console->end_text);
    free(console->node);
    free(console->name);
    free(console);
}

int console_replay(const struct console *console, struct strbuf *text,
                   struct error *err)
{
    cleanup_free char *path = mem_printf(LOGS "/guest-%s.log", console->name);

    if (console->is_logged && strchr(console->name, '/') == NULL)
        return console_replay_read(path, console->tty, text, err);
    error_set(err, ERR_STATE, "nothing is kept of this console of %s",
              console->name);
    error_hint(err, "xenconsoled keeps what is printed on the first PV "
                    "console: --type pv");
    return -1;
}

int console_tty(const struct console *console)
{
    return console->tty;
}

int console_watch_fd(const struct console *console)
{
    return node_watch_fd(console->watch);
}

/* Suspended and soft-resetting domains go on. */
static bool is_final(int reason)
{
    return reason != LIBXL_SHUTDOWN_REASON_SUSPEND &&
           reason != LIBXL_SHUTDOWN_REASON_SOFT_RESET;
}

/* 1 if the domain is no more. */
static int look_at_domain(struct console *console)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    int rc = libxl_domain_info(console->host->ctx, &info, console->domid);
    if (rc == 0 && info.shutdown)
        console->shutdown_reason = (int)info.shutdown_reason;
    console->is_over =
        rc == 0 &&
        (info.dying || (info.shutdown && is_final((int)info.shutdown_reason)));
    libxl_dominfo_dispose(&info);
    host_log_forget(&console->host->log);
    return rc == ERROR_DOMAIN_NOTFOUND ? 1 : 0;
}

static int end(struct console *console)
{
    const char *reason =
        console->shutdown_reason >= 0 && is_final(console->shutdown_reason)
            ? libxl_shutdown_reason_to_string(
                  (libxl_shutdown_reason)console->shutdown_reason)
            : NULL;

    free(console->end_text);
    console->end_text =
        reason != NULL
            ? mem_printf("%s has shut down (%s)", console->name, reason)
            : mem_printf("%s is no longer on this host", console->name);
    return 1;
}

const char *console_end_text(const struct console *console)
{
    return console->end_text != NULL ? console->end_text : "";
}

static int follow_change(struct console *console, struct error *err)
{
    cleanup_free char *path = NULL;
    bool written;

    if (node_watch_drain(console->watch, &written, err) < 0 ||
        node_read_trusted(console->watch, &path, err) < 0)
        return -1;
    if (look_at_domain(console) == 1 || path == NULL)
        return end(console);
    /* What it says is stale until the daemon writes it again. */
    bool had_tty = console->tty >= 0;
    if (written && take_tty(console, path, err) < 0)
        return -1;
    if (had_tty && console->tty < 0)
        console->return_deadline = clock_deadline(RETURN_MS);
    return 0;
}

int console_follow(struct console *console, enum console_event event,
                   int *wait_ms, struct error *err)
{
    *wait_ms = -1;
    if (event == CONSOLE_CHANGED) {
        int rc = follow_change(console, err);
        if (rc != 0)
            return rc;
    } else {
        if (event == CONSOLE_HUNG_UP && console->tty >= 0) {
            drop_tty(console);
            console->return_deadline = clock_deadline(RETURN_MS);
        }
        if (look_at_domain(console) == 1)
            return end(console);
    }
    if (event == CONSOLE_QUIET && console->is_over)
        return end(console);
    if (console->is_over) {
        *wait_ms = LAST_WORDS_MS;
    } else if (console->tty < 0) {
        *wait_ms = clock_left_ms(console->return_deadline);
        if (*wait_ms == 0)
            return error_set(err, ERR_DEVICE,
                             "the console of %s ended, the domain did not",
                             console->name);
    }
    return 0;
}
