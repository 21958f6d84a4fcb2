/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/hook_guest.h"

#include <libxl_utils.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/config.h"
#include "domain/guest_log.h"
#include "domain/hooks/hooks.h"
#include "domain/own.h"
#include "host/lookup.h"

static void read_uuid(struct hook_guest *guest, struct host *host)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(host->ctx, &info, guest->domid) == 0)
        uuid_format_text(libxl_uuid_bytearray_const(&info.uuid), guest->uuid);
    libxl_dominfo_dispose(&info);
}

/* What cannot be read must not stop what is done to the guest. */
static void read_own(struct hook_guest *guest, struct host *host)
{
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (own_recall(host, guest->domid, &spec.own, NULL) < 0)
        return;
    guest->log = guest_log_choice(&spec.own);
    guest->own = steal(spec.own.hooks);
}

void hook_guest_read(struct hook_guest *guest, struct host *host,
                     uint32_t domid)
{
    *guest = (struct hook_guest){
        .name = lookup_name(host, domid),
        .domid = domid,
    };
    read_uuid(guest, host);
    read_own(guest, host);
}

void hook_guest_dispose(struct hook_guest *guest)
{
    free(guest->name);
    libxl_string_list_dispose(&guest->own);
    *guest = (struct hook_guest){ 0 };
}

struct hook_call hook_guest_call(const struct hook_guest *guest,
                                 enum hook_event event, const char *cause)
{
    return (struct hook_call){
        .event = event,
        .name = guest->name,
        .uuid = guest->uuid,
        .domid = guest->domid,
        .own = guest->own,
        .log = guest->log,
        .cause = cause,
    };
}

void hook_guest_tell(const struct hook_guest *guest, enum hook_event event,
                     const char *cause)
{
    struct hook_call call = hook_guest_call(guest, event, cause);

    hooks_tell(&hook_place_of_host, &call);
}
