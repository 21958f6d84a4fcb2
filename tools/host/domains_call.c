/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hypercall as libxenctrl makes it, without the five other devices that
 * libxenctrl opens and asks before: XEN_SYSCTL_getdomaininfolist of
 * xen/include/public/sysctl.h. A Xen of another version refuses it, and who
 * asks here has another way then.
 */
#include "host/domains_ask.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <xen/sysctl.h>
#include <xencall.h>

#include "base/mem.h"

/* The library's own would look at the terminal first. */
static void say_nothing(struct xentoollog_logger *logger,
                        xentoollog_level level, int errnoval,
                        const char *context, const char *format, va_list args)
{
}

static void show_nothing(struct xentoollog_logger *logger, const char *context,
                         const char *doing, int percent, unsigned long done,
                         unsigned long total)
{
}

static void end_nothing(struct xentoollog_logger *logger)
{
}

/* What Xen is given and fills: memory that it can reach. */
struct question {
    xen_sysctl_t sysctl;
    xen_domctl_getdomaininfo_t infos[DOMAINS_CHUNK];
};

static int ask(xencall_handle *xen, struct question *question, uint32_t first,
               size_t limit)
{
    struct xen_sysctl_getdomaininfolist *list =
        &question->sysctl.u.getdomaininfolist;

    memset(&question->sysctl, 0, sizeof(question->sysctl));
    question->sysctl.cmd = XEN_SYSCTL_getdomaininfolist;
    question->sysctl.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    list->first_domain = (domid_t)first;
    list->max_domains = (uint32_t)limit;
    set_xen_guest_handle_raw(list->buffer, question->infos);
    if (xencall1(xen, __HYPERVISOR_sysctl, (uintptr_t)&question->sysctl) < 0)
        return -1;
    return (int)list->num_domains;
}

int domains_ask(struct domain_records *records, uint32_t first, size_t limit,
                struct error *err)
{
    struct xentoollog_logger silent = { .vmessage = say_nothing,
                                        .progress = show_nothing,
                                        .destroy = end_nothing };
    size_t chunk = limit < DOMAINS_CHUNK ? limit : DOMAINS_CHUNK;
    xencall_handle *xen = xencall_open(&silent, 0);
    struct question *question =
        xen != NULL ? xencall_alloc_buffer(xen, sizeof(*question)) : NULL;
    int count = -1;

    while (question != NULL) {
        count = ask(xen, question, first, chunk);
        for (int i = 0; i < count; i++) {
            VEC_PUSH(&records->list, question->infos[i]);
            first = question->infos[i].domain + 1u;
        }
        if (count < (int)chunk || limit <= DOMAINS_CHUNK)
            break;
    }
    int cause = errno;
    if (question != NULL)
        xencall_free_buffer(xen, question);
    if (xen != NULL)
        xencall_close(xen);
    return count >= 0 ? 0
                      : error_set_errno(err, ERR_HOST, cause,
                                        "asking Xen for the domains");
}
