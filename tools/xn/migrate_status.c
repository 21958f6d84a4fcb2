/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/migrate_status.h"

#include <string.h>

#include "base/mem.h"
#include "domain/transfer/recover.h"
#include "domain/transfer/taken_note.h"
#include "show/show.h"
#include "show/table.h"

/* A host that is up answers within seconds, ms. */
#define PATIENCE_MS 30000

/* One that went from here. */
struct departure {
    const struct away_note *note;
    enum recover_owner owner;
    enum arrival_place place; /* of one that is there */
    struct error why;         /* of one whose owner is not known */
};

struct status {
    VEC(struct departure) departures;
    struct away_note_list away;
    struct taken_note_list taken; /* those that came here */
};

/* -- finding out ----------------------------------------------------------- */

/* One that did not answer is not asked again. */
static bool is_silent(const struct status *status, const struct away_note *note)
{
    VEC_EACH (&status->departures, other)
        if (other->owner == RECOVER_UNKNOWN && other->why.kind == ERR_HOST &&
            note->host != NULL && other->note->host != NULL &&
            strcmp(other->note->host, note->host) == 0)
            return true;
    return false;
}

static void add_departure(struct status *status, const struct away_note *note)
{
    struct departure departure = { .note = note, .why = ERROR_INIT };

    if (note->given && note->fd >= 0 && is_silent(status, note)) {
        departure.owner = RECOVER_UNKNOWN;
        error_set(&departure.why, ERR_HOST, "%s does not answer", note->host);
    } else {
        departure.owner = recover_find_owner(note, PATIENCE_MS,
                                             &departure.place, &departure.why);
    }
    VEC_PUSH(&status->departures, departure);
}

static int read_status(struct status *status, struct error *err)
{
    unsigned int ended;

    if (away_note_list_read(&status->away, err) < 0 ||
        recover_forget_ended(&status->away, false, &ended, err) < 0 ||
        taken_note_list_read(&status->taken, err) < 0)
        return -1;
    VEC_EACH (&status->away.items, note)
        add_departure(status, note);
    return 0;
}

static void dispose(struct status *status)
{
    VEC_EACH (&status->departures, departure)
        error_dispose(&departure->why);
    VEC_DISPOSE(&status->departures);
    away_note_list_dispose(&status->away);
    taken_note_list_dispose(&status->taken);
}

/* -- showing it ------------------------------------------------------------ */

static const char *describe(const struct away_note *note)
{
    if (note->fd < 0)
        return "under way";
    return note->given ? "lost on the way" : "broken off";
}

static const char *describe_taken(const struct taken_note *note)
{
    if (note->fd < 0)
        return "arriving";
    return note->done ? "arrived, not confirmed" : "arrived, not started";
}

static const char *owner_word(enum recover_owner owner)
{
    static const char *const words[] = {
        [RECOVER_HERE] = "here",       [RECOVER_THERE] = "there",
        [RECOVER_NOWHERE] = "nowhere", [RECOVER_UNDECIDED] = "undecided",
        [RECOVER_UNKNOWN] = "unknown",
    };

    return words[owner];
}

static void add_to_json(struct json_writer *json,
                        const struct departure *departure)
{
    const struct away_note *note = departure->note;
    bool there = departure->owner == RECOVER_THERE;

    json_begin_object(json);
    json_add_string(json, "name", note->name);
    json_add_string(json, "uuid", note->uuid);
    json_add_string(json, "host", note->host);
    json_add_bool(json, "under_way", note->fd < 0);
    json_add_bool(json, "may_be_there", note->given);
    json_add_string(json, "owner", owner_word(departure->owner));
    json_add_string(json, "place",
                    there ? arrival_place_name(departure->place) : NULL);
    json_add_string(json, "why", departure->why.message);
    json_end_object(json);
}

static void add_taken_to_json(struct json_writer *json,
                              const struct taken_note *note)
{
    json_begin_object(json);
    json_add_string(json, "name", note->name);
    json_add_string(json, "uuid", note->uuid);
    json_add_bool(json, "under_way", note->fd < 0);
    json_add_bool(json, "started", note->done);
    json_end_object(json);
}

static void print_json(const struct status *status)
{
    struct json_writer *json = show_json_begin("migrate-status");

    json_key(json, "migrations");
    json_begin_array(json);
    VEC_EACH (&status->departures, departure)
        add_to_json(json, departure);
    json_end_array(json);
    json_key(json, "arrivals");
    json_begin_array(json);
    VEC_EACH (&status->taken.items, note)
        add_taken_to_json(json, note);
    json_end_array(json);
    show_json_end(json);
}

/* "host2 (runs)", "here", "unknown: asking host2: ..." */
static char *describe_owner(const struct departure *departure)
{
    const char *word = owner_word(departure->owner);

    if (departure->owner == RECOVER_THERE)
        return mem_printf("%s (%s)", departure->note->host,
                          arrival_place_name(departure->place));
    if (departure->owner == RECOVER_UNKNOWN)
        return mem_printf("%s: %s", word, departure->why.message);
    return mem_strdup(word);
}

static void print_table(const struct status *status)
{
    static const struct table_column columns[] = {
        { .name = "Name" },  { .name = "UUID" },  { .name = "To" },
        { .name = "State" }, { .name = "Owner" },
    };
    cleanup_table struct table *table = table_new(columns, 5);

    VEC_EACH (&status->departures, departure) {
        cleanup_free char *owner = describe_owner(departure);

        table_add_row(table, NULL);
        table_cell(table, departure->note->name);
        table_cell(table, departure->note->uuid);
        table_cell(table, departure->note->host);
        table_cell(table, describe(departure->note));
        table_cell(table, owner);
    }
    VEC_EACH (&status->taken.items, note) {
        table_add_row(table, NULL);
        table_cell(table, note->name);
        table_cell(table, note->uuid);
        table_cell(table, "here");
        table_cell(table, describe_taken(note));
        table_cell(table, note->fd < 0 ? "undecided" : "here");
    }
    table_print(table);
}

int migrate_status(struct invocation *inv, struct error *err)
{
    struct status status = { 0 };

    int rc = read_status(&status, err);
    if (rc == 0 && invocation_count(inv, "json") > 0)
        print_json(&status);
    else if (rc == 0)
        print_table(&status);
    dispose(&status);
    return rc;
}
