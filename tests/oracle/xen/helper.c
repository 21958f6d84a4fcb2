/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Xen for a save helper on a machine without it, preloaded into ours and into
 * Debian's: one domain, 7, that is sent or taken by the calls that libxenguest
 * would make. Of tests only. XEN_CALLS names a file for what was asked of Xen;
 * XEN_DIRTY="400 20": what changed in each round; XEN_POPULATE=1 asks for
 * memory, of a domain of the kind XEN_KIND.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenguest.h>

#include "record.h"

enum {
    DOMID = 7,
    PAGES = 32768,
};

static xentoollog_logger *logger;
static const char *changes; /* the rest of XEN_DIRTY */

xc_interface *xc_interface_open(xentoollog_logger *given,
                                xentoollog_logger *dombuild, unsigned int flags)
{
    static char there;

    logger = given;
    changes = getenv("XEN_DIRTY");
    errno = ENODEV;
    return getenv("XEN_NONE") == NULL ? (xc_interface *)&there : NULL;
}

int xc_interface_close(xc_interface *xch)
{
    return 0;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned int most,
                      xc_dominfo_t *info)
{
    const char *kind = getenv("XEN_KIND");

    memset(info, 0, sizeof(*info));
    if (first > DOMID)
        return 0;
    info->domid = DOMID;
    info->nr_pages = PAGES;
    info->hvm = kind != NULL && strcmp(kind, "hvm") == 0;
    return 1;
}

static int refuse(uint32_t domid)
{
    xtl_log(logger, XTL_ERROR, ESRCH, "xc", "no domain %u", domid);
    errno = ESRCH;
    return -1;
}

static long next_dirty(void)
{
    char *end;

    if (changes == NULL || *changes == '\0')
        return 0;
    long value = strtol(changes, &end, 10);
    return value;
}

static void forget_dirty(void)
{
    if (changes == NULL)
        return;
    changes += strcspn(changes, " ");
    changes += strspn(changes, " ");
}

long long xc_logdirty_control(xc_interface *xch, uint32_t domid,
                              unsigned int sop, xc_hypercall_buffer_t *bitmap,
                              unsigned long pages, unsigned int mode,
                              xc_shadow_op_stats_t *stats)
{
    record("logdirty %u %s\n", sop, bitmap == NULL ? "counts" : "bitmap");
    stats->dirty_count = (uint32_t)next_dirty();
    return getenv("XEN_BLIND") == NULL ? (long long)pages : -1;
}

/* The loop of xg_sr_save.c, send_memory_live. */
static int send_live(int fd, const struct save_callbacks *callbacks)
{
    struct precopy_stats stats = { .dirty_count = PAGES };
    int verdict;

    for (;;) {
        verdict = callbacks->precopy_policy(stats, callbacks->data);
        if (verdict != XGS_POLICY_ABORT && stats.dirty_count > 0)
            dprintf(fd, "%ld pages\n", stats.dirty_count);
        if (verdict != XGS_POLICY_CONTINUE_PRECOPY)
            break;
        stats.iteration++;
        stats.total_written += (unsigned long)stats.dirty_count;
        stats.dirty_count = -1;
        verdict = callbacks->precopy_policy(stats, callbacks->data);
        if (verdict != XGS_POLICY_CONTINUE_PRECOPY)
            break;
        stats.dirty_count = next_dirty();
        forget_dirty();
    }
    return verdict == XGS_POLICY_ABORT ? -1 : 0;
}

static int send_rest(int fd, struct save_callbacks *callbacks)
{
    int rc = callbacks->suspend(callbacks->data);

    xtl_log(logger, XTL_DETAIL, -1, "xc", "suspend: %d", rc);
    return rc != 0 && dprintf(fd, "the rest\n") > 0 ? 0 : -1;
}

int xc_domain_save(xc_interface *xch, int fd, uint32_t domid, uint32_t flags,
                   struct save_callbacks *callbacks, xc_stream_type_t type,
                   int recv_fd)
{
    int rc = 0;

    if (domid != DOMID)
        return refuse(domid);
    record("save %u flags %u type %d back %d\n", domid, flags, type, recv_fd);
    if (callbacks->switch_qemu_logdirty(domid, 1, callbacks->data) != 0)
        rc = -1;
    xtl_progress(logger, "xc", "Frames", 3, 1234567890123UL);
    if (rc == 0 && callbacks->precopy_policy != NULL)
        rc = send_live(fd, callbacks);
    if (rc == 0 && dprintf(fd, "pages\n") < 0)
        rc = -1;
    if (rc == 0)
        rc = send_rest(fd, callbacks);
    callbacks->switch_qemu_logdirty(domid, 0, callbacks->data);
    record("log-dirty off, %d\n", rc);
    errno = EIO;
    return rc;
}

int xc_domain_populate_physmap(xc_interface *xch, uint32_t domid,
                               unsigned long count, unsigned int order,
                               unsigned int flags, xen_pfn_t *gfns)
{
    const char *scarce = getenv("XEN_SCARCE");

    record("populate %lu of order %u from %#lx\n", count, order,
           (unsigned long)gfns[0]);
    return scarce != NULL && order > 0 ? 0 : (int)count;
}

/* Below the VGA hole, above it, and two whole extents. */
static int take_memory(xc_interface *xch)
{
    xen_pfn_t gfns[2 * 1024];
    unsigned long count = 0;

    for (xen_pfn_t gfn = 0; gfn < 3 * 512; gfn++)
        if (gfn < 0xa0 || gfn >= 0xc0)
            gfns[count++] = gfn;
    return xc_domain_populate_physmap_exact(xch, DOMID, count, 0, 0, gfns);
}

int xc_domain_restore(xc_interface *xch, int fd, uint32_t domid,
                      unsigned int store_port, unsigned long *store_gfn,
                      uint32_t store_domid, unsigned int console_port,
                      unsigned long *console_gfn, uint32_t console_domid,
                      xc_stream_type_t type,
                      struct restore_callbacks *callbacks, int send_back_fd)
{
    char bytes[64];

    if (domid != DOMID)
        return refuse(domid);
    record("restore %u store %u of %u console %u of %u type %d back %d\n",
           domid, store_port, store_domid, console_port, console_domid, type,
           send_back_fd);
    if (callbacks->static_data_done(3, callbacks->data) != 0)
        return -1;
    if (getenv("XEN_POPULATE") != NULL && take_memory(xch) < 0)
        return -1;
    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
    *store_gfn = 0xfeffc;
    *console_gfn = 0xfefff;
    return 0;
}
