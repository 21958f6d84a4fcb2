/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops the guests of a host that stops, each as its configuration says. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/own_json.h"
#include "domain/own.h"
#include "host/domains.h"
#include "xn/fleet.h"

struct stops {
    struct fleet fleet;
    VEC(uint32_t) domids; /* side by side with the order's items */
};

/* Without a deadline it waits for ever, as `shutdown -w` does. */
static char **words_of(void *arg, size_t place)
{
    const struct stops *stops = arg;
    int left = clock_left_ms(stops->fleet.deadline);
    cleanup_free char *domid = mem_printf("%u", stops->domids.items[place]);
    cleanup_free char *seconds = mem_printf("%d", left / 1000 + 1);

    if (left < 0)
        return fleet_words("shutdown", "-F", "-w", domid, (char *)NULL);
    return fleet_words("shutdown", "-F", "--timeout", seconds, domid,
                       (char *)NULL);
}

/* What cannot be read must not keep a guest from being shut down. */
static void recall(struct host *host, uint32_t domid, struct domain_own *own)
{
    cleanup_error struct error err = ERROR_INIT;

    if (own_recall(host, domid, own, &err) < 0)
        log_warn("%s", err.message);
    if (own->stop_action == OWN_STOP_SAVE ||
        own->stop_action == OWN_STOP_MIGRATE)
        log_warn("domain %u: stop_action %s is not there yet: shut down", domid,
                 own_stop_name(own->stop_action));
}

static void consider(const struct invocation *inv, struct stops *stops,
                     const struct domain_info *info)
{
    cleanup_domain_spec struct domain_spec spec;
    struct order *order = &stops->fleet.order;

    if (info->domid == 0 || info->never_stop || info->dying || info->shutdown ||
        info->name == NULL)
        return;
    domain_spec_init(&spec);
    recall(inv->host, info->domid, &spec.own);
    if (spec.own.stop_action == OWN_STOP_LEAVE)
        return;
    size_t place = order_add(order, info->name);
    for (char **name = spec.own.start_after; name != NULL && *name != NULL;
         name++)
        order_add_before(order, place, *name);
    VEC_PUSH(&stops->domids, info->domid);
}

static int collect(const struct invocation *inv, struct stops *stops,
                   struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0 ||
        domain_list_drop_stubs(&list, err) < 0)
        return -1;
    VEC_EACH (&list.items, info)
        consider(inv, stops, info);
    if (order_resolve(&stops->fleet.order, err) < 0)
        return -1;
    order_reverse(&stops->fleet.order);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct stops stops = {
        .fleet = { .done = "stopped", .words = words_of },
    };

    stops.fleet.arg = &stops;
    int rc = fleet_read_options(inv, &stops.fleet, err);
    if (rc == 0)
        rc = collect(inv, &stops, err);
    /* Guests take their time, and little of this host's. */
    if (stops.fleet.jobs == 0)
        stops.fleet.jobs = UINT32_MAX;
    if (rc == 0)
        rc = fleet_run(&stops.fleet, err);
    if (rc < 0 && err->kind == ERR_TIMEOUT)
        error_hint(err, "'xn list' shows which; 'xn destroy' does not ask");
    order_dispose(&stops.fleet.order);
    VEC_DISPOSE(&stops.domids);
    return rc;
}

static const struct option_row options[] = {
    { 'j', "jobs", OPTION_VALUE, "COUNT",
      "How many at once (without it: all)" },
    { 0, "timeout", OPTION_VALUE, "SECONDS", "For all of them together" },
    { 0 },
};

const struct command command_host_stop = {
    .name = "host-stop",
    .summary = "Stops all guests, in the order that is safe for them",
    .words = "",
    .options = options,
    .run = run,
};
