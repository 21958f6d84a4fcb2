/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signs of Xen, the machine, and Flask. */
#include "host.h"
#include "privcmd.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int nothing;

int access(const char *path, int mode)
{
    int (*next)(const char *, int) =
        (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");

    return strcmp(path, "/sys/hypervisor/type") == 0 ? 0 : next(path, mode);
}

int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, ...) =
        (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list args;

    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (strcmp(path, "/dev/xen/hypercall") == 0)
        return fail(ENOENT);
    if (strcmp(path, "/dev/xen/privcmd") == 0)
        path = "/dev/null";
    return next(path, flags, mode);
}

/*
 * A program that has libxenctrl in itself is answered as Xen would: of all
 * hypercalls, the one that lists domains.
 */
int answer_hypercall(const privcmd_hypercall_t *call)
{
    xen_sysctl_t *sysctl = (xen_sysctl_t *)(uintptr_t)call->arg[0];

    if (call->op != __HYPERVISOR_sysctl ||
        sysctl->cmd != XEN_SYSCTL_getdomaininfolist)
        return fail(ENOSYS);
    if (sysctl->interface_version != XEN_SYSCTL_INTERFACE_VERSION)
        return fail(EACCES);
    struct xen_sysctl_getdomaininfolist *list = &sysctl->u.getdomaininfolist;
    list->num_domains = (uint32_t)xc_domain_getinfolist(
        NULL, list->first_domain, list->max_domains, list->buffer.p);
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

int xc_get_max_cpus(xc_interface *xch)
{
    return CPUS;
}

int xc_get_online_cpus(xc_interface *xch)
{
    return CPUS;
}

int xc_get_max_nodes(xc_interface *xch)
{
    return 2;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->nr_cpus = CPUS;
    info->max_cpu_id = CPUS - 1;
    info->nr_nodes = 2;
    info->cores_per_socket = CPUS_PER_SOCKET;
    info->threads_per_core = 1;
    info->cpu_khz = 2000000;
    info->total_pages = 4 << 18;
    info->free_pages = 1 << 18;
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned int *max_cpus,
                   xc_cputopo_t *cputopo)
{
    *max_cpus = CPUS;
    for (unsigned int i = 0; cputopo != NULL && i < CPUS; i++)
        cputopo[i] = (xc_cputopo_t){ .core = i % CPUS_PER_SOCKET,
                                     .socket = i / CPUS_PER_SOCKET,
                                     .node = i / CPUS_PER_SOCKET };
    return 0;
}

int xc_numainfo(xc_interface *xch, unsigned int *max_nodes,
                xc_meminfo_t *meminfo, uint32_t *distance)
{
    *max_nodes = 2;
    for (unsigned int i = 0; meminfo != NULL && i < 2; i++)
        meminfo[i] =
            (xc_meminfo_t){ .memsize = 4ull << 30, .memfree = 1ull << 30 };
    for (unsigned int i = 0; distance != NULL && i < 4; i++)
        distance[i] = i % 3 == 0 ? 10 : 20;
    return 0;
}

int xc_pcitopoinfo(xc_interface *xch, unsigned int num_devs,
                   physdev_pci_device_t *devs, uint32_t *nodes_of)
{
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

/* Of xen/include/public/version.h, those that libxl_get_version_info asks. */
static void fill_version(int command, void *result)
{
    xen_compile_info_t *compiled = result;
    xen_platform_parameters_t *platform = result;

    switch (command) {
    case XENVER_extraversion:
        strcpy(result, ".5");
        break;
    case XENVER_compile_info:
        memset(compiled, 0, sizeof(*compiled));
        strcpy(compiled->compiler, "gcc (Debian 12.2.0-14) 12.2.0");
        strcpy(compiled->compile_by, "somebody");
        strcpy(compiled->compile_domain, "example.org");
        strcpy(compiled->compile_date, "Thu Jan  1 00:00:00 UTC 1970");
        break;
    case XENVER_capabilities:
        strcpy(result, "xen-3.0-x86_64 hvm-3.0-x86_64 ");
        break;
    case XENVER_changeset:
        strcpy(result, "made up");
        break;
    case XENVER_platform_parameters:
        platform->virt_start = 0xffff800000000000;
        break;
    case XENVER_commandline:
        strcpy(result, "console=com1 loglvl=all");
        break;
    default:
        break;
    }
}

int xc_version(xc_interface *xch, int command, void *result)
{
    if (command == XENVER_version)
        return 4 << 16 | 17;
    if (command == XENVER_pagesize)
        return 4096;
    if (command == XENVER_build_id)
        return fail(ENODATA);
    fill_version(command, result);
    return 0;
}

int xc_send_debug_keys(xc_interface *xch, const char *keys)
{
    record("debug_keys %s\n", keys);
    return 0;
}

int xc_flask_sid_to_context(xc_interface *xch, int sid, char *buf,
                            uint32_t size)
{
    return fail(ENOSYS);
}

int xc_flask_getenforce(xc_interface *xch)
{
    const char *mode = getenv("XEN_FLASK");

    return mode != NULL ? atoi(mode) : fail(ENOSYS);
}

int xc_flask_setenforce(xc_interface *xch, int mode)
{
    record("setenforce %d\n", mode);
    return 0;
}

int xc_flask_load(xc_interface *xch, char *buf, uint32_t size)
{
    record("load %.*s\n", (int)size, buf);
    return 0;
}

/* XEN_HOST: another host than whoever is called otherwise. */
int uname(struct utsname *names)
{
    int (*next)(struct utsname *) =
        (int (*)(struct utsname *))dlsym(RTLD_NEXT, "uname");
    const char *host = getenv("XEN_HOST");
    int rc = next(names);

    if (rc == 0 && host != NULL)
        snprintf(names->nodename, sizeof(names->nodename), "%s", host);
    return rc;
}
