/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/recover.h"

#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/transport.h"
#include "host/domains.h"

static void hint_at_here(struct error *err)
{
    error_hint(err, "if it is certain that it is nowhere else, it goes on here "
                    "with --here");
}

/* What "migrate-receive --whose" prints there. */
static int ask(const struct away_note *note, enum takeover_place *place,
               struct error *err)
{
    cleanup_proc_result struct proc_result result = { 0 };
    cleanup_free char *words = mem_printf("--whose %s", note->uuid);

    if (transport_ask(note->command, note->host, words, 0, &result, err) == 0) {
        result.out.text[strcspn(result.out.text, "\n")] = '\0';
        if (takeover_place_parse(result.out.text, place))
            return 0;
        error_set(err, ERR_HOST, "%s gave no answer", note->host);
    }
    hint_at_here(err);
    return -1;
}

static int go_on_here(const struct subject *subject, struct error *err)
{
    if (outgoing_step_back(subject->host, subject->domid, err) < 0)
        return -1;
    outgoing_await_late_suspend(subject->host, subject->domid);
    return outgoing_resume(subject->host, subject->domid, err);
}

static int let_go(const struct subject *subject, const char *peer,
                  struct error *err)
{
    cleanup_hook_guest struct hook_guest guest;

    if (outgoing_let_go(subject->host, subject->domid, &guest, err) < 0)
        return -1;
    outgoing_tell_gone(&guest, peer);
    return 0;
}

static int settle(const struct subject *subject, const struct away_note *note,
                  struct recover_result *result, struct error *err)
{
    result->host = mem_strdup(note->host);
    if (ask(note, &result->place, err) < 0)
        return -1;
    if (result->place == TAKEOVER_ARRIVING)
        return error_set(err, ERR_STATE, "%s has not decided yet: try again",
                         note->host);
    if (result->place == TAKEOVER_ABSENT && note->plain) {
        error_set(err, ERR_STATE,
                  "%s does not have it, and no note whether it had",
                  note->host);
        hint_at_here(err);
        return -1;
    }
    if (result->place != TAKEOVER_ABSENT)
        return let_go(subject, note->host, err);
    result->here = true;
    return go_on_here(subject, err);
}

static int recover(const struct subject *subject, bool here,
                   struct away_note *note, struct recover_result *result,
                   struct error *err)
{
    cleanup_free char *uuid = outgoing_uuid(subject->domid, err);

    if (uuid == NULL)
        return -1;
    int found = away_note_open(note, uuid, err);
    if (found < 0)
        return -1;
    if (found == 0 && !here) {
        error_set(err, ERR_STATE, "nothing is known of a migration of it");
        hint_at_here(err);
        return -1;
    }
    if (found == 1 && note->given && !here)
        return settle(subject, note, result, err);
    result->here = true;
    return go_on_here(subject, err);
}

int domain_recover(const struct subject *subject, bool here,
                   struct recover_result *result, struct error *err)
{
    cleanup_away_note struct away_note note = AWAY_NOTE_INIT;

    *result = (struct recover_result){ 0 };
    if (recover(subject, here, &note, result, err) < 0)
        return error_context(err, "recover '%s'", subject->label);
    away_note_end(&note);
    return 0;
}

/* ---- what needs no settling ---- */

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
