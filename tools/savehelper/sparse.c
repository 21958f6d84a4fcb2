/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xg_sr_save.c of libxenguest has a bitmap with a bit for each frame, allocated
 * as pages that a hypercall may fill. For the first round all bits are set; it
 * looks at a bit only when it comes to it, so that those behind the first batch
 * of frames, whose types it asks for, can still be cleared. What a guest got
 * since then is sent when it stands still, if the number of its pages is
 * another one.
 */
#include "savehelper/sparse.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/visible.h"
#include "savehelper/holes.h"
#include "savehelper/wire.h"

/* Of libxenctrl's xc_private.h, for libxenguest: types, of frames, are the
 * frames before the call. 0 or -1. */
int xc_get_pfn_type_batch(xc_interface *xch, uint32_t domid, unsigned int count,
                          xen_pfn_t *types);

static struct {
    xc_interface *xch; /* NULL: nothing is to be done */
    uint32_t domid;
    uint8_t *bits;   /* libxc's */
    size_t room;     /* of them, bytes */
    uint64_t frames; /* once they were cleared; else 0 */
    uint64_t pages;  /* that the guest had then */
    uint8_t *sent;   /* a copy of what was left; owned */
} sparse;

/* The library's function of that name, which ours hides. */
static void *hidden(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL) {
        fprintf(stderr, "libxenctrl has no %s\n", name);
        abort();
    }
    return found;
}

static int get_types(xc_interface *xch, uint32_t domid, unsigned int count,
                     xen_pfn_t *types)
{
    int (*get)(xc_interface *, uint32_t, unsigned int, xen_pfn_t *);

    *(void **)&get = hidden("xc_get_pfn_type_batch");
    return get(xch, domid, count, types);
}

static bool read_info(xc_dominfo_t *info)
{
    return xc_domain_getinfo(sparse.xch, sparse.domid, 1, info) == 1 &&
           info->domid == sparse.domid;
}

void sparse_begin(xc_interface *xch, uint32_t domid)
{
    xc_dominfo_t info;

    sparse.xch = xch;
    sparse.domid = domid;
    if (!read_info(&info) || !info.hvm)
        sparse.xch = NULL;
}

static int look(void *data, uint64_t first, size_t count, bool *there)
{
    xen_pfn_t types[HOLES_BATCH];

    for (size_t i = 0; i < count; i++)
        types[i] = first + i;
    if (get_types(sparse.xch, sparse.domid, (unsigned int)count, types) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        there[i] = types[i] != XEN_DOMCTL_PFINFO_XTAB;
    return 0;
}

static const struct holes_view view = { .look = look };

/* Whether the bitmap is one of that many frames, and all are to be sent. */
static bool is_whole(uint64_t frames)
{
    size_t length = (size_t)(frames + 7) / 8;

    if (sparse.bits == NULL || frames == 0 || length > sparse.room ||
        sparse.room - length >= 2 * XC_PAGE_SIZE)
        return false;
    for (uint64_t frame = 0; frame < frames; frame++)
        if (!(sparse.bits[frame / 8] >> frame % 8 & 1))
            return false;
    return true;
}

static void clear_holes(void)
{
    xc_dominfo_t before, after;
    xen_pfn_t frames;
    uint64_t cleared;

    if (xc_domain_nr_gpfns(sparse.xch, sparse.domid, &frames) < 0 ||
        !is_whole(frames) || !read_info(&before))
        return;
    size_t length = (size_t)(frames + 7) / 8;
    cleanup_free uint8_t *all = mem_zalloc(1, length);
    memcpy(all, sparse.bits, length);
    if (holes_clear(&view, frames, before.nr_pages, sparse.bits, &cleared) < 0)
        return;
    /* One that got or gave pages meanwhile may have some that were not seen. */
    if (!read_info(&after) || after.nr_pages != before.nr_pages) {
        memcpy(sparse.bits, all, length);
        return;
    }
    memcpy(all, sparse.bits, length);
    sparse.sent = steal(all);
    sparse.pages = before.nr_pages;
    sparse.frames = frames;
    xtl_log(&wire_logger, XTL_DEBUG, -1, "xn-save-helper",
            "the guest does not have %llu of %llu frames",
            (unsigned long long)cleared, (unsigned long long)frames);
}

VISIBLE void *xc__hypercall_buffer_alloc_pages(xc_interface *xch,
                                               xc_hypercall_buffer_t *buffer,
                                               int pages)
{
    void *(*allocate)(xc_interface *, xc_hypercall_buffer_t *, int);

    *(void **)&allocate = hidden("xc__hypercall_buffer_alloc_pages");
    void *bits = allocate(xch, buffer, pages);

    if (sparse.xch == xch && sparse.bits == NULL) {
        sparse.bits = bits;
        sparse.room = (size_t)pages * XC_PAGE_SIZE;
    }
    return bits;
}

VISIBLE int xc_get_pfn_type_batch(xc_interface *xch, uint32_t domid,
                                  unsigned int count, xen_pfn_t *types)
{
    bool is_first =
        count == HOLES_BATCH && types[0] == 0 && types[count - 1] == count - 1;

    int rc = get_types(xch, domid, count, types);
    if (rc == 0 && is_first && sparse.xch == xch && sparse.domid == domid &&
        sparse.frames == 0)
        clear_holes();
    return rc;
}

VISIBLE long long xc_logdirty_control(xc_interface *xch, uint32_t domid,
                                      unsigned int op,
                                      xc_hypercall_buffer_t *buffer,
                                      unsigned long pages, unsigned int mode,
                                      xc_shadow_op_stats_t *stats)
{
    long long (*control)(xc_interface *, uint32_t, unsigned int,
                         xc_hypercall_buffer_t *, unsigned long, unsigned int,
                         xc_shadow_op_stats_t *);
    xc_dominfo_t info;

    *(void **)&control = hidden("xc_logdirty_control");
    long long rc = control(xch, domid, op, buffer, pages, mode, stats);

    if (rc < 0 || !(mode & XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL) ||
        sparse.frames == 0 || (unsigned long long)rc != sparse.frames)
        return rc;
    if (read_info(&info) && info.nr_pages == sparse.pages)
        return rc;
    if (holes_add_new(&view, sparse.frames, sparse.sent, sparse.bits) < 0)
        return -1;
    return rc;
}
