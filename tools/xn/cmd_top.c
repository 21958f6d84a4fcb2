/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the domains do: live on a terminal, by the program xn-top beside us,
 * and in batch mode xentop's table.
 */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/paths.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/top_table.h"

#define DELAY_SECONDS 3u

static void read_shown(const struct invocation *inv, struct top_shown *shown)
{
    *shown = (struct top_shown){
        .full_names = invocation_count(inv, "full-name") > 0,
        .networks = invocation_count(inv, "networks") > 0,
        .vbds = invocation_count(inv, "vbds") > 0,
        .vcpus = invocation_count(inv, "vcpus") > 0,
        .repeat_header = invocation_count(inv, "repeat-header") > 0,
        .dom0_first = invocation_count(inv, "dom0-first") > 0,
    };
}

/* As tools/xn/top_main.c reads it. */
static int run_live(uint32_t delay, const struct top_shown *shown,
                    struct error *err)
{
    cleanup_free char *seconds = mem_printf("%u", delay > 0 ? delay : 1);
    cleanup_free char *letters = mem_printf(
        "-%s%s%s%s%s%s", shown->networks ? "n" : "", shown->vbds ? "x" : "",
        shown->vcpus ? "v" : "", shown->repeat_header ? "r" : "",
        shown->full_names ? "f" : "", shown->dom0_first ? "z" : "");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        error_set(err, ERR_USAGE, "this is no terminal");
        error_hint(err, "xn top --batch prints the same as text");
        return -1;
    }
    execl(PATHS_TOP, "xn-top", seconds, letters, (char *)NULL);
    return error_set_errno(err, ERR_FAILED, errno, "%s", PATHS_TOP);
}

/* One table; *before becomes the new sample. */
static int show_one(struct host *host, struct top_sample *before, bool first,
                    const struct top_shown *shown, struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = { 0 };

    if (top_sample_take(host, shown->vcpus, &now, err) < 0) {
        top_sample_dispose(&now);
        return -1;
    }
    top_table_add(&text, &now, first ? NULL : before, shown, 0);
    top_sample_dispose(before);
    *before = now;
    show_printf("%s", text.text);
    return show_finish(err);
}

/* iterations: 0 for ever. */
static int show_batch(struct host *host, uint32_t delay, uint32_t iterations,
                      const struct top_shown *shown, struct error *err)
{
    struct top_sample before = { 0 };
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && (iterations == 0 || i < iterations); i++) {
        if (i > 0)
            clock_sleep_ms((int64_t)delay * 1000);
        rc = show_one(host, &before, i == 0, shown, err);
    }
    top_sample_dispose(&before);
    return rc;
}

static int read_number(const struct invocation *inv, const char *option,
                       uint32_t *number, struct error *err)
{
    const char *text = invocation_value(inv, option);

    if (text == NULL || number_parse_u32(text, number))
        return 0;
    return error_set(err, ERR_USAGE, "--%s: '%s' is no number", option, text);
}

static int run(struct invocation *inv, struct error *err)
{
    uint32_t delay = DELAY_SECONDS, iterations = 0;
    struct top_shown shown;
    struct host host = { 0 };

    read_shown(inv, &shown);
    if (read_number(inv, "delay", &delay, err) < 0 ||
        read_number(inv, "iterations", &iterations, err) < 0)
        return -1;
    if (invocation_count(inv, "batch") == 0)
        return run_live(delay, &shown, err);
    int rc = host_open(&host, inv->settings->verbosity, err);
    if (rc == 0)
        rc = show_batch(&host, delay, iterations, &shown, err);
    host_close(&host);
    return rc;
}

static const struct option_row options[] = {
    { 'b', "batch", OPTION_FLAG, NULL,
      "Prints xentop's table, again and again" },
    { 'd', "delay", OPTION_VALUE, "SECONDS",
      "Between two tables; 3 without it" },
    { 'i', "iterations", OPTION_VALUE, "COUNT",
      "With --batch, so many tables, then ends" },
    { 'f', "full-name", OPTION_FLAG, NULL, "Does not cut names" },
    { 'n', "networks", OPTION_FLAG, NULL, "A line for each vif" },
    { 'x', "vbds", OPTION_FLAG, NULL, "A line for each vbd" },
    { 'v', "vcpus", OPTION_FLAG, NULL, "The time of each virtual CPU" },
    { 'r', "repeat-header", OPTION_FLAG, NULL, "Headings for each domain" },
    { 'z', "dom0-first", OPTION_FLAG, NULL, "Domain 0 stays at the top" },
    { 0 },
};

const struct command command_top = {
    .name = "top",
    .summary = "Shows what the domains do, live",
    .words = "",
    .without_xen = true, /* xn-top opens it, or run */
    .options = options,
    .run = run,
};
