/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn create: from configuration files to running domains. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "domain/create.h"
#include "domain/foreground.h"
#include "domain/plan.h"
#include "domain/record.h"
#include "domain/supervise.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/attach.h"
#include "xn/load.h"

static int sort_words(const struct invocation *inv, struct load_words *words,
                      struct error *err)
{
    load_words_sort(inv, words);
    if (words->files.count > 0)
        return 0;
    error_set(err, ERR_USAGE, "'create' needs a configuration file");
    error_hint(err, "xn create FILE [KEY=VALUE ...]");
    return -1;
}

static void show_plan(const struct create_request *request)
{
    struct create create = { .spec = request->spec,
                             .defaults = request->defaults,
                             .paused = request->paused,
                             .supervise = request->supervise };
    struct plan plan;
    unsigned int number = 0;

    plan_make(&plan, &create);
    show_printf("plan for %s:\n", request->spec->config.c_info.name);
    VEC_EACH (&plan.steps, step) {
        cleanup_free char *text = show_safe(step->text);
        show_printf("%3u. %s\n", ++number, text);
    }
    plan_dispose(&plan);
}

struct start {
    struct host *host;
    uint32_t domid;
};

static int start_domain(void *data, struct error *err)
{
    struct start *start = data;
    int rc = libxl_domain_unpause(start->host->ctx, start->domid, NULL);

    if (rc != 0)
        return host_fail(start->host, err, ERR_FAILED, rc, "start");
    supervise_look();
    return 0;
}

/* Made paused, so that the console is open before the guest's first byte. */
static int attach(struct invocation *inv, uint32_t domid, struct error *err)
{
    struct attach_options options = ATTACH_DEFAULTS;
    struct start start = { .host = inv->host, .domid = domid };
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

/* As xl: the viewer runs beside and is not waited for. */
static void start_viewer(struct invocation *inv, uint32_t domid)
{
    bool autopass = invocation_count(inv, "vncviewer-autopass") > 0;

    if (!autopass && invocation_count(inv, "vncviewer") == 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        libxl_postfork_child_noexec(inv->host->ctx);
        libxl_vncviewer_exec(NULL, domid, autopass);
        _exit(1);
    }
    if (pid < 0)
        log_warn("cannot start vncviewer");
}

static int create(struct invocation *inv, const struct xlconf *defaults,
                  struct domain_spec *spec, struct error *err)
{
    bool wants_console = invocation_count(inv, "c") > 0;
    bool quiet = invocation_count(inv, "quiet") > 0 || inv->settings->as_xl;
    bool foreground = invocation_count(inv, "foreground") > 0;
    struct create_request request = {
        .spec = spec,
        .defaults = defaults,
        .paused = wants_console || invocation_count(inv, "p") > 0,
        .supervise = !foreground && invocation_count(inv, "e") == 0,
        .verbosity = inv->settings->verbosity,
    };
    uint32_t domid;

    if (invocation_count(inv, "plan") > 0) {
        show_plan(&request);
        return 0;
    }
    cleanup_free char *doing =
        mem_printf("creating %s", spec->config.c_info.name);
    struct progress *progress =
        progress_begin(quiet ? PROGRESS_QUIET : PROGRESS_TEXT, doing);
    int rc = domain_create(inv->host, &request, &domid, err);
    progress_end(progress);
    if (rc < 0)
        return -1;
    if (!quiet && !wants_console)
        show_printf("created %s as domain %u\n", spec->config.c_info.name,
                    domid);
    start_viewer(inv, domid);
    if (wants_console && attach(inv, domid, err) < 0)
        return -1;
    return foreground ? supervise_foreground(inv->host, domid, err) : 0;
}

static int create_from(struct invocation *inv, const char *file,
                       const struct load_words *words,
                       const struct xlconf *defaults, struct error *err)
{
    struct domain_spec cleanup_domain_spec spec;
    struct config_source source = { .path = file,
                                    .overrides = words->overrides.items,
                                    .plain = inv->settings->as_xl,
                                    .strict =
                                        invocation_count(inv, "strict") > 0 };
    bool quiet = invocation_count(inv, "quiet") > 0;
    bool plan = invocation_count(inv, "plan") > 0;
    bool dry_run =
        inv->settings->dry_run || invocation_count(inv, "dry-run") > 0;

    domain_spec_init(&spec);
    if (load_domain(inv->settings, inv->host, &source, defaults,
                    invocation_count(inv, "i") > 0, quiet, &spec, err) < 0)
        return -1;
    if (dry_run && !plan)
        return load_show_domain(&spec, NULL, err);
    if (invocation_count(inv, "d") > 0 &&
        load_show_domain(&spec, stderr, err) < 0)
        return -1;
    return create(inv, defaults, &spec, err);
}

/* Domains that a create left whose processes were all killed. */
static void sweep(struct host *host)
{
    cleanup_error struct error err = ERROR_INIT;
    unsigned int count;

    if (record_sweep(host, false, &count, &err) < 0)
        log_warn("clean-up of an interrupted create: %s", err.message);
    else if (count > 0)
        log_info("cleaned up after %u interrupted create(s)", count);
}

static int create_all(struct invocation *inv, const struct load_words *words,
                      struct error *err)
{
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0)
        return -1;
    VEC_EACH (&words->files, file)
        if (create_from(inv, *file, words, &defaults, err) < 0)
            return -1;
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct load_words words = { 0 };
    struct host host = { 0 };
    cleanup_error struct error no_host = ERROR_INIT;
    bool only_looks = inv->settings->dry_run ||
                      invocation_count(inv, "dry-run") > 0 ||
                      invocation_count(inv, "plan") > 0;
    int rc = sort_words(inv, &words, err);

    /* Looking at a configuration needs no Xen; where it is, CPUs count. */
    if (rc == 0 && host_open(&host, inv->settings->verbosity,
                             only_looks ? &no_host : err) == 0)
        inv->host = &host;
    else if (rc == 0 && !only_looks)
        rc = -1;
    if (rc == 0 && !only_looks)
        sweep(inv->host);
    if (rc == 0)
        rc = create_all(inv, &words, err);
    host_close(&host);
    load_words_dispose(&words);
    return rc;
}

