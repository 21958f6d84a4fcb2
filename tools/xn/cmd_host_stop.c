/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops the guests of a host that stops, each as its configuration says. */
#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "domain/own.h"
#include "host/domains.h"
#include "xn/defined.h"
#include "xn/fleet.h"

/* It is shut down, unless one of the two is set. */
struct stop {
    uint32_t domid;
    char *image; /* to be saved to; owned */
    char *host;  /* to be migrated to; owned */
};

struct stops {
    struct fleet fleet;
    VEC(struct stop) list; /* side by side with the order's items */
    bool looked;           /* at the space */
    uint64_t space;        /* left for saved guests, bytes */
};

/* Without a deadline it waits for ever, as `shutdown -w` does. */
static char **words_of(void *arg, size_t place)
{
    const struct stops *stops = arg;
    const struct stop *stop = &stops->list.items[place];
    int left = clock_left_ms(stops->fleet.deadline);
    cleanup_free char *domid = mem_printf("%u", stop->domid);
    cleanup_free char *seconds = mem_printf("%d", left / 1000 + 1);

    if (stop->image != NULL)
        return fleet_words("save", "--", domid, stop->image, (char *)NULL);
    if (stop->host != NULL)
        return fleet_words("migrate", "--", domid, stop->host, (char *)NULL);
    if (left < 0)
        return fleet_words("shutdown", "-F", "-w", domid, (char *)NULL);
    return fleet_words("shutdown", "-F", "--timeout", seconds, domid,
                       (char *)NULL);
}

static void stop_dispose(struct stop *stop)
{
    free(stop->image);
    free(stop->host);
    stop->image = stop->host = NULL;
}

/* One that could not be saved or migrated runs on, and its host stops. */
static bool ended(void *arg, size_t place, bool ok)
{
    struct stops *stops = arg;
    struct stop *stop = &stops->list.items[place];
    const char *name = stops->fleet.order.items.items[place].name;

    if (ok || (stop->image == NULL && stop->host == NULL))
        return false;
    log_warn("%s: it could not be %s: it is shut down", name,
             stop->image != NULL ? "saved" : "migrated");
    stop_dispose(stop);
    return true;
}

/* What cannot be read must not keep a guest from being shut down. */
static void recall(struct host *host, uint32_t domid, struct domain_own *own)
{
    cleanup_error struct error err = ERROR_INIT;

    if (own_recall(host, domid, own, &err) < 0)
        log_warn("%s", err.message);
}

/* Bytes for saved guests; none where there is no such folder to be had. */
static uint64_t find_space(void)
{
    struct statvfs status;

    if (io_make_dirs(MANAGED_SAVED, 0700, NULL) < 0 ||
        statvfs(MANAGED_SAVED, &status) < 0)
        return 0;
    return (uint64_t)status.f_bavail * status.f_frsize;
}

static bool take_space(struct stops *stops, uint64_t bytes)
{
    if (!stops->looked)
        stops->space = find_space();
    stops->looked = true;
    if (bytes > stops->space)
        return false;
    stops->space -= bytes;
    return true;
}

/* Where it is to be saved, the caller's; NULL: it is not. */
static char *choose_image(struct stops *stops, const struct domain_info *info,
                          const struct domain_own *own)
{
    if (own->stop_action != OWN_STOP_SAVE)
        return NULL;
    if (strchr(info->name, '/') != NULL || !take_space(stops, info->memory)) {
        log_warn("%s: no room for it in %s: it is shut down", info->name,
                 MANAGED_SAVED);
        return NULL;
    }
    return mem_printf("%s/%s", MANAGED_SAVED, info->name);
}

static void consider(const struct invocation *inv, struct stops *stops,
                     const struct domain_info *info)
{
    struct order *order = &stops->fleet.order;

    if (info->domid == 0 || info->never_stop || info->dying || info->shutdown ||
        info->name == NULL)
        return;
    cleanup_domain_spec struct domain_spec spec;
    domain_spec_init(&spec);
    recall(inv->host, info->domid, &spec.own);
    if (spec.own.stop_action == OWN_STOP_LEAVE)
        return;
    struct stop stop = { .domid = info->domid,
                         .image = choose_image(stops, info, &spec.own) };
    if (spec.own.stop_action == OWN_STOP_MIGRATE &&
        spec.own.stop_migrate_to != NULL)
        stop.host = mem_strdup(spec.own.stop_migrate_to);
    VEC_PUSH(&stops->list, stop);
    size_t place = order_add(order, info->name);
    for (char **name = spec.own.start_after; name != NULL && *name != NULL;
         name++)
        order_add_before(order, place, *name);
}

/* One that is defined here and does not run needs no stopping. */
static bool is_stopped(const char *name)
{
    struct managed managed = { .folder = MANAGED_FOLDER };
    cleanup_free char *path = NULL;

    return strchr(name, '/') == NULL &&
           defined_find(&managed, name, &path, NULL) == 0;
}

static int select_guests(const struct invocation *inv, struct domain_list *list,
                         struct error *err)
{
    if (inv->word_count == 0)
        return domain_list_read(list, DOMAIN_NAMES, err);
    for (int i = 0; i < inv->word_count; i++) {
        cleanup_error struct error problem = ERROR_INIT;
        if (domain_list_select(inv->host, list, &inv->words[i], 1, DOMAIN_NAMES,
                               &problem) == 0)
            continue;
        if (problem.kind != ERR_NODOMAIN || !is_stopped(inv->words[i]))
            return domain_list_select(inv->host, list, &inv->words[i], 1,
                                      DOMAIN_NAMES, err);
    }
    return 0;
}

static int collect(const struct invocation *inv, struct stops *stops,
                   struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (select_guests(inv, &list, err) < 0 ||
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
        .fleet = { .done = "stopped", .words = words_of, .ended = ended },
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
    VEC_EACH (&stops.list, stop)
        stop_dispose(stop);
    VEC_DISPOSE(&stops.list);
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
    .ours = true,
    .summary = "Stops all guests, in the order that is safe for them",
    .words = "[DOMAIN ...]",
    .more = "With words: those guests alone; one that is defined and does not "
            "run is stopped.",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
