/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn gc: removes what is certainly nobody's. */
#include "domain/record.h"
#include "show/show.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    bool dry_run = invocation_count(inv, "dry-run") > 0;
    unsigned int count;

    if (record_sweep(inv->host, dry_run, &count, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        struct json_writer *json = show_json_begin("gc");
        json_add_uint(json, "interrupted_creates", count);
        json_add_bool(json, "removed", !dry_run);
        show_json_end(json);
        return 0;
    }
    show_printf("%u interrupted create(s)%s\n", count,
                count == 0 ? ""
                : dry_run  ? " to clean up"
                           : " cleaned up");
    return 0;
}

static const struct option_row options[] = {
    { 'n', "dry-run", OPTION_FLAG, NULL, "only say what there is" },
    { 0, "json", OPTION_FLAG, NULL, "print JSON" },
    { 0 },
};

const struct command command_gc = {
    .name = "gc",
    .summary = "Removes what killed commands have left",
    .words = "",
    .options = options,
    .run = run,
};
