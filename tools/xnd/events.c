/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Xen tells nobody that a domain was paused or unpaused. xn says so itself
 * (the request "look"); for others xl's log (strays.c) or a new guest's first
 * write to xenstore shows that it runs, and any other change that it was
 * paused.
 */
#include "xnd/events.h"

#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/life/restart.h"
#include "domain/record.h"
#include "host/changes.h"
#include "xnd/control.h"
#include "xnd/journal.h"
#include "xnd/told.h"

struct events {
    uv_poll_t poll;
    struct xnd *xnd;
    struct changes *changes;
    struct census census;
};

/* ---- telling ---- */

/* A guest is made again while the note about its restart exists. The caller's;
 * NULL: for no other's sake. */
static char *why_it_is_made(const char *uuid)
{
    cleanup_free char *note = mem_printf(RESTART_FOLDER "/%s", uuid);

    return access(note, F_OK) == 0 ? mem_strdup("restart") : record_cause(uuid);
}

static void publish(struct xnd *xnd, const struct event *event)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    cleanup_free char *made_for = NULL;
    const char *cause = event->cause;
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(event->uuid, uuid);
    if (event->kind == EVENT_CREATED)
        cause = made_for = why_it_is_made(uuid);
    json_begin_object(json);
    json_add_string(json, "event", event_kind_name(event->kind));
    json_add_double(json, "time", told_now());
    json_add_uint(json, "domid", event->domid);
    json_add_string(json, "uuid", uuid);
    json_add_string(json, "name", event->name);
    if (event->device != NULL)
        json_add_string(json, "device", event->device);
    if (cause != NULL)
        json_add_string(json, "cause", cause);
    json_end_object(json);
    control_publish(xnd, json_text(json, NULL));
}

void events_tell(struct xnd *xnd, uint32_t domid, enum event_kind kind,
                 const char *cause, const char *device)
{
    if (xnd->events == NULL)
        return;
    const struct census_guest *guest = census_find(&xnd->events->census, domid);
    if (guest == NULL)
        return;
    struct event event = {
        .kind = kind,
        .domid = domid,
        .uuid = guest->uuid,
        .name = guest->name,
        .cause = cause,
        .device = device,
    };
    publish(xnd, &event);
}

static void event_came(void *arg, const struct event *event)
{
    struct events *events = arg;
    cleanup_error struct error err = ERROR_INIT;

    if (event->kind == EVENT_CREATED &&
        changes_watch_guest(events->changes, event->domid, &err) < 0)
        journal_warn("%s", err.message);
    if (event->kind == EVENT_STARTED || event->kind == EVENT_DESTROYED)
        changes_unwatch_guest(events->changes, event->domid);
    publish(events->xnd, event);
}

/* ---- looking ---- */

static int look_at_domains(struct events *events, event_sink *sink,
                           struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    census_update(&events->census, &list, sink, events);
    return 0;
}

static int look_at_devices(struct events *events, uint32_t domid,
                           event_sink *sink, struct error *err)
{
    cleanup_device_names struct device_names devices = { 0 };

    if (changes_list_devices(events->changes, domid, &devices, err) < 0)
        return -1;
    census_update_devices(&events->census, domid, &devices, sink, events);
    return 0;
}

static int note_how_things_are(struct events *events, struct error *err)
{
    if (look_at_domains(events, NULL, err) < 0)
        return -1;
    VEC_EACH (&events->census.guests, guest)
        if (look_at_devices(events, guest->domid, NULL, err) < 0)
            return -1;
    return 0;
}

void events_look(struct xnd *xnd)
{
    cleanup_error struct error err = ERROR_INIT;

    if (xnd->events != NULL &&
        look_at_domains(xnd->events, event_came, &err) < 0)
        journal_warn("events: %s", err.message);
}

/* ---- changes ---- */

struct changed {
    bool domains;
    VEC(uint32_t) devices; /* of these domains */
};

static void add_domid(struct changed *changed, uint32_t domid)
{
    VEC_EACH (&changed->devices, known)
        if (*known == domid)
            return;
    VEC_PUSH(&changed->devices, domid);
}

/* Many nodes are written at once: one look for all of them. */
static int collect(struct events *events, struct changed *changed,
                   struct error *err)
{
    struct change change;
    int rc;

    while ((rc = changes_next(events->changes, &change, err)) > 0) {
        if (change.kind == CHANGE_DEVICES)
            add_domid(changed, change.domid);
        else
            changed->domains = true;
    }
    return rc;
}

static int take_changes(struct events *events, struct error *err)
{
    struct changed changed = { 0 };

    int rc = collect(events, &changed, err);
    if (rc == 0 && (changed.domains || changed.devices.count > 0))
        rc = look_at_domains(events, event_came, err);
    VEC_EACH (&changed.devices, domid)
        if (rc == 0)
            rc = look_at_devices(events, *domid, event_came, err);
    VEC_DISPOSE(&changed.devices);
    return rc;
}

static void changes_came(uv_poll_t *poll, int status, int ready)
{
    struct events *events = poll->data;
    cleanup_error struct error err = ERROR_INIT;

    if (take_changes(events, &err) == 0)
        return;
    journal_warn("events: %s", err.message);
    xnd_stop(events->xnd, true);
}

/* ---- begin and end ---- */

static void events_free(uv_handle_t *handle)
{
    struct events *events = handle->data;

    changes_close(events->changes);
    census_dispose(&events->census);
    free(events);
}

int events_open(struct xnd *xnd, struct error *err)
{
    if (xnd->events != NULL)
        return 0;
    struct events *events = MEM_NEW(struct events);
    events->xnd = xnd;
    if (changes_open(&events->changes, err) < 0) {
        free(events);
        return -1;
    }
    uv_poll_init(&xnd->loop, &events->poll, changes_fd(events->changes));
    events->poll.data = events;
    uv_poll_start(&events->poll, UV_READABLE, changes_came);
    xnd->events = events;
    int rc = note_how_things_are(events, err);
    if (rc < 0)
        events_close(xnd);
    return rc;
}

void events_close(struct xnd *xnd)
{
    if (xnd->events == NULL)
        return;
    uv_poll_stop(&xnd->events->poll);
    uv_close((uv_handle_t *)&xnd->events->poll, events_free);
    xnd->events = NULL;
}
