/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A Xen with fifty small guests, preloaded into xnd on a machine without any:
 * what libxenctrl asks the hypervisor for is answered here, below all of Xen's
 * libraries. A guest N is gone while there is a file gone-N in the folder that
 * XEN_FOLDER names. Its xenstored is tests/unit/made_xenstored.py. Of tests
 * only.
 */
#include "privcmd.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xenctrl.h>

enum { GUESTS = 50 };

static int fail(int errnum)
{
    errno = errnum;
    return -1;
}

static int next_access(const char *path, int mode)
{
    int (*next)(const char *, int) =
        (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");

    return next(path, mode);
}

int access(const char *path, int mode)
{
    return strcmp(path, "/sys/hypervisor/type") == 0 ? 0
                                                     : next_access(path, mode);
}

/* Hypercall buffers are shared memory, all else of Xen's is nothing. */
static const char *device_of(const char *path)
{
    if (strcmp(path, "/dev/xen/hypercall") == 0)
        return "/dev/zero";
    return strncmp(path, "/dev/xen/", 9) == 0 ? "/dev/null" : path;
}

static int next_open(const char *name, const char *path, int flags, mode_t mode)
{
    int (*next)(const char *, int, ...) =
        (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);

    return next(device_of(path), flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return next_open("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return next_open("open64", path, flags, mode);
}

/* ---- domains ---- */

static bool is_there(uint32_t domid)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/gone-%u", getenv("XEN_FOLDER"), domid);
    return domid <= GUESTS && next_access(path, F_OK) < 0;
}

static void fill(uint32_t domid, xc_domaininfo_t *info)
{
    *info = (xc_domaininfo_t){
        .domain = (domid_t)domid,
        .flags = XEN_DOMINF_blocked,
        .tot_pages = 2048,
        .max_pages = 2048,
        .nr_online_vcpus = 1,
        .handle = { (uint8_t)(domid + 1) },
    };
}

static int list_domains(struct xen_sysctl_getdomaininfolist *list)
{
    xc_domaininfo_t *infos = list->buffer.p;

    list->num_domains = 0;
    for (uint32_t domid = list->first_domain; domid <= GUESTS; domid++)
        if (list->num_domains < list->max_domains && is_there(domid))
            fill(domid, &infos[list->num_domains++]);
    return 0;
}

static int answer_version(uint64_t command)
{
    if (command == XENVER_version)
        return 4 << 16 | 17;
    if (command == XENVER_pagesize)
        return 4096;
    return command == XENVER_build_id ? fail(ENODATA) : 0;
}

int answer_hypercall(const privcmd_hypercall_t *call)
{
    xen_sysctl_t *sysctl = (xen_sysctl_t *)(uintptr_t)call->arg[0];
    xen_domctl_t *domctl = (xen_domctl_t *)(uintptr_t)call->arg[0];

    if (call->op == __HYPERVISOR_xen_version)
        return answer_version(call->arg[0]);
    if (call->op == __HYPERVISOR_sysctl &&
        sysctl->cmd == XEN_SYSCTL_getdomaininfolist)
        return list_domains(&sysctl->u.getdomaininfolist);
    if (call->op != __HYPERVISOR_domctl ||
        domctl->cmd != XEN_DOMCTL_getdomaininfo)
        return fail(ENOSYS);
    if (!is_there(domctl->domain))
        return fail(ESRCH);
    fill(domctl->domain, &domctl->u.getdomaininfo);
    return 0;
}
