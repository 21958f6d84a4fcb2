/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether Flask, Xen's security module, enforces its policy. */
#include "host/hypervisor.h"
#include "show/show.h"
#include "xn/command.h"

static const struct {
    const char *text; /* xl's */
    const char *json;
} modes[] = {
    [FLASK_DISABLED] = { "Flask XSM Disabled", "disabled" },
    [FLASK_PERMISSIVE] = { "Permissive", "permissive" },
    [FLASK_ENFORCING] = { "Enforcing", "enforcing" },
};

static int run(struct invocation *inv, struct error *err)
{
    enum flask_mode mode;

    if (hypervisor_get_flask(inv->host, &mode, err) < 0)
        return -1;
    if (inv->settings->as_xl && mode != FLASK_PERMISSIVE)
        inv->exit_status = 1; /* xl's is the mode itself */
    if (invocation_count(inv, "json") == 0) {
        show_printf("%s\n", modes[mode].text);
        return 0;
    }
    struct json_writer *json = show_json_begin("getenforce");
    json_add_string(json, "flask", modes[mode].json);
    show_json_end(json);
    return 0;
}

const struct command command_getenforce = {
    .name = "getenforce",
    .summary = "Shows whether Flask, the security module, enforces",
    .words = "",
    .options = json_option,
    .run = run,
};
