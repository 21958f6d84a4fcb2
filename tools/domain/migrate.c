/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transport is started here, where it has the terminal. A worker does the
 * rest: libxl writes the guest into a pipe, xn-stream carries it on, and the
 * handover decides who has it. What the worker was at is noted in memory that
 * its parent sees: whether a guest may be resumed is never guessed.
 */
#include "domain/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "domain/destroy.h"
#include "domain/handover.h"
#include "domain/outgoing.h"
#include "domain/stopwatch.h"
#include "domain/worker.h"
#include "host/lookup.h"
#include "stream/xl.h"

/* xl's, which other tools look for. */
#define AWAY "--migratedaway"

/* Shared by the worker and its parent. */
struct outcome {
    enum handover_end end; /* HANDOVER_KEPT until permission may have gone */
    struct migrate_report report;
};

struct migrate {
    const struct subject *subject; /* its host is the parent's */
    const struct migrate_request *request;
    struct outcome *outcome;
    struct handover_wire wire;
    struct host *host; /* the worker's */
    struct proc_child codec;
    int out; /* what libxl writes to; owned */
    int64_t stopped_at;
};

/* -- the name -------------------------------------------------------------- */

/* The domain's name with AWAY, and without: the caller's. */
static char *name_away(const char *name)
{
    return mem_printf("%s" AWAY, name);
}

static int rename_domain(struct host *host, uint32_t domid, const char *from,
                         const char *to, struct error *err)
{
    if (from[0] == '\0')
        return 0;
    host_log_forget(&host->log);
    int rc = libxl_domain_rename(host->ctx, domid, from, to);
    if (rc == 0)
        return 0;
    return host_fail(host, err, ERR_FAILED, rc, "rename to '%s'", to);
}

/* -- the state ------------------------------------------------------------- */

static int open_output(struct migrate *migrate, struct error *err)
{
    const char *compress = migrate->request->compress;
    int ends[2], rc;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    migrate->out = ends[1];
    /* To a plain xl the codec only counts what it passes on. */
    if (migrate->outcome->report.frames)
        rc = codec_start_sender(compress, ends[0], migrate->wire.out,
                                &migrate->codec, err);
    else
        rc = codec_start_decoder(ends[0], migrate->wire.out, &migrate->codec,
                                 err);
    close(ends[0]);
    return rc;
}

static int write_header(struct migrate *migrate, const char *config,
                        struct error *err)
{
    struct handover_wire way = migrate->wire;
    cleanup_strbuf struct strbuf header = { 0 };

    way.out = migrate->out;
    xl_header_make(config, &header);
    return handover_write(&way, header.text, header.length, err);
}

static int write_guest(struct migrate *migrate, struct error *err)
{
    uint32_t domid = migrate->subject->domid;
    int flags = LIBXL_SUSPEND_LIVE;

    if (migrate->request->debug)
        flags |= LIBXL_SUSPEND_DEBUG;
    struct stopwatch *watch = stopwatch_start(domid);
    int rc = outgoing_write(migrate->host, domid, migrate->out, flags, err);
    migrate->stopped_at = stopwatch_end(watch);
    return rc;
}

/* As in a save, the codec's fault comes before libxl's, which follows it. */
static int close_output(struct migrate *migrate, int rc, struct error *err)
{
    struct codec_report *sent = &migrate->outcome->report.sent;
    struct error cause = ERROR_INIT;

    io_cleanup_close(&migrate->out);
    if (migrate->codec.pid == 0)
        return rc;
    int codec_rc = codec_finish(&migrate->codec, sent, &cause);
    if (codec_rc < 0 && interrupt_signal() == 0) {
        error_dispose(err);
        *err = cause;
        return error_context(err, "sending to %s", migrate->wire.peer);
    }
    error_dispose(&cause);
    return rc < 0 ? rc : codec_rc;
}

static int send_state(struct migrate *migrate, const char *config,
                      struct error *err)
{
    int rc = open_output(migrate, err);

    if (rc == 0)
        rc = write_header(migrate, config, err);
    if (rc == 0)
        rc = write_guest(migrate, err);
    rc = close_output(migrate, rc, err);
    return rc == 0 ? handover_hear_ready(&migrate->wire, err) : -1;
}

/* -- the handover ---------------------------------------------------------- */

static char *config_of(struct migrate *migrate, struct error *err)
{
    const struct migrate_request *request = migrate->request;

    if (request->config_json != NULL)
        return mem_strdup(request->config_json);
    return outgoing_config(migrate->host, migrate->subject->domid,
                           request->keep_domid, err);
}

static void note_downtime(struct migrate *migrate)
{
    if (migrate->stopped_at >= 0)
        migrate->outcome->report.stopped_ms =
            clock_now_ms() - migrate->stopped_at;
}

static void explain_unknown(const struct migrate *migrate, const char *name,
                            struct error *err)
{
    const char *peer = migrate->wire.peer;

    error_context(err, "it may run on %s and stands still here", peer);
    error_hint(err, "is it on %s? then here: xn destroy %s" AWAY, peer, name);
}

