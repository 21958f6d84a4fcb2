/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands in for libxenctrl's function that xg_core.c of libxenguest maps a
 * frame with, and unmaps it with munmap: a page of a copy does as well, and no
 * mapping of a guest's memory is ever cut in pieces, which Linux cannot do in a
 * Dom0 that is PVH. Where it is asked in another way, or Xen does not tell, the
 * library's own function has the word.
 */
#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include "domain/core_frames.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/visible.h"

/* Frames that one hypercall tells the types of: Xen's limit. */
#define WINDOW 1024

/* Of libxenctrl's xc_private.h, for libxenguest: types, of frames, are the
 * frames before the call. 0 or -1. */
int xc_get_pfn_type_batch(xc_interface *xc, uint32_t domid, unsigned int count,
                          xen_pfn_t *types);

enum frame {
    FRAME_ABSENT,
    FRAME_UNREAD, /* there, but not copied */
    FRAME_COPIED,
    FRAME_GIVEN, /* the caller unmaps the copy */
};

static struct {
    xc_interface *xc; /* NULL: all is the library's */
    uint32_t domid;
    xen_pfn_t first; /* of the window */
    size_t count;    /* of its frames: WINDOW, or 0 without one */
    enum frame frames[WINDOW];
    char *copies; /* a page for each; NULL: none were made */
} window;

static void *library_map(xc_interface *xc, uint32_t domid, int size, int access,
                         unsigned long frame)
{
    static void *(*map)(xc_interface *, uint32_t, int, int, unsigned long);

    if (map == NULL)
        *(void **)&map = dlsym(RTLD_NEXT, "xc_map_foreign_range");
    if (map == NULL) {
        fputs("libxenctrl has no xc_map_foreign_range\n", stderr);
        abort();
    }
    return map(xc, domid, size, access, frame);
}

void core_frames_begin(xc_interface *xc, uint32_t domid)
{
    xc_dominfo_t info;

    window.domid = domid;
    if (xc_domain_getinfo(xc, domid, 1, &info) == 1 && info.domid == domid &&
        info.hvm)
        window.xc = xc;
}

static char *copy_of(size_t i)
{
    return window.copies + i * XC_PAGE_SIZE;
}

/* The pages that were not given go, in as few pieces as they are. */
static void close_window(void)
{
    size_t first = 0;

    for (size_t i = 0; window.copies != NULL && i <= window.count; i++)
        if (i == window.count || window.frames[i] == FRAME_GIVEN) {
            if (i > first)
                munmap(copy_of(first), (i - first) * XC_PAGE_SIZE);
            first = i + 1;
        }
    window.copies = NULL;
    window.count = 0;
}

void core_frames_end(void)
{
    close_window();
    window.xc = NULL;
}

static bool find_frames(xen_pfn_t first)
{
    xen_pfn_t types[WINDOW];

    for (size_t i = 0; i < WINDOW; i++)
        types[i] = first + i;
    if (xc_get_pfn_type_batch(window.xc, window.domid, WINDOW, types) < 0)
        return false;
    for (size_t i = 0; i < WINDOW; i++)
        window.frames[i] =
            types[i] == XEN_DOMCTL_PFINFO_XTAB ? FRAME_ABSENT : FRAME_UNREAD;
    return true;
}

static char *make_room(void)
{
    void *room =
        mmap(NULL, (size_t)WINDOW * XC_PAGE_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return room != MAP_FAILED ? room : NULL;
}

/* Those that cannot be mapped stay unread: the library says so. */
static void copy_frames(void)
{
    xen_pfn_t list[WINDOW];
    size_t places[WINDOW];
    int errors[WINDOW];
    unsigned int count = 0;

    for (size_t i = 0; i < WINDOW; i++)
        if (window.frames[i] == FRAME_UNREAD) {
            places[count] = i;
            list[count++] = window.first + i;
        }
    if (count == 0 || (window.copies = make_room()) == NULL)
        return;
    char *mapped = xc_map_foreign_bulk(window.xc, window.domid, PROT_READ, list,
                                       errors, count);
    if (mapped == NULL)
        return;
    for (unsigned int i = 0; i < count; i++)
        if (errors[i] == 0) {
            memcpy(copy_of(places[i]), mapped + (size_t)i * XC_PAGE_SIZE,
                   XC_PAGE_SIZE);
            window.frames[places[i]] = FRAME_COPIED;
        }
    munmap(mapped, (size_t)count * XC_PAGE_SIZE);
}

/* False: there is none, and there will be none. */
static bool open_window(xen_pfn_t first)
{
    close_window();
    if (!find_frames(first)) {
        core_frames_end();
        return false;
    }
    window.first = first;
    window.count = WINDOW;
    copy_frames();
    return true;
}

static bool is_in_window(xen_pfn_t frame)
{
    return frame >= window.first && frame - window.first < window.count;
}

VISIBLE void *xc_map_foreign_range(xc_interface *xc, uint32_t domid, int size,
                                   int access, unsigned long frame)
{
    if (xc == NULL || xc != window.xc || domid != window.domid ||
        size != XC_PAGE_SIZE || access != PROT_READ ||
        !(is_in_window(frame) || open_window(frame)))
        return library_map(xc, domid, size, access, frame);
    size_t place = frame - window.first;
    switch (window.frames[place]) {
    case FRAME_ABSENT:
        errno = EINVAL;
        return NULL;
    case FRAME_COPIED:
        window.frames[place] = FRAME_GIVEN;
        return copy_of(place);
    default:
        return library_map(xc, domid, size, access, frame);
    }
}
