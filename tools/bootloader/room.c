/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootloader/room.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/* Of the host's root: what programs need to start. Some hosts have links
 * where others have folders; what is missing is left out. */
static const char *const shown[] = { "usr",
                                     "bin",
                                     "sbin",
                                     "lib",
                                     "lib32",
                                     "lib64",
                                     "libx32",
                                     "etc/alternatives",
                                     "etc/ld.so.cache" };

#define SHOWN_COUNT (sizeof(shown) / sizeof(shown[0]))

static int refuse(struct error *err, const char *what, const char *name)
{
    return error_set_errno(err, ERR_DEVICE, errno,
                           "the boot loader cannot be confined: %s %s", what,
                           name);
}

/* ---- what of the host is seen ---- */

static int bind_read_only(const char *source, const char *name)
{
    unsigned long flags =
        MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;

    if (mount(source, name, NULL, MS_BIND, NULL) < 0)
        return -1;
    return mount(NULL, name, NULL, flags, NULL);
}

static int copy_link(const char *source, const char *name)
{
    char target[PATH_MAX];
    ssize_t length = readlink(source, target, sizeof(target) - 1);

    if (length < 0)
        return -1;
    target[length] = '\0';
    return symlink(target, name);
}

static int show_file(const char *source, const char *name)
{
    cleanup_close int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);

    return fd < 0 ? -1 : bind_read_only(source, name);
}

/* name: without the first slash, so in the room. */
static int show(const char *name)
{
    cleanup_free char *source = mem_printf("/%s", name);
    struct stat status;

    if (lstat(source, &status) < 0)
        return errno == ENOENT ? 0 : -1;
    if (S_ISLNK(status.st_mode))
        return copy_link(source, name);
    if (S_ISDIR(status.st_mode))
        return mkdir(name, 0755) < 0 ? -1 : bind_read_only(source, name);
    return show_file(source, name);
}

static int show_all(struct error *err)
{
    if (mkdir("etc", 0755) < 0)
        return refuse(err, "make", "/etc");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        if (show(shown[i]) < 0)
            return refuse(err, "show", shown[i]);
    return 0;
}

/* The folders on the way to a file. */
static int make_parents(char *path)
{
    for (char *slash = strchr(path, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = mkdir(path, 0755);
        *slash = '/';
        if (rc < 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

/* Most are below /usr. */
static int show_loader(const char *loader, struct error *err)
{
    cleanup_free char *name = mem_strdup(loader + 1);

    if (access(name, F_OK) == 0)
        return 0;
    if (make_parents(name) < 0 || show_file(loader, name) < 0)
        return refuse(err, "show", loader);
    return 0;
}

/* ---- what it has of its own ---- */

static int mount_memory(const char *name, unsigned long flags,
                        const char *options)
{
    if (mkdir(name, 0755) < 0)
        return -1;
    return mount("none", name, "tmpfs", flags, options);
}

static int make_devices(dev_t device, const struct confine_user *user,
                        struct error *err)
{
    unsigned long flags = MS_NOSUID | MS_NOEXEC;

    if (mount_memory("dev", flags, "size=64k,nr_inodes=8,mode=0755") < 0)
        return refuse(err, "mount", "/dev");
    if (mknod("dev/null", S_IFCHR | 0666, makedev(1, 3)) < 0 ||
        mknod("." ROOM_DISK, S_IFBLK | 0400, device) < 0 ||
        chown("." ROOM_DISK, user->uid, user->gid) < 0)
        return refuse(err, "make", "its devices");
    if (mount(NULL, "dev", NULL, MS_REMOUNT | MS_RDONLY | flags, NULL) < 0)
        return refuse(err, "protect", "/dev");
    return 0;
}

static int make_own_folder(const char *name, uint64_t bytes,
                           const struct confine_user *user, struct error *err)
{
    cleanup_free char *options =
        mem_printf("size=%llu,nr_inodes=64,mode=0700,uid=%u,gid=%u",
                   (unsigned long long)bytes, (unsigned int)user->uid,
                   (unsigned int)user->gid);

    if (mount_memory(name, MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
        return refuse(err, "mount", name);
    return 0;
}

static int open_result(struct room *room, const struct confine_user *user,
                       struct error *err)
{
    room->out = open("." ROOM_OUT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    room->result =
        open("." ROOM_RESULT, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (room->out < 0 || room->result < 0 ||
        fchown(room->result, user->uid, user->gid) < 0)
        return refuse(err, "make", ROOM_RESULT);
    return 0;
}

static int furnish(struct room *room, const char *loader, dev_t device,
                   const struct confine_user *user, struct error *err)
{
    if (show_all(err) < 0 || make_devices(device, user, err) < 0 ||
        make_own_folder("tmp", (uint64_t)4 << 20, user, err) < 0 ||
        make_own_folder("out", ROOM_BYTES, user, err) < 0 ||
        show_loader(loader, err) < 0)
        return -1;
    return open_result(room, user, err);
}

/* ---- moving in ---- */

/* Nothing that is mounted from here on is seen by others. */
static int leave_namespaces(struct error *err)
{
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                CLONE_NEWPID) < 0)
        return refuse(err, "make", "namespaces of its own");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return refuse(err, "keep", "its mounts to itself");
    return 0;
}

/* pivot_root(2), "pivot_root(".", ".")": the old root is under the new. */
static int move_in(struct error *err)
{
    unsigned long flags = MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;

    if (mount(NULL, ".", NULL, flags, NULL) < 0)
        return refuse(err, "protect", "/");
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
        chdir("/") < 0)
        return refuse(err, "enter", "its root");
    return 0;
}

int room_enter(struct room *room, const char *place, const char *loader,
               dev_t device, const struct confine_user *user, struct error *err)
{
    umask(0);
    if (leave_namespaces(err) < 0)
        return -1;
    if (mount("none", place, "tmpfs", MS_NOSUID | MS_NODEV,
              "size=64k,nr_inodes=64,mode=0755") < 0 ||
        chdir(place) < 0)
        return refuse(err, "mount its root on", place);
    if (furnish(room, loader, device, user, err) < 0)
        return -1;
    return move_in(err);
}

void room_close(struct room *room)
{
    io_cleanup_close(&room->out);
    io_cleanup_close(&room->result);
}
