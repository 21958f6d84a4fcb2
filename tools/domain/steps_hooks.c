/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The user's hooks on the way of a new domain. `prepare` may refuse it;
 * whatever came after that is told `stopped` when it is undone.
 */
#include "domain/steps.h"

#include <libxl_uuid.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/guest_log.h"
#include "domain/hooks/hooks.h"

const char *create_cause(const struct create *create)
{
    if (create->takeover != NULL)
        return "migration";
    if (create->source != NULL)
        return "restore";
    return create->restart ? "restart" : NULL;
}

static struct hook_call make_call(const struct create *create,
                                  enum hook_event event,
                                  char uuid[UUID_TEXT_SIZE])
{
    const libxl_domain_create_info *info = &create->spec->config.c_info;

    uuid_format_text(libxl_uuid_bytearray_const(&info->uuid), uuid);
    return (struct hook_call){
        .event = event,
        .name = create->takeover ? create->takeover->name : info->name,
        .uuid = uuid,
        .domid = create->domid,
        .own = create->spec->own.hooks,
        .log = guest_log_choice(&create->spec->own),
        .cause = create_cause(create),
        .interruptible = true,
    };
}

int step_prepare(struct create *create, unsigned int i, struct error *err)
{
    cleanup_free char *config =
        libxl_domain_config_to_json(create->host->ctx, &create->spec->config);
    char uuid[UUID_TEXT_SIZE];
    struct hook_call call = make_call(create, HOOK_PREPARE, uuid);

    call.config = config;
    return hooks_ask(&hook_place_of_host, &call, err);
}

void step_unprepare(struct create *create, unsigned int i)
{
    char uuid[UUID_TEXT_SIZE];
    struct hook_call call = make_call(create, HOOK_STOPPED, uuid);

    /* Of a restart it is told where the old domain's end is known. */
    if (create->restart)
        return;
    interrupt_clear();
    call.cause = "failed";
    hooks_tell(&hook_place_of_host, &call);
}

int step_tell_hooks(struct create *create, unsigned int event,
                    struct error *err)
{
    char uuid[UUID_TEXT_SIZE];
    struct hook_call call = make_call(create, (enum hook_event)event, uuid);

    hooks_tell(&hook_place_of_host, &call);
    if (event == HOOK_CREATED && interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    return 0;
}
