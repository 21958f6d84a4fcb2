/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's screen: vncviewer, in place of this process. */
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    host_log_forget(&inv->host->log);
    int rc = libxl_vncviewer_exec(
        inv->host->ctx, inv->domid,
        invocation_count(inv, "autopass") > 0 ||
            invocation_count(inv, "vncviewer-autopass") > 0);
    host_fail(inv->host, err, ERR_FAILED, rc, "vncviewer for '%s'",
              inv->domain);
    error_hint(err, "the domain needs vnc = 1, or a vfb with it");
    return -1;
}

static const struct option_row options[] = {
    { 'a', "autopass", OPTION_FLAG, NULL, "Gives it the password" },
    { 0, "vncviewer-autopass", OPTION_FLAG, NULL, NULL },
    { 0 },
};

const struct command command_vncviewer = {
    .name = "vncviewer",
    .summary = "Shows a domain's screen in vncviewer",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .options = options,
    .run = run,
};