/* The guest stands suspended here and is whole there. */
static int hand_over(struct migrate *migrate, const char *name,
                     struct error *err)
{
    struct outcome *outcome = migrate->outcome;
    struct host *host = migrate->host;
    uint32_t domid = migrate->subject->domid;
    cleanup_free char *away = name_away(name);

    if (rename_domain(host, domid, name, away, err) < 0)
        return -1;
    outcome->end = HANDOVER_UNKNOWN;
    outcome->end = handover_give(&migrate->wire, err);
    if (outcome->end == HANDOVER_DONE) {
        note_downtime(migrate);
        return domain_destroy(host, domid, err) == 0
                   ? 0
                   : error_context(err, "it runs on %s, but here",
                                   migrate->wire.peer);
    }
    if (outcome->end == HANDOVER_UNKNOWN)
        explain_unknown(migrate, name, err);
    else
        rename_domain(host, domid, away, name, NULL);
    return -1;
}

static int migrate_guest(struct migrate *migrate, struct error *err)
{
    struct migrate_report *report = &migrate->outcome->report;
    cleanup_free char *config = config_of(migrate, err);
    cleanup_free char *name =
        lookup_name(migrate->host, migrate->subject->domid);

    if (config == NULL ||
        handover_hear_banner(&migrate->wire, &report->frames, err) < 0 ||
        send_state(migrate, config, err) < 0)
        return -1;
    return hand_over(migrate, name, err);
}

/* -- the worker and its parent --------------------------------------------- */

static bool is_ours(const struct outcome *outcome)
{
    return outcome->end == HANDOVER_KEPT || outcome->end == HANDOVER_BACK;
}

static int run_migrate(void *argument, int64_t *value, struct error *err)
{
    struct migrate *migrate = argument;
    struct host host = { 0 };

    int rc = host_open(&host, migrate->request->verbosity, err);
    if (rc == 0) {
        migrate->host = &host;
        outgoing_prepare(&host);
        rc = migrate_guest(migrate, err);
        if (rc < 0 && is_ours(migrate->outcome))
            outgoing_recover(&host, migrate->subject->domid);
    }
    host_close(&host);
    return rc;
}

/* The name that it has, if the worker had renamed it already. */
static void name_back(struct host *host, uint32_t domid)
{
    cleanup_free char *away = lookup_name(host, domid);
    cleanup_error struct error err = ERROR_INIT;
    size_t length = strlen(away), suffix = strlen(AWAY);

    if (length <= suffix || strcmp(away + length - suffix, AWAY) != 0)
        return;
    cleanup_free char *name = mem_strndup(away, length - suffix);
    if (rename_domain(host, domid, away, name, &err) < 0)
        log_warn("%s", err.message);
}

/* Goes on where a killed worker was. */
static int clean_up_after(struct migrate *migrate, struct error *err)
{
    const struct subject *subject = migrate->subject;

    outgoing_end_orphans();
    if (is_ours(migrate->outcome)) {
        name_back(subject->host, subject->domid);
        outgoing_recover(subject->host, subject->domid);
        return -1;
    }
    if (migrate->outcome->end == HANDOVER_UNKNOWN) {
        explain_unknown(migrate, subject->label, err);
        return -1;
    }
    error_dispose(err);
    return domain_destroy(subject->host, subject->domid, err);
}

static int run_worker(struct migrate *migrate, struct error *err)
{
    struct worker_result result;

    int rc = worker_run(run_migrate, migrate, &result, err);
    return rc < 0 && result.died ? clean_up_after(migrate, err) : rc;
}

static int run_connected(struct migrate *migrate, struct error *err)
{
    cleanup_free char *line = transport_line(&migrate->request->transport);
    struct transport transport;

    log_debug("%s", line);
    if (transport_start(line, &transport, err) < 0)
        return -1;
    migrate->wire.in = transport.in;
    migrate->wire.out = transport.out;
    int rc = run_worker(migrate, err);
    transport_end(&transport);
    return rc;
}

int domain_migrate(const struct subject *subject,
                   const struct migrate_request *request,
                   struct migrate_report *report, struct error *err)
{
    int64_t began = clock_now_ms();
    struct migrate migrate = {
        .subject = subject,
        .request = request,
        .wire = { .in = -1,
                  .out = -1,
                  .peer = request->transport.host,
                  .patience = HANDOVER_PATIENCE },
        .codec = PROC_CHILD_INIT,
        .out = -1,
        .stopped_at = -1,
    };

    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    migrate.outcome =
        mmap(NULL, sizeof(*migrate.outcome), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (migrate.outcome == MAP_FAILED)
        return error_set_errno(err, ERR_SPACE, errno, "memory");
    migrate.outcome->report.stopped_ms = -1;
    int rc = run_connected(&migrate, err);
    *report = migrate.outcome->report;
    munmap(migrate.outcome, sizeof(*migrate.outcome));
    report->total_ms = clock_now_ms() - began;
    return rc == 0 ? 0 : error_context(err, "migrate '%s'", subject->label);
}
