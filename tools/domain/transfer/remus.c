/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transport is started here, where it has the terminal; a worker
 * (sending.h) has libxl do the rest, so that a guest goes on whatever becomes
 * of either.
 */
#include "domain/transfer/remus.h"

#include <errno.h>
#include <fcntl.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/sending.h"
#include "domain/transfer/transport.h"
#include "stream/xl.h"

/* Without an other end wire.in is -1. */
struct remus {
    struct sending sending;
    const struct remus_request *request;
    struct handover_wire wire;
};

/* -- in the worker --------------------------------------------------------- */

/* As before a migration; what follows is between the two libxl. */
static int shake_hands(struct remus *remus, struct error *err)
{
    cleanup_free char *config = sending_config(&remus->sending, true, err);
    cleanup_strbuf struct strbuf header = { 0 };
    unsigned int version;

    if (config == NULL || handover_hear_banner(&remus->wire, &version, err) < 0)
        return -1;
    if (version != 0)
        return error_set(err, ERR_HOST, "%s is no receiver for this",
                         remus->wire.peer);
    xl_header_make(config, &header);
    return handover_write(&remus->wire, header.text, header.length, err);
}

static bool is_there(struct host *host, uint32_t domid)
{
    return outgoing_fate(host, domid) != OUTGOING_GONE;
}

/*
 * xl's receiver takes a lost connection for the end of this host, once it has
 * a whole state, and nobody can tell it otherwise (xl_migrate.c).
 */
static void say_who_has_it(const struct remus *remus, struct error *err)
{
    if (remus->wire.in < 0)
        error_hint(err, "it goes on here, and nobody could take it over");
    else
        error_hint(err,
                   "it goes on here; %s may have it run, too: destroy one of "
                   "the two",
                   remus->wire.peer);
}

/* Why libxl came back; destroying the domain is how a user fails it over. */
static int judge(const struct remus *remus, int rc, struct error *err)
{
    struct host *host = remus->sending.host;
    uint32_t domid = remus->sending.subject->domid;

    if (!is_there(host, domid))
        return 0;
    if (rc == ERROR_GUEST_TIMEDOUT)
        host_fail(host, err, ERR_TIMEOUT, rc, "suspend");
    else if (interrupt_signal() != 0)
        error_set(err, ERR_FAILED, "interrupted");
    else
        host_fail(host, err, ERR_FAILED, rc, "it is protected no more");
    outgoing_await_late_suspend(host, domid);
    say_who_has_it(remus, err);
    return -1;
}

static int protect(struct remus *remus, struct error *err)
{
    struct sending *sending = &remus->sending;
    struct operation op;

    operation_begin(&op, sending->host);
    int rc = libxl_domain_remus_start(sending->host->ctx, remus->request->info,
                                      sending->subject->domid, remus->wire.out,
                                      remus->wire.in, &op.how);
    if (rc != 0)
        return host_fail(sending->host, err, ERR_FAILED, rc, "start");
    rc = outgoing_wait(&op, sending->subject->domid, rc);
    return judge(remus, rc, err);
}

static int run_remus(void *data, struct error *err)
{
    struct remus *remus = data;

    if (remus->wire.in >= 0 && shake_hands(remus, err) < 0)
        return -1;
    return protect(remus, err);
}

/* The other host goes on with it when it is gone here, and not before. */
static bool is_ours(void *data)
{
    const struct remus *remus = data;
    const struct sending *sending = &remus->sending;
    struct host *host =
        sending->host != NULL ? sending->host : sending->subject->host;

    return is_there(host, sending->subject->domid);
}

/* -- its parent ------------------------------------------------------------ */

static int run_worker(struct remus *remus, struct error *err)
{
    const struct sending_work work = { run_remus, is_ours, remus };
    bool killed = false;

    int rc = sending_run(&remus->sending, &work, &killed, err);
    if (!killed)
        return rc;
    if (is_ours(remus)) {
        say_who_has_it(remus, err);
        return -1;
    }
    /* Its end is what this was for. */
    error_dispose(err);
    return 0;
}

static int protect_by_nobody(struct remus *remus, struct error *err)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return error_set_errno(err, ERR_FAILED, errno, "/dev/null");
    remus->wire.out = null;
    return run_worker(remus, err);
}

static int protect_by_peer(struct remus *remus, struct error *err)
{
    struct transport transport;

    if (transport_start(remus->request->line, &transport, err) < 0)
        return -1;
    remus->wire.in = transport.in;
    remus->wire.out = transport.out;
    int rc = run_worker(remus, err);
    transport_end(&transport);
    return rc;
}

int domain_remus(const struct subject *subject,
                 const struct remus_request *request, struct error *err)
{
    const struct sending_request plain = { .verbosity = request->verbosity };
    struct remus remus = {
        .sending = sending_of(subject, &plain, NULL),
        .request = request,
        .wire = { .in = -1,
                  .out = -1,
                  .peer = request->peer,
                  .patience = HANDOVER_PATIENCE },
    };
    int rc;

    remus.sending.checkpoints = true;
    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    if (request->line == NULL)
        rc = protect_by_nobody(&remus, err);
    else
        rc = protect_by_peer(&remus, err);
    return rc == 0 ? 0 : error_context(err, "remus '%s'", subject->label);
}
