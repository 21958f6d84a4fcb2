/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/takeover.h"

#include <string.h>

#include <libxl_uuid.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/console_log.h"
#include "domain/transfer/arrival.h"
#include "domain/transfer/away_note.h"
#include "host/connected.h"
#include "host/lookup.h"

/* Where drivers connect at all, it takes them some tenths of a second. */
#define DRIVERS_MS 2000

char *takeover_first_name(const char *name)
{
    return mem_printf("%s" ARRIVAL_INCOMING, name);
}

int takeover_check_name(struct host *host, const char *name,
                        const libxl_uuid *uuid, struct error *err)
{
    libxl_dominfo info;
    uint32_t domid;

    int found = lookup_exact_name(name, &domid, err);
    if (found <= 0)
        return found;
    libxl_dominfo_init(&info);
    bool other = libxl_domain_info(host->ctx, &info, domid) == 0 &&
                 libxl_uuid_compare(&info.uuid, uuid) != 0;
    libxl_dominfo_dispose(&info);
    if (!other)
        return 0;
    return error_set(err, ERR_STATE, "the name %s is taken by domain %u", name,
                     domid);
}

static int take_name(const struct takeover *takeover, struct host *host,
                     uint32_t domid, struct error *err)
{
    cleanup_free char *first = takeover_first_name(takeover->name);

    host_log_forget(&host->log);
    int rc = libxl_domain_rename(host->ctx, domid, first, takeover->name);
    if (rc != 0)
        return host_fail(host, err, ERR_STATE, rc, "rename to '%s'",
                         takeover->name);
    console_log_rename(&console_log_of_host, first, takeover->name);
    return 0;
}

void takeover_work(struct takeover *takeover)
{
    if (takeover->frames)
        takeover->pulse = pulse_start(&takeover->wire);
}

void takeover_rest(struct takeover *takeover)
{
    pulse_stop(takeover->pulse);
    takeover->pulse = NULL;
}

static int note_taken(struct takeover *takeover, struct error *err)
{
    struct taken_note *note = &takeover->note;

    *note = (struct taken_note){ .fd = -1,
                                 .uuid = mem_strdup(takeover->uuid),
                                 .name = mem_strdup(takeover->name),
                                 .paused = takeover->paused,
                                 .supervised = takeover->supervised,
                                 .plain = !takeover->frames };
    return taken_note_begin(note, err);
}

int takeover_ask(struct takeover *takeover, struct host *host, uint32_t domid,
                 struct error *err)
{
    takeover_rest(takeover);
    takeover->sender = TAKEOVER_ASKED;
    if (handover_ask(&takeover->wire, err) < 0 || note_taken(takeover, err) < 0)
        return -1;
    return take_name(takeover, host, domid, err);
}

int takeover_start(struct takeover *takeover, struct error *err)
{
    return taken_note_starts(&takeover->note, err);
}

/* It came back to a host that once lost it on its way. */
static void forget_departure(const char *uuid)
{
    cleanup_away_note struct away_note note = AWAY_NOTE_INIT;

    if (away_note_open(&note, uuid, NULL) == 1)
        away_note_end(&note);
}

static void note_done(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    if (takeover->note.fd >= 0 && taken_note_done(&takeover->note, &err) < 0)
        log_warn("%s runs here, but: %s", takeover->name, err.message);
    forget_departure(takeover->uuid);
}

void takeover_await_drivers(const struct takeover *takeover, uint32_t domid)
{
    cleanup_error struct error err = ERROR_INIT;

    if (takeover->connected == 0 || takeover->paused)
        return;
    int found = connected_await(domid, takeover->connected, DRIVERS_MS, &err);
    if (found < 0)
        log_info("its drivers are not waited for: %s", err.message);
    else if (found == 0)
        log_info("its drivers had not connected after %d ms", DRIVERS_MS);
}

void takeover_tell(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    takeover->sender = TAKEOVER_QUIET;
    takeover->told = handover_report(&takeover->wire, true, &err) == 0;
    if (!takeover->told)
        log_warn("%s runs here, but: %s", takeover->name, err.message);
}

void takeover_settle(struct takeover *takeover)
{
    note_done(takeover);
    if (!takeover->frames ||
        (takeover->told && handover_hear_gone(&takeover->wire, NULL) == 0))
        taken_note_settle(takeover->uuid);
    taken_note_dispose(&takeover->note);
}

/* Where the sender cannot be told, it sees the end of the connection. */
void takeover_refuse(struct takeover *takeover)
{
    if (takeover->sender != TAKEOVER_ASKED)
        return;
    takeover->sender = handover_report(&takeover->wire, false, NULL) == 0
                           ? TAKEOVER_OWES
                           : TAKEOVER_QUIET;
}

void takeover_give_back(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    taken_note_settle(takeover->uuid);
    taken_note_dispose(&takeover->note);
    if (takeover->sender != TAKEOVER_OWES)
        return;
    takeover->sender = TAKEOVER_QUIET;
    if (handover_give_back(&takeover->wire, &err) < 0)
        log_warn("giving %s back: %s", takeover->name, err.message);
}
