/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running domain as a file that makes it again. */
#include "config/settings.h"
#include "domain/describe.h"
#include "show/show.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    cleanup_strbuf struct strbuf text = { 0 };
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    if (domain_describe(inv->host, inv->domid, &spec, err) < 0)
        return -1;
    config_settings_make(&settings, &spec, NULL);
    config_settings_render(&settings, &text);
    show_printf("%s", text.text != NULL ? text.text : "");
    return 0;
}

const struct command command_config_show = {
    .name = "show",
    .group = "config",
    .summary = "Prints a domain as a file that makes it again",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .run = run,
};
