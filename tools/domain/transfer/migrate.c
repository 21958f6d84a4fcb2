/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transport is started here, where it has the terminal. A worker does the
 * rest: libxl writes the guest into a pipe, xn-stream carries it on, and the
 * handover decides who has it. What the worker was at is noted in memory that
 * its parent sees: whether a guest may be resumed is never guessed.
 */
#include "domain/transfer/migrate.h"

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
#include "domain/transfer/away_note.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/stopwatch.h"
#include "domain/worker.h"
#include "host/lookup.h"
#include "stream/xl.h"

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
    struct away_note note;
    struct proc_child codec;
    int out; /* what libxl writes to; owned */
    int64_t stopped_at;
};

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
    int flags = outgoing_live_flag(migrate->host, domid);

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

static int explain_unknown(const struct migrate *migrate, struct error *err)
{
    error_context(err, "it may run on %s and stands still here",
                  migrate->wire.peer);
    error_hint(err, "this finds out, and settles it: xn migrate --recover %s",
               migrate->note.uuid);
    return -1;
}

/* It runs there: nobody needs the one here. */
static int let_go(struct migrate *migrate, struct error *err)
{
    if (domain_destroy(migrate->host, migrate->subject->domid, err) < 0)
        return error_context(err, "it runs on %s, but here",
                             migrate->wire.peer);
    if (migrate->outcome->report.frames)
        handover_say_gone(&migrate->wire, NULL);
    return 0;
}

/* The guest stands suspended here and is whole there. */
static int hand_over(struct migrate *migrate, struct error *err)
{
    struct outcome *outcome = migrate->outcome;
    uint32_t domid = migrate->subject->domid;

    if (outgoing_step_aside(migrate->host, domid, err) < 0 ||
        away_note_give(&migrate->note, !outcome->report.frames, err) < 0)
        return -1;
    outcome->end = HANDOVER_UNKNOWN;
    outcome->end = handover_give(&migrate->wire, err);
    if (outcome->end == HANDOVER_UNKNOWN)
        return explain_unknown(migrate, err);
    if (outcome->end != HANDOVER_DONE)
        return -1;
    note_downtime(migrate);
    return let_go(migrate, err);
}

static int migrate_guest(struct migrate *migrate, struct error *err)
{
    struct migrate_report *report = &migrate->outcome->report;
    cleanup_free char *config = config_of(migrate, err);

    if (config == NULL ||
        handover_hear_banner(&migrate->wire, &report->frames, err) < 0 ||
        send_state(migrate, config, err) < 0)
        return -1;
    return hand_over(migrate, err);
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

/* Goes on where a killed worker was. */
static int clean_up_after(struct migrate *migrate, struct error *err)
{
    const struct subject *subject = migrate->subject;

    outgoing_end_orphans();
    if (is_ours(migrate->outcome)) {
        outgoing_await_late_suspend(subject->host, subject->domid);
        outgoing_recover(subject->host, subject->domid);
        return -1;
    }
    if (migrate->outcome->end == HANDOVER_UNKNOWN)
        return explain_unknown(migrate, err);
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

static char *copy(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

static int begin_note(struct migrate *migrate, struct error *err)
{
    const struct transport_request *way = &migrate->request->transport;
    const struct subject *subject = migrate->subject;
    struct away_note *note = &migrate->note;

    note->uuid = outgoing_uuid(subject->domid, err);
    if (note->uuid == NULL)
        return -1;
    note->name = lookup_name(subject->host, subject->domid);
    note->host = copy(way->host);
    note->command = copy(way->command);
    return away_note_begin(note, err);
}

static int run_noted(struct migrate *migrate, struct error *err)
{
    int rc = begin_note(migrate, err);

    if (rc == 0)
        rc = run_connected(migrate, err);
    /* Otherwise somebody has to settle it yet. */
    if (rc == 0 || is_ours(migrate->outcome))
        away_note_end(&migrate->note);
    away_note_dispose(&migrate->note);
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
        .note = AWAY_NOTE_INIT,
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
    int rc = run_noted(&migrate, err);
    *report = migrate.outcome->report;
    munmap(migrate.outcome, sizeof(*migrate.outcome));
    report->total_ms = clock_now_ms() - began;
    return rc == 0 ? 0 : error_context(err, "migrate '%s'", subject->label);
}
