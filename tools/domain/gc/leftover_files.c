/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl's userdata-KIND.DOMID.UUID.NAME (libxl_dom.c, libxl__userdata_path),
 * sockets qmp-libxl-DOMID of device models (libxl_qmp.c), lock files of console
 * clients, and claims of memory by creates.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <fcntl.h>

#include "base/io.h"
#include "base/mem.h"
#include "device/console_lock.h"
#include "domain/gc/leftovers.h"
#include "domain/memory_claim.h"
#include "host/qmp.h"

/* What was written since is looked at another time, seconds. */
#define YOUNG 60

static bool is_young(const char *path)
{
    struct stat status;

    return lstat(path, &status) < 0 || time(NULL) - status.st_mtime < YOUNG;
}

/* One folder's files, each given to look. */
struct walk {
    const struct leftover_places *places;
    struct leftovers *found;
    const struct living *living;
};

static void walk(const struct walk *walk, const char *folder,
                 void (*look)(const struct walk *walk, const char *path,
                              const char *name))
{
    DIR *list = opendir(folder);

    if (list == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        cleanup_free char *path = mem_printf("%s/%s", folder, entry->d_name);
        look(walk, path, entry->d_name);
    }
    closedir(list);
}

static void add_of_domain(const struct walk *walk, enum leftover_kind kind,
                          const char *path, uint32_t domid)
{
    if (living_has(walk->living, domid) || is_young(path))
        return;
    struct leftover *leftover = leftovers_add(
        walk->found, kind, mem_strdup(path), "Xen has no domain %u", domid);
    leftover->has_domid = true;
    leftover->domid = domid;
}

/* "userdata-d.5.UUID.libxl-json": its UUID; false: it is no such name. */
static bool parse_userdata(const char *name, uint32_t *domid,
                           uint8_t uuid[UUID_BYTES])
{
    cleanup_free char *copy = mem_strdup(name);
    char *rest = copy;
    const char *kind = strsep(&rest, "."), *number = strsep(&rest, "."),
               *id = strsep(&rest, ".");

    return strncmp(kind, "userdata-", strlen("userdata-")) == 0 &&
           rest != NULL && id != NULL && living_parse_domid(number, domid) &&
           uuid_parse_text(id, uuid);
}

static void look_at_userdata(const struct walk *walk, const char *path,
                             const char *name)
{
    uint8_t uuid[UUID_BYTES];
    uint32_t domid;

    if (!parse_userdata(name, &domid, uuid) ||
        living_has_uuid(walk->living, uuid))
        return;
    size_t before = walk->found->list.count;
    add_of_domain(walk, LEFTOVER_USERDATA, path, domid);
    if (walk->found->list.count == before)
        return;
    struct leftover *leftover = &walk->found->list.items[before];
    leftover->has_uuid = true;
    memcpy(leftover->uuid, uuid, sizeof(uuid));
}

static void look_at_socket(const struct walk *walk, const char *path,
                           const char *name)
{
    static const char *const prefixes[] = { "qmp-libxl-", QMP_PREFIX };
    uint32_t domid;

    for (size_t i = 0; i < 2; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0 &&
            living_parse_domid(name + strlen(prefixes[i]), &domid))
            add_of_domain(walk, LEFTOVER_SOCKET, path, domid);
}

static void look_at_lock(const struct walk *walk, const char *path,
                         const char *name)
{
    size_t length = strlen(CONSOLE_LOCK_PREFIX);
    uint32_t domid;

    if (strncmp(name, CONSOLE_LOCK_PREFIX, length) == 0 &&
        living_parse_domid(name + length, &domid) &&
        console_lock_is_stale(path, false))
        leftovers_add(walk->found, LEFTOVER_LOCK, mem_strdup(path),
                      "no process has it locked");
}

static bool is_claim_held(const char *path)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd < 0 || flock(fd, LOCK_SH | LOCK_NB) < 0;
}

static void look_at_claim(const struct walk *walk, const char *path,
                          const char *name)
{
    uint8_t uuid[UUID_BYTES];

    if (uuid_parse_text(name, uuid) && !is_young(path) && !is_claim_held(path))
        leftovers_add(walk->found, LEFTOVER_CLAIM, mem_strdup(path),
                      "no create has it locked");
}

static const char *lock_folder(const struct leftover_places *places)
{
    return places->locks != NULL ? places->locks : console_lock_folder();
}

void leftover_files_find(const struct leftover_places *places,
                         struct leftovers *found, const struct living *living)
{
    const struct walk all = { .places = places,
                              .found = found,
                              .living = living };

    walk(&all, places->userdata, look_at_userdata);
    walk(&all, places->sockets, look_at_socket);
    walk(&all, lock_folder(places), look_at_lock);
    walk(&all, places->claims, look_at_claim);
}

/* ---- removal ---- */

/* Who claims does so with the folder's lock held. */
static bool remove_claim(const struct leftover_places *places, const char *path)
{
    cleanup_close int folder = memory_claims_lock(places->claims, NULL);

    return folder >= 0 && !is_claim_held(path) && unlink(path) == 0;
}

static void end(struct leftover *leftover, bool removed)
{
    leftover->end = removed || access(leftover->what, F_OK) < 0
                        ? LEFTOVER_REMOVED
                        : LEFTOVER_SPARED;
}

void leftover_file_remove(const struct leftover_places *places,
                          struct leftover *leftover)
{
    const char *path = leftover->what;

    if (leftover->kind == LEFTOVER_LOCK) {
        end(leftover, console_lock_is_stale(path, true));
    } else if (leftover->kind == LEFTOVER_CLAIM) {
        end(leftover, remove_claim(places, path));
    } else if (is_young(path)) {
        end(leftover, false);
    } else if (unlink(path) < 0 && errno != ENOENT) {
        leftover->end = LEFTOVER_FAILED;
        leftover->cause = mem_strdup(strerror(errno));
    } else {
        leftover->end = LEFTOVER_REMOVED;
    }
}
