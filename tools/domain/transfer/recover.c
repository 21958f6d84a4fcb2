/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/recover.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/transport.h"
#include "host/domains.h"
#include "host/log_dirty.h"
#include "host/lookup.h"

/* A host that is up takes it in within seconds. */
#define SETTLED_MS 60000

/* One that is being settled; domid: of its copy here. */
struct lost {
    struct host *host;
    bool has_copy;
    uint32_t domid;
    struct away_note note; /* uuid NULL: there is none */
};

/* -- the other host -------------------------------------------------------- */

/* What "migrate-receive --whose" prints there. */
static int ask(const struct away_note *note, int64_t patience,
               enum arrival_place *place, struct error *err)
{
    cleanup_proc_result struct proc_result result = { 0 };
    cleanup_free char *words = mem_printf("--whose %s", note->uuid);

    if (transport_ask(note->command, note->host, words, patience, &result,
                      err) < 0)
        return -1;
    result.out.text[strcspn(result.out.text, "\n")] = '\0';
    if (arrival_place_parse(result.out.text, place))
        return 0;
    return error_set(err, ERR_HOST, "%s gave no answer", note->host);
}

bool recover_tell_settled(const struct away_note *note)
{
    cleanup_proc_result struct proc_result result = { 0 };
    cleanup_free char *words = mem_printf("--settled %s", note->uuid);
    cleanup_free char *line =
        transport_question(note->command, note->host, words);
    cleanup_error struct error err = ERROR_INIT;

    if (line == NULL || transport_ask(note->command, note->host, words,
                                      SETTLED_MS, &result, &err) == 0)
        return true;
    log_warn("%s keeps its note of the migration of %s: %s", note->host,
             note->uuid, err.message);
    return false;
}

/* -- the copy here --------------------------------------------------------- */

static int go_on_here(const struct lost *lost, struct error *err)
{
    if (outgoing_step_back(lost->host, lost->domid, err) < 0)
        return -1;
    outgoing_await_late_suspend(lost->host, lost->domid);
    log_dirty_end(lost->domid);
    return outgoing_resume(lost->host, lost->domid, err);
}

static int let_go(const struct lost *lost, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest = { 0 };

    if (outgoing_let_go(lost->host, lost->domid, &guest, err) < 0)
        return -1;
    outgoing_tell_gone(&guest, lost->note.host);
    return 0;
}

/* -- settling -------------------------------------------------------------- */

static void hint_at_here(const struct lost *lost, struct error *err)
{
    error_hint(err,
               lost->has_copy
                   ? "if it is certain that it is nowhere else, it goes on "
                     "here with --here"
                   : "--here forgets it: to be used if it is certain that it "
                     "is nowhere else, or where it is");
}

static int check_decided(const struct lost *lost, enum arrival_place place,
                         struct error *err)
{
    const char *peer = lost->note.host;

    if (place == ARRIVAL_PENDING)
        return error_set(err, ERR_STATE, "%s has not decided yet: try again",
                         peer);
    if (place != ARRIVAL_ABSENT || !lost->note.plain)
        return 0;
    error_set(err, ERR_STATE, "%s does not have it, and no note whether it had",
              peer);
    hint_at_here(lost, err);
    return -1;
}

static int settle(const struct lost *lost, struct recover_result *result,
                  struct error *err)
{
    result->host = mem_strdup(lost->note.host);
    if (ask(&lost->note, TRANSPORT_ANSWER_MS, &result->place, err) < 0) {
        hint_at_here(lost, err);
        return -1;
    }
    if (check_decided(lost, result->place, err) < 0)
        return -1;
    result->here = result->place == ARRIVAL_ABSENT && lost->has_copy;
    if (result->here)
        return go_on_here(lost, err);
    result->had_copy = lost->has_copy;
    if (lost->has_copy && let_go(lost, err) < 0)
        return -1;
    if (result->place != ARRIVAL_ABSENT)
        recover_tell_settled(&lost->note);
    return 0;
}

static int recover(const struct lost *lost, bool here,
                   struct recover_result *result, struct error *err)
{
    bool noted = lost->note.uuid != NULL;

