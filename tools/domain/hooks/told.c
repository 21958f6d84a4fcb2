/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/told.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "device/list.h"
#include "domain/hooks/hook_guest.h"
#include "domain/hooks/hooks.h"
#include "host/mark.h"
#include "host/xenstore.h"

/* libxl writes its record of a device first, and then attaches it. */
#define SETTLE_MS 1000

/* ---- lists ---- */

static bool has_line(const char *list, const char *line, size_t length)
{
    for (const char *at = list; *at != '\0';) {
        size_t its = strcspn(at, "\n");
        if (its == length && memcmp(at, line, length) == 0)
            return true;
        at += its + (at[its] == '\n');
    }
    return false;
}

char *told_with(const char *list, const char *kind, const char *word,
                bool there)
{
    cleanup_free char *line = mem_printf("%s %s", kind, word);
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, "");
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (length != strlen(line) || memcmp(at, line, length) != 0) {
            strbuf_add(&text, at, length);
            strbuf_putc(&text, '\n');
        }
        at += length + (at[length] == '\n');
    }
    if (there)
        strbuf_printf(&text, "%s\n", line);
    return strbuf_take(&text);
}

void told_each_lacking(const char *list, const char *other,
                       void (*tell)(void *arg, const char *kind,
                                    const char *word),
                       void *arg)
{
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, "\n"), kind_length = strcspn(at, " \n");
        if (kind_length < length && !has_line(other, at, length)) {
            cleanup_free char *kind = mem_strndup(at, kind_length);
            cleanup_free char *word =
                mem_strndup(at + kind_length + 1, length - kind_length - 1);
            tell(arg, kind, word);
        }
        at += length + (at[length] == '\n');
    }
}

/* ---- locks ---- */

/* Two bytes of one file for each guest (fcntl(2), open file description
 * locks): whose turn it is, and who writes the list. */
enum lock_part {
    LOCK_TURN,
    LOCK_LIST,
    LOCK_PARTS,
};

static int take_lock(uint32_t domid, enum lock_part part, short type)
{
    cleanup_close int fd =
        open(PATHS_TOLD_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock lock = {
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = (off_t)domid * LOCK_PARTS + part,
        .l_len = 1,
    };

    if (fd < 0)
        return -1;
    while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
        if (errno != EINTR)
            return -1;
    return io_steal_fd(&fd);
}

int told_begin(uint32_t domid)
{
    return take_lock(domid, LOCK_TURN, F_RDLCK);
}

void told_note(uint32_t domid, const char *kind, const char *word, bool there)
{
    cleanup_close int lock = take_lock(domid, LOCK_LIST, F_WRLCK);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *before = NULL;

    if (lock < 0 || mark_read_devices(domid, &before, &err) < 0 ||
        before == NULL)
        return;
    cleanup_free char *now = told_with(before, kind, word, there);
    if (mark_write_devices(domid, now, &err) < 0)
        log_warn("%s", err.message);
}

/* ---- what there is ---- */

static char *list_devices(struct host *host, uint32_t domid)
{
    static const struct device_kind *const kinds[] = {
        &device_disk,    &device_nic,    &device_pci,
        &device_usbctrl, &device_usbdev, &device_vtpm,
        &device_vkb,     &device_vdispl, &device_vsnd,
    };
    const struct device_owner owner = { .host = host, .domid = domid };
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, "");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        cleanup_device_list struct device_list list = { 0 };
        device_list_read(&list, kinds[i], &owner);
        for (int j = 0; j < list.count; j++) {
            cleanup_free char *word =
                kinds[i]->word(device_list_item(&list, j));
            strbuf_printf(&text, "%s %s\n", kinds[i]->name, word);
        }
    }
    return strbuf_take(&text);
}

/*
 * Where a guest is taken down its devices go one by one: that is no detaching.
 * Its console, which nobody detaches, is the first to go.
 */
static bool is_up(struct host *host, uint32_t domid)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t console =
        xenstore_reads_add(&reads, "/libxl/%u/device/console/0", domid);
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    bool up = libxl_domain_info(host->ctx, &info, domid) == 0 && !info.dying &&
              !info.shutdown;
    libxl_dominfo_dispose(&info);
    return up && xenstore_reads_run(&reads, NULL) == 0 &&
           xenstore_reads_value(&reads, console) != NULL;
}

/* ---- telling ---- */

struct telling {
    const struct hook_guest *guest;
    enum hook_event event;
};

static void tell(void *arg, const char *kind, const char *word)
{
    const struct telling *telling = arg;
    struct hook_call call =
        hook_guest_call(telling->guest, telling->event, NULL);

    call.device_kind = kind;
    call.device = word;
    hooks_tell(&hook_place_of_host, &call);
}

static void tell_all(struct host *host, uint32_t domid, const char *before,
                     const char *now)
{
    cleanup_hook_guest struct hook_guest guest;
    struct telling removed = { &guest, HOOK_DEVICE_REMOVED };
    struct telling added = { &guest, HOOK_DEVICE_ADDED };

    hook_guest_read(&guest, host, domid);
    told_each_lacking(before, now, tell, &removed);
    told_each_lacking(now, before, tell, &added);
}

int told_compare(struct host *host, uint32_t domid, struct error *err)
{
    cleanup_free char *before = NULL;

    if (mark_read_devices(domid, &before, err) < 0)
        return -1;
    if (before != NULL) /* somebody is at it just now */
        clock_sleep_ms(SETTLE_MS);
    free(steal(before));
    cleanup_close int turn = take_lock(domid, LOCK_TURN, F_WRLCK);
    if (turn < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", PATHS_TOLD_LOCK);
    if (!is_up(host, domid) || mark_read_devices(domid, &before, err) < 0)
        return error_is_set(err) ? -1 : 0;
    cleanup_free char *now = list_devices(host, domid);
    if (before != NULL && strcmp(before, now) == 0)
        return 0;
    if (mark_write_devices(domid, now, err) < 0)
        return -1;
    /* A hook may attach something itself. */
    io_cleanup_close(&turn);
    if (before != NULL)
        tell_all(host, domid, before, now);
    return 0;
}
