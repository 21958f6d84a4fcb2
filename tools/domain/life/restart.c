/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/restart.h"

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

/* libxl's description of one domain is a few KiB. */
#define NOTE_LIMIT ((size_t)4 << 20)

/* The lock is only good while the file still has its name. */
static bool has_its_name(const struct restart_note *note)
{
    struct stat opened, named;

    return fstat(note->fd, &opened) == 0 && stat(note->path, &named) == 0 &&
           opened.st_ino == named.st_ino;
}

void restart_leave(struct restart_note *note)
{
    io_cleanup_close(&note->fd);
    free(note->path);
    *note = RESTART_NOTE_INIT;
}

static int make_folder(struct error *err)
{
    if (io_make_dirs(XENITH_RUNDIR, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    return io_make_dirs(RESTART_FOLDER, PATHS_RUNDIR_MODE, err);
}

int restart_lock(struct restart_note *note, const char *uuid, bool create,
                 bool *found, struct error *err)
{
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);

    *note = RESTART_NOTE_INIT;
    *found = false;
    note->path = mem_printf(RESTART_FOLDER "/%s", uuid);
    for (;;) {
        if (create && make_folder(err) < 0)
            break;
        note->fd = open(note->path, flags, 0600);
        if (note->fd < 0 && errno == ENOENT && create)
            continue; /* its folder was just removed */
        if (note->fd < 0 && errno == ENOENT) {
            restart_leave(note);
            return 0;
        }
        if (note->fd < 0)
            break;
        while (flock(note->fd, LOCK_EX) < 0 && errno == EINTR)
            continue;
        if (has_its_name(note)) {
            *found = true;
            return 0;
        }
        io_cleanup_close(&note->fd);
    }
    error_set_errno(err, ERR_FAILED, errno, "%s", note->path);
    restart_leave(note);
    return -1;
}

static int replace_text(struct restart_note *note, struct json_writer *json,
                        struct error *err)
{
    size_t length;
    const char *text = json_text(json, &length);

    if (ftruncate(note->fd, 0) < 0 || lseek(note->fd, 0, SEEK_SET) < 0 ||
        io_write_all(note->fd, text, length) < 0)
        return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                               errno, "%s", note->path);
    return 0;
}

int restart_write(struct restart_note *note, const struct restart_plan *plan,
                  struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "name", plan->name);
    json_add_uint(json, "domid", plan->old_domid);
    json_add_bool(json, "rename", plan->rename);
    json_add_uint(json, "short_lives", plan->short_lives);
    json_add_uint(json, "attempts", plan->attempts);
    json_add_string(json, "config", plan->config_json);
    json_add_string(json, "own", plan->own_json);
    json_end_object(json);
    return replace_text(note, json, err);
}

int restart_write_waiting(struct restart_note *note, const char *name,
                          uint32_t domid, struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "name", name);
    json_add_uint(json, "domid", domid);
    json_end_object(json);
    return replace_text(note, json, err);
}

static bool read_plan(const struct json_value *json, struct restart_plan *plan)
{
    const char *name = json_as_string(json_get(json, "name"));
    const char *config = json_as_string(json_get(json, "config"));
    const char *own = json_as_string(json_get(json, "own"));
    uint64_t domid, lives, attempts;

    if (name == NULL || config == NULL ||
        !json_as_uint(json_get(json, "domid"), &domid) ||
        !json_as_uint(json_get(json, "short_lives"), &lives) ||
        !json_as_uint(json_get(json, "attempts"), &attempts) ||
        !json_as_bool(json_get(json, "rename"), &plan->rename))
        return false;
    plan->old_domid = (uint32_t)domid;
    plan->short_lives = (unsigned int)lives;
    plan->attempts = (unsigned int)attempts;
    plan->name = mem_strdup(name);
    plan->config_json = mem_strdup(config);
    plan->own_json = mem_strdup(own != NULL ? own : "{}");
    return true;
}

static bool parse_file(const char *path, struct json_value **json)
{
    cleanup_free char *text = NULL;
    size_t length;

    return io_read_file(path, NOTE_LIMIT, &text, &length, NULL) == 0 &&
           json_parse(text, length, json, NULL) == 0;
}

bool restart_read(const struct restart_note *note, struct restart_plan *plan)
{
    cleanup_json_value struct json_value *json = NULL;

    *plan = (struct restart_plan){ 0 };
    return parse_file(note->path, &json) && read_plan(json, plan);
}

void restart_end(struct restart_note *note)
{
    if (note->fd >= 0)
        unlink(note->path);
    rmdir(RESTART_FOLDER); /* where it was the last one */
    restart_leave(note);
}

void restart_plan_dispose(struct restart_plan *plan)
{
    free(plan->name);
    free(plan->config_json);
    free(plan->own_json);
    *plan = (struct restart_plan){ 0 };
}

/* ---- all of them ---- */

static void add_guest(struct restart_guests *guests, const char *entry)
{
    cleanup_free char *path = mem_printf(RESTART_FOLDER "/%s", entry);
    cleanup_json_value struct json_value *json = NULL;
    struct restart_guest guest;
    uint8_t uuid[UUID_BYTES];
    uint64_t domid;

    if (!uuid_parse_text(entry, uuid) || !parse_file(path, &json))
        return;
    const char *name = json_as_string(json_get(json, "name"));
    if (name == NULL || !json_as_uint(json_get(json, "domid"), &domid))
        return;
    guest.name = mem_strdup(name);
    guest.old_domid = (uint32_t)domid;
    uuid_format_text(uuid, guest.uuid);
    VEC_PUSH(&guests->list, guest);
}

int restart_list(struct restart_guests *guests, struct error *err)
{
    DIR *folder = opendir(RESTART_FOLDER);

    if (folder == NULL && errno == ENOENT)
        return 0;
    if (folder == NULL)
        return error_set_errno(err, ERR_FAILED, errno, RESTART_FOLDER);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        add_guest(guests, entry->d_name);
    closedir(folder);
    return 0;
}

void restart_guests_dispose(struct restart_guests *guests)
{
    VEC_EACH (&guests->list, guest)
        free(guest->name);
    VEC_DISPOSE(&guests->list);
}

static const struct restart_guest *find(const struct restart_guests *guests,
                                        const char *guest)
{
    VEC_EACH (&guests->list, known)
        if (strcmp(known->name, guest) == 0 ||
            strcasecmp(known->uuid, guest) == 0)
            return known;
    return NULL;
}

int restart_is_under_way(const char *guest, bool *under_way, struct error *err)
{
    cleanup_restart_guests struct restart_guests guests = { 0 };

    if (restart_list(&guests, err) < 0)
        return -1;
    *under_way = find(&guests, guest) != NULL;
    return 0;
}

int restart_cancel(const char *guest, bool *cancelled, struct error *err)
{
    cleanup_restart_guests struct restart_guests guests = { 0 };
    struct restart_note note;

    *cancelled = false;
    if (restart_list(&guests, err) < 0)
        return -1;
    const struct restart_guest *known = find(&guests, guest);
    if (known == NULL)
        return 0;
    if (restart_lock(&note, known->uuid, false, cancelled, err) < 0)
        return -1;
    if (*cancelled)
        restart_end(&note);
    return 0;
}
