/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xnd [-F] [--transient] [-v]: options, start, loop, end. Ready means that
 * every marked guest is adopted and the socket answers.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/notify.h"
#include "base/paths.h"
#include "domain/life/supervisor.h"
#include "xnd/bridge.h"
#include "xnd/console_logs.h"
#include "xnd/control.h"
#include "xnd/guests.h"
#include "xnd/instance.h"
#include "xnd/journal.h"
#include "xnd/rules.h"
#include "xnd/strays.h"
#include "xnd/xnd.h"

/* A transient xnd that nobody needs stays this long, ms. */
#define IDLE_MS 300u
/* The same before its first client. */
#define FIRST_IDLE_MS 5000u

/* A transient xnd that retires is gone within this, ms. */
#define RELIEF_MS 5000

static const char usage[] =
    "usage: xnd [-F] [--transient] [-v]\n"
    "The supervisor of this host's guests; see xnd(8).\n"
    "  -F, --foreground  stay in the foreground, log to standard error\n"
    "      --transient   end when there is no guest left\n"
    "  -v, --verbose     also say what libxl says; twice: all of it\n"
    "  -h, --help        show this\n";

struct options {
    bool foreground;
    bool transient;
    bool help;
    unsigned int verbosity;
};

static int read_options(struct options *options, int argc, char **argv,
                        struct error *err)
{
    static const struct option rows[] = {
        { "foreground", no_argument, NULL, 'F' },
        { "transient", no_argument, NULL, 't' },
        { "verbose", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int letter;

    opterr = 0;
    while ((letter = getopt_long(argc, argv, "Fvh", rows, NULL)) != -1) {
        if (letter == 'F')
            options->foreground = true;
        else if (letter == 't')
            options->transient = true;
        else if (letter == 'v')
            options->verbosity++;
        else if (letter == 'h')
            options->help = true;
        else
            return error_set(err, ERR_USAGE, "unknown option '%s'",
                             argv[optind - 1]);
    }
    if (optind < argc)
        return error_set(err, ERR_USAGE, "'%s' is one word too many",
                         argv[optind]);
    return 0;
}

/* ---- when to end ---- */

void xnd_stop(struct xnd *xnd, bool failed)
{
    xnd->failed |= failed;
    uv_stop(&xnd->loop);
}

static bool is_needed(const struct xnd *xnd)
{
    return xnd->workers > 0 || guests_count(xnd) > 0 ||
           control_clients(xnd) > 0;
}

static void idle_over(uv_timer_t *timer)
{
    struct xnd *xnd = timer->data;

    if (is_needed(xnd))
        return;
    journal("no guest is left: ending");
    xnd_stop(xnd, false);
}

void xnd_reconsider(struct xnd *xnd)
{
    if (!xnd->transient || xnd->control == NULL || xnd->guests == NULL)
        return;
    if (is_needed(xnd))
        uv_timer_stop(&xnd->idle);
    else
        uv_timer_start(&xnd->idle, idle_over, IDLE_MS, 0);
}

static void signal_came(uv_signal_t *handle, int number)
{
    struct xnd *xnd = handle->data;

    notify_manager("STOPPING=1");
    journal("%s: ending; the guests go on", strsignal(number));
    xnd_stop(xnd, false);
}

static void reload_asked(uv_signal_t *handle, int number)
{
    cleanup_error struct error err = ERROR_INIT;
    size_t count;

    journal("%s: watch rules are read anew", strsignal(number));
    if (rules_reload(handle->data, &count, &err) < 0)
        journal_warn("watch rules: %s", err.message);
}

/* ---- start and end ---- */

#define SIGNAL_COUNT 3

static void open_handles(struct xnd *xnd)
{
    static const struct {
        int number;
        uv_signal_cb came;
    } rows[] = {
        { SIGTERM, signal_came },
        { SIGINT, signal_came },
        { SIGHUP, reload_asked },
    };

    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        uv_signal_init(&xnd->loop, &xnd->signals[i]);
        xnd->signals[i].data = xnd;
        uv_signal_start(&xnd->signals[i], rows[i].came, rows[i].number);
    }
    uv_timer_init(&xnd->loop, &xnd->idle);
    xnd->idle.data = xnd;
}

static int start(struct xnd *xnd, unsigned int verbosity, struct error *err)
{
    if (host_open(&xnd->host, verbosity, err) < 0)
        return -1;
    bridge_open(xnd);
    guests_open(xnd);
    rules_open(xnd);
    if (guests_adopt_marked(xnd, err) < 0 || control_open(xnd, err) < 0)
        return -1;
    xnd_reconsider(xnd);
    if (xnd->transient && !is_needed(xnd))
        uv_timer_start(&xnd->idle, idle_over, FIRST_IDLE_MS, 0);
    return 0;
}

static void end(struct xnd *xnd)
{
    strays_close(xnd);
    console_logs_close(xnd);
    control_close(xnd);
    if (xnd->guests != NULL)
        guests_close(xnd);
    rules_close(xnd);
    host_close(&xnd->host);
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        uv_close((uv_handle_t *)&xnd->signals[i], NULL);
    uv_close((uv_handle_t *)&xnd->idle, NULL);
    /* Closed handles are freed by the loop; workers' handles stay. */
    for (int i = 0; i < 4; i++)
        uv_run(&xnd->loop, UV_RUN_NOWAIT);
    uv_loop_close(&xnd->loop);
    bridge_free(xnd);
}

static int supervise(const struct options *options,
                     const struct xenithconf *conf, int *report,
                     struct error *err)
{
    struct xnd *xnd = MEM_NEW(struct xnd);

