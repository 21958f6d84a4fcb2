/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn gc: removes what is certainly nobody's. */
#include "base/mem.h"
#include "domain/gc/leftovers.h"
#include "domain/record.h"
#include "domain/transfer/arrival.h"
#include "domain/transfer/recover.h"
#include "show/show.h"
#include "xn/command.h"

struct findings {
    unsigned int creates;
    unsigned int migrations;
    unsigned int arrivals;
    struct leftovers leftovers;
};

static int sweep_migrations(bool dry_run, unsigned int *count,
                            struct error *err)
{
    cleanup_away_note_list struct away_note_list list = { 0 };

    if (away_note_list_read(&list, err) < 0)
        return -1;
    return recover_forget_ended(&list, dry_run, count, err);
}

/* What a killed create left is undone by its note before anything else. */
static int sweep(struct invocation *inv, bool dry_run,
                 struct findings *findings, struct error *err)
{
    const struct leftover_places *places = &leftover_places_of_host;

    if (record_sweep(inv->host, dry_run, &findings->creates, err) < 0 ||
        sweep_migrations(dry_run, &findings->migrations, err) < 0 ||
        arrival_finish_all(inv->host, dry_run, &findings->arrivals, err) < 0 ||
        leftovers_find(places, &findings->leftovers, err) < 0)
        return -1;
    return dry_run ? 0 : leftovers_remove(places, &findings->leftovers, err);
}

static void report(unsigned int count, const char *what, bool dry_run)
{
    show_printf("%u %s%s\n", count, what,
                count == 0 ? ""
                : dry_run  ? " to clean up"
                           : " cleaned up");
}

static void show_leftover(const struct leftover *leftover)
{
    cleanup_free char *what = show_safe(leftover->what);
    cleanup_free char *why = show_safe(leftover->why);

    show_printf("%-8s %s %s: %s%s%s\n", leftover_end_name(leftover->end),
                leftover_kind_name(leftover->kind), what, why,
                leftover->cause != NULL ? ": " : "",
                leftover->cause != NULL ? leftover->cause : "");
}

static void show_text(const struct findings *findings, bool dry_run)
{
    report(findings->creates, "interrupted create(s)", dry_run);
    if (findings->migrations > 0)
        report(findings->migrations,
               "note(s) of migrations of guests that are no more", dry_run);
    if (findings->arrivals > 0)
        show_printf("%u guest(s) that came here %s\n", findings->arrivals,
                    dry_run ? "to start" : "started");
    VEC_EACH (&findings->leftovers.list, leftover)
        show_leftover(leftover);
}

static void add_leftover(struct json_writer *json,
                         const struct leftover *leftover)
{
    json_begin_object(json);
    json_add_string(json, "kind", leftover_kind_name(leftover->kind));
    json_add_string(json, "what", leftover->what);
    json_add_string(json, "why", leftover->why);
    if (leftover->has_domid)
        json_add_uint(json, "domid", leftover->domid);
    json_add_string(json, "end", leftover_end_name(leftover->end));
    if (leftover->cause != NULL)
        json_add_string(json, "cause", leftover->cause);
    json_end_object(json);
}

static void show_json(const struct findings *findings, bool dry_run)
{
    struct json_writer *json = show_json_begin("gc");

    json_add_uint(json, "interrupted_creates", findings->creates);
    json_add_uint(json, "ended_migrations", findings->migrations);
    json_add_uint(json, "unfinished_arrivals", findings->arrivals);
    json_add_bool(json, "removed", !dry_run);
    json_key(json, "leftovers");
    json_begin_array(json);
    VEC_EACH (&findings->leftovers.list, leftover)
        add_leftover(json, leftover);
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    bool dry_run = invocation_count(inv, "dry-run") > 0;
    struct findings findings = { 0 };

    int rc = sweep(inv, dry_run, &findings, err);
    if (rc == 0 && invocation_count(inv, "json") > 0)
        show_json(&findings, dry_run);
    else if (rc == 0)
        show_text(&findings, dry_run);
    VEC_EACH (&findings.leftovers.list, leftover)
        if (leftover->end == LEFTOVER_FAILED)
            inv->exit_status = ERR_FAILED;
    leftovers_dispose(&findings.leftovers);
    return rc;
}

static const struct option_row options[] = {
    { 'n', "dry-run", OPTION_FLAG, NULL, "Only says what there is" },
    OPTION_JSON,
    { 0 },
};

const struct command command_gc = {
    .name = "gc",
    .ours = true,
    .summary = "Removes what killed commands have left",
    .words = "",
    .more = "What belongs to a domain that exists, is being made or is dying, "
            "stays.",
    .options = options,
    .run = run,
};
