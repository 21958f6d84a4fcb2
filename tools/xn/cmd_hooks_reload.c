/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/supervisor.h"
#include "show/show.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    cleanup_json_value struct json_value *answer = NULL;
    uint64_t rules = 0;

    if (!supervisor_ask_running(&supervisor, "{\"request\":\"reload\"}",
                                &answer)) {
        if (supervisor_ask_running(&supervisor, "{\"request\":\"status\"}",
                                   NULL))
            return error_set(err, ERR_FAILED,
                             "xnd keeps the rules that it has; its log says "
                             "why");
        show_printf("no xnd runs; the next one reads the rules\n");
        return 0;
    }
    json_as_uint(json_get(answer, "rules"), &rules);
    show_printf("%llu watch rule%s\n", (unsigned long long)rules,
                rules == 1 ? "" : "s");
    return 0;
}

const struct command command_hooks_reload = {
    .name = "reload",
    .group = "hooks",
    .summary = "Has the supervisor read the watch rules anew",
    .words = "",
    .without_xen = true,
    .run = run,
};
