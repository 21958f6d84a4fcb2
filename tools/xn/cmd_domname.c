/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name of a domain, from its id or UUID. */
#include "base/mem.h"
#include "base/number.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_free char *name = lookup_name(inv->host, inv->domid);
    cleanup_free char *safe = show_safe(name);
    uint32_t number;

    /* xl's takes an id alone. */
    if (inv->settings->as_xl && !number_parse_u32(inv->domain, &number))
        return error_set(err, ERR_USAGE, "'%s' is no domain's id", inv->domain);
    if (name[0] == '\0')
        return error_set(err, ERR_STATE, "domain %u has no name", inv->domid);
    if (invocation_count(inv, "json") == 0) {
        show_printf("%s\n", safe);
        return 0;
    }
    struct json_writer *json = show_json_begin("domname");
    json_add_string(json, "name", name);
    show_json_end(json);
    return 0;
}

const struct command command_domname = {
    .name = "domname",
    .summary = "Prints the name of a domain",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .options = json_option,
    .run = run,
};
