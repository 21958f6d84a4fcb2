/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transport is started here, where it has the terminal. A worker does the
 * rest: libxl writes the guest into a pipe, xn-stream carries it on, and the
 * handover decides who has it. What the worker was at is noted in memory that
 * its parent sees: whether a guest may be resumed is never guessed.
 */
#include "domain/transfer/migrate.h"

#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/preflight.h"
#include "domain/transfer/recover.h"
#include "domain/transfer/sending.h"
#include "domain/transfer/stopwatch.h"
#include "host/lookup.h"
#include "stream/xl.h"

/* Shared by the worker and its parent. */
struct outcome {
    enum handover_end end; /* HANDOVER_KEPT until permission may have gone */
    struct migrate_report report;
};

struct migrate {
    struct sending sending;
    const struct migrate_request *request;
    struct outcome *outcome;
    struct handover_wire wire;
    struct away_note note;
    int64_t stopped_at;
    bool owed; /* the other host keeps its note: ours has to stay, too */
};

/* -- the state ------------------------------------------------------------- */

static int open_output(struct migrate *migrate, struct error *err)
{
    const struct migrate_request *request = migrate->request;
    /* To a plain xl the codec passes on what libxl writes. */
    const struct codec_request codec = {
        .task = migrate->outcome->report.frames ? CODEC_SEND : CODEC_UNPACK,
        .compress = request->compress,
        .rate = request->rate,
        .stall = request->stall,
    };

    return sending_open(&migrate->sending, &codec, migrate->wire.out, err);
}

static int write_header(struct migrate *migrate, const char *config,
                        struct error *err)
{
    struct handover_wire way = migrate->wire;
    cleanup_strbuf struct strbuf header = { 0 };

    way.out = migrate->sending.out;
    xl_header_make(config, &header);
    return handover_write(&way, header.text, header.length, err);
}

static int write_guest(struct migrate *migrate, struct error *err)
{
    struct sending *sending = &migrate->sending;
    uint32_t domid = sending->subject->domid;
    int flags = outgoing_live_flag(sending->host, domid);

    if (migrate->request->debug)
        flags |= LIBXL_SUSPEND_DEBUG;
    struct stopwatch *watch = stopwatch_start(domid);
    int rc = sending_write_guest(sending, flags, err);
    migrate->outcome->report.rounds = sending->rounds;
    migrate->stopped_at = stopwatch_end(watch);
    return rc;
}

static int send_state(struct migrate *migrate, const char *config,
                      struct error *err)
{
    int rc = open_output(migrate, err);

    if (rc == 0)
        rc = write_header(migrate, config, err);
    if (rc == 0)
        rc = write_guest(migrate, err);
    return sending_close(&migrate->sending, rc, &migrate->outcome->report.sent,
                         err);
}

/* -- the handover ---------------------------------------------------------- */

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
static int let_go(struct migrate *migrate, struct host *host, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest;

    if (outgoing_let_go(host, migrate->sending.subject->domid, &guest, err) < 0)
        return error_context(err, "it runs on %s, but here",
                             migrate->wire.peer);
    if (migrate->outcome->report.frames)
        handover_say_gone(&migrate->wire, NULL);
    outgoing_tell_gone(&guest, migrate->wire.peer);
    return 0;
}

/* The guest stands suspended here, and all of it was sent. */
static int hand_over(struct migrate *migrate, struct error *err)
{
    struct outcome *outcome = migrate->outcome;
    struct sending *sending = &migrate->sending;

    /* Its name is free by the time that the other one asks. */
    if (outgoing_step_aside(sending->host, sending->subject->domid, err) < 0 ||
        handover_hear_ready(&migrate->wire, err) < 0 ||
        away_note_give(&migrate->note, !outcome->report.frames, err) < 0)
        return -1;
    outcome->end = HANDOVER_UNKNOWN;
    outcome->end = handover_give(&migrate->wire, err);
    if (outcome->end == HANDOVER_UNKNOWN)
        return explain_unknown(migrate, err);
    if (outcome->end != HANDOVER_DONE)
        return -1;
    note_downtime(migrate);
    return let_go(migrate, sending->host, err);
}