    xnd->transient = options->transient;
    uv_loop_init(&xnd->loop);
    open_handles(xnd);
    int rc = start(xnd, options->verbosity, err);
    if (rc == 0) {
        console_logs_open(xnd, conf->console_log);
        strays_open(xnd);
        journal("ready: %zu guests", guests_count(xnd));
        instance_report(report, INSTANCE_READY, NULL);
        notify_manager("READY=1");
        uv_run(&xnd->loop, UV_RUN_DEFAULT);
        if (xnd->failed)
            rc = error_set(err, ERR_HOST, "events of Xen are lost");
    }
    end(xnd);
    free(xnd);
    return rc;
}

/*
 * One that was started in passing makes room for one that stays: it retires,
 * and its guests are adopted. false: the other one stays itself, or does not
 * end.
 */
static bool relieve(int *lock, struct error *err)
{
    cleanup_supervisor struct supervisor other = SUPERVISOR_INIT;
    int64_t end = clock_deadline(RELIEF_MS);
    bool held = true;

    if (!supervisor_ask_running(&other, "{\"request\":\"retire\"}", NULL))
        return false;
    while (held && !clock_is_past(end)) {
        clock_sleep_ms(10);
        if (instance_lock(lock, &held, err) < 0)
            return false;
    }
    return !held;
}

/* Mistakes in it must not leave guests without a supervisor. */
static void read_conf(struct xenithconf *conf, struct error *mistakes)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_strbuf struct strbuf text = { 0 };

    xenithconf_init(conf);
    if (xenithconf_read(PATHS_CONFIG_FILE, conf, &diags, mistakes) == 0)
        return;
    config_diags_render(&diags, 0, &text);
    if (text.length > 0)
        fputs(text.text, stderr);
}

/* What only one at a time may do. */
static int supervise_alone(const struct options *options, int *report,
                           struct error *err)
{
    cleanup_close int lock = -1;
    cleanup_error struct error mistakes = ERROR_INIT;
    struct xenithconf conf;
    bool held;

    if (instance_lock(&lock, &held, err) < 0)
        return -1;
    if (held && (options->transient || !relieve(&lock, err))) {
        instance_report(report, INSTANCE_HELD, NULL);
        return options->foreground
                   ? error_set(err, ERR_STATE, "another xnd runs already")
                   : 0;
    }
    read_conf(&conf, &mistakes);
    int rc = journal_open(&conf, options->foreground, err);
    if (rc == 0 && error_is_set(&mistakes))
        journal_warn("%s; going on without them", mistakes.message);
    if (rc == 0)
        rc = supervise(options, &conf, report, err);
    instance_unlock(&lock);
    return rc;
}

static int run(const struct options *options, struct error *err)
{
    enum instance_news news = INSTANCE_READY;
    bool is_parent = false;
    int report = -1, rc = 0;

    if (!options->foreground)
        rc = instance_detach(&is_parent, &report, &news, err);
    if (!is_parent) {
        if (rc == 0)
            rc = supervise_alone(options, &report, err);
        instance_report(&report, INSTANCE_FAILED, err);
        return rc;
    }
    if (rc == 0 && news == INSTANCE_HELD && !options->transient)
        rc = error_set(err, ERR_STATE, "another xnd runs already");
    return rc;
}

int main(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    struct options options = { 0 };

    signal(SIGPIPE, SIG_IGN);
    umask(022); /* its workers', and so libxl's; ours are 0600 by name */
    log_set_name("xnd");
    int rc = read_options(&options, argc, argv, &err);
    if (rc == 0 && options.help)
        fputs(usage, stdout);
    else if (rc == 0)
        rc = run(&options, &err);
    if (rc == 0)
        return 0;
    fprintf(stderr, "xnd: %s\n", err.message);
    if (err.hint != NULL)
        fprintf(stderr, "xnd: %s\n", err.hint);
    return err.kind;
}
