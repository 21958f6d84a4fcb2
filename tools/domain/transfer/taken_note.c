/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/taken_note.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "domain/transfer/note_file.h"

#define SUFFIX ".taken"

static const char starts_line[] = "starts\n";
static const char done_line[] = "done\n";

static int put_line(struct taken_note *note, struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "name", note->name);
    json_add_bool(json, "paused", note->paused);
    json_add_bool(json, "supervised", note->supervised);
    json_add_bool(json, "plain", note->plain);
    json_end_object(json);
    cleanup_free char *line = mem_printf("%s\n", json_text(json, NULL));
    if (ftruncate(note->fd, 0) < 0)
        return error_set_errno(err, ERR_FAILED, errno, NOTE_FOLDER);
    return note_file_put(note->fd, line, err);
}

int taken_note_begin(struct taken_note *note, struct error *err)
{
    cleanup_free char *path = note_file_path(note->uuid, SUFFIX);

    if (note_file_check_uuid(note->uuid, err) < 0 ||
        note_file_lock(path, true, &note->fd, err) < 0)
        return -1;
    if (put_line(note, err) == 0)
        return 0;
    unlink(path);
    io_cleanup_close(&note->fd);
    return -1;
}

int taken_note_starts(struct taken_note *note, struct error *err)
{
    if (note_file_put(note->fd, starts_line, err) < 0)
        return -1;
    note->starts = true;
    return 0;
}

int taken_note_done(struct taken_note *note, struct error *err)
{
    if (note_file_put(note->fd, done_line, err) < 0)
        return -1;
    note->done = true;
    return 0;
}

/* One that cannot be read may be of a guest that ran. */
static void parse_head(struct taken_note *note, const struct json_value *json)
{
    const char *name = json_as_string(json_get(json, "name"));

    if (name == NULL ||
        !json_as_bool(json_get(json, "paused"), &note->paused) ||
        !json_as_bool(json_get(json, "supervised"), &note->supervised) ||
        !json_as_bool(json_get(json, "plain"), &note->plain)) {
        note->starts = true;
        note->done = true;
        return;
    }
    note->name = mem_strdup(name);
}

void taken_note_parse(struct taken_note *note, const char *text)
{
    cleanup_json_value struct json_value *json = NULL;
    size_t first = strcspn(text, "\n");

    (void)json_parse(text, first, &json, NULL);
    parse_head(note, json);
    const char *rest = text[first] != '\0' ? text + first + 1 : "";
    if (strncmp(rest, starts_line, strlen(starts_line)) == 0) {
        note->starts = true;
        rest += strlen(starts_line);
    }
    if (strcmp(rest, done_line) == 0)
        note->done = true;
}

int taken_note_read(struct taken_note *note, const char *uuid,
                    struct error *err)
{
    cleanup_free char *path = note_file_path(uuid, SUFFIX);

    *note = TAKEN_NOTE_INIT;
    if (note_file_check_uuid(uuid, err) < 0)
        return -1;
    /* Locked before it is read: whoever had it wrote its last word then. */
    if (note_file_lock(path, false, &note->fd, NULL) == 0)
        return 0;
    cleanup_free char *text = note_file_read(path, err);
    if (text == NULL)
        return access(path, F_OK) < 0 && errno == ENOENT ? 0 : -1;
    note->uuid = mem_strdup(uuid);
    taken_note_parse(note, text);
    return 1;
}

void taken_note_dispose(struct taken_note *note)
{
    io_cleanup_close(&note->fd);
    free(note->uuid);
    free(note->name);
    *note = TAKEN_NOTE_INIT;
}

void taken_note_settle(const char *uuid)
{
    cleanup_free char *path = note_file_path(uuid, SUFFIX);

    if (note_file_check_uuid(uuid, NULL) == 0)
        unlink(path);
}

/* "UUID.taken" */
static void add_file(struct taken_note_list *list, const char *file)
{
    size_t length = strlen(file), suffix = strlen(SUFFIX);
    struct taken_note note;

    if (length <= suffix || strcmp(file + length - suffix, SUFFIX) != 0)
        return;
    cleanup_free char *uuid = mem_strndup(file, length - suffix);
    if (taken_note_read(&note, uuid, NULL) == 1)
        VEC_PUSH(&list->items, note);
}

int taken_note_list_read(struct taken_note_list *list, struct error *err)
{
    DIR *folder = opendir(NOTE_FOLDER);

    if (folder == NULL && errno != ENOENT)
        return error_set_errno(err, ERR_FAILED, errno, NOTE_FOLDER);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;)
        add_file(list, entry->d_name);
    if (folder != NULL)
        closedir(folder);
    return 0;
}

void taken_note_list_dispose(struct taken_note_list *list)
{
    VEC_EACH (&list->items, note)
        taken_note_dispose(note);
    VEC_DISPOSE(&list->items);
}
