/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/domains.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/domains_ask.h"
#include "host/xenstore.h"

/* Xen's max_pages of a domain without a limit; an unsigned int there. */
#define NO_LIMIT_PAGES UINT32_MAX

static uint64_t pages_to_bytes(uint64_t pages)
{
    return pages << XC_PAGE_SHIFT;
}

static struct domain_info convert(const xc_domaininfo_t *xen)
{
    struct domain_info info = {
        .domid = xen->domain,
        .running = xen->flags & XEN_DOMINF_running,
        .blocked = xen->flags & XEN_DOMINF_blocked,
        .paused = xen->flags & XEN_DOMINF_paused,
        .shutdown = xen->flags & XEN_DOMINF_shutdown,
        .dying = xen->flags & XEN_DOMINF_dying,
        .never_stop = xen->flags & XEN_DOMINF_xs_domain,
        .hvm_guest = xen->flags & XEN_DOMINF_hvm_guest,
        .memory = pages_to_bytes(xen->tot_pages),
        .memory_outstanding = pages_to_bytes(xen->outstanding_pages),
        .memory_max = xen->max_pages >= NO_LIMIT_PAGES
                          ? UINT64_MAX
                          : pages_to_bytes(xen->max_pages),
        .memory_shared = pages_to_bytes(xen->shr_pages),
        .memory_paged = pages_to_bytes(xen->paged_pages),
        .cpu_ns = xen->cpu_time,
        .vcpus_online = xen->nr_online_vcpus,
        .vcpus = xen->max_vcpu_id + 1, /* none at all is ~0 */
        .cpupool = xen->cpupool,
        .ssidref = xen->ssidref,
    };

    if (info.shutdown)
        info.shutdown_reason =
            (xen->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    memcpy(info.uuid, xen->handle, sizeof(info.uuid));
    return info;
}

/* At most limit domains from domid first on. */
static int ask_xen(struct domain_list *list, uint32_t first, size_t limit,
                   struct error *err)
{
    struct domain_records records = { 0 };

    int rc = domains_ask(&records, first, limit, err);
    VEC_EACH (&records.list, record)
        VEC_PUSH(&list->items, convert(record));
    VEC_DISPOSE(&records.list);
    return rc;
}

/* The value's copy for a node that should be short text. */
static char *copy_value(const struct xenstore_reads *reads, size_t place)
{
    const char *value = xenstore_reads_value(reads, place);

    return value != NULL ? mem_strdup(value) : NULL;
}

/* Reads the details of the domains from place begin on. */
static int read_details(struct domain_list *list, size_t begin,
                        unsigned int details, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = {
        .by_socket = details & DOMAIN_BY_SOCKET,
    };
    size_t place = 0;

    for (size_t i = begin; i < list->items.count; i++) {
        uint32_t domid = list->items.items[i].domid;
        if (details & DOMAIN_NAMES)
            xenstore_reads_add(&reads, "/local/domain/%u/name", domid);
        if (details & DOMAIN_TYPES)
            xenstore_reads_add(&reads, "/libxl/%u/type", domid);
        if (details & DOMAIN_VM_PATHS)
            xenstore_reads_add(&reads, "/local/domain/%u/vm", domid);
    }
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    for (size_t i = begin; i < list->items.count; i++) {
        struct domain_info *info = &list->items.items[i];
        if (details & DOMAIN_NAMES)
            info->name = copy_value(&reads, place++);
        if (details & DOMAIN_TYPES) {
            info->type = copy_value(&reads, place++);
            if (info->type == NULL && !info->hvm_guest)
                info->type = mem_strdup("pv");
        }
        if (details & DOMAIN_VM_PATHS)
            info->vm_path = copy_value(&reads, place++);
    }
    return 0;
}

int domain_list_read(struct domain_list *list, unsigned int details,
                     struct error *err)
{
    size_t begin = list->items.count;

    if (ask_xen(list, 0, SIZE_MAX, err) < 0)
        return -1;
    return read_details(list, begin, details, err);
}

int domain_list_add(struct domain_list *list, uint32_t domid,
                    unsigned int details, struct error *err)
{
    size_t begin = list->items.count;

    if (ask_xen(list, domid, 1, err) < 0)
        return -1;
    if (list->items.count == begin || list->items.items[begin].domid != domid) {
        list->items.count = begin; /* the one after it: owns nothing yet */
        return error_set(err, ERR_NODOMAIN, "no domain %u", domid);
    }
    return read_details(list, begin, details, err);
}

void domain_info_dispose(struct domain_info *info)
{
    free(info->name);
    free(info->type);
    free(info->vm_path);
}

void domain_list_dispose(struct domain_list *list)
{
    VEC_EACH (&list->items, info)
        domain_info_dispose(info);
    VEC_DISPOSE(&list->items);
}

int domain_list_start_times(const struct domain_list *list, uint64_t **times,
                            struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t count = list->items.count;

    for (size_t i = 0; i < count; i++) {
        const char *vm_path = list->items.items[i].vm_path;
        xenstore_reads_add(&reads, "%s/start_time", vm_path ? vm_path : "");
    }
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    *times = mem_zalloc(count + 1, sizeof(**times));
    for (size_t i = 0; i < count; i++) {
        const char *value = xenstore_reads_value(&reads, i);
        /* "1700000000.25": libxl writes hundredths */
        if (value != NULL)
            (*times)[i] = strtoull(value, NULL, 10);
    }
    return 0;
}

int domain_list_pool_names(const struct domain_list *list, char ***names,
                           struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t count = list->items.count;

    for (size_t i = 0; i < count; i++)
        xenstore_reads_add(&reads, "/local/pool/%d/name",
                           (int)list->items.items[i].cpupool);
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    *names = mem_zalloc(count + 1, sizeof(**names));
    for (size_t i = 0; i < count; i++)
        (*names)[i] = copy_value(&reads, i);
    return 0;
}

int domain_list_drop_stubs(struct domain_list *list, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t count = list->items.count, kept = 0;

    for (size_t i = 0; i < count; i++)
        xenstore_reads_add(&reads, "/local/domain/%u/target",
                           list->items.items[i].domid);
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct domain_info *info = &list->items.items[i];
        if (xenstore_reads_value(&reads, i) != NULL)
            domain_info_dispose(info);
        else
            list->items.items[kept++] = *info;
    }
    list->items.count = kept;
    return 0;
}
