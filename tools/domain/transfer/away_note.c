/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/away_note.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/uuid.h"

#define FOLDER XENITH_STATEDIR "/migrate"
#define NOTE_LIMIT ((size_t)64 << 10)

static const char given_line[] = "given\n";
static const char given_plain_line[] = "given plain\n";

static char *path_of(const char *uuid)
{
    return mem_printf(FOLDER "/%s", uuid);
}

static char *taken_path_of(const char *uuid)
{
    return mem_printf(FOLDER "/%s.taken", uuid);
}

static int make_folder(struct error *err)
{
    return io_make_dirs(FOLDER, PATHS_RUNDIR_MODE, err);
}

/* A UUID becomes a file's name: nothing else may. */
static int check_uuid(const char *uuid, struct error *err)
{
    uint8_t bytes[UUID_BYTES];

    if (uuid_parse_text(uuid, bytes))
        return 0;
    return error_set(err, ERR_USAGE, "'%s' is no UUID", uuid);
}

/* -- the sender's ---------------------------------------------------------- */

/* 1: open and locked, 0: there is none. */
static int open_locked(struct away_note *note, const char *path, int flags,
                       struct error *err)
{
    struct stat opened, named;

    note->fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (note->fd < 0 && errno == ENOENT)
        return 0;
    if (note->fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    if (flock(note->fd, LOCK_EX | LOCK_NB) == 0 &&
        fstat(note->fd, &opened) == 0 && stat(path, &named) == 0 &&
        opened.st_ino == named.st_ino)
        return 1;
    io_cleanup_close(&note->fd);
    return error_set(err, ERR_STATE, "it is being migrated just now");
}

static int put(struct away_note *note, const char *text, size_t length,
               struct error *err)
{
    cleanup_close int folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (io_write_all(note->fd, text, length) == 0 && fsync(note->fd) == 0 &&
        folder >= 0 && fsync(folder) == 0)
        return 0;
    return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED, errno,
                           "the note of the migration in " FOLDER);
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
        return error_set_errno(err, ERR_FAILED, errno, FOLDER);
    return put(note, line, strlen(line), err);
}

int away_note_begin(struct away_note *note, struct error *err)
{
    cleanup_free char *path = path_of(note->uuid);

    if (check_uuid(note->uuid, err) < 0 || make_folder(err) < 0 ||
        open_locked(note, path, O_CREAT, err) < 0)
        return -1;
    if (put_line(note, err) == 0)
        return 0;
    away_note_end(note);
    return -1;
}

int away_note_give(struct away_note *note, bool plain, struct error *err)
{
    const char *line = plain ? given_plain_line : given_line;

    if (put(note, line, strlen(line), err) < 0)
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

static int read_note(struct away_note *note, const char *path,
                     struct error *err)
{
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(path, NOTE_LIMIT, &text, &length, err) < 0)
        return -1;
    away_note_parse(note, text);
    return 1;
}

int away_note_open(struct away_note *note, const char *uuid, struct error *err)
{
    cleanup_free char *path = path_of(uuid);

    *note = AWAY_NOTE_INIT;
    if (check_uuid(uuid, err) < 0)
        return -1;
    int found = open_locked(note, path, 0, err);
    if (found <= 0)
        return found;
    note->uuid = mem_strdup(uuid);
    return read_note(note, path, err);
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

/* Its fd is open if nobody held it. */
static struct away_note read_any(const char *uuid)
{
    cleanup_free char *path = path_of(uuid);
    cleanup_free char *text = NULL;
    struct away_note note = AWAY_NOTE_INIT;
    size_t length;

    note.uuid = mem_strdup(uuid);
    if (open_locked(&note, path, 0, NULL) < 0)
        io_cleanup_close(&note.fd);
    if (io_read_file(path, NOTE_LIMIT, &text, &length, NULL) == 0)
        away_note_parse(&note, text);
    return note;
}

int away_note_list_read(struct away_note_list *list, struct error *err)
{
    DIR *folder = opendir(FOLDER);

    if (folder == NULL && errno != ENOENT)
        return error_set_errno(err, ERR_FAILED, errno, FOLDER);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;)
        if (check_uuid(entry->d_name, NULL) == 0)
            VEC_PUSH(&list->items, read_any(entry->d_name));
    if (folder != NULL)
        closedir(folder);
    return 0;
}

void away_note_list_dispose(struct away_note_list *list)
{
    VEC_EACH (&list->items, note)
        away_note_dispose(note);
    VEC_DISPOSE(&list->items);
}

/* -- the receiver's -------------------------------------------------------- */

int away_note_take(const char *uuid, struct error *err)
{
    cleanup_free char *path = taken_path_of(uuid);

    if (check_uuid(uuid, err) < 0 || make_folder(err) < 0)
        return -1;
    return io_replace_file(path, 0600, "", 0, err);
}

void away_note_settle(const char *uuid)
{
    cleanup_free char *path = taken_path_of(uuid);

    unlink(path);
}

bool away_note_is_taken(const char *uuid)
{
    cleanup_free char *path = taken_path_of(uuid);

    return check_uuid(uuid, NULL) == 0 && access(path, F_OK) == 0;
}
