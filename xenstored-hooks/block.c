/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk: a block device as it is, a file through a loop device. Sharing is
 * decided by the rules of Xen's block script: a writer tolerates nobody, a
 * reader no writer, w! asks nobody; Dom0's mounts count, and domains of the
 * same guest (a device model's, or both sides of a migration) do not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "block.h"

/* blkback opens the device in a kernel thread, at once. */
#define OPEN_PATIENCE_MS 3000
#define OPEN_TICK_MS 1

#define STATE_INIT_WAIT "2" /* XenbusStateInitWait, xen/io/xenbus.h */

/* One disk under way. */
struct disk {
    struct hook *hook;
    char *path; /* resolved; owned */
    struct stat status;
    struct claim claim;
    int file; /* open, if it is a file */
    int loop; /* open, once that has a loop device */
};

static void disk_dispose(struct disk *disk)
{
    io_cleanup_close(&disk->file);
    io_cleanup_close(&disk->loop);
    free(disk->path);
}
#define cleanup_disk __attribute__((cleanup(disk_dispose)))

/* ---- what is asked for ---- */

/* A name without a folder is one of /dev. */
static char *resolve(const char *params)
{
    cleanup_free char *path =
        params[0] == '/' ? mem_strdup(params) : mem_printf("/dev/%s", params);

    return realpath(path, NULL);
}

static int open_file(struct disk *disk, struct error *err)
{
    bool writes = disk->claim.mode != CLAIM_READ;

    /* What the mode bits say counts for root too, as a mark of the owner. */
    if (writes && (disk->status.st_mode & 0222) == 0)
        return error_set(err, ERR_STATE,
                         "%s is read-only, and the guest would write to it",
                         disk->path);
    deadline_note(disk->hook->deadline, "opening %s", disk->path);
    disk->file = open(disk->path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (disk->file < 0 || fstat(disk->file, &disk->status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", disk->path);
    disk->claim.has_file = true;
    disk->claim.file = (struct loop_file){ .device = disk->status.st_dev,
                                           .inode = disk->status.st_ino };
    return 0;
}

static int find_target(struct disk *disk, const char *params, struct error *err)
{
    deadline_note(disk->hook->deadline, "looking for %s", params);
    disk->path = resolve(params);
    if (disk->path == NULL || stat(disk->path, &disk->status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", params);
    if (S_ISREG(disk->status.st_mode))
        return open_file(disk, err);
    if (!S_ISBLK(disk->status.st_mode))
        return error_set(err, ERR_CONFIG,
                         "%s is neither a file nor a block device", disk->path);
    disk->claim.device = disk->status.st_rdev;
    if (loop_is_device(disk->claim.device))
        disk->claim.has_file =
            loop_find_file(disk->claim.device, &disk->claim.file);
    return 0;
}

/* ---- sharing with other guests ---- */

static bool conflicts(enum claim_mode wanted, enum claim_mode held)
{
    return wanted == CLAIM_WRITE ||
           (wanted == CLAIM_READ && held == CLAIM_WRITE);
}

static char *vm_of(struct hook *hook, uint32_t domid)
{
    cleanup_free char *home = mem_printf("/local/domain/%u", domid);

    return store_get(hook->store, home, "vm");
}

/* The guest for which a domain works: its own, or its device model's one. */
static char *target_vm_of(struct hook *hook, uint32_t domid)
{
    cleanup_free char *home = mem_printf("/local/domain/%u", domid);
    cleanup_free char *target = store_get(hook->store, home, "target");
    cleanup_free char *path =
        target ? mem_printf("/local/domain/%s", target) : NULL;

    return path != NULL ? store_get(hook->store, path, "vm") : NULL;
}

static bool is_equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* A domain that is gone, but for its backend, counts as the same one. */
static bool is_same_guest(struct hook *hook, uint32_t other)
{
    cleanup_free char *own = vm_of(hook, hook->domid);
    cleanup_free char *its = vm_of(hook, other);
    cleanup_free char *own_target = target_vm_of(hook, hook->domid);
    cleanup_free char *its_target = target_vm_of(hook, other);

    return its == NULL || is_equal(own, its) || is_equal(own_target, its) ||
           is_equal(own, its_target) || is_equal(own_target, its_target);
}

/* The list may be behind; xenstore is not. */
static bool is_true(struct hook *hook, const struct claim *claim,
                    enum claim_mode *mode)
{
    cleanup_free char *path =
        mem_printf("backend/vbd/%u/%u", claim->domid, claim->devid);
    cleanup_free char *device = store_get(hook->store, path, "physical-device");
    cleanup_free char *text = store_get(hook->store, path, "mode");
    unsigned int major_number, minor_number;

    if (device == NULL ||
        sscanf(device, "%x:%x", &major_number, &minor_number) != 2 ||
        makedev(major_number, minor_number) != claim->device)
        return false;
    *mode = claim_parse_mode(text != NULL ? text : "");
    return true;
}

static int check_guests(struct disk *disk, struct claims *claims,
                        struct error *err)
{
    struct hook *hook = disk->hook;

    VEC_EACH (&claims->items, other) {
        enum claim_mode mode;
        if ((other->domid == hook->domid && other->devid == hook->devid) ||
            !claim_is_same(&disk->claim, other) ||
            !is_true(hook, other, &mode) ||
            !conflicts(disk->claim.mode, mode) ||
            is_same_guest(hook, other->domid))
            continue;
        return error_set(err, ERR_STATE,
                         "%s is in use by domain %u%s, and so cannot be given "
                         "to another one%s",
                         disk->path, other->domid,
                         mode == CLAIM_WRITE ? ", which writes to it" : "",
                         disk->claim.mode == CLAIM_WRITE ? " to write to" : "");
    }
    return 0;
}

/* ---- sharing with Dom0 ---- */

/* btrfs and others mount under a device number of their own: the source counts
 * then. */
static dev_t mounted_device(unsigned int major_number,
                            unsigned int minor_number, const char *source)
{
    struct stat status;

    if (major_number == 0 && source[0] == '/' && stat(source, &status) == 0 &&
        S_ISBLK(status.st_mode))
        return status.st_rdev;
    return makedev(major_number, minor_number);
}

static bool is_read_only(const char *options)
{
    return strcmp(options, "ro") == 0 || strncmp(options, "ro,", 3) == 0;
}

/*
 * proc(5), /proc/PID/mountinfo: "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 -
 * ext3 /dev/root rw,errors=continue". The last word's rw is the filesystem's.
 */
static bool parse_mount(char *line, struct claim *mount)
{
    unsigned int major_number, minor_number;
    char *rest = strstr(line, " - ");

    if (rest == NULL ||
        sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) != 2)
        return false;
    rest += 3;
    strsep(&rest, " "); /* the filesystem's type */
    const char *source = strsep(&rest, " ");
    if (source == NULL || rest == NULL)
        return false;
    *mount = (struct claim){
        .device = mounted_device(major_number, minor_number, source),
        .mode = is_read_only(rest) ? CLAIM_READ : CLAIM_WRITE,
    };
    if (loop_is_device(mount->device))
        mount->has_file = loop_find_file(mount->device, &mount->file);
    return true;
}

static int check_mounts(const struct disk *disk, const struct claims *claims,
                        struct error *err)
{
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(claims->place->mounts, (size_t)16 << 20, &text, &length,
                     err) < 0)
        return -1;
    for (char *next = text, *line; (line = strsep(&next, "\n")) != NULL;) {
        struct claim mount;
        if (parse_mount(line, &mount) && claim_is_same(&disk->claim, &mount) &&
            conflicts(disk->claim.mode, mount.mode))
            return error_set(err, ERR_STATE,
                             "%s is mounted in this host, and so cannot be "
                             "given to a guest",
                             disk->path);
    }
    return 0;
}

static int check_sharing(struct disk *disk, struct claims *claims,
                         struct error *err)
{
    claims_refresh(claims);
    if (disk->claim.mode == CLAIM_SHARED)
        return 0;
    if (check_guests(disk, claims, err) < 0)
        return -1;
    deadline_note(disk->hook->deadline, "looking at what is mounted");
    return check_mounts(disk, claims, err);
}

/* ---- giving it to blkback ---- */

/* blkback acts on physical-device: it comes last. */
static int tell_device(struct disk *disk, const char *path, struct error *err)
{
    struct store *store = disk->hook->store;
    const char *folder = disk->hook->path;
    cleanup_free char *numbers = mem_printf("%x:%x", major(disk->claim.device),
                                            minor(disk->claim.device));

    if (disk->file >= 0 && store_put(store, folder, "node", path, err) < 0)
        return -1;
    if (store_put(store, folder, "physical-device-path", path, err) < 0)
        return -1;
    return store_put(store, folder, "physical-device", numbers, err);
}

/* Claims it and tells blkback. */
static int announce(struct disk *disk, struct claims *claims, const char *path,
                    struct error *err)
{
    claims_add(claims, &disk->claim);
    if (claims_save(claims, err) < 0)
        return -1;
    return tell_device(disk, path, err);
}

static int give_file(struct disk *disk, struct claims *claims,
                     struct error *err)
{
    cleanup_free char *path = NULL;
    struct stat status;

    deadline_note(disk->hook->deadline, "making a loop device of %s",
                  disk->path);
    disk->loop = loop_attach(disk->file, disk->path,
                             disk->claim.mode == CLAIM_READ, &path, err);
    if (disk->loop < 0)
        return -1;
    if (fstat(disk->loop, &status) < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s", path);
    disk->claim.device = status.st_rdev;
    return announce(disk, claims, path, err);
}

/* All that takes the lock, under which other disks are not kept waiting. */
static int give(struct disk *disk, const struct claims_place *place,
                struct error *err)
{
    cleanup_claims struct claims claims;

    deadline_note(disk->hook->deadline, "asking whether %s is in use",
                  disk->path);
    if (claims_open(&claims, place, err) < 0 ||
        check_sharing(disk, &claims, err) < 0)
        return -1;
    /* The toolstack may have given up while others had the lock. */
    cleanup_free char *state =
        store_get(disk->hook->store, disk->hook->path, "state");
    if (!is_equal(state, STATE_INIT_WAIT))
        return error_set(err, ERR_DEVICE,
                         "the backend does not wait for it any more (state %s)",
                         state ? state : "gone");
    return disk->file >= 0 ? give_file(disk, &claims, err)
                           : announce(disk, &claims, disk->path, err);
}

/* blkback shows what it has open. */
static bool is_open(const struct disk *disk, const struct claims_place *place)
{
    cleanup_free char *path =
        mem_printf("%s/vbd-%u-%u/physical_device", place->backends,
                   disk->hook->domid, disk->hook->devid);

    return access(path, F_OK) == 0;
}

/* Until then nobody but us has the loop device open. */
static int wait_until_open(const struct disk *disk,
                           const struct claims_place *place, struct error *err)
{
    int64_t end = clock_deadline(OPEN_PATIENCE_MS);

    deadline_note(disk->hook->deadline, "waiting for the backend to open %s",
                  disk->path);
    while (!is_open(disk, place)) {
        if (clock_is_past(end))
            return loop_keep(disk->loop, err);
        clock_sleep_ms(OPEN_TICK_MS);
    }
    return 0;
}

/* What is left to say is said while blkback is at work. */
static int hand_over(struct disk *disk, const struct claims_place *place,
                     struct error *err)
{
    if (give(disk, place, err) < 0 || hook_tell_connected(disk->hook, err) < 0)
        return -1;
    return disk->loop < 0 ? 0 : wait_until_open(disk, place, err);
}

static int add(struct hook *hook, const struct claims_place *place,
               const char *params, struct error *err)
{
    cleanup_free char *given =
        store_get(hook->store, hook->path, "physical-device");
    cleanup_free char *mode = store_need(hook->store, hook->path, "mode", err);
    cleanup_disk struct disk disk = {
        .hook = hook,
        .claim = { .domid = hook->domid, .devid = hook->devid },
        .file = -1,
        .loop = -1,
    };

    if (mode == NULL)
        return -1;
    /* Called twice; or a drive without a medium. */
    if (given != NULL || params == NULL || params[0] == '\0')
        return 0;
    disk.claim.mode = claim_parse_mode(mode);
    if (find_target(&disk, params, err) < 0)
        return -1;
    return hand_over(&disk, place, err);
}

/* The file may be gone or replaced by now; the list knows which one it was. */
static int remove_disk(struct hook *hook, const struct claims_place *place,
                       struct error *err)
{
    cleanup_free char *node = store_get(hook->store, hook->path, "node");
    cleanup_claims struct claims claims;
    int rc = 0;

    if (claims_open(&claims, place, err) < 0)
        return -1;
    VEC_EACH (&claims.items, claim)
        if (claim->domid == hook->domid && claim->devid == hook->devid &&
            claim->has_file && node != NULL)
            rc = loop_detach(node, &claim->file, err);
    claims_remove(&claims, hook->domid, hook->devid);
    return claims_save(&claims, err) < 0 ? -1 : rc;
}

int block_run_at(struct hook *hook, const struct claims_place *place,
                 struct error *err)
{
    cleanup_free char *params = store_get(hook->store, hook->path, "params");

    return hook->arrives ? add(hook, place, params, err)
                         : remove_disk(hook, place, err);
}

int block_run(struct hook *hook, struct error *err)
{
    if (io_make_dirs(XENITH_RUNDIR, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    return block_run_at(hook, &claims_of_host, err);
}
