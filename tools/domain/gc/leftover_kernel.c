/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loop devices that our hook noted for a domain (xenstored-hooks/claims.h has
 * the list's form), interfaces named after one, and device models started for
 * one. Interfaces and processes are only told: the kernel takes its vifs away
 * with their nodes, and what a process still has to write is not known here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "domain/gc/leftovers.h"

#define LIST_LIMIT ((size_t)16 << 20)
/* A command line is cut off after this, bytes. */
#define COMMAND_LIMIT ((size_t)128 << 10)
/* Major number of loop devices: Documentation/admin-guide/devices.txt. */
#define LOOP_MAJOR 7

/* ---- loop devices ---- */

static bool has_file(const char *path, dev_t device, ino_t inode)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct loop_info64 info;

    return fd >= 0 && ioctl(fd, LOOP_GET_STATUS64, &info) == 0 &&
           (dev_t)info.lo_device == device && (ino_t)info.lo_inode == inode;
}

/* "5/51712 7:3 2049:1234 w": domain 5 has file 1234 through loop3. */
static void look_at_claim(const struct leftover_places *places,
                          const char *line, struct leftovers *found,
                          const struct living *living)
{
    unsigned int domid, devid, major_number, minor_number;
    unsigned long long device, inode;

    if (sscanf(line, "%u/%u %u:%u %llu:%llu ", &domid, &devid, &major_number,
               &minor_number, &device, &inode) != 6 ||
        major_number != LOOP_MAJOR || domid == 0 || living_has(living, domid))
        return;
    cleanup_free char *path =
        mem_printf("%s/loop%u", places->loops, minor_number);
    if (!has_file(path, (dev_t)device, (ino_t)inode))
        return;
    struct leftover *leftover = leftovers_add(
        found, LEFTOVER_LOOP, steal(path),
        "it was set up for disk %u of domain %u, which Xen does not have",
        devid, domid);
    leftover->has_domid = true;
    leftover->domid = domid;
    leftover->file_device = (dev_t)device;
    leftover->file_inode = (ino_t)inode;
}

static void find_loops(const struct leftover_places *places,
                       struct leftovers *found, const struct living *living)
{
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(places->block_claims, LIST_LIMIT, &text, &length, NULL) <
        0)
        return;
    for (char *next = text, *line; (line = strsep(&next, "\n")) != NULL;)
        look_at_claim(places, line, found, living);
}

void leftover_loop_remove(struct leftover *leftover)
{
    const char *path = leftover->what;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    /* By now it may be free, or another's. The kernel keeps it until its last
     * user has closed it. */
    if (fd < 0 ||
        !has_file(path, leftover->file_device, leftover->file_inode)) {
        leftover->end = LEFTOVER_REMOVED;
    } else if (ioctl(fd, LOOP_CLR_FD) == 0 || errno == ENXIO) {
        leftover->end = LEFTOVER_REMOVED;
    } else {
        leftover->end = LEFTOVER_FAILED;
        leftover->cause = mem_strdup(strerror(errno));
    }
}

/* ---- interfaces, processes ---- */

/* "vif5.0" and its emulated "vif5.0-emu". */
static void look_at_interface(const char *name, struct leftovers *found,
                              const struct living *living)
{
    unsigned int domid, number;
    int length = 0;

    if (sscanf(name, "vif%u.%u%n", &domid, &number, &length) != 2 ||
        (name[length] != '\0' && strcmp(name + length, "-emu") != 0) ||
        domid == 0 || domid >= LIVING_DOMID_END || living_has(living, domid))
        return;
    struct leftover *leftover =
        leftovers_add(found, LEFTOVER_INTERFACE, mem_strdup(name),
                      "Xen has no domain %u; ip link del %s", domid, name);
    leftover->has_domid = true;
    leftover->domid = domid;
}

/* What follows "-xen-domid" among words that end with NUL each. */
static bool find_domid(const char *words, size_t length, uint32_t *domid)
{
    const char *end = words + length;
    bool next = false;

    for (const char *word = words; word < end; word += strlen(word) + 1) {
        if (next)
            return living_parse_domid(word, domid);
        next = strcmp(word, "-xen-domid") == 0;
    }
    return false;
}

static void look_at_process(const struct leftover_places *places,
                            const char *pid, struct leftovers *found,
                            const struct living *living)
{
    cleanup_free char *path =
        mem_printf("%s/%s/cmdline", places->processes, pid);
    cleanup_free char *words = NULL;
    uint32_t number, domid;
    size_t length;

    if (!number_parse_u32(pid, &number) ||
        io_read_file(path, COMMAND_LIMIT, &words, &length, NULL) < 0 ||
        !find_domid(words, length, &domid) || living_has(living, domid))
        return;
    struct leftover *leftover =
        leftovers_add(found, LEFTOVER_PROCESS, mem_strdup(pid),
                      "%s serves domain %u, which Xen does not have; kill %s",
                      words, domid, pid);
    leftover->has_domid = true;
    leftover->domid = domid;
}

void leftover_kernel_find(const struct leftover_places *places,
                          struct leftovers *found, const struct living *living)
{
    DIR *interfaces = opendir(places->interfaces);
    DIR *processes = opendir(places->processes);
    struct dirent *entry;

    find_loops(places, found, living);
    while (interfaces != NULL && (entry = readdir(interfaces)) != NULL)
        look_at_interface(entry->d_name, found, living);
    while (processes != NULL && (entry = readdir(processes)) != NULL)
        look_at_process(places, entry->d_name, found, living);
    if (interfaces != NULL)
        closedir(interfaces);
    if (processes != NULL)
        closedir(processes);
}
