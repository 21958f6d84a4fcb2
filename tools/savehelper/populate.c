/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/populate.h"

#include <errno.h>
#include <stdbool.h>

#include "base/visible.h"
#include "savehelper/extents.h"

static bool translated;
static struct populate_counts counted;

void populate_begin(xc_interface *xch, uint32_t domid)
{
    xc_dominfo_t info;

    translated = xc_domain_getinfo(xch, domid, 1, &info) == 1 &&
                 info.domid == domid && info.hvm;
}

const struct populate_counts *populate_counts(void)
{
    return &counted;
}

/* As libxenctrl's: all of them, or EBUSY. */
static int populate(xc_interface *xch, uint32_t domid, size_t count,
                    unsigned int order, unsigned int flags, xen_pfn_t *gfns)
{
    int done =
        xc_domain_populate_physmap(xch, domid, count, order, flags, gfns);

    if (done < 0 || (size_t)done == count)
        return done < 0 ? -1 : 0;
    errno = EBUSY;
    return -1;
}

static bool populate_large(xc_interface *xch, uint32_t domid,
                           unsigned int flags, xen_pfn_t gfn)
{
    if (populate(xch, domid, 1, EXTENTS_LARGE_ORDER, flags, &gfn) < 0)
        return false;
    counted.large++;
    return true;
}

static int populate_small(xc_interface *xch, uint32_t domid, size_t count,
                          unsigned int flags, xen_pfn_t *gfns)
{
    if (populate(xch, domid, count, 0, flags, gfns) < 0)
        return -1;
    counted.small += count;
    return 0;
}

/*
 * Without a host's free 2 MiB in one piece it is 512 pages. Visible, although
 * all else is hidden: libxenguest calls what the dynamic linker finds.
 */
VISIBLE int xc_domain_populate_physmap_exact(xc_interface *xch, uint32_t domid,
                                             unsigned long nr_extents,
                                             unsigned int extent_order,
                                             unsigned int mem_flags,
                                             xen_pfn_t *extent_start)
{
    if (!translated || extent_order != 0)
        return populate(xch, domid, nr_extents, extent_order, mem_flags,
                        extent_start);
    for (size_t from = 0; from < nr_extents;) {
        struct extents_run run = extents_next(extent_start, nr_extents, from);
        xen_pfn_t *gfns = extent_start + run.first;

        if ((!run.large || !populate_large(xch, domid, mem_flags, *gfns)) &&
            populate_small(xch, domid, run.count, mem_flags, gfns) < 0)
            return -1;
        from += run.count;
    }
    return 0;
}
