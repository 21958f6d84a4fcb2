/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "device/attach.h"
#include "device/detach.h"
#include "device/list.h"
#include "domain/hooks/hook_guest.h"
#include "domain/hooks/hooks.h"
#include "domain/hooks/told.h"
#include "host/domains.h"
#include "show/show.h"
#include "xn/load.h"

/* More makes no sense, and would not fit in a number of milliseconds. */
#define MAX_TIMEOUT_S 86400

struct device_owner device_owner_of(const struct invocation *inv)
{
    return (struct device_owner){ .host = inv->host,
                                  .domid = inv->domid,
                                  .name = inv->domain };
}

void device_print(struct invocation *inv, const struct device_kind *kind,
                  void *device)
{
    cleanup_free char *json = kind->to_json(inv->host->ctx, device);

    show_printf("%s: %s\n", kind->key, json);
}

static void tell_hooks(const struct invocation *inv,
                       const struct device_kind *kind, const void *device,
                       enum hook_event event)
{
    cleanup_free char *word = kind->word(device);
    cleanup_hook_guest struct hook_guest guest;

    hook_guest_read(&guest, inv->host, inv->domid);
    struct hook_call call = hook_guest_call(&guest, event, NULL);
    call.device_kind = kind->name;
    call.device = word;
    hooks_tell(&hook_place_of_host, &call);
}

/* So that the supervisor does not tell of it once more. */
static void note(const struct invocation *inv, const struct device_kind *kind,
                 const void *device, bool there)
{
    cleanup_free char *word = kind->word(device);

    told_note(inv->domid, kind->name, word, there);
}

static int attach(struct invocation *inv, const struct device_kind *kind,
                  enum config_device grammar, void *device, struct error *err)
{
    struct device_owner owner = device_owner_of(inv);

    if (load_device(inv, grammar, device, err) < 0)
        return -1;
    if (inv->settings->dry_run) {
        device_print(inv, kind, device);
        return 0;
    }
    if (interrupt_install(err) < 0)
        return -1;
    cleanup_close int ours = told_begin(inv->domid);
    if (device_attach(kind, &owner, device, err) < 0)
        return -1;
    note(inv, kind, device, true);
    io_cleanup_close(&ours);
    tell_hooks(inv, kind, device, HOOK_DEVICE_ADDED);
    return 0;
}

int device_attach_run(struct invocation *inv, const struct device_kind *kind,
                      enum config_device grammar, struct error *err)
{
    cleanup_free void *device = mem_zalloc(1, kind->size);

    kind->init(device);
    int rc = attach(inv, kind, grammar, device, err);
    kind->dispose(device);
    return rc;
}

const struct option_row device_detach_options[] = {
    { 'f', "force", OPTION_FLAG, NULL,
      "Takes it away without asking the guest" },
    { 0, "no-force", OPTION_FLAG, NULL,
      "Gives up when the guest does not let go in time" },
    { 0, "timeout", OPTION_VALUE, "SECONDS",
      "How long the guest has to let go (default: 10)" },
    { 0 },
};

static int read_choice(const struct invocation *inv,
                       struct detach_choice *choice, struct error *err)
{
    const char *limit = invocation_value(inv, "timeout");
    uint32_t seconds = DETACH_WAIT_MS / 1000;

    if (limit != NULL &&
        (!number_parse_u32(limit, &seconds) || seconds > MAX_TIMEOUT_S))
        return error_set(err, ERR_USAGE,
                         "--timeout: '%s' is no number of seconds", limit);
    if (invocation_count(inv, "force") > 0 &&
        invocation_count(inv, "no-force") > 0)
        return error_set(err, ERR_USAGE,
                         "--force and --no-force do not go together");
    choice->wait_ms = (int)seconds * 1000;
    if (invocation_count(inv, "force") > 0)
        choice->force = DETACH_FORCE_NOW;
    /* xl leaves it to libxl, which takes all but disks and PCI devices. */
    else if (invocation_count(inv, "no-force") > 0 || inv->settings->as_xl)
        choice->force = DETACH_FORCE_NEVER;
    else
        choice->force = DETACH_FORCE_LATER;
    return 0;
}

