/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/arrival.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/hooks/hook_guest.h"
#include "domain/life/supervise.h"
#include "domain/record.h"
#include "domain/transfer/note_file.h"
#include "domain/transfer/taken_note.h"
#include "host/domains.h"

static const char *const place_names[] = {
    [ARRIVAL_ABSENT] = "absent", [ARRIVAL_PENDING] = "arriving",
    [ARRIVAL_RUNS] = "runs",     [ARRIVAL_PAUSED] = "paused",
    [ARRIVAL_ENDED] = "ended",
};

const char *arrival_place_name(enum arrival_place place)
{
    return place_names[place];
}

bool arrival_place_parse(const char *name, enum arrival_place *place)
{
    for (size_t i = 0; i < sizeof(place_names) / sizeof(place_names[0]); i++)
        if (strcmp(name, place_names[i]) == 0) {
            *place = (enum arrival_place)i;
            return true;
        }
    return false;
}

/* -- what was taken -------------------------------------------------------- */

static bool is_incoming(const struct domain_info *info)
{
    size_t length = info->name != NULL ? strlen(info->name) : 0;
    size_t suffix = strlen(ARRIVAL_INCOMING);

    return info->name == NULL ||
           (length > suffix &&
            strcmp(info->name + length - suffix, ARRIVAL_INCOMING) == 0);
}

/* NULL: none, or only one that is being torn down. */
static struct domain_info *find_domain(const struct domain_list *list,
                                       const char *uuid)
{
    struct domain_info *found = NULL;
    char text[UUID_TEXT_SIZE];

    VEC_EACH (&list->items, info) {
        uuid_format_text(info->uuid, text);
        if (strcmp(text, uuid) == 0 && !info->dying)
            found = info;
    }
    return found;
}

static int start(struct host *host, struct taken_note *note,
                 const struct domain_info *info, struct error *err)
{
    host_log_forget(&host->log);
    if (note->paused || !info->paused)
        return 0;
    if (!note->starts && taken_note_starts(note, err) < 0)
        return -1;
    int rc = libxl_domain_unpause(host->ctx, info->domid, NULL);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "start domain %u",
                         info->domid);
    supervise_look();
    return 0;
}

/* What its receiver would have done next; the note is locked. */
static int finish(struct host *host, struct taken_note *note,
                  const struct domain_info *info, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest = { 0 };

    if (note->supervised && supervise_hand_over(info->domid, 0, err) < 0)
        return error_context(err, "%s, which was taken here", note->name);
    if (start(host, note, info, err) < 0 || taken_note_done(note, err) < 0)
        return error_context(err, "%s, which was taken here", note->name);
    log_info("%s: its receiver was killed, and it goes on here", note->name);
    hook_guest_read(&guest, host, info->domid);
    hook_guest_tell(&guest, HOOK_MIGRATE_IN, "migration");
    if (note->plain)
        taken_note_settle(note->uuid);
    return 1;
}

static bool is_left(const struct taken_note *note)
{
    return note->fd >= 0 && !note->done;
}

/* -- for its own receiver, and for xn gc ----------------------------------- */

int arrival_finish(struct host *host, const char *uuid, uint32_t *domid,
                   struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_taken_note struct taken_note note = TAKEN_NOTE_INIT;

    int found = taken_note_read(&note, uuid, err);
    if (found <= 0 || !is_left(&note))
        return found < 0 ? -1 : 0;
    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    const struct domain_info *info = find_domain(&list, uuid);
    if (info == NULL || is_incoming(info))
        return 0;
    *domid = info->domid;
    return finish(host, &note, info, err);
}

int arrival_finish_all(struct host *host, bool dry_run, unsigned int *count,
                       struct error *err)
{
    cleanup_taken_note_list struct taken_note_list notes = { 0 };
    cleanup_domain_list struct domain_list list = { 0 };

    *count = 0;
    if (taken_note_list_read(&notes, err) < 0 ||
        (notes.items.count > 0 &&
         domain_list_read(&list, DOMAIN_NAMES, err) < 0))
        return -1;
    VEC_EACH (&notes.items, note) {
        const struct domain_info *info = find_domain(&list, note->uuid);
        if (!is_left(note) || info == NULL || is_incoming(info))
            continue;
        ++*count;
        if (!dry_run && finish(host, note, info, err) < 0)
            return -1;
    }
    return 0;
}

/* -- for a sender that lost the connection --------------------------------- */

/* Without a domain: whether there ever was one that may have run. */
static enum arrival_place place_of_note(const struct taken_note *note)
{
    if (note->uuid == NULL)
        return ARRIVAL_ABSENT;
    if (note->starts || note->done)
        return ARRIVAL_ENDED;
    /* Being destroyed by its receiver, or gone with the host. */
    return note->fd < 0 ? ARRIVAL_PENDING : ARRIVAL_ABSENT;
}

static enum arrival_place place_of(const struct taken_note *note,
                                   const struct domain_info *info)
{
    if (info == NULL)
        return place_of_note(note);
    if (is_incoming(info) || (note->uuid != NULL && !note->done))
        return ARRIVAL_PENDING;
    return info->paused ? ARRIVAL_PAUSED : ARRIVAL_RUNS;
}

int arrival_find(struct host *host, const char *uuid, enum arrival_place *place,
                 struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_taken_note struct taken_note note = TAKEN_NOTE_INIT;
    unsigned int swept;
    uint32_t domid;

    if (note_file_check_uuid(uuid, err) < 0 ||
        record_sweep(host, false, &swept, err) < 0 ||
        arrival_finish(host, uuid, &domid, err) < 0 ||
        taken_note_read(&note, uuid, err) < 0 ||
        domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    *place = place_of(&note, find_domain(&list, uuid));
    if (*place == ARRIVAL_ABSENT)
        taken_note_settle(uuid);
    return 0;
}
