/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/detach.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "device/list.h"
#include "device/traces.h"
#include "host/operation.h"

/* Taking it away: libxl waits 10 s for the backend and 40 s for its hook. */
#define FORCE_DEADLINE_MS 60000

/* When this much is left of libxl's own patience, it is not cut short. */
#define NEARLY_MS 1000

/* How long one asking may take, of what is left for all. */
static int patience(const struct device_kind *kind, int64_t end)
{
    int left = clock_left_ms(end);

    /* Without a destroy only libxl's own way leads to an end. */
    if (kind->destroy == NULL || left > DETACH_WAIT_MS - NEARLY_MS)
        return FORCE_DEADLINE_MS;
    return left;
}

/*
 * libxl waits 10 s for a guest. For a longer time a disk is asked again; all
 * other kinds libxl then takes away by itself.
 */
static int ask(const struct device_kind *kind, const struct device_owner *owner,
               void *device, int wait_ms)
{
    int64_t end = clock_deadline(wait_ms);
    int rc;

    do {
        struct operation op;
        operation_begin(&op, owner->host);
        rc = kind->remove(owner->host->ctx, owner->domid, device, &op.how);
        rc = operation_wait(&op, rc, patience(kind, end));
    } while (rc == ERROR_TIMEDOUT && !clock_is_past(end));
    return rc;
}

static int take_away(const struct device_kind *kind,
                     const struct device_owner *owner, void *device)
{
    struct operation op;

    operation_begin(&op, owner->host);
    op.interruptible = false;
    int rc = kind->destroy(owner->host->ctx, owner->domid, device, &op.how);
    return operation_wait(&op, rc, FORCE_DEADLINE_MS);
}

static void set_cause(struct host *host, const char *label, int rc,
                      struct error *err)
{
    if (rc == ERROR_TIMEDOUT)
        error_set(err, ERR_TIMEOUT,
                  "detaching %s: the guest does not let go of it", label);
    else if (rc == ERROR_ABORTED)
        error_set(err, ERR_FAILED,
                  "detaching %s: interrupted; the guest was asked already",
                  label);
    else
        host_fail(host, err, ERR_DEVICE, rc, "detaching %s", label);
}

/* What follows from the guest's answer; 1 if it is to be taken away. */
static int judge(const struct device_kind *kind,
                 const struct device_owner *owner, const char *label, int rc,
                 const struct detach_choice *choice, struct error *err)
{
    cleanup_error struct error cause = ERROR_INIT;

    if (rc == 0)
        return 0;
    set_cause(owner->host, label, rc, &cause);
    if (kind->destroy != NULL && choice->force == DETACH_FORCE_LATER &&
        rc != ERROR_ABORTED) {
        log_warn("%s; taking it away", cause.message);
        return 1;
    }
    error_set(err, cause.kind, "%s", cause.message);
    if (kind->destroy != NULL)
        error_hint(err, "-f takes it away");
    return -1;
}

int device_detach(const struct device_kind *kind,
                  const struct device_owner *owner, void *device,
                  const struct detach_choice *choice, struct error *err)
{
    cleanup_device_traces struct device_traces traces = { 0 };
    cleanup_free char *label = device_label(kind, owner, device);
    int rc = 0, force = 1;

    if (kind->check_detach != NULL &&
        kind->check_detach(owner, device, err) < 0)
        return -1;
    if (device_traces_read(&traces, kind, owner, device, err) < 0)
        return -1;
    if (choice->force != DETACH_FORCE_NOW || kind->destroy == NULL) {
        rc = ask(kind, owner, device, choice->wait_ms);
        force = judge(kind, owner, label, rc, choice, err);
    }
    if (force < 0)
        return -1;
    if (force > 0)
        rc = take_away(kind, owner, device);
    if (traces.nodes[DEVICE_RECORD] == NULL && rc != 0)
        return host_fail(owner->host, err, ERR_DEVICE, rc, "detaching %s",
                         label);
    host_log_forget(&owner->host->log);
    if (device_traces_clear(&traces, err) < 0)
        return error_context(err, "detaching %s", label);
    return 0;
}
