/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets the real xl read configurations on a machine without Xen. `xl create
 * -n` makes nothing, but it opens Xen first and asks for the numbers of CPUs
 * and nodes. Preloaded, this answers in Xen's place: a host of two CPUs and
 * one node, without domains. XL_CONF is what it reads as its xl.conf. Of tests
 * only.
 */
#include <dlfcn.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenstore.h>

static int nothing;

int libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data,
                             int *length)
{
    int (*real)(libxl_ctx *, const char *, void **, int *) =
        dlsym(RTLD_NEXT, "libxl_read_file_contents");
    const char *name = strrchr(filename, '/');
    const char *other = getenv("XL_CONF");

    if (other != NULL && name != NULL && strcmp(name, "/xl.conf") == 0)
        filename = other;
    return real(ctx, filename, data, length);
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    return 0;
}

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned int open_flags)
{
    return (xc_interface *)&nothing;
}

int xc_interface_close(xc_interface *xch)
{
    return 0;
}

struct xs_handle *xs_open(unsigned long flags)
{
    return (struct xs_handle *)&nothing;
}

void xs_close(struct xs_handle *xsh)
{
}

int xc_get_max_cpus(xc_interface *xch)
{
    return 2;
}

int xc_get_online_cpus(xc_interface *xch)
{
    return 2;
}

int xc_get_max_nodes(xc_interface *xch)
{
    return 1;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->nr_cpus = 2;
    info->max_cpu_id = 1;
    info->nr_nodes = 1;
    info->cores_per_socket = 1;
    info->threads_per_core = 1;
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned int *max_cpus,
                   xc_cputopo_t *cputopo)
{
    *max_cpus = 2;
    if (cputopo != NULL) {
        memset(cputopo, 0, 2 * sizeof(*cputopo));
        cputopo[1].core = 1;
    }
    return 0;
}

int xc_numainfo(xc_interface *xch, unsigned int *max_nodes,
                xc_meminfo_t *meminfo, uint32_t *distance)
{
    *max_nodes = 1;
    if (meminfo != NULL)
        memset(meminfo, 0, sizeof(*meminfo));
    if (distance != NULL)
        *distance = 10;
    return 0;
}

long xc_sharing_freed_pages(xc_interface *xch)
{
    return 0;
}

long xc_sharing_used_frames(xc_interface *xch)
{
    return 0;
}

int xc_version(xc_interface *xch, int command, void *answer)
{
    if (command == XENVER_pagesize)
        return 4096;
    if (command == XENVER_commandline)
        ((char *)answer)[0] = '\0';
    return 0;
}
