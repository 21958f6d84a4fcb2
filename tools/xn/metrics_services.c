/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/metrics_services.h"

#include "base/paths.h"
#include "domain/tally.h"
#include "host/xenstored.h"
#include "show/metrics.h"

static const struct {
    const char *name, *help;
} tally_rows[TALLY_COUNT] = {
    [TALLY_RESTARTS] = { "xenith_restarts_total",
                         "Restarts of guests by the supervisor." },
    [TALLY_MIGRATIONS] = { "xenith_migrations_total",
                           "Guests that went to another host." },
    [TALLY_MIGRATIONS_FAILED] = { "xenith_migrations_failed_total",
                                  "Migrations away that failed." },
    [TALLY_MIGRATION_SECONDS] = { "xenith_migration_seconds_total",
                                  "Time that migrations away took." },
    [TALLY_MIGRATION_STOPPED_SECONDS] = { "xenith_migration_stopped_seconds_"
                                          "total",
                                          "Time that guests stood still for "
                                          "them." },
    [TALLY_MIGRATION_BYTES] = { "xenith_migration_sent_bytes_total",
                                "Bytes that migrations sent." },
};

static void add_gauge(struct strbuf *text, const char *name, const char *help,
                      double value)
{
    metrics_family(text, name, METRIC_GAUGE, help);
    metrics_sample(text, name, NULL, value);
}

static int add_xenstored(struct strbuf *text, struct error *err)
{
    struct xenstored_facts facts;

    if (xenstored_facts_read(&facts, err) < 0)
        return -1;
    add_gauge(text, "xen_xenstored_answer_seconds",
              "Time of one question to xenstored.", facts.answer_seconds);
    add_gauge(text, "xen_xenstored_connections",
              "Connections of domain 0's processes to xenstored.",
              facts.connections);
    if (facts.resident_bytes > 0)
        add_gauge(text, "xen_xenstored_resident_bytes",
                  "Memory of xenstored's process.",
                  (double)facts.resident_bytes);
    return 0;
}

int metrics_services_add(struct strbuf *text, struct error *err)
{
    struct tallies tallies;

    if (add_xenstored(text, err) < 0)
        return -1;
    tally_read(TALLY_FILE, &tallies);
    for (size_t i = 0; i < TALLY_COUNT; i++) {
        metrics_family(text, tally_rows[i].name, METRIC_COUNTER,
                       tally_rows[i].help);
        metrics_sample(text, tally_rows[i].name, NULL, tallies.of[i]);
    }
    return 0;
}
