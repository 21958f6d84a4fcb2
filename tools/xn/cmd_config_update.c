/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Another configuration for a domain's next life. It is stored as the settings
 * that it means: with the files it includes and the words of the command line.
 */
#include "base/strbuf.h"
#include "config/settings.h"
#include "host/stored.h"
#include "xn/command.h"
#include "xn/load.h"

static int store(const struct invocation *inv, const struct domain_spec *spec,
                 const struct xlconf *defaults, struct error *err)
{
    cleanup_config_settings struct config_settings settings = { 0 };
    cleanup_strbuf struct strbuf text = { 0 };

    config_settings_make(&settings, spec, defaults);
    config_settings_render(&settings, &text);
    return stored_config_update(inv->host, inv->domid, text.text, text.length,
                                err);
}

static int update(struct invocation *inv, const struct config_source *source,
                  struct error *err)
{
    struct domain_spec cleanup_domain_spec spec;
    cleanup_xlconf struct xlconf defaults;
    bool dry_run = inv->settings->dry_run;

    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        load_domain(inv->settings, inv->host, source, &defaults, false,
                    invocation_count(inv, "quiet") > 0, &spec, err) < 0)
        return -1;
    if ((dry_run || invocation_count(inv, "d") > 0) &&
        load_show_domain(&defaults, &spec, NULL, err) < 0)
        return -1;
    return dry_run ? 0 : store(inv, &spec, &defaults, err);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_load_words struct load_words words = { 0 };

    load_words_sort(inv, &words);
    if (words.files.count != 1) {
        error_set(err, ERR_USAGE,
                  "'config-update' needs one configuration "
                  "file");
        error_hint(err, "xn config-update DOMAIN FILE [KEY=VALUE ...]");
        return -1;
    }
    struct config_source source = { .path = words.files.items[0],
                                    .overrides = words.overrides.items,
                                    .plain = inv->settings->as_xl };
    return update(inv, &source, err);
}

static const struct option_row options[] = {
    { 'f', "defconfig", OPTION_VALUE, "FILE", "The configuration file" },
    { 'd', NULL, OPTION_FLAG, NULL, "Prints the configuration as JSON" },
    { 'q', "quiet", OPTION_FLAG, NULL, "Says nothing but errors" },
    { 0 },
};

const struct command command_config_update = {
    .name = "config-update",
    .summary = "Keeps another configuration for a domain's next restart",
    .words = "DOMAIN [FILE] [KEY=VALUE ...]",
    .min_words = 1,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .completes = WORD_FILE,
    .can_dry_run = true,
    .options = options,
    .run = run,
};
