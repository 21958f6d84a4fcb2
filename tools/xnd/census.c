/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/census.h"

#include <string.h>

#include "domain/life/policy.h"

/* Who is told, within one look. */
struct telling {
    event_sink *sink;
    void *arg;
};

static void tell(const struct telling *telling,
                 const struct census_guest *guest, enum event_kind kind,
                 const char *cause, const char *device)
{
    struct event event = {
        .kind = kind,
        .domid = guest->domid,
        .uuid = guest->uuid,
        .name = guest->name,
        .cause = cause,
        .device = device,
    };

    if (telling->sink != NULL)
        telling->sink(telling->arg, &event);
}

const char *event_kind_name(enum event_kind kind)
{
    static const char *const names[] = {
        [EVENT_CREATED] = "created",
        [EVENT_STARTED] = "started",
        [EVENT_PAUSED] = "paused",
        [EVENT_UNPAUSED] = "unpaused",
        [EVENT_RENAMED] = "renamed",
        [EVENT_SHUTDOWN] = "shutdown",
        [EVENT_REBOOTING] = "rebooting",
        [EVENT_CRASHED] = "crashed",
        [EVENT_SUSPENDED] = "suspended",
        [EVENT_RESUMED] = "resumed",
        [EVENT_DESTROYED] = "destroyed",
        [EVENT_ATTACHED] = "attached",
        [EVENT_DETACHED] = "detached",
        [EVENT_DEVICE_MODEL_DIED] = "device-model-died",
        [EVENT_EJECTED] = "ejected",
    };

    return names[kind];
}

static void guest_dispose(struct census_guest *guest)
{
    free(guest->name);
    device_names_dispose(&guest->devices);
}

const struct census_guest *census_find(const struct census *census,
                                       uint32_t domid)
{
    VEC_EACH (&census->guests, guest)
        if (guest->domid == domid)
            return guest;
    return NULL;
}

/* ---- one guest ---- */

static void end_guest(struct census_guest *guest, const struct telling *telling)
{
    if (guest->dying)
        return;
    guest->dying = true;
    tell(telling, guest, EVENT_DESTROYED,
         guest->shutdown ? policy_reason_name(guest->shutdown_reason)
                         : "destroyed",
         NULL);
}

static enum event_kind kind_of_shutdown(unsigned int reason)
{
    switch (reason) {
    case LIBXL_SHUTDOWN_REASON_REBOOT:
    case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
        return EVENT_REBOOTING;
    case LIBXL_SHUTDOWN_REASON_CRASH:
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return EVENT_CRASHED;
    case LIBXL_SHUTDOWN_REASON_SUSPEND:
        return EVENT_SUSPENDED;
    default:
        return EVENT_SHUTDOWN;
    }
}

static void compare_name(struct census_guest *guest,
                         const struct domain_info *info,
                         const struct telling *telling)
{
    if (info->name == NULL || strcmp(info->name, guest->name) == 0)
        return;
    cleanup_free char *before = guest->name;
    guest->name = mem_strdup(info->name);
    tell(telling, guest, EVENT_RENAMED, before, NULL);
}

/* libxl pauses what it destroys: of a guest that is down nobody is told. */
static void compare_pause(struct census_guest *guest,
                          const struct domain_info *info,
                          const struct telling *telling)
{
    bool was_paused = guest->paused;

    guest->paused = info->paused;
    if (!guest->started && !info->paused) {
        guest->started = true;
        tell(telling, guest, EVENT_STARTED, NULL, NULL);
    } else if (guest->started && was_paused != info->paused &&
               !info->shutdown) {
        tell(telling, guest, info->paused ? EVENT_PAUSED : EVENT_UNPAUSED, NULL,
             NULL);
    }
}

static void compare_shutdown(struct census_guest *guest,
                             const struct domain_info *info,
                             const struct telling *telling)
{
    if (guest->shutdown == info->shutdown)
        return;
    guest->shutdown = info->shutdown;
    guest->shutdown_reason = info->shutdown_reason;
    if (info->shutdown)
        tell(telling, guest, kind_of_shutdown(info->shutdown_reason),
             policy_reason_name(info->shutdown_reason), NULL);
    else
        tell(telling, guest, EVENT_RESUMED, NULL, NULL);
}

