/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/takeover.h"

#include <string.h>

#include <libxl_uuid.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/console_log.h"
#include "domain/record.h"
#include "domain/transfer/away_note.h"
#include "host/domains.h"
#include "host/lookup.h"

/* xl's, which other tools look for. */
#define INCOMING "--incoming"

char *takeover_first_name(const char *name)
{
    return mem_printf("%s" INCOMING, name);
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

int takeover_ask(struct takeover *takeover, struct host *host, uint32_t domid,
                 struct error *err)
{
    takeover_rest(takeover);
    takeover->sender = TAKEOVER_ASKED;
    if (handover_ask(&takeover->wire, err) < 0 ||
        (takeover->frames && away_note_take(takeover->uuid, err) < 0))
        return -1;
    return take_name(takeover, host, domid, err);
}

void takeover_tell(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    takeover->sender = TAKEOVER_QUIET;
    if (handover_report(&takeover->wire, true, &err) < 0)
        log_warn("%s runs here, but: %s", takeover->name, err.message);
    else if (takeover->frames && handover_hear_gone(&takeover->wire, NULL) == 0)
        away_note_settle(takeover->uuid);
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

    away_note_settle(takeover->uuid);
    if (takeover->sender != TAKEOVER_OWES)
        return;
    takeover->sender = TAKEOVER_QUIET;
    if (handover_give_back(&takeover->wire, &err) < 0)
        log_warn("giving %s back: %s", takeover->name, err.message);
}

/* -- for a sender that lost the connection --------------------------------- */

static const char *const place_names[] = {
    [TAKEOVER_ABSENT] = "absent", [TAKEOVER_ARRIVING] = "arriving",
    [TAKEOVER_RUNS] = "runs",     [TAKEOVER_PAUSED] = "paused",
    [TAKEOVER_ENDED] = "ended",
};

const char *takeover_place_name(enum takeover_place place)
{
    return place_names[place];
}

bool takeover_place_parse(const char *name, enum takeover_place *place)
{
    for (size_t i = 0; i < sizeof(place_names) / sizeof(place_names[0]); i++)
        if (strcmp(name, place_names[i]) == 0) {
            *place = (enum takeover_place)i;
            return true;
        }
    return false;
}

static bool is_arriving(const char *name)
{
    size_t length = strlen(name), suffix = strlen(INCOMING);

    return length > suffix && strcmp(name + length - suffix, INCOMING) == 0;
}

static enum takeover_place place_of(const struct domain_info *info)
{
    if (info->name == NULL || is_arriving(info->name))
        return TAKEOVER_ARRIVING;
    return info->paused ? TAKEOVER_PAUSED : TAKEOVER_RUNS;
}

int takeover_find(struct host *host, const char *uuid,
                  enum takeover_place *place, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    uint8_t wanted[UUID_BYTES];
    unsigned int swept;

    if (!uuid_parse_text(uuid, wanted))
        return error_set(err, ERR_USAGE, "'%s' is no UUID", uuid);
    if (record_sweep(host, false, &swept, err) < 0 ||
        domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    *place = away_note_is_taken(uuid) ? TAKEOVER_ENDED : TAKEOVER_ABSENT;
    VEC_EACH (&list.items, info)
        if (memcmp(info->uuid, wanted, UUID_BYTES) == 0 && !info->dying)
            *place = place_of(info);
    return 0;
}
