/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "show/show.h"

static void print_detail(const char *detail)
{
    cleanup_free char *lines = mem_strdup(detail);
    char *rest = lines;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        cleanup_free char *safe = show_safe(line);
        if (safe[0] != '\0')
            fprintf(stderr, "  | %s\n", safe);
    }
}

/* It names the program as that was called. */
static char *make_hint(const struct settings *settings, const char *hint)
{
    char *safe = show_safe(hint);

    if (settings->as_xl)
        for (char *at = safe; (at = strstr(at, "xn ")) != NULL; at++)
            if (at == safe || strchr(" '", at[-1]) != NULL)
                at[1] = 'l';
    return safe;
}

int report_error(const struct settings *settings, const struct error *err)
{
    const char *name = settings->as_xl ? "xl" : "xn";
    bool colour = show_colour(STDERR_FILENO);
    cleanup_free char *message =
        show_safe(err->message ? err->message : "failed");

    if (err->detail != NULL)
        print_detail(err->detail);
    fprintf(stderr, "%s%s: %s%s\n", colour ? "\033[1;31m" : "", name,
            colour ? "\033[0m" : "", message);
    if (err->hint != NULL) {
        cleanup_free char *hint = make_hint(settings, err->hint);
        fprintf(stderr, "    %s\n", hint);
    }
    if (settings->as_xl || err->kind == ERR_NONE)
        return 1;
    return (int)err->kind;
}
