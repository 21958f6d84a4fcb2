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

/* Frames that are mapped at one go. */
#define WINDOW 1024

enum frame {
    FRAME_ABSENT, /* Xen does not map it */
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

static char *make_room(void)
{
    void *room =
        mmap(NULL, (size_t)WINDOW * XC_PAGE_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return room != MAP_FAILED ? room : NULL;
}

static bool copy_frames(const char *mapped, const int *errors)
{
    for (size_t i = 0; i < WINDOW; i++) {
        window.frames[i] = FRAME_ABSENT;
        if (errors[i] != 0)
            continue;
        if (window.copies == NULL && (window.copies = make_room()) == NULL)
            return false;
        memcpy(copy_of(i), mapped + i * XC_PAGE_SIZE, XC_PAGE_SIZE);
        window.frames[i] = FRAME_COPIED;
    }
    return true;
}

static bool read_window(xen_pfn_t first)
{
    xen_pfn_t list[WINDOW];
    int errors[WINDOW];

    for (size_t i = 0; i < WINDOW; i++)
        list[i] = first + i;
    char *mapped = xc_map_foreign_bulk(window.xc, window.domid, PROT_READ, list,
                                       errors, WINDOW);
    if (mapped == NULL)
        return false;
    window.first = first;
    window.count = WINDOW;
    bool done = copy_frames(mapped, errors);
    munmap(mapped, (size_t)WINDOW * XC_PAGE_SIZE);
    return done;
}

/* False: there is none, and there will be none. */
static bool open_window(xen_pfn_t first)
{
    close_window();
    if (read_window(first))
        return true;
    core_frames_end();
    return false;
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
    if (window.frames[place] == FRAME_ABSENT) {
        errno = EINVAL;
        return NULL;
    }
    if (window.frames[place] == FRAME_GIVEN)
        return library_map(xc, domid, size, access, frame);
    window.frames[place] = FRAME_GIVEN;
    return copy_of(place);
}
