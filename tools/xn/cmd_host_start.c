/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the guests that start with the host, for its units. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/managed.h"
#include "host/domains.h"
#include "xn/fleet.h"
#include "xn/load.h"

/* Those to be started, side by side with the order's items. */
struct starts {
    struct fleet fleet;
    VEC(char *) files; /* owned */
    size_t unusable;   /* configurations */
};

static char **words_of(void *arg, size_t place)
{
    const struct starts *starts = arg;

    return fleet_words("create", "--quiet", "--", starts->files.items[place],
                       (char *)NULL);
}

static bool is_known(const struct starts *starts,
                     const struct domain_list *running, const char *name)
{
    VEC_EACH (&running->items, info)
        if (info->name != NULL && !info->dying && strcmp(info->name, name) == 0)
            return true;
    VEC_EACH (&starts->fleet.order.items, item)
        if (strcmp(item->name, name) == 0)
            return true;
    return false;
}

static void add(struct starts *starts, const char *file,
                const struct domain_spec *spec)
{
    struct order *order = &starts->fleet.order;
    size_t place = order_add(order, spec->config.c_info.name);

    order->items.items[place].delay_ms = (int64_t)spec->own.start_delay * 1000;
    for (char **name = spec->own.start_after; name != NULL && *name != NULL;
         name++)
        order_add_before(order, place, *name);
    VEC_PUSH(&starts->files, mem_strdup(file));
}

/* automatic: it is in the folder auto and needs no key that says so. */
static void consider(const struct invocation *inv, struct starts *starts,
                     const struct domain_list *running,
                     const struct xlconf *defaults, const char *file,
                     bool automatic)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_error struct error err = ERROR_INIT;
    struct config_source source = { .path = file };

    domain_spec_init(&spec);
    if (load_domain(inv->settings, inv->host, &source, defaults, false, true,
                    &spec, &err) < 0) {
        log_warn("%s", err.message);
        starts->unusable += automatic;
        return;
    }
    libxl_defbool_setdefault(&spec.own.autostart, automatic);
    if (libxl_defbool_val(spec.own.autostart) &&
        !is_known(starts, running, spec.config.c_info.name))
        add(starts, file, &spec);
}

static int consider_folder(const struct invocation *inv, struct starts *starts,
                           const struct domain_list *running,
                           const struct xlconf *defaults, bool automatic,
                           struct error *err)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };
    struct managed managed = { .folder = MANAGED_FOLDER };

    if (managed_list(&managed, automatic, &paths, err) < 0)
        return -1;
    VEC_EACH (&paths.list, path)
        consider(inv, starts, running, defaults, *path, automatic);
    return 0;
}

static int collect(const struct invocation *inv, struct starts *starts,
                   struct error *err)
{
    cleanup_domain_list struct domain_list running = { 0 };
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        domain_list_read(&running, DOMAIN_NAMES, err) < 0 ||
        consider_folder(inv, starts, &running, &defaults, true, err) < 0 ||
        consider_folder(inv, starts, &running, &defaults, false, err) < 0)
        return -1;
    return order_resolve(&starts->fleet.order, err);
}

static int run(struct invocation *inv, struct error *err)
{
    struct starts starts = {
        .fleet = { .done = "started", .words = words_of },
    };

    starts.fleet.arg = &starts;
    int rc = fleet_read_options(inv, &starts.fleet, err);
    if (rc == 0)
        rc = collect(inv, &starts, err);
    if (rc == 0)
        rc = fleet_run(&starts.fleet, err);
    if (rc == 0 && starts.unusable > 0)
        rc = error_set(err, ERR_CONFIG, "%zu configurations are unusable",
                       starts.unusable);
    order_dispose(&starts.fleet.order);
    VEC_EACH (&starts.files, file)
        free(*file);
    VEC_DISPOSE(&starts.files);
    return rc;
}

static const struct option_row options[] = {
    { 'j', "jobs", OPTION_VALUE, "COUNT",
      "How many at once (without it: as many as CPUs)" },
    { 0, "timeout", OPTION_VALUE, "SECONDS", "For all of them together" },
    { 0 },
};

const struct command command_host_start = {
    .name = "host-start",
    .summary = "Starts the guests that start with the host",
    .words = "",
    .options = options,
    .run = run,
};
