/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn gc: removes what is certainly nobody's. */
#include "domain/record.h"
#include "domain/transfer/recover.h"
#include "show/show.h"
#include "xn/command.h"

static int sweep_migrations(bool dry_run, unsigned int *count,
                            struct error *err)
{
    cleanup_away_note_list struct away_note_list list = { 0 };

    if (away_note_list_read(&list, err) < 0)
        return -1;
    return recover_forget_ended(&list, dry_run, count, err);
}

static void report(unsigned int count, const char *what, bool dry_run)
{
    show_printf("%u %s%s\n", count, what,
                count == 0 ? ""
                : dry_run  ? " to clean up"
                           : " cleaned up");
}

static int run(struct invocation *inv, struct error *err)
{
    bool dry_run = invocation_count(inv, "dry-run") > 0;
    unsigned int creates, migrations;

    if (record_sweep(inv->host, dry_run, &creates, err) < 0 ||
        sweep_migrations(dry_run, &migrations, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        struct json_writer *json = show_json_begin("gc");
        json_add_uint(json, "interrupted_creates", creates);
        json_add_uint(json, "ended_migrations", migrations);
        json_add_bool(json, "removed", !dry_run);
        show_json_end(json);
        return 0;
    }
    report(creates, "interrupted create(s)", dry_run);
    if (migrations > 0)
        report(migrations, "note(s) of migrations of guests that are no more",
               dry_run);
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
