/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the guests that start with the host, for its units. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "host/domains.h"
#include "xn/defined.h"
#include "xn/fleet.h"
#include "xn/load.h"

struct start {
    char *file; /* a configuration, or a saved guest; owned */
    bool saved;
};

/* Those to be started, side by side with the order's items. */
struct starts {
    struct fleet fleet;
    VEC(struct start) list;
    size_t unusable; /* configurations */
    bool named;      /* some guests only */
};

static char **words_of(void *arg, size_t place)
{
    const struct starts *starts = arg;

    const struct start *start = &starts->list.items[place];
    if (start->saved)
        return fleet_words("restore", "--quiet", "--", start->file,
                           (char *)NULL);
    return fleet_words("create", "--quiet", "--", start->file, (char *)NULL);
}

/* It runs again: what it was is no longer true. */
static bool ended(void *arg, size_t place, bool ok)
{
    const struct starts *starts = arg;
    const struct start *start = &starts->list.items[place];

    if (ok && start->saved && unlink(start->file) < 0)
        log_warn("%s: %s", start->file, strerror(errno));
    return false;
}

static bool runs(const struct domain_list *running, const char *name)
{
    VEC_EACH (&running->items, info)
        if (info->name != NULL && !info->dying && strcmp(info->name, name) == 0)
            return true;
    return false;
}

static size_t place_of(const struct starts *starts, const char *name)
{
    const struct order *order = &starts->fleet.order;

    for (size_t i = 0; i < order->items.count; i++)
        if (strcmp(order->items.items[i].name, name) == 0)
            return i;
    return ORDER_NONE;
}

static size_t add(struct starts *starts, const char *name, const char *file,
                  bool saved)
{
    struct start start = { .file = mem_strdup(file), .saved = saved };

    VEC_PUSH(&starts->list, start);
    return order_add(&starts->fleet.order, name);
}

static void set_order(struct starts *starts, size_t place,
                      const struct domain_own *own)
{
    struct order *order = &starts->fleet.order;

    order->items.items[place].delay_ms = (int64_t)own->start_delay * 1000;
    for (char **name = own->start_after; name != NULL && *name != NULL; name++)
        order_add_before(order, place, *name);
}

/* ORDER_NONE, unless it was saved when the host, or the guest, stopped. */
static size_t add_saved(struct starts *starts, const char *name)
{
    cleanup_free char *image = mem_printf(MANAGED_SAVED "/%s", name);

    return managed_is_file(image) ? add(starts, name, image, true) : ORDER_NONE;
}

/*
 * automatic: it is in the folder auto, or was named, and needs no key that says
 * so.
 */
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
    const char *name = spec.config.c_info.name;
    size_t place = place_of(starts, name);
    libxl_defbool_setdefault(&spec.own.autostart, automatic);
    if (runs(running, name))
        return;
    if (place == ORDER_NONE && starts->named)
        place = add_saved(starts, name);
    if (place == ORDER_NONE && libxl_defbool_val(spec.own.autostart))
        set_order(starts, add(starts, name, file, false), &spec.own);
    else if (place != ORDER_NONE && starts->list.items[place].saved)
        set_order(starts, place, &spec.own);
}

/* They come first: one that was saved is not started anew. */
static int consider_saved(struct starts *starts,
                          const struct domain_list *running, struct error *err)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };

    if (managed_list_folder(MANAGED_SAVED, NULL, &paths, err) < 0)
        return -1;
    VEC_EACH (&paths.list, path) {
        const char *name = strrchr(*path, '/') + 1;
        if (!runs(running, name))
            add(starts, name, *path, true);
    }
    return 0;
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

static int consider_named(const struct invocation *inv, struct starts *starts,
                          const struct domain_list *running,
                          const struct xlconf *defaults, struct error *err)
{
    struct managed managed = { .folder = MANAGED_FOLDER };

    for (int i = 0; i < inv->word_count; i++) {
        cleanup_free char *path = NULL;
        if (defined_find(&managed, inv->words[i], &path, err) < 0)
            return -1;
        consider(inv, starts, running, defaults, path, true);
    }
    return 0;
}

/* All that start with the host. */
static int consider_all(const struct invocation *inv, struct starts *starts,
                        const struct domain_list *running,
                        const struct xlconf *defaults, struct error *err)
{
    if (consider_saved(starts, running, err) < 0 ||
        consider_folder(inv, starts, running, defaults, true, err) < 0)
        return -1;
    return consider_folder(inv, starts, running, defaults, false, err);
}

static int collect(const struct invocation *inv, struct starts *starts,
                   struct error *err)
{
    cleanup_domain_list struct domain_list running = { 0 };
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        domain_list_read(&running, DOMAIN_NAMES, err) < 0)
        return -1;
    starts->named = inv->word_count > 0;
    int rc = starts->named
                 ? consider_named(inv, starts, &running, &defaults, err)
                 : consider_all(inv, starts, &running, &defaults, err);
    if (rc < 0)
        return -1;
    return order_resolve(&starts->fleet.order, err);
}

static int run(struct invocation *inv, struct error *err)
{
    struct starts starts = {
        .fleet = { .done = "started",
                   .makes_guests = true,
                   .words = words_of,
                   .ended = ended },
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
    VEC_EACH (&starts.list, start)
        free(start->file);
    VEC_DISPOSE(&starts.list);
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
    .ours = true,
    .summary = "Starts the guests that start with the host",
    .words = "[NAME ...]",
    .more =
        "With names: those guests, whether they start with the host or not, "
        "each from what\nits stop saved, if anything.",
    .max_words = -1,
    .completes = WORD_DEFINED,
    .options = options,
    .run = run,
};
