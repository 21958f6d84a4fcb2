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
    const char *log; /* with one %s for the domain's name, or one of these */
};

#define NO_LOG NULL
/* libxl's message ends with it: of a boot loader it has the domid in it, which
 * is gone by now. */
#define LOG_IS_NAMED "consult logfile "

#define QEMU_LOG "/var/log/xen/qemu-dm-%s.log"

static const struct culprit culprits[] = {
    { "libxl_dm.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_qmp.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_spawn.c", "device model", ERR_DEVICE, QEMU_LOG },
    { "libxl_exec.c", "hook", ERR_DEVICE, NO_LOG },
    { "libxl_aoutils.c", "hook", ERR_DEVICE, NO_LOG },
    { "libxl_bootloader.c", "boot loader", ERR_DEVICE, LOG_IS_NAMED },
    { "libxl_device.c", "device", ERR_DEVICE, NO_LOG },
    { "libxl_disk.c", "disk", ERR_DEVICE, NO_LOG },
    { "libxl_nic.c", "vif", ERR_DEVICE, NO_LOG },
    { "libxl_pci.c", "pci device", ERR_DEVICE, NO_LOG },
    { "libxl_usb.c", "usb device", ERR_DEVICE, NO_LOG },
    { "panic: xg_", "image", ERR_CONFIG, NO_LOG },
    { "xg_", "image", ERR_CONFIG, NO_LOG },
    { "libxl_dom.c", "image", ERR_CONFIG, NO_LOG },
    { NULL, "build", ERR_FAILED, NO_LOG },
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

bool blame_segment(const char *cause, struct error *err)
{
    unsigned long long size, given, begin;
    char segment[32];

    const char *segment_text = cause ? strstr(cause, "segment ") : NULL;
    if (segment_text == NULL ||
        sscanf(segment_text, "segment %31s too large (0x%llx > 0x%llx - 0x%llx",
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

bool blame_name(const char *cause, const char *name, struct error *err)
{
    if (cause == NULL || strstr(cause, "Domain with name ") == NULL ||
        strstr(cause, " already exists") == NULL)
        return false;
    error_set(err, ERR_STATE, "the name %s is taken by a domain made meanwhile",
              name);
    error_hint(err, "another name: name=\"...\"; or: xn destroy %s", name);
    return true;
}

char *blame_named_log(const char *cause)
{
    const char *mark = cause != NULL ? strstr(cause, LOG_IS_NAMED) : NULL;

    return mark != NULL ? mem_strdup(mark + strlen(LOG_IS_NAMED)) : NULL;
}

/* The log of the part that failed; NULL if it has none. Owned. */
static char *log_path(const struct culprit *culprit, const char *cause,
                      const char *name)
{
    if (culprit->log == NULL)
        return NULL;
    if (strcmp(culprit->log, LOG_IS_NAMED) == 0)
        return blame_named_log(cause);
    cleanup_free char *folded = mem_strdup(name);
    for (char *c = folded; *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    const char *mark = strstr(culprit->log, "%s");
    return mem_printf("%.*s%s%s", (int)(mark - culprit->log), culprit->log,
                      folded, mark + 2);
}

/* Cuts the last line off the text and returns it, NULL if there is none. */
static char *cut_last_line(char *text)
{
    size_t length = strlen(text);

    /* What was said on a terminal has both. */
    while (length > 0 && strchr("\r\n", text[length - 1]) != NULL)
        text[--length] = '\0';
    if (length == 0)
        return NULL;
    char *newline = strrchr(text, '\n');
    if (newline == NULL)
        return mem_strdup(text);
    *newline = '\0';
    return mem_strdup(newline + 1);
}

/*
 * A program that ended early has told its log why, and libxl only that it
 * ended: then its last line is the cause.
 */
static void blame_program(const struct culprit *culprit, const char *path,
                          struct error *err)
{
    cleanup_free char *tail = io_read_tail(path, TAIL_BYTES);
    cleanup_free char *lines = tail ? mem_strdup(tail) : NULL;
    cleanup_free char *last = lines ? cut_last_line(lines) : NULL;

    if (last == NULL)
        return;
    error_set(err, culprit->kind, "%s: %s", culprit->part, last);
    error_detail(err, tail);
}

int blame_create(struct host *host, const libxl_domain_config *config, int rc,
                 struct error *err)
{
    const struct culprit *culprit = find_culprit(host->log.first_origin);

    if (rc == ERROR_ABORTED)
        return error_set(err, ERR_FAILED, "interrupted");
    if (blame_segment(host->log.first_error, err) ||
        blame_name(host->log.first_error, config->c_info.name, err))
        return -1;
    cleanup_free char *path =
        log_path(culprit, host->log.first_error, config->c_info.name);
    if (path != NULL)
        blame_program(culprit, path, err);
    host_fail(host, err, culprit->kind, rc, "%s", culprit->part);
    if (path != NULL)
        error_hint(err, "its log: %s", path);
    return -1;
}
