/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/blame.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"

/* As much of a log as somebody reads with an error. */
#define TAIL_BYTES 2048

/*
 * libxl has one error code for nearly everything, but its messages say which
 * of its files they come from. The first row that fits counts.
 */
struct culprit {
    const char *origin; /* beginning of the source position */
    const char *part;
    enum error_kind kind;
    const char *log; /* with one %s for the domain's name, or NULL */
};

#define QEMU_LOG "/var/log/xen/qemu-dm-%s.log"

static const struct culprit culprits[] = {
    { "libxl_dm.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_qmp.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_spawn.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_exec.c", "hook", ERR_DEVICE, NULL },
    { "libxl_aoutils.c", "hook", ERR_DEVICE, NULL },
    { "libxl_bootloader.c", "boot loader", ERR_DEVICE,
      "/var/log/xen/bootloader.%s.log" },
    { "libxl_device.c", "device", ERR_DEVICE, NULL },
    { "libxl_disk.c", "disk", ERR_DEVICE, NULL },
    { "libxl_nic.c", "vif", ERR_DEVICE, NULL },
    { "libxl_pci.c", "pci device", ERR_DEVICE, NULL },
    { "libxl_usb.c", "usb device", ERR_DEVICE, NULL },
    { "panic: xg_", "image", ERR_CONFIG, NULL },
    { "xg_", "image", ERR_CONFIG, NULL },
    { "libxl_dom.c", "image", ERR_CONFIG, NULL },
    { NULL, "build", ERR_FAILED, NULL },
};

static const struct culprit *find_culprit(const char *origin)
{
    const struct culprit *row = culprits;

    while (row->origin != NULL &&
           (origin == NULL ||
            strncmp(origin, row->origin, strlen(row->origin)) != 0))
        row++;
    return row;
}

/* libxenguest counts in pages of 4 KiB. */
static unsigned long long pages_to_mib(unsigned long long pages)
{
    return (pages + 255) / 256;
}

/*
 * "segment kernel too large (0x3a00 > 0x4000 - 0x1000 pages)": the segment's
 * size, the memory given, and where in it the segment would begin.
 */
static bool blame_segment(const char *cause, struct error *err)
{
    unsigned long long size, given, begin;
    char segment[32];

    if (cause == NULL ||
        sscanf(cause, "segment %31s too large (0x%llx > 0x%llx - 0x%llx",
               segment, &size, &given, &begin) != 4)
        return false;
    error_set(err, ERR_CONFIG,
              "the %s needs %llu MiB (%llu MiB from %llu MiB on) "
              "of the %llu MiB given",
              segment, pages_to_mib(begin + size), pages_to_mib(size),
              pages_to_mib(begin), pages_to_mib(given));
    error_hint(err, "give more: memory = %llu",
               (pages_to_mib(begin + size) + 63) / 32 * 32);
    return true;
}

static void add_log(const struct culprit *culprit, const char *name,
                    struct error *err)
{
    if (culprit->log == NULL)
        return;
    cleanup_free char *folded = mem_strdup(name);
    for (char *c = folded; *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    const char *mark = strstr(culprit->log, "%s");
    cleanup_free char *path = mem_printf("%.*s%s%s", (int)(mark - culprit->log),
                                         culprit->log, folded, mark + 2);
    cleanup_free char *tail = io_read_tail(path, TAIL_BYTES);
    if (tail != NULL)
        error_detail(err, tail);
    error_hint(err, "its log: %s", path);
}

int blame_create(struct host *host, const libxl_domain_config *config, int rc,
                 struct error *err)
{
    const struct culprit *culprit = find_culprit(host->log.first_origin);

    if (rc == ERROR_ABORTED)
        return error_set(err, ERR_FAILED, "interrupted");
    if (blame_segment(host->log.first_error, err))
        return -1;
    host_fail(host, err, culprit->kind, rc, "%s", culprit->part);
    add_log(culprit, config->c_info.name, err);
    return -1;
}
