/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/attach.h"

#include "base/log.h"
#include "base/mem.h"
#include "device/detach.h"
#include "device/list.h"
#include "host/operation.h"
#include "host/stored.h"

/* libxl's own steps have deadlines of 10 to 40 s each; this is for all. */
#define ATTACH_DEADLINE_MS 120000

/* Kinds without a node are found by what they are on the host instead. */
static bool is_there(const struct device_kind *kind,
                     const struct device_owner *owner, const void *device)
{
    cleanup_device_list struct device_list list = { 0 };
    cleanup_free char *word = kind->word(device);

    if (kind->node == NULL)
        return false;
    device_list_read(&list, kind, owner);
    return device_list_find(&list, owner, word) != NULL;
}

static void undo(const struct device_kind *kind,
                 const struct device_owner *owner, void *device)
{
    cleanup_error struct error err = ERROR_INIT;
    const struct detach_choice choice = { .force = DETACH_FORCE_NOW };

    if (!is_there(kind, owner, device))
        return;
    if (device_detach(kind, owner, device, &choice, &err) < 0)
        log_warn("clean-up: %s", err.message);
}

static int add(const struct device_kind *kind, const struct device_owner *owner,
               void *device)
{
    struct operation op;

    operation_begin(&op, owner->host);
    int rc = kind->add(owner->host->ctx, owner->domid, device, &op.how);
    return operation_wait(&op, rc, ATTACH_DEADLINE_MS);
}

/* A device, and what its record shall name as its script. */
struct named {
    const struct device_kind *kind;
    void *device;
    char *script;
};

static void name_script(libxl_domain_config *record, const void *arg)
{
    const struct named *named = arg;
    void *recorded = named->kind->recorded(record, named->device);

    if (recorded == NULL)
        return;
    char **script = named->kind->script(recorded);
    free(*script);
    *script = named->script != NULL ? mem_strdup(named->script) : NULL;
}

/*
 * The native hook stands in for Xen's scripts while the device is attached; in
 * libxl's record of the domain stands what the user named, for another host
 * may have no such hook.
 */
static int add_by_hook(const struct device_kind *kind,
                       const struct device_owner *owner, void *device)
{
    cleanup_error struct error err = ERROR_INIT;
    char *hook = kind->hook != NULL ? kind->hook(device) : NULL;

    if (hook == NULL)
        return add(kind, owner, device);
    char **script = kind->script(device);
    struct named named = { kind, device, *script };
    *script = hook;
    int rc = add(kind, owner, device);
    if (rc == 0 && stored_config_edit(owner->host, owner->domid, name_script,
                                      &named, &err) < 0)
        log_warn("%s", err.message);
    free(*script);
    *script = named.script;
    return rc;
}

int device_attach(const struct device_kind *kind,
                  const struct device_owner *owner, void *device,
                  struct error *err)
{
    if (kind->check != NULL && kind->check(owner, device, err) < 0)
        return -1;
    cleanup_free char *label = device_label(kind, owner, device);
    if (is_there(kind, owner, device)) {
        error_set(err, ERR_STATE, "%s: it has this one already", label);
        error_hint(err, "detach it first, with -f if it is half made");
        return -1;
    }
    int rc = add_by_hook(kind, owner, device);
    if (rc == 0)
        return 0;
    host_fail(owner->host, err, ERR_DEVICE, rc, "attaching a %s to %s",
              kind->name, owner->name);
    /* Made by someone else between the look above and the operation. */
    if (rc != ERROR_DEVICE_EXISTS)
        undo(kind, owner, device);
    return -1;
}