    if (!noted && !here) {
        error_set(err, ERR_STATE, "nothing is known of a migration of it");
        hint_at_here(lost, err);
        return -1;
    }
    if (noted && lost->note.given && !here)
        return settle(lost, result, err);
    result->here = lost->has_copy;
    return lost->has_copy ? go_on_here(lost, err) : 0;
}

/* -- what is meant --------------------------------------------------------- */

/*
 * Of several, as where it went to its own host, the one that was sent: the
 * oldest.
 */
static int find_copy(struct lost *lost, const char *uuid, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    char text[UUID_TEXT_SIZE];

    if (domain_list_read(&list, 0, err) < 0)
        return -1;
    VEC_EACH (&list.items, info) {
        uuid_format_text(info->uuid, text);
        if (info->dying || lost->has_copy || strcmp(text, uuid) != 0)
            continue;
        lost->has_copy = true;
        lost->domid = info->domid;
    }
    return 0;
}

/* The note comes first: of what it tells the domain may be gone. */
static char *find_uuid(struct lost *lost, const char *word, struct error *err)
{
    cleanup_free char *uuid = NULL;

    int found = away_note_find(word, &uuid, err);
    if (found < 0 || (found == 1 && find_copy(lost, uuid, err) < 0))
        return NULL;
    if (found == 1)
        return steal(uuid);
    if (lookup_domain(lost->host, word, &lost->domid, err) < 0)
        return NULL;
    lost->has_copy = true;
    return outgoing_uuid(lost->domid, err);
}

int domain_recover(struct host *host, const char *word, bool here,
                   struct recover_result *result, struct error *err)
{
    struct lost lost = { .host = host, .note = AWAY_NOTE_INIT };
    cleanup_free char *uuid = find_uuid(&lost, word, err);
    int rc = -1;

    *result = (struct recover_result){ 0 };
    if (uuid != NULL && away_note_open(&lost.note, uuid, err) >= 0)
        rc = recover(&lost, here, result, err);
    if (rc == 0)
        away_note_end(&lost.note);
    away_note_dispose(&lost.note);
    return rc == 0 ? 0 : error_context(err, "recover '%s'", word);
}

/* -- what need not be settled ---------------------------------------------- */

static bool is_here(const struct domain_list *domains, const char *uuid)
{
    char text[UUID_TEXT_SIZE];

    VEC_EACH (&domains->items, info) {
        uuid_format_text(info->uuid, text);
        if (strcmp(text, uuid) == 0)
            return true;
    }
    return false;
}

int recover_forget_ended(struct away_note_list *list, bool dry_run,
                         unsigned int *count, struct error *err)
{
    cleanup_domain_list struct domain_list domains = { 0 };
    size_t kept = 0;

    *count = 0;
    if (list->items.count == 0)
        return 0;
    if (domain_list_read(&domains, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < list->items.count; i++) {
        struct away_note *note = &list->items.items[i];
        bool ended =
            note->fd >= 0 && !note->given && !is_here(&domains, note->uuid);
        *count += ended;
        if (!ended || dry_run) {
            list->items.items[kept++] = *note;
            continue;
        }
        away_note_end(note);
        away_note_dispose(note);
    }
    list->items.count = kept;
    return 0;
}

/* -- only looking ---------------------------------------------------------- */

static bool has_copy_here(const char *uuid)
{
    cleanup_domain_list struct domain_list domains = { 0 };

    return domain_list_read(&domains, 0, NULL) == 0 && is_here(&domains, uuid);
}

enum recover_owner recover_find_owner(const struct away_note *note,
                                      int64_t patience,
                                      enum arrival_place *place,
                                      struct error *why)
{
    if (!note->given)
        return RECOVER_HERE;
    if (note->fd < 0)
        return RECOVER_UNDECIDED;
    if (ask(note, patience, place, why) < 0)
        return RECOVER_UNKNOWN;
    if (*place == ARRIVAL_PENDING)
        return RECOVER_UNDECIDED;
    if (*place != ARRIVAL_ABSENT)
        return RECOVER_THERE;
    if (note->plain) {
        error_set(why, ERR_STATE,
                  "%s does not have it, and no note whether it "
                  "had",
                  note->host);
        return RECOVER_UNKNOWN;
    }
    return has_copy_here(note->uuid) ? RECOVER_HERE : RECOVER_NOWHERE;
}
