/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/power.h"

#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "domain/life/supervise.h"
#include "host/control_node.h"

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

static const char *name_of(enum power_goal goal)
{
    return goal == POWER_SHUTDOWN ? "shutdown" : "reboot";
}

/* What libxl writes into the guest's control node. */
static const char *word_of(enum power_goal goal)
{
    return goal == POWER_SHUTDOWN ? "poweroff" : "reboot";
}

static void send_request(struct power_ask *ask)
{
    const struct subject *subject = &ask->subject;
    libxl_ctx *ctx = subject->host->ctx;

    operation_begin(&ask->op, subject->host);
    if (ask->goal == POWER_SHUTDOWN)
        ask->started = libxl_domain_shutdown(ctx, subject->domid, &ask->op.how);
    else
        ask->started = libxl_domain_reboot(ctx, subject->domid, &ask->op.how);
}

static int fail_to_ask(const struct power_ask *ask, int rc, struct error *err)
{
    return host_fail(ask->subject.host, err, ERR_FAILED, rc, "%s of '%s'",
                     name_of(ask->goal), ask->subject.label);
}

static int send_event(struct power_ask *ask, struct error *err)
{
    libxl_trigger trigger =
        ask->goal == POWER_SHUTDOWN ? LIBXL_TRIGGER_POWER : LIBXL_TRIGGER_RESET;

    ask->fell_back = true;
    int rc = send_trigger(&ask->subject, trigger, 0);
    return rc == 0 ? 0 : fail_to_ask(ask, rc, err);
}

int power_ask_begin(struct power_ask *ask, struct error *err)
{
    ask->fell_back = false;
    if (subject_check_alive(&ask->subject, err) < 0)
        return -1;
    send_request(ask);
    if (ask->started == 0)
        return 0;
    if (ask->started != ERROR_NOPARAVIRT)
        return fail_to_ask(ask, ask->started, err);
    if (ask->fallback)
        return send_event(ask, err);
    host_log_forget(&ask->subject.host->log);
    error_set(err, ERR_STATE,
              "%s of '%s': the guest does not listen to such requests",
              name_of(ask->goal), ask->subject.label);
    error_hint(err, "-F sends it an ACPI event instead");
    return -1;
}

/* The result of an operation that is over, or has no time left. */
static int take_result(struct power_ask *ask)
{
    return ask->fell_back ? 0 : operation_wait(&ask->op, ask->started, 0);
}

static int fail_deaf(const struct power_ask *ask, const char *request,
                     struct error *err)
{
    host_log_forget(&ask->subject.host->log);
    error_set(err, ERR_TIMEOUT, "%s of '%s': the guest does not react",
              name_of(ask->goal), ask->subject.label);
    error_hint(err, "the request %s; 'xn destroy' does not ask", request);
    return -1;
}

static int fail_unlimited(const struct power_ask *ask, int rc,
                          struct error *err)
{
    if (rc == ERROR_TIMEDOUT)
        return fail_deaf(ask, "stays, should it react later", err);
    return fail_to_ask(ask, rc, err);
}

int power_ask_end(struct power_ask *ask, struct error *err)
{
    if (ask->fell_back)
        return 0;
    int rc = operation_wait(&ask->op, ask->started, ANSWER_TIME);
    return rc == 0 ? 0 : fail_unlimited(ask, rc, err);
}

/* 1: the guest took notice at the last moment. */
static int withdraw(const struct power_ask *ask, struct error *err)
{
    bool withdrawn;

    if (control_node_withdraw(ask->subject.domid, word_of(ask->goal),
                              &withdrawn, err) < 0)
        return -1;
    return withdrawn ? fail_deaf(ask, "is withdrawn", err) : 1;
}

int power_ask_look(struct power_ask *ask, int64_t deadline, struct error *err)
{
    bool late = clock_is_past(deadline);

    if (!ask->fell_back && !late && !operation_look(&ask->op, ask->started))
        return 0;
    int rc = take_result(ask);
    if (rc == 0)
        return 1;
    if (rc != ERROR_TIMEDOUT || deadline == CLOCK_NEVER)
        return fail_unlimited(ask, rc, err);
    if (late)
        return withdraw(ask, err);
    send_request(ask); /* libxl's minute is over, the caller's time is not */
    return 0;
}

void power_ask_leave(struct power_ask *ask)
{
    take_result(ask);
    host_log_forget(&ask->subject.host->log);
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
