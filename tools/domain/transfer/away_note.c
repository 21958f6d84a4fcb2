/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/away_note.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "domain/transfer/note_file.h"

static const char given_line[] = "given\n";
static const char given_plain_line[] = "given plain\n";

static char *path_of(const char *uuid)
{
    return note_file_path(uuid, "");
}

static int put_line(struct away_note *note, struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "name", note->name);
    json_add_string(json, "host", note->host);
    json_add_string(json, "command", note->command);
    json_end_object(json);
    cleanup_free char *line = mem_printf("%s\n", json_text(json, NULL));
    if (ftruncate(note->fd, 0) < 0)
        return error_set_errno(err, ERR_FAILED, errno, NOTE_FOLDER);
    return note_file_put(note->fd, line, err);
}

int away_note_begin(struct away_note *note, struct error *err)
{
    cleanup_free char *path = path_of(note->uuid);

    if (note_file_check_uuid(note->uuid, err) < 0 ||
        note_file_lock(path, true, &note->fd, err) < 0)
        return -1;
    if (away_note_check(NULL, note->uuid, err) < 0) {
        io_cleanup_close(&note->fd);
        return -1;
    }
    if (put_line(note, err) == 0)
        return 0;
    away_note_end(note);
    return -1;
}

int away_note_give(struct away_note *note, bool plain, struct error *err)
{
    const char *line = plain ? given_plain_line : given_line;

    if (note_file_put(note->fd, line, err) < 0)
        return -1;
    note->given = true;
    note->plain = plain;
    return 0;
}

static char *copy_string(const struct json_value *json, const char *key)
{
    const char *text = json_as_string(json_get(json, key));

    return text != NULL ? mem_strdup(text) : NULL;
}

/* One that was never finished was written before anything was given. */
void away_note_parse(struct away_note *note, const char *text)
{
    cleanup_json_value struct json_value *json = NULL;
    size_t first = strcspn(text, "\n");

    if (json_parse(text, first, &json, NULL) < 0)
        return;
    note->name = copy_string(json, "name");
    note->host = copy_string(json, "host");
    note->command = copy_string(json, "command");
    const char *line = text[first] != '\0' ? text + first + 1 : "";
    note->plain = strcmp(line, given_plain_line) == 0;
    note->given = note->plain || strcmp(line, given_line) == 0;
}

int away_note_open(struct away_note *note, const char *uuid, struct error *err)
{
    cleanup_free char *path = path_of(uuid);

    *note = AWAY_NOTE_INIT;
    if (note_file_check_uuid(uuid, err) < 0)
        return -1;
    int found = note_file_lock(path, false, &note->fd, err);
    if (found <= 0)
        return found;
    cleanup_free char *text = note_file_read(path, err);
    if (text == NULL)
        return -1;
    note->uuid = mem_strdup(uuid);
    away_note_parse(note, text);
    return 1;
}

enum away_note_state away_note_look(const char *uuid)
{
    cleanup_away_note struct away_note note = AWAY_NOTE_INIT;
    int found = away_note_open(&note, uuid, NULL);

    if (found < 0)
        return AWAY_NOTE_HELD;
    return found == 1 && !note.given ? AWAY_NOTE_LEFT : AWAY_NOTE_NONE;
}

void away_note_end(struct away_note *note)
{
    if (note->fd < 0)
        return;
    cleanup_free char *path = path_of(note->uuid);
    unlink(path);
    io_cleanup_close(&note->fd);
}

void away_note_dispose(struct away_note *note)
{
    io_cleanup_close(&note->fd);
    free(note->uuid);
    free(note->name);
    free(note->host);
    free(note->command);
    *note = AWAY_NOTE_INIT;
}

/* Its fd is open if nobody held it, and it was asked for. */
static struct away_note read_any(const char *uuid, bool lock)
{
    cleanup_free char *path = path_of(uuid);
    struct away_note note = AWAY_NOTE_INIT;

    note.uuid = mem_strdup(uuid);
    if (lock)
        (void)note_file_lock(path, false, &note.fd, NULL);
    cleanup_free char *text = note_file_read(path, NULL);
    if (text != NULL)
        away_note_parse(&note, text);
    return note;
}

static int read_all(struct away_note_list *list, bool lock, struct error *err)
{
    DIR *folder = opendir(NOTE_FOLDER);

    if (folder == NULL && errno != ENOENT)
        return error_set_errno(err, ERR_FAILED, errno, NOTE_FOLDER);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;)
        if (note_file_check_uuid(entry->d_name, NULL) == 0)
            VEC_PUSH(&list->items, read_any(entry->d_name, lock));
    if (folder != NULL)
        closedir(folder);
    return 0;
}

int away_note_list_read(struct away_note_list *list, struct error *err)
{
    return read_all(list, true, err);
}

void away_note_list_dispose(struct away_note_list *list)
{
    VEC_EACH (&list->items, note)
        away_note_dispose(note);
    VEC_DISPOSE(&list->items);
}

static bool fits(const struct away_note *note, const char *word)
{
    return strcmp(note->uuid, word) == 0 ||
           (note->name != NULL && strcmp(note->name, word) == 0);
}

int away_note_find(const char *word, char **uuid, struct error *err)
{
    cleanup_away_note_list struct away_note_list list = { 0 };
    int count = 0;

    *uuid = NULL;
    if (read_all(&list, false, err) < 0)
        return -1;
    VEC_EACH (&list.items, note) {
        if (!fits(note, word))
            continue;
        if (count++ > 0)
            return error_set(err, ERR_USAGE,
                             "several migrations are of '%s': say its UUID",
                             word);
        *uuid = mem_strdup(note->uuid);
    }
    return count;
}

/* Of one that this host may not have any more. */
static int refuse(const struct away_note *note, struct error *err)
{
    error_set(err, ERR_STATE,
              "it may run on %s, where it was sent and which did not report",
              note->host);
    error_hint(err, "this finds out, and settles it: xn migrate --recover %s",
               note->uuid);
    return -1;
}

int away_note_check(const char *name, const char *uuid, struct error *err)
{
    cleanup_away_note_list struct away_note_list list = { 0 };

    if (read_all(&list, false, err) < 0)
        return -1;
    VEC_EACH (&list.items, note)
        if (note->given &&
            (fits(note, uuid) || (name != NULL && fits(note, name))))
            return refuse(note, err);
    return 0;
}
