/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "hook.h"

#define LOCK_TICK_MS 5
#define FILE_LIMIT ((size_t)16 << 20)

const struct claims_place claims_of_host = {
    .lock_folder = "/var/run/xen-hotplug",
    .file = XENITH_RUNDIR "/block-claims",
    .backends = "/sys/bus/xen-backend/devices",
    .mounts = "/proc/self/mountinfo",
};

static const char *const mode_names[] = {
    [CLAIM_READ] = "r",
    [CLAIM_WRITE] = "w",
    [CLAIM_SHARED] = "w!",
};

enum claim_mode claim_parse_mode(const char *text)
{
    if (strchr(text, 'w') == NULL)
        return CLAIM_READ;
    return strchr(text, '!') == NULL ? CLAIM_WRITE : CLAIM_SHARED;
}

bool claim_is_same(const struct claim *a, const struct claim *b)
{
    if (a->device != 0 && a->device == b->device)
        return true;
    return a->has_file && b->has_file && a->file.device == b->file.device &&
           a->file.inode == b->file.inode;
}

/* ---- the lock ---- */

/* Xen's scripts remove the file while they hold its lock: what was locked
 * must still have the name (tools/hotplug/Linux/locking.sh). */
static bool try_lock(struct claims *claims)
{
    struct stat opened, named;

    claims->lock =
        open(claims->lock_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (claims->lock >= 0 && flock(claims->lock, LOCK_EX | LOCK_NB) == 0 &&
        fstat(claims->lock, &opened) == 0 &&
        stat(claims->lock_path, &named) == 0 && opened.st_ino == named.st_ino)
        return true;
    io_cleanup_close(&claims->lock);
    return false;
}

static int lock(struct claims *claims, struct error *err)
{
    int64_t end = clock_deadline(hook_patience_ms());

    if (io_make_dirs(claims->place->lock_folder, 0755, err) < 0)
        return -1;
    claims->lock_path = mem_printf("%s/block", claims->place->lock_folder);
    while (!try_lock(claims)) {
        if (clock_is_past(end))
            return error_set(err, ERR_TIMEOUT, "%s is locked for too long",
                             claims->lock_path);
        clock_sleep_ms(LOCK_TICK_MS);
    }
    return 0;
}

/* ---- the file ---- */

static bool parse_line(const char *line, struct claim *claim)
{
    unsigned int major_number, minor_number;
    unsigned long long device = 0, inode = 0;
    char file[64], mode[4];

    if (sscanf(line, "%u/%u %u:%u %63s %3s", &claim->domid, &claim->devid,
               &major_number, &minor_number, file, mode) != 6)
        return false;
    claim->device = makedev(major_number, minor_number);
    claim->has_file = sscanf(file, "%llu:%llu", &device, &inode) == 2;
    claim->file =
        (struct loop_file){ .device = (dev_t)device, .inode = (ino_t)inode };
    claim->mode = claim_parse_mode(mode);
    return true;
}

static void read_claims(struct claims *claims)
{
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(claims->place->file, FILE_LIMIT, &text, &length, NULL) < 0)
        return;
    for (char *next = text, *line; (line = strsep(&next, "\n")) != NULL;) {
        struct claim claim;
        if (parse_line(line, &claim))
            VEC_PUSH(&claims->items, claim);
    }
}

int claims_open(struct claims *claims, const struct claims_place *place,
                struct error *err)
{
    *claims = (struct claims){ .place = place, .lock = -1 };
    if (lock(claims, err) < 0)
        return -1;
    read_claims(claims);
    return 0;
}

void claims_close(struct claims *claims)
{
    if (claims->lock >= 0)
        unlink(claims->lock_path);
    io_cleanup_close(&claims->lock);
    free(claims->lock_path);
    claims->lock_path = NULL;
    VEC_DISPOSE(&claims->items);
}

/* Lost with a crash of the host, as the guests are: not synced. */
int claims_save(struct claims *claims, struct error *err)
{
    if (claims->items.count == 0) {
        unlink(claims->place->file);
        return 0;
    }
    cleanup_free char *part = mem_printf("%s.new", claims->place->file);
    cleanup_strbuf struct strbuf text = { 0 };

    VEC_EACH (&claims->items, claim) {
        strbuf_printf(&text, "%u/%u %u:%u ", claim->domid, claim->devid,
                      major(claim->device), minor(claim->device));
        if (claim->has_file)
            strbuf_printf(&text, "%llu:%llu",
                          (unsigned long long)claim->file.device,
                          (unsigned long long)claim->file.inode);
        else
            strbuf_putc(&text, '-');
        strbuf_printf(&text, " %s\n", mode_names[claim->mode]);
    }
    cleanup_close int fd =
        open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || io_write_all(fd, text.text, text.length) < 0 ||
        rename(part, claims->place->file) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s",
                               claims->place->file);
    return 0;
}

/* ---- the list ---- */

static struct claim *find_claim(struct claims *claims, uint32_t domid,
                                uint32_t devid)
{
    VEC_EACH (&claims->items, claim)
        if (claim->domid == domid && claim->devid == devid)
            return claim;
    return NULL;
}

void claims_remove(struct claims *claims, uint32_t domid, uint32_t devid)
{
    struct claim *claim = find_claim(claims, domid, devid);

    if (claim != NULL)
        *claim = claims->items.items[--claims->items.count];
}

void claims_add(struct claims *claims, const struct claim *claim)
{
    claims_remove(claims, claim->domid, claim->devid);
    VEC_PUSH(&claims->items, *claim);
}

/* ---- the kernel's list ---- */

static char *read_attribute(const struct claims_place *place, const char *name,
                            const char *attribute)
{
    cleanup_free char *path =
        mem_printf("%s/%s/%s", place->backends, name, attribute);
    char *text = NULL;
    size_t length;

    return io_read_file(path, 64, &text, &length, NULL) == 0 ? text : NULL;
}

/* What blkback has open for a disk that is not ours. */
static void add_foreign(struct claims *claims, const char *name, uint32_t domid,
                        uint32_t devid)
{
    cleanup_free char *device =
        read_attribute(claims->place, name, "physical_device");
    cleanup_free char *mode = read_attribute(claims->place, name, "mode");
    struct claim claim = { .domid = domid, .devid = devid };
    unsigned int major_number, minor_number;

    /* "7:0" in hexadecimal (drivers/block/xen-blkback/xenbus.c). */
    if (device == NULL ||
        sscanf(device, "%x:%x", &major_number, &minor_number) != 2)
        return;
    claim.device = makedev(major_number, minor_number);
    claim.mode = claim_parse_mode(mode != NULL ? mode : "w");
    if (loop_is_device(claim.device))
        claim.has_file = loop_find_file(claim.device, &claim.file);
    VEC_PUSH(&claims->items, claim);
}

void claims_refresh(struct claims *claims)
{
    cleanup_free bool *present =
        mem_zalloc(claims->items.count + 1, sizeof(*present));
    size_t known = claims->items.count, kept = 0;
    DIR *folder = opendir(claims->place->backends);
    uint32_t domid, devid;

    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (sscanf(entry->d_name, "vbd-%u-%u", &domid, &devid) != 2)
            continue;
        struct claim *claim = find_claim(claims, domid, devid);
        if (claim == NULL)
            add_foreign(claims, entry->d_name, domid, devid);
        else if (claim < claims->items.items + known)
            present[claim - claims->items.items] = true;
    }
    closedir(folder);
    for (size_t i = 0; i < claims->items.count; i++)
        if (i >= known || present[i])
            claims->items.items[kept++] = claims->items.items[i];
    claims->items.count = kept;
}
