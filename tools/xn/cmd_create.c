/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn create: from configuration files to running domains. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "domain/create.h"
#include "domain/plan.h"
#include "domain/record.h"
#include "show/show.h"
#include "xn/create_json.h"
#include "xn/create_many.h"
#include "xn/load.h"
#include "xn/making.h"

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

/* One document has no place for a console, nor for libxl's own. */
static int check_options(const struct invocation *inv, struct error *err)
{
    static const char *const others[] = { "console", "foreground", "vncviewer",
                                          "vncviewer-autopass" };

    if (invocation_count(inv, "json") == 0)
        return 0;
    if (invocation_is_dry_run(inv))
        return error_set(err, ERR_USAGE,
                         "--json and --dry-run exclude each other: the latter "
                         "prints libxl's own JSON");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (invocation_count(inv, others[i]) > 0)
            return error_set(err, ERR_USAGE,
                             "--json and --%s exclude each other", others[i]);
    return 0;
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

static int create(struct invocation *inv, const struct xlconf *defaults,
                  struct domain_spec *spec, struct error *err)
{
    struct create_request request = { .spec = spec, .defaults = defaults };

    making_read_options(inv, &request);
    if (invocation_count(inv, "plan") > 0) {
        show_plan(&request);
        return 0;
    }
    return making_run(inv, &request, "creating", "created", err);
}

static struct config_source source_of(const struct invocation *inv,
                                      const char *file,
                                      const struct load_words *words)
{
    return (struct config_source){ .path = file,
                                   .overrides = words->overrides.items,
                                   .plain = inv->settings->as_xl,
                                   .strict =
                                       invocation_count(inv, "strict") > 0 };
}

static int create_from(struct invocation *inv, const char *file,
                       const struct load_words *words,
                       const struct xlconf *defaults, struct error *err)
{
    struct domain_spec cleanup_domain_spec spec;
    struct config_source source = source_of(inv, file, words);
    bool quiet = invocation_count(inv, "quiet") > 0;
    bool plan = invocation_count(inv, "plan") > 0;

    domain_spec_init(&spec);
    if (load_domain(inv->settings, inv->host, &source, defaults,
                    invocation_count(inv, "i") > 0, quiet, &spec, err) < 0)
        return -1;
    if (invocation_is_dry_run(inv) && !plan)
        return load_show_domain(defaults, &spec, NULL, err);
    if (invocation_count(inv, "d") > 0 &&
        load_show_domain(defaults, &spec, stderr, err) < 0)
        return -1;
    return create(inv, defaults, &spec, err);
}

static int create_all_json(struct invocation *inv,
                           const struct load_words *words,
                           const struct xlconf *defaults, struct error *err)
{
    struct json_writer *json = show_json_begin("create");
    int rc = 0;

    json_key(json, "domains");
    json_begin_array(json);
    for (size_t i = 0; i < words->files.count && rc == 0; i++) {
        struct config_source source =
            source_of(inv, words->files.items[i], words);

        rc = create_json(inv, &source, defaults, json, err);
    }
    json_end_array(json);
    show_json_end(json);
    return rc;
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
    if (invocation_count(inv, "json") > 0)
        return create_all_json(inv, words, &defaults, err);
    VEC_EACH (&words->files, file)
        if (create_from(inv, *file, words, &defaults, err) < 0)
            return -1;
    return 0;
}

/* Those that want the terminal, only look, or are one document take turns. */
static bool is_side_by_side(const struct invocation *inv,
                            const struct load_words *words)
{
    static const char *const in_turn[] = { "c", "foreground", "json",
                                           "vncviewer", "vncviewer-autopass" };

    for (size_t i = 0; i < sizeof(in_turn) / sizeof(in_turn[0]); i++)
        if (invocation_count(inv, in_turn[i]) > 0)
            return false;
    return words->files.count > 1 && !inv->settings->as_xl;
}

static int run(struct invocation *inv, struct error *err)
{
    struct load_words words = { 0 };
    struct host host = { 0 };
    cleanup_error struct error no_host = ERROR_INIT;
    bool only_looks =
        invocation_is_dry_run(inv) || invocation_count(inv, "plan") > 0;
    int rc = check_options(inv, err);

    if (rc == 0)
        rc = sort_words(inv, &words, err);

    if (rc == 0 && !only_looks && is_side_by_side(inv, &words)) {
        rc = create_many(inv, &words, err);
        load_words_dispose(&words);
        return rc;
    }
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
    { 'c', "console", OPTION_FLAG, NULL, "Attaches to the console at once" },
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the domain paused" },
    { 'q', "quiet", OPTION_FLAG, NULL, "Says nothing but errors" },
    { 'n', "dry-run", OPTION_FLAG, NULL,
      "Only prints the configuration as JSON" },
    { 0, "dryrun", OPTION_FLAG, NULL, NULL },
    { 0, "plan", OPTION_FLAG, NULL, "Only prints the steps" },
    OPTION_JSON,
    { 0, "strict", OPTION_FLAG, NULL, "Takes every warning for an error" },
    { 'f', "defconfig", OPTION_VALUE, "FILE", "The configuration file" },
    { 'j', "jobs", OPTION_VALUE, "COUNT",
      "How many at once (without it: as many as CPUs)" },
    { 'F', "foreground", OPTION_FLAG, NULL,
      "Stays and acts on the domain's shutdowns" },
    { 'e', NULL, OPTION_FLAG, NULL, "Nobody acts on the domain's shutdowns" },
    { 'd', NULL, OPTION_FLAG, NULL,
      "Prints the configuration on standard error" },
    { 'i', "ignore-global-affinity-masks", OPTION_FLAG, NULL,
      "Leaves the CPU masks of xl.conf out" },
    { 'V', "vncviewer", OPTION_FLAG, NULL, "Starts vncviewer" },
    { 'A', "vncviewer-autopass", OPTION_FLAG, NULL,
      "Starts vncviewer and gives it the password" },
    { 0 },
};

const struct command command_create = {
    .name = "create",
    .summary = "Makes domains from configuration files and starts them",
    .words = "FILE ... [KEY=VALUE ...]",
    .more =
        "KEY=VALUE stands for a further line of the configuration: memory=512.",
    .max_words = -1,
    .completes = WORD_CONFIG,
    .can_dry_run = true,
    .without_xen = true, /* -n and --plan work anywhere; run opens Xen */
    .options = options,
    .run = run,
};
