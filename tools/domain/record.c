/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <libxl_utils.h>
#include <libxl_uuid.h>

#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/uuid.h"
#include "domain/destroy.h"
#include "domain/loader.h"
#include "domain/memory_claim.h"
#include "domain/transfer/taken_note.h"

#define RECORD_FOLDER XENITH_RUNDIR "/create"
#define RECORD_LIMIT ((size_t)1 << 20)

/* {"name": "web1", "uuid": "...", "cause": "restore", "not": [domid, ...]} */
static int write_note(struct record *record, struct host *host,
                      const libxl_uuid *uuid, const char *name,
                      const char *cause, struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    char text[UUID_TEXT_SIZE];
    size_t length;
    int count = 0;

    uuid_format_text(libxl_uuid_bytearray_const(uuid), text);
    json_begin_object(json);
    json_add_string(json, "name", name);
    json_add_string(json, "uuid", text);
    json_add_string(json, "cause", cause);
    json_key(json, "not");
    json_begin_array(json);
    libxl_dominfo *list = libxl_list_domain(host->ctx, &count);
    for (int i = 0; i < count; i++)
        if (libxl_uuid_compare(&list[i].uuid, uuid) == 0)
            json_uint(json, list[i].domid);
    libxl_dominfo_list_free(list, count);
    json_end_array(json);
    json_end_object(json);
    const char *document = json_text(json, &length);
    if (io_write_all(record->fd, document, length) < 0)
        return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                               errno, "%s", record->path);
    return 0;
}

/* *json is NULL for one that was never finished. */
static int read_note(const char *path, struct json_value **json,
                     struct error *err)
{
    cleanup_free char *text = NULL;
    size_t length;

    *json = NULL;
    if (io_read_file(path, RECORD_LIMIT, &text, &length, err) < 0)
        return -1;
    if (json_parse(text, length, json, NULL) < 0)
        *json = NULL;
    return 0;
}

static bool is_held(const char *path)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
}

/* Does somebody make a domain of this name just now? */
static bool is_being_made(const char *file, const char *name)
{
    cleanup_free char *path = mem_printf(RECORD_FOLDER "/%s", file);
    cleanup_json_value struct json_value *json = NULL;

    if (!is_held(path) || read_note(path, &json, NULL) < 0 || json == NULL)
        return false;
    const char *noted = json_as_string(json_get(json, "name"));
    return noted != NULL && strcmp(noted, name) == 0;
}

/*
 * libxl looks for a name outside of the transaction in which it gives it, so of
 * two creates at once both would have it.
 */
static int check_name(const char *name, struct error *err)
{
    DIR *folder = opendir(RECORD_FOLDER);
    int rc = 0;

    if (folder == NULL)
        return error_set_errno(err, ERR_FAILED, errno, RECORD_FOLDER);
    for (struct dirent *entry; rc == 0 && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && is_being_made(entry->d_name, name))
            rc = error_set(err, ERR_STATE,
                           "the name %s is taken by a domain that is being "
                           "made",
                           name);
    closedir(folder);
    return rc;
}

