/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/remus.h"

#include <errno.h>
#include <fcntl.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/transport.h"
#include "host/operation.h"
#include "stream/xl.h"

/* The descriptors that libxl gets; -1: none. */
struct ends {
    int out;
    int in;
};

/* As before a migration; what follows is between the two libxl. */
static int shake_hands(const struct subject *subject,
                       const struct handover_wire *wire, struct error *err)
{
    cleanup_free char *config =
        outgoing_config(subject->host, subject->domid, false, err);
    cleanup_strbuf struct strbuf header = { 0 };
    unsigned int version;

    if (config == NULL || handover_hear_banner(wire, &version, err) < 0)
        return -1;
    if (version != 0)
        return error_set(err, ERR_HOST, "%s is no receiver for this",
                         wire->peer);
    xl_header_make(config, &header);
    return handover_write(wire, header.text, header.length, err);
}

static bool is_there(const struct subject *subject)
{
    return libxl_domain_info(subject->host->ctx, NULL, subject->domid) == 0;
}

/* Why libxl came back; destroying the domain is how a user fails it over. */
static int judge(const struct subject *subject, int rc, struct error *err)
{
    struct host *host = subject->host;

    if (!is_there(subject))
        return 0;
    if (rc == ERROR_GUEST_TIMEDOUT)
        host_fail(host, err, ERR_TIMEOUT, rc, "suspend");
    else if (interrupt_signal() != 0)
        error_set(err, ERR_FAILED, "interrupted");
    else
        host_fail(host, err, ERR_FAILED, rc, "the other end is lost");
    outgoing_await_late_suspend(host, subject->domid);
    outgoing_recover(host, subject->domid);
    error_hint(err, "it goes on here, and nobody could take it over");
    return -1;
}

static int protect(const struct subject *subject, struct ends ends,
                   libxl_domain_remus_info *info, struct error *err)
{
    struct operation op;

    operation_begin(&op, subject->host);
    int rc = libxl_domain_remus_start(subject->host->ctx, info, subject->domid,
                                      ends.out, ends.in, &op.how);
    rc = operation_wait(&op, rc, OPERATION_NO_DEADLINE);
    return judge(subject, rc, err);
}

static int protect_by_nobody(const struct subject *subject,
                             libxl_domain_remus_info *info, struct error *err)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return error_set_errno(err, ERR_FAILED, errno, "/dev/null");
    return protect(subject, (struct ends){ .out = null, .in = -1 }, info, err);
}

static int protect_by_peer(const struct subject *subject,
                           const struct remus_request *request,
                           struct error *err)
{
    struct transport transport;

    if (transport_start(request->line, &transport, err) < 0)
        return -1;
    const struct handover_wire wire = { .in = transport.in,
                                        .out = transport.out,
                                        .peer = request->peer,
                                        .patience = HANDOVER_PATIENCE };
    int rc = shake_hands(subject, &wire, err);
    if (rc == 0)
        rc = protect(subject,
                     (struct ends){ .out = transport.out, .in = transport.in },
                     request->info, err);
    transport_end(&transport);
    return rc;
}

int domain_remus(const struct subject *subject,
                 const struct remus_request *request, struct error *err)
{
    int rc;

    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    outgoing_prepare(subject->host);
    if (request->line == NULL)
        rc = protect_by_nobody(subject, request->info, err);
    else
        rc = protect_by_peer(subject, request, err);
    return rc == 0 ? 0 : error_context(err, "remus '%s'", subject->label);
}
