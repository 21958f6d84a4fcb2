/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each QEMU of libxl's has a socket for who wants its numbers, as xentop does.
 * The names of emulated disks are those of libxl's command line, or QEMU's own
 * where that has none; a disk that QEMU serves as a backend has its name in
 * that of its block node (qemu/hw/block/xen-block.c).
 */
#include "host/traffic_qemu.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "host/qmp.h"

#define SECTOR 512

/* For all of them: one that hangs may cost no more. */
#define PATIENCE_MS 2000

/* Majors of Linux, and the bits of xen-vbd-interface. */
enum {
    MAJOR_IDE0 = 3,
    MAJOR_IDE1 = 22,
    MAJOR_SCSI = 8,
    MAJOR_XEN = 202,
    EXTENDED = 1 << 28,
};

/* ---- names ---- */

static uint32_t ide_number(uint32_t disk)
{
    return (disk < 2 ? MAJOR_IDE0 : MAJOR_IDE1) << 8 | (disk & 1) << 6;
}

static uint32_t scsi_number(uint32_t disk)
{
    return MAJOR_SCSI << 8 | disk << 4;
}

static uint32_t xen_number(uint32_t disk)
{
    return disk < 16 ? MAJOR_XEN << 8 | disk << 4 : EXTENDED | disk << 8;
}

/* "b" and "aa" are the disks 1 and 26, up to a '-' or the end. */
static bool parse_letters(const char *text, uint32_t *disk)
{
    uint32_t value = 0;

    for (; *text >= 'a' && *text <= 'z' && value < 1u << 14; text++)
        value = value * 26 + (uint32_t)(*text - 'a') + 1;
    *disk = value - 1;
    return value > 0 && (*text == '\0' || *text == '-');
}

/* Of a block node that xen-block.c made, "xvda-qcow2". */
static bool parse_served(const char *node, uint32_t *number)
{
    static const struct {
        const char *prefix;
        uint32_t limit;
        uint32_t (*number)(uint32_t disk);
    } kinds[] = {
        { "xvd", 1u << 14, xen_number },
        { "hd", 4, ide_number },
        { "sd", 16, scsi_number },
    };
    uint32_t disk;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t length = strlen(kinds[i].prefix);
        if (strncmp(node, kinds[i].prefix, length) != 0 ||
            !parse_letters(node + length, &disk) || disk >= kinds[i].limit)
            continue;
        *number = kinds[i].number(disk);
        return true;
    }
    return false;
}

static bool after(const char *text, const char *prefix, uint32_t *number)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 &&
           number_parse_u32(text + length, number);
}

/* "ide1-hd0" is QEMU's own name: the first disk of the second bus. */
static bool parse_bus(const char *device, uint32_t *number)
{
    uint32_t unit;

    if (!after(device, "ide0-hd", &unit) && !after(device, "ide0-cd", &unit)) {
        if (!after(device, "ide1-hd", &unit) &&
            !after(device, "ide1-cd", &unit))
            return false;
        unit += 2;
    }
    *number = ide_number(unit);
    return unit < 4;
}

static bool parse_emulated(const char *device, uint32_t *number)
{
    uint32_t disk;

    if (after(device, "ide-", number) || parse_bus(device, number))
        return true;
    if (!after(device, "ahcidisk-", &disk) && !after(device, "scsi0-hd", &disk))
        return false;
    *number = scsi_number(disk);
    return disk < 16;
}

bool traffic_qemu_number(const char *device, const char *node, uint32_t *number)
{
    if (device != NULL && device[0] != '\0')
        return parse_emulated(device, number);
    return node != NULL && parse_served(node, number);
}

/* ---- numbers ---- */

static uint64_t count_of(const struct json_value *stats, const char *key)
{
    uint64_t value = 0;

    (void)json_as_uint(json_get(stats, key), &value);
    return value;
}

static void add_disks(struct traffic *traffic, uint32_t domid,
                      const struct json_value *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *disk = json_item(list, i);
        const struct json_value *stats = json_get(disk, "stats");
        struct traffic_vbd vbd = {
            .domid = domid,
            .by_qemu = true,
            .reads = count_of(stats, "rd_operations"),
            .writes = count_of(stats, "wr_operations"),
            .read_sectors = count_of(stats, "rd_bytes") / SECTOR,
            .written_sectors = count_of(stats, "wr_bytes") / SECTOR,
        };
        if (traffic_qemu_number(json_as_string(json_get(disk, "device")),
                                json_as_string(json_get(disk, "node-name")),
                                &vbd.number))
            VEC_PUSH(&traffic->vbds, vbd);
    }
}

/* One that does not answer, or ends meanwhile, is left out. */
static void ask(struct traffic *traffic, const char *run, const char *name,
                int64_t deadline)
{
    cleanup_json_value struct json_value *answer = NULL;
    cleanup_free char *path = mem_printf("%s/%s", run, name);
    uint32_t domid;

    if (after(name, QMP_PREFIX, &domid) &&
        qmp_ask(path, "query-blockstats", NULL, deadline, &answer, NULL) == 0)
        add_disks(traffic, domid, json_get(answer, "return"));
}

int traffic_qemu_read(const char *run, struct traffic *traffic,
                      struct error *err)
{
    int64_t deadline = clock_deadline(PATIENCE_MS);
    DIR *folder = opendir(run);

    if (folder == NULL && errno == ENOENT)
        return 0;
    if (folder == NULL)
        return error_set_errno(err, ERR_HOST, errno, "%s", run);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        ask(traffic, run, entry->d_name, deadline);
    closedir(folder);
    return 0;
}