/* One at a time looks at the notes and adds one. */
static int lock_folder(struct error *err)
{
    cleanup_close int fd =
        open(RECORD_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return error_set_errno(err, ERR_FAILED, errno, RECORD_FOLDER);
    return io_steal_fd(&fd);
}

/* Opens and locks; false (with errno) if it is gone or held by another. */
static bool lock_note(struct record *record, int flags)
{
    struct stat opened, named;

    record->fd = open(record->path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (record->fd < 0)
        return false;
    /* Between open and flock its last holder may have removed it. */
    if (flock(record->fd, LOCK_EX | LOCK_NB) == 0 &&
        fstat(record->fd, &opened) == 0 && stat(record->path, &named) == 0 &&
        opened.st_ino == named.st_ino)
        return true;
    close(record->fd);
    record->fd = -1;
    return false;
}

static void forget(struct record *record)
{
    if (record->fd >= 0)
        close(record->fd);
    free(record->path);
    *record = RECORD_INIT;
}

int record_begin(struct record *record, struct host *host,
                 const libxl_uuid *uuid, const char *name, const char *cause,
                 struct error *err)
{
    char text[UUID_TEXT_SIZE];

    *record = RECORD_INIT;
    if (io_make_dirs(XENITH_RUNDIR, PATHS_RUNDIR_MODE, err) < 0 ||
        io_make_dirs(RECORD_FOLDER, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    cleanup_close int folder = lock_folder(err);
    if (folder < 0 || check_name(name, err) < 0)
        return -1;
    uuid_format_text(libxl_uuid_bytearray_const(uuid), text);
    record->path = mem_printf(RECORD_FOLDER "/%s", text);
    if (!lock_note(record, O_CREAT)) {
        error_set_errno(err, ERR_STATE, errno,
                        "a domain with UUID %s is being made", text);
        forget(record);
        return -1;
    }
    if (ftruncate(record->fd, 0) < 0 ||
        write_note(record, host, uuid, name, cause, err) < 0) {
        error_set_errno(err, ERR_FAILED, errno, "%s", record->path);
        record_end(record);
        return -1;
    }
    return 0;
}

char *record_cause(const char *uuid)
{
    cleanup_free char *path = mem_printf(RECORD_FOLDER "/%s", uuid);
    cleanup_json_value struct json_value *json = NULL;
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(path, RECORD_LIMIT, &text, &length, NULL) < 0 ||
        json_parse(text, length, &json, NULL) < 0)
        return NULL;
    const char *cause = json_as_string(json_get(json, "cause"));
    return cause != NULL ? mem_strdup(cause) : NULL;
}

void record_end(struct record *record)
{
    if (record->fd >= 0)
        unlink(record->path);
    forget(record);
}

static bool is_excluded(const struct json_value *exclude, uint32_t domid)
{
    int64_t number;

    for (size_t i = 0; exclude != NULL && i < json_count(exclude); i++)
        if (json_as_int(json_item(exclude, i), &number) && number == domid)
            return true;
    return false;
}

static int destroy_by_uuid(struct host *host, const uint8_t *uuid,
                           const struct json_value *exclude, struct error *err)
{
    int count = 0, rc = 0;
    libxl_dominfo *list = libxl_list_domain(host->ctx, &count);

    for (int i = 0; i < count; i++) {
        if (memcmp(libxl_uuid_bytearray_const(&list[i].uuid), uuid,
                   UUID_BYTES) != 0 ||
            is_excluded(exclude, list[i].domid))
            continue;
        if (domain_destroy(host, list[i].domid, err) < 0)
            rc = -1;
        else
            loader_clean_up(LOADER_FOLDER, list[i].domid);
    }
    libxl_dominfo_list_free(list, count);
    return rc;
}

int record_undo(struct record *record, struct host *host, struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;
    uint8_t uuid[UUID_BYTES];

    if (record->path == NULL)
        return 0;
    if (read_note(record->path, &json, err) < 0)
        return -1;
    /* A note that was never finished comes before any domain. */
    if (json == NULL)
        return 0;
    const char *uuid_text = json_as_string(json_get(json, "uuid"));
    if (uuid_text == NULL || !uuid_parse_text(uuid_text, uuid))
        return 0;
    if (destroy_by_uuid(host, uuid, json_get(json, "not"), err) < 0)
        return -1;
    /* It was never started here. */
    taken_note_settle(uuid_text);
    return 0;
}

static int sweep_one(struct host *host, const char *file, bool dry_run,
                     unsigned int *count, struct error *err)
{
    struct record record = { .fd = -1,
                             .path = mem_printf(RECORD_FOLDER "/%s", file) };
    int rc = 0;

    if (!lock_note(&record, 0)) {
        forget(&record);
        return 0;
    }
    ++*count;
    if (!dry_run)
        rc = record_undo(&record, host, err);
    if (rc == 0 && !dry_run)
        record_end(&record);
    else
        forget(&record);
    return rc;
}

int record_sweep(struct host *host, bool dry_run, unsigned int *count,
                 struct error *err)
{
    int rc = 0;

    *count = 0;
    if (!dry_run)
        memory_claims_drop_stale(MEMORY_CLAIMS);
    DIR *folder = opendir(RECORD_FOLDER);
    if (folder == NULL)
        return errno == ENOENT
                   ? 0
                   : error_set_errno(err, ERR_FAILED, errno, RECORD_FOLDER);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' &&
            sweep_one(host, entry->d_name, dry_run, count, err) < 0)
            rc = -1;
    closedir(folder);
    return rc;
}
