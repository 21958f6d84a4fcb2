/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be wrong with this host, and what to do about it. */
#include "domain/health/health.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/load.h"

static size_t count_of(const struct findings *findings,
                       enum finding_level level)
{
    size_t count = 0;

    VEC_EACH (&findings->list, finding)
        count += finding->level == level;
    return count;
}

static void show_text(const struct findings *findings)
{
    VEC_EACH (&findings->list, finding) {
        cleanup_free char *text = show_safe(finding->text);
        show_printf("%-8s %s: %s\n", finding_level_name(finding->level),
                    finding->about, text);
        if (finding->advice != NULL)
            show_printf("         %s\n", finding->advice);
    }
}

static void show_json(const struct findings *findings)
{
    struct json_writer *json = show_json_begin("doctor");

    json_add_uint(json, "problems", count_of(findings, FINDING_PROBLEM));
    json_add_uint(json, "warnings", count_of(findings, FINDING_WARNING));
    json_key(json, "findings");
    json_begin_array(json);
    VEC_EACH (&findings->list, finding) {
        json_begin_object(json);
        json_add_string(json, "level", finding_level_name(finding->level));
        json_add_string(json, "about", finding->about);
        json_add_string(json, "text", finding->text);
        if (finding->advice != NULL)
            json_add_string(json, "advice", finding->advice);
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static int find(struct invocation *inv, struct findings *findings,
                struct error *err)
{
    cleanup_error struct error why = ERROR_INIT;
    cleanup_xlconf struct xlconf defaults;
    struct health health = { 0 };
    struct host host = { 0 };

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0)
        return -1;
    bool reached = host_open(&host, inv->settings->verbosity, &why) == 0;
    health_examine(reached ? &host : NULL, &why, &defaults, &health);
    health_judge(&health, findings);
    health_dispose(&health);
    host_close(&host);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct findings findings = { 0 };

    int rc = find(inv, &findings, err);
    if (rc == 0 && invocation_count(inv, "json") > 0)
        show_json(&findings);
    else if (rc == 0)
        show_text(&findings);
    if (count_of(&findings, FINDING_PROBLEM) > 0)
        inv->exit_status = ERR_FAILED;
    findings_dispose(&findings);
    return rc;
}

const struct command command_doctor = {
    .name = "doctor",
    .ours = true,
    .summary = "Looks for what may be wrong with this host",
    .words = "",
    .more = "Each finding is ok, a note, a warning or a problem; exit status 1 "
            "with a\n"
            "problem.",
    .without_xen = true, /* that there is none is a finding */
    .options = json_option,
    .run = run,
};