static const struct option_row options[] = {
    { 'c', "console", OPTION_FLAG, NULL, "attach to the console at once" },
    { 'p', "paused", OPTION_FLAG, NULL, "leave the domain paused" },
    { 'q', "quiet", OPTION_FLAG, NULL, "say nothing but errors" },
    { 'n', "dry-run", OPTION_FLAG, NULL,
      "only print the configuration as JSON" },
    { 0, "dryrun", OPTION_FLAG, NULL, NULL },
    { 0, "plan", OPTION_FLAG, NULL, "only print the steps" },
    { 0, "strict", OPTION_FLAG, NULL, "take every warning for an error" },
    { 'f', "defconfig", OPTION_VALUE, "FILE", "the configuration file" },
    { 'F', "foreground", OPTION_FLAG, NULL,
      "stay and act on the domain's shutdowns" },
    { 'e', NULL, OPTION_FLAG, NULL, "nobody acts on the domain's shutdowns" },
    { 'd', NULL, OPTION_FLAG, NULL,
      "print the configuration on standard error" },
    { 'i', "ignore-global-affinity-masks", OPTION_FLAG, NULL,
      "leave the CPU masks of xl.conf out" },
    { 'V', "vncviewer", OPTION_FLAG, NULL, "start vncviewer" },
    { 'A', "vncviewer-autopass", OPTION_FLAG, NULL,
      "start vncviewer and give it the password" },
    { 0 },
};

const struct command command_create = {
    .name = "create",
    .summary = "Makes domains from configuration files and starts them",
    .words = "FILE ... [KEY=VALUE ...]",
    .max_words = -1,
    .completes = WORD_CONFIG,
    .can_dry_run = true,
    .without_xen = true, /* -n and --plan work anywhere; run opens Xen */
    .options = options,
    .run = run,
};