static void compare(struct census_guest *guest, const struct domain_info *info,
                    const struct telling *telling)
{
    memcpy(guest->uuid, info->uuid, sizeof(guest->uuid));
    compare_name(guest, info, telling);
    if (info->dying) {
        end_guest(guest, telling);
        return;
    }
    compare_pause(guest, info, telling);
    compare_shutdown(guest, info, telling);
}

/* ---- all of them ---- */

static struct census_guest *find(struct census *census, uint32_t domid)
{
    return (struct census_guest *)census_find(census, domid);
}

static struct census_guest *add_guest(struct census *census,
                                      const struct domain_info *info,
                                      const struct telling *telling)
{
    struct census_guest *guest = VEC_ADD(&census->guests);

    *guest = (struct census_guest){
        .domid = info->domid,
        .name = mem_strdup(info->name),
        .paused = info->paused,
    };
    memcpy(guest->uuid, info->uuid, sizeof(guest->uuid));
    tell(telling, guest, EVENT_CREATED, NULL, NULL);
    return guest;
}

/*
 * A number that was given to another domain since. One that is down keeps it
 * with another UUID: kept under another name, it gave its own to its successor.
 */
static bool is_another(const struct census_guest *guest,
                       const struct domain_info *info)
{
    return memcmp(guest->uuid, info->uuid, sizeof(guest->uuid)) != 0 &&
           !(guest->shutdown && info->shutdown);
}

static bool is_in(const struct census_guest *guest,
                  const struct domain_list *list)
{
    VEC_EACH (&list->items, info)
        if (info->domid == guest->domid)
            return !is_another(guest, info);
    return false;
}

static void drop_those_gone(struct census *census,
                            const struct domain_list *list,
                            const struct telling *telling)
{
    size_t kept = 0;

    for (size_t i = 0; i < census->guests.count; i++) {
        struct census_guest *guest = &census->guests.items[i];
        if (is_in(guest, list)) {
            census->guests.items[kept++] = *guest;
            continue;
        }
        end_guest(guest, telling);
        guest_dispose(guest);
    }
    census->guests.count = kept;
}

void census_update(struct census *census, const struct domain_list *list,
                   event_sink *sink, void *arg)
{
    struct telling telling = { .sink = sink, .arg = arg };

    drop_those_gone(census, list, &telling);
    VEC_EACH (&list->items, info) {
        struct census_guest *guest = find(census, info->domid);
        if (guest == NULL && info->domid != 0 && info->name != NULL)
            guest = add_guest(census, info, &telling);
        if (guest != NULL)
            compare(guest, info, &telling);
    }
}

/* ---- devices ---- */

static bool has(const struct device_names *devices, const char *name)
{
    VEC_EACH (&devices->list, item)
        if (strcmp(*item, name) == 0)
            return true;
    return false;
}

void census_update_devices(struct census *census, uint32_t domid,
                           const struct device_names *devices, event_sink *sink,
                           void *arg)
{
    struct telling telling = { .sink = sink, .arg = arg };
    struct census_guest *guest = find(census, domid);

    if (guest == NULL || guest->dying)
        return;
    struct device_names before = guest->devices;
    guest->devices = (struct device_names){ 0 };
    VEC_EACH (&devices->list, name) {
        VEC_PUSH(&guest->devices.list, mem_strdup(*name));
        if (!has(&before, *name))
            tell(&telling, guest, EVENT_ATTACHED, NULL, *name);
    }
    VEC_EACH (&before.list, name)
        if (!has(devices, *name))
            tell(&telling, guest, EVENT_DETACHED, NULL, *name);
    device_names_dispose(&before);
}

void census_dispose(struct census *census)
{
    VEC_EACH (&census->guests, guest)
        guest_dispose(guest);
    VEC_DISPOSE(&census->guests);
}
