/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The id of a domain, from its name or UUID. */
#include "host/lookup.h"
#include "show/show.h"
#include "xn/command.h"

/* xl's takes a name alone. */
static int check_as_xl(const struct invocation *inv, struct error *err)
{
    uint32_t domid;

    int found = lookup_exact_name(inv->domain, &domid, err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    return error_set(err, ERR_NODOMAIN, "no domain is called '%s'",
                     inv->domain);
}

static int run(struct invocation *inv, struct error *err)
{
    if (inv->settings->as_xl && check_as_xl(inv, err) < 0)
        return -1;
    if (invocation_count(inv, "json") == 0) {
        show_printf("%u\n", inv->domid);
        return 0;
    }
    struct json_writer *json = show_json_begin("domid");
    json_add_uint(json, "domid", inv->domid);
    show_json_end(json);
    return 0;
}

const struct command command_domid = {
    .name = "domid",
    .summary = "Prints the id of a domain",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .options = json_option,
    .run = run,
};