/* What is no reason against it is told at once. */
static int ask(struct migrate *migrate, const char *config, struct error *err)
{
    const struct sending *sending = &migrate->sending;
    const struct subject subject = { .host = sending->host,
                                     .domid = sending->subject->domid,
                                     .label = sending->subject->label };
    cleanup_answer struct answer answer = { 0 };

    if (preflight_ask(&migrate->wire, &subject, config, false,
                      migrate->request->stall, &answer, err) < 0)
        return -1;
    char *rest = answer.notes.text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (line[0] != '\0')
            log_warn("%s: %s", migrate->wire.peer, line);
    return 0;
}

/* Hears which receiver there is, and whether it would take the guest; *config
 * is what to send it, the caller's. */
static int shake_hands(struct migrate *migrate, char **config,
                       struct error *err)
{
    unsigned int version;

    if (handover_hear_banner(&migrate->wire, &version, err) < 0)
        return -1;
    migrate->outcome->report.frames = version > 0;
    *config = sending_config(&migrate->sending, version == 0, err);
    if (*config == NULL)
        return -1;
    if (version == 0)
        return 0;
    migrate->wire.patience.life = (int64_t)migrate->request->stall * 1000;
    return ask(migrate, *config, err);
}

static int migrate_guest(struct migrate *migrate, struct error *err)
{
    cleanup_free char *config = NULL;

    if (shake_hands(migrate, &config, err) < 0 ||
        send_state(migrate, config, err) < 0)
        return -1;
    return hand_over(migrate, err);
}

/* -- the worker and its parent --------------------------------------------- */

static int run_migrate(void *data, struct error *err)
{
    return migrate_guest(data, err);
}

static bool is_ours(void *data)
{
    const struct migrate *migrate = data;
    enum handover_end end = migrate->outcome->end;

    return end == HANDOVER_KEPT || end == HANDOVER_BACK;
}

static int run_worker(struct migrate *migrate, struct error *err)
{
    const struct sending_work work = { run_migrate, is_ours, migrate };
    const struct subject *subject = migrate->sending.subject;
    bool killed = false;

    int rc = sending_run(&migrate->sending, &work, &killed, err);
    if (!killed || is_ours(migrate))
        return rc;
    if (migrate->outcome->end == HANDOVER_UNKNOWN)
        return explain_unknown(migrate, err);
    error_dispose(err);
    return let_go(migrate, subject->host, err);
}

static int run_connected(struct migrate *migrate, struct error *err)
{
    struct transport_request way = migrate->request->transport;
    struct transport transport;

    transport_settle_receiver(&way);
    cleanup_free char *line = transport_line(&way);
    log_debug("%s", line);
    if (transport_start(line, &transport, err) < 0)
        return -1;
    migrate->wire.in = transport.in;
    migrate->wire.out = transport.out;
    int rc = run_worker(migrate, err);
    bool well = transport_end(&transport);
    /* Our last word may not have been heard. */
    if (rc == 0 && !well && migrate->outcome->report.frames)
        migrate->owed = !recover_tell_settled(&migrate->note);
    return rc;
}

static char *copy(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

static int begin_note(struct migrate *migrate, struct error *err)
{
    const struct transport_request *way = &migrate->request->transport;
    const struct subject *subject = migrate->sending.subject;
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
    if ((rc == 0 && !migrate->owed) || is_ours(migrate))
        away_note_end(&migrate->note);
    away_note_dispose(&migrate->note);
    return rc;
}

int domain_migrate(const struct subject *subject,
                   const struct migrate_request *request,
                   struct migrate_report *report, struct error *err)
{
    int64_t began = clock_now_ms();
    cleanup_free char *goal =
        mem_printf("sending to %s", request->transport.host);
    struct migrate migrate = {
        .sending = sending_of(subject, &request->sending, goal),
        .request = request,
        .wire = { .in = -1,
                  .out = -1,
                  .peer = request->transport.host,
                  .patience = HANDOVER_PATIENCE },
        .note = AWAY_NOTE_INIT,
        .stopped_at = -1,
    };

    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    migrate.outcome = sending_share(sizeof(*migrate.outcome), err);
    if (migrate.outcome == NULL)
        return -1;
    migrate.outcome->report.stopped_ms = -1;
    migrate.outcome->report.rounds = ROUNDS_INIT;
    int rc = run_noted(&migrate, err);
    *report = migrate.outcome->report;
    munmap(migrate.outcome, sizeof(*migrate.outcome));
    report->total_ms = clock_now_ms() - began;
    return rc == 0 ? 0 : error_context(err, "migrate '%s'", subject->label);
}
