/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/making.h"

#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/hooks/hook_guest.h"
#include "domain/life/foreground.h"
#include "domain/life/supervise.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/attach.h"

struct start {
    struct host *host;
    uint32_t domid;
    const char *cause; /* for hooks, or NULL */
};

static int start_domain(void *data, struct error *err)
{
    struct start *start = data;
    int rc = libxl_domain_unpause(start->host->ctx, start->domid, NULL);

    if (rc != 0)
        return host_fail(start->host, err, ERR_FAILED, rc, "start");
    supervise_look();
    cleanup_hook_guest struct hook_guest guest;
    hook_guest_read(&guest, start->host, start->domid);
    hook_guest_tell(&guest, HOOK_STARTED, start->cause);
    return 0;
}

/* Made paused, so that the console is open before the guest's first byte. */
static int attach(struct invocation *inv, const struct create_request *request,
                  uint32_t domid, struct error *err)
{
    struct attach_options options = ATTACH_DEFAULTS;
    struct start start = {
        .host = inv->host,
        .domid = domid,
        .cause = request->source != NULL ? "restore" : NULL,
    };
    bool paused = invocation_count(inv, "p") > 0;
    bool ready = false;

    options.quiet = inv->settings->as_xl;
    int rc =
        attach_console(inv->host, domid, &options, paused ? NULL : start_domain,
                       &start, &ready, &inv->exit_status, err);
    /* Without a console it runs all the same, as with xl. */
    if (rc < 0 && !ready && !paused)
        start_domain(&start, NULL);
    return rc;
}

/* As xl: the viewer runs beside and is not waited for. libxl is of no use after
 * a fork, so `xn vncviewer` starts it. */
static void start_viewer(struct invocation *inv, uint32_t domid)
{
    bool autopass = invocation_count(inv, "vncviewer-autopass") > 0;
    cleanup_free char *id = mem_printf("%u", domid);
    const char *words[] = { "xn", "vncviewer", id,
                            autopass ? "--vncviewer-autopass" : NULL, NULL };

    if (!autopass && invocation_count(inv, "vncviewer") == 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        execv("/proc/self/exe", (char *const *)words);
        _exit(1);
    }
    if (pid < 0)
        log_warn("cannot start vncviewer");
}

static bool wants_console(const struct invocation *inv)
{
    return invocation_count(inv, "c") > 0;
}

void making_read_options(const struct invocation *inv,
                         struct create_request *request)
{
    static struct job_gate gate; /* a process has at most one */
    bool foreground = invocation_count(inv, "foreground") > 0;

    request->gate = job_gate_take(&gate) ? &gate : NULL;
    request->paused = wants_console(inv) || invocation_count(inv, "p") > 0;
    request->supervise = !foreground && invocation_count(inv, "e") == 0;
    request->verbosity = inv->settings->verbosity;
}

static bool is_quiet(const struct invocation *inv)
{
    return invocation_count(inv, "quiet") > 0 || inv->settings->as_xl;
}

int making_run(struct invocation *inv, const struct create_request *request,
               const char *doing, const char *done, struct error *err)
{
    cleanup_free char *name = show_safe(request->spec->config.c_info.name);
    cleanup_free char *what = mem_printf("%s %s", doing, name);
    uint32_t domid;

    /* One among others is counted by whoever has it made. */
    bool silent = is_quiet(inv) || request->gate != NULL;

    struct progress *progress =
        progress_begin(silent ? PROGRESS_QUIET : PROGRESS_TEXT, what);
    int rc = domain_create(inv->host, request, &domid, err);
    progress_end(progress);
    return rc == 0 ? making_follow(inv, request, domid, done, err) : -1;
}

int making_follow(struct invocation *inv, const struct create_request *request,
                  uint32_t domid, const char *done, struct error *err)
{
    cleanup_free char *name = show_safe(request->spec->config.c_info.name);

    if (!is_quiet(inv) && !wants_console(inv))
        show_printf("%s %s as domain %u\n", done, name, domid);
    start_viewer(inv, domid);
    if (wants_console(inv) && attach(inv, request, domid, err) < 0)
        return -1;
    if (invocation_count(inv, "foreground") == 0)
        return 0;
    return supervise_foreground(inv->host, domid, err);
}
