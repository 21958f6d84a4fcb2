/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/power.h"

#include <string.h>

#include "base/strbuf.h"
#include "domain/life/supervise.h"
#include "host/operation.h"

/* Device model and guest answer within this, or not at all; milliseconds. */
#define ANSWER_TIME 60000

int power_pause(const struct subject *subject, struct error *err)
{
    struct operation op;

    if (subject_check_alive(subject, err) < 0)
        return -1;
    operation_begin(&op, subject->host);
    int rc = libxl_domain_pause(subject->host->ctx, subject->domid, &op.how);
    rc = operation_wait(&op, rc, ANSWER_TIME);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc, "pausing '%s'",
                         subject->label);
    supervise_look();
    return 0;
}

int power_unpause(const struct subject *subject, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct operation op;

    if (subject_check_alive(subject, err) < 0 ||
        domain_list_add(&list, subject->domid, 0, err) < 0)
        return -1;
    if (!list.items.items[0].paused)
        return 0; /* Xen would refuse */
    operation_begin(&op, subject->host);
    int rc = libxl_domain_unpause(subject->host->ctx, subject->domid, &op.how);
    rc = operation_wait(&op, rc, ANSWER_TIME);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc, "unpausing '%s'",
                         subject->label);
    supervise_look();
    return 0;
}

static int send_trigger(const struct subject *subject, libxl_trigger trigger,
                        uint32_t vcpu)
{
    struct operation op;

    operation_begin(&op, subject->host);
    int rc = libxl_send_trigger(subject->host->ctx, subject->domid, trigger,
                                vcpu, &op.how);
    return operation_wait(&op, rc, ANSWER_TIME);
}

static int send_request(const struct subject *subject, enum power_goal goal)
{
    libxl_ctx *ctx = subject->host->ctx;
    struct operation op;
    int rc;

    operation_begin(&op, subject->host);
    if (goal == POWER_SHUTDOWN)
        rc = libxl_domain_shutdown(ctx, subject->domid, &op.how);
    else
        rc = libxl_domain_reboot(ctx, subject->domid, &op.how);
    return operation_wait(&op, rc, ANSWER_TIME);
}

int power_ask(const struct subject *subject, enum power_goal goal,
              bool fallback, bool *fell_back, struct error *err)
{
    const char *what = goal == POWER_SHUTDOWN ? "shutdown" : "reboot";

    *fell_back = false;
    if (subject_check_alive(subject, err) < 0)
        return -1;
    int rc = send_request(subject, goal);
    if (rc == ERROR_NOPARAVIRT && fallback) {
        *fell_back = true;
        rc = send_trigger(subject,
                          goal == POWER_SHUTDOWN ? LIBXL_TRIGGER_POWER
                                                 : LIBXL_TRIGGER_RESET,
                          0);
    } else if (rc == ERROR_NOPARAVIRT) {
        host_log_forget(&subject->host->log);
        error_set(err, ERR_STATE,
                  "%s of '%s': the guest does not listen to such requests",
                  what, subject->label);
        error_hint(err, "-F sends it an ACPI event instead");
        return -1;
    }
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc, "%s of '%s'", what,
                         subject->label);
    return 0;
}

static int find_trigger(const char *name, libxl_trigger *trigger,
                        struct error *err)
{
    cleanup_strbuf struct strbuf known = { 0 };

    /* libxl's parser ignores case; its table begins with "unknown" */
    if (libxl_trigger_from_string(name, trigger) == 0 &&
        *trigger != LIBXL_TRIGGER_UNKNOWN)
        return 0;
    for (int i = LIBXL_TRIGGER_UNKNOWN + 1;; i++) {
        const char *word = libxl_trigger_to_string((libxl_trigger)i);
        if (word == NULL)
            break;
        strbuf_printf(&known, "%s%s", known.length > 0 ? ", " : "", word);
    }
    error_set(err, ERR_USAGE, "no trigger '%s'", name);
    error_hint(err, "there are %s", known.text);
    return -1;
}

int power_trigger(const struct subject *subject, const char *trigger,
                  uint32_t vcpu, struct error *err)
{
    libxl_trigger number;

    if (find_trigger(trigger, &number, err) < 0 ||
        subject_check_alive(subject, err) < 0)
        return -1;
    int rc = send_trigger(subject, number, vcpu);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc,
                         "trigger %s for '%s'", trigger, subject->label);
    return 0;
}

int power_sysrq(const struct subject *subject, char key, struct error *err)
{
    if (subject_check_alive(subject, err) < 0)
        return -1;
    host_log_forget(&subject->host->log);
    int rc = libxl_send_sysrq(subject->host->ctx, subject->domid, key);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc,
                         "sysrq '%c' for '%s'", key, subject->label);
    return 0;
}