int device_detach_one(struct invocation *inv, const struct device_kind *kind,
                      void *device, struct error *err)
{
    struct device_owner owner = device_owner_of(inv);
    struct detach_choice choice;

    if (read_choice(inv, &choice, err) < 0 || interrupt_install(err) < 0)
        return -1;
    cleanup_close int ours = told_begin(inv->domid);
    if (device_detach(kind, &owner, device, &choice, err) < 0)
        return -1;
    note(inv, kind, device, false);
    io_cleanup_close(&ours);
    tell_hooks(inv, kind, device, HOOK_DEVICE_REMOVED);
    return 0;
}

int device_detach_run(struct invocation *inv, const struct device_kind *kind,
                      struct error *err)
{
    cleanup_device_list struct device_list list = { 0 };
    struct device_owner owner = device_owner_of(inv);

    device_list_read(&list, kind, &owner);
    void *device = device_list_need(&list, &owner, inv->words[0], err);
    if (device == NULL)
        return -1;
    return device_detach_one(inv, kind, device, err);
}

static void show_list(const struct device_listing *listing,
                      const struct device_owner *owner,
                      const struct device_list *list, struct json_writer *json)
{
    if (json != NULL) {
        json_key(json, listing->array);
        json_begin_array(json);
    }
    for (int i = 0; i < list->count; i++)
        listing->show(owner, device_list_item(list, i), json);
    if (json != NULL)
        json_end_array(json);
}

static void show_domain(const struct device_listing *listing, struct host *host,
                        const struct domain_info *info,
                        struct json_writer *json)
{
    const struct device_owner owner = { .host = host,
                                        .domid = info->domid,
                                        .name = info->name };
    cleanup_device_list struct device_list list = { 0 };

    if (json != NULL) {
        json_begin_object(json);
        json_add_uint(json, "domid", info->domid);
        if (info->name != NULL)
            json_add_string(json, "name", info->name);
    }
    device_list_read(&list, listing->kind, &owner);
    show_list(listing, &owner, &list, json);
    if (json != NULL)
        json_end_object(json);
}

int device_list_run(struct invocation *inv, struct error *err)
{
    const struct device_listing *listing = inv->command->listing;
    cleanup_domain_list struct domain_list list = { 0 };
    struct json_writer *json = NULL;

    if (domain_list_select(inv->host, &list, inv->words, inv->word_count,
                           DOMAIN_NAMES, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        json = show_json_begin(inv->command->name);
        json_key(json, "domains");
        json_begin_array(json);
    } else if (listing->heading != NULL) {
        listing->heading();
    }
    VEC_EACH (&list.items, info)
        show_domain(listing, inv->host, info, json);
    if (json != NULL) {
        json_end_array(json);
        show_json_end(json);
    }
    return 0;
}

int device_list_run_one(struct invocation *inv, struct error *err)
{
    const struct device_listing *listing = inv->command->listing;
    cleanup_device_list struct device_list list = { 0 };
    struct device_owner owner = device_owner_of(inv);
    struct json_writer *json = NULL;

    device_list_read(&list, listing->kind, &owner);
    if (invocation_count(inv, "json") > 0) {
        json = show_json_begin(inv->command->name);
        json_add_uint(json, "domid", inv->domid);
    } else if (listing->heading != NULL && list.count > 0) {
        listing->heading();
    }
    show_list(listing, &owner, &list, json);
    if (json != NULL)
        show_json_end(json);
    return 0;
}

static const char *state_word(int state)
{
    static const char *const words[] = {
        "unknown", "initialising", "init-wait",     "initialised",  "connected",
        "closing", "closed",       "reconfiguring", "reconfigured",
    };

    if (state < 0 || (size_t)state >= sizeof(words) / sizeof(words[0]))
        return words[0];
    return words[state];
}

void device_link_add(struct json_writer *json, const struct device_link *link)
{
    json_add_int(json, "devid", link->devid);
    json_add_uint(json, "backend_domid", link->backend_domid);
    json_add_string(json, "state", state_word(link->state));
    if (link->event_channel >= 0)
        json_add_int(json, "event_channel", link->event_channel);
    if (link->backend_path != NULL)
        json_add_string(json, "backend_path", link->backend_path);
}
