/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the domains do, live: xentop of Xen on a terminal, and in batch mode
 * its table by ourselves.
 */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/top_table.h"

#define DELAY_SECONDS 3u

static int run_xentop(struct error *err)
{
    execlp("xentop", "xentop", (char *)NULL);
    error_set_errno(err, ERR_FAILED, errno, "cannot run xentop");
    error_hint(err, "it comes with Xen: Debian's xen-utils-common");
    return -1;
}

static int take_sample(struct host *host, struct top_sample *sample,
                       struct error *err)
{
    cleanup_host_facts struct host_facts facts = { 0 };

    if (host_facts_read(host, &facts, err) < 0 ||
        domain_list_read(&sample->domains, DOMAIN_NAMES, err) < 0 ||
        traffic_read("/sys", &sample->traffic, err) < 0)
        return -1;
    sample->host_memory = facts.phys.total_pages * 4096;
    sample->time_ms = clock_now_ms();
    return 0;
}

static void dispose_sample(struct top_sample *sample)
{
    domain_list_dispose(&sample->domains);
    traffic_dispose(&sample->traffic);
    *sample = (struct top_sample){ 0 };
}

/* One table; *before becomes the new sample. */
static int show_one(struct host *host, struct top_sample *before, bool first,
                    bool full_names, struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = { 0 };

    if (take_sample(host, &now, err) < 0) {
        dispose_sample(&now);
        return -1;
    }
    top_table_add(&text, &now, first ? NULL : before, full_names);
    dispose_sample(before);
    *before = now;
    show_printf("%s", text.text);
    return show_finish(err);
}

/* iterations: 0 for ever. */
static int show_batch(struct host *host, uint32_t delay, uint32_t iterations,
                      bool full_names, struct error *err)
{
    struct top_sample before = { 0 };
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && (iterations == 0 || i < iterations); i++) {
        if (i > 0)
            clock_sleep_ms((int64_t)delay * 1000);
        rc = show_one(host, &before, i == 0, full_names, err);
    }
    dispose_sample(&before);
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
    struct host host = { 0 };

    if (read_number(inv, "delay", &delay, err) < 0 ||
        read_number(inv, "iterations", &iterations, err) < 0)
        return -1;
    if (invocation_count(inv, "batch") == 0)
        return run_xentop(err);
    int rc = host_open(&host, inv->settings->verbosity, err);
    if (rc == 0)
        rc = show_batch(&host, delay, iterations,
                        invocation_count(inv, "full-name") > 0, err);
    host_close(&host);
    return rc;
}

static const struct option_row options[] = {
    { 'b', "batch", OPTION_FLAG, NULL,
      "Prints xentop's table, again and again" },
    { 'd', "delay", OPTION_VALUE, "SECONDS",
      "Between two tables; 3 without it" },
    { 'i', "iterations", OPTION_VALUE, "COUNT", "So many tables, then ends" },
    { 'f', "full-name", OPTION_FLAG, NULL, "Does not cut names" },
    { 0 },
};

const struct command command_top = {
    .name = "top",
    .summary = "Shows what the domains do, live",
    .words = "",
    .without_xen = true, /* xentop opens it, or run */
    .options = options,
    .run = run,
};
