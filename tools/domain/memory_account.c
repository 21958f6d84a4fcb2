/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/memory_account.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/domains.h"
#include "host/facts.h"
#include "host/xenstore.h"

#define XEN_PAGE ((uint64_t)4096)

/* Less than this on the way down is no news. */
#define BALLOON_SLACK ((uint64_t)4 << 20)

static int read_host(struct host *host, struct memory_account *account,
                     struct error *err)
{
    cleanup_host_facts struct host_facts facts = { 0 };

    if (host_facts_read(host, &facts, err) < 0)
        return -1;
    account->total = facts.phys.total_pages * XEN_PAGE;
    account->free = (facts.phys.free_pages + facts.phys.scrub_pages) * XEN_PAGE;
    account->unwiped = facts.phys.scrub_pages * XEN_PAGE;
    account->claimed = facts.phys.outstanding_pages * XEN_PAGE;
    account->shared = facts.phys.sharing_freed_pages * XEN_PAGE;
    return 0;
}

/* Written by the toolstack, in KiB. */
static uint64_t parse_target(const char *text)
{
    uint64_t kib;

    return text != NULL && number_parse_u64(text, UINT64_MAX / 1024, &kib)
               ? kib * 1024
               : 0;
}

static int read_holders(struct memory_account *account, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_xenstore_reads struct xenstore_reads targets = { 0 };

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    VEC_EACH (&list.items, info)
        xenstore_reads_add(&targets, "/local/domain/%u/memory/target",
                           info->domid);
    if (xenstore_reads_run(&targets, err) < 0)
        return -1;
    for (size_t i = 0; i < list.items.count; i++) {
        struct domain_info *info = &list.items.items[i];
        struct memory_holder holder = {
            .domid = info->domid,
            .name = steal(info->name),
            .memory = info->memory,
            .claimed = info->memory_outstanding,
            .target = parse_target(xenstore_reads_value(&targets, i)),
            .dying = info->dying,
        };
        VEC_PUSH(&account->holders, holder);
    }
    return 0;
}

int memory_account_read(struct host *host, struct memory_account *account,
                        struct error *err)
{
    return read_host(host, account, err) < 0 ? -1 : read_holders(account, err);
}

void memory_account_dispose(struct memory_account *account)
{
    VEC_EACH (&account->holders, holder)
        free(holder->name);
    VEC_DISPOSE(&account->holders);
}

/* Read at different moments, the parts may be more than the whole. */
static uint64_t less(uint64_t whole, uint64_t part)
{
    return whole > part ? whole - part : 0;
}

uint64_t memory_account_of_xen(const struct memory_account *account)
{
    uint64_t rest = less(account->total, account->free);

    VEC_EACH (&account->holders, holder)
        rest = less(rest, holder->memory);
    return rest;
}

uint64_t memory_account_available(const struct memory_account *account)
{
    return less(account->free, account->claimed);
}

uint64_t memory_account_of_dom0(const struct memory_account *account)
{
    VEC_EACH (&account->holders, holder)
        if (holder->domid == 0)
            return less(holder->memory, MEMORY_DOM0_LEAST);
    return 0;
}

static void add(struct memory_ways *ways, enum memory_way_kind kind,
                uint64_t bytes, const struct memory_holder *holder)
{
    struct memory_way way = { .kind = kind, .bytes = bytes, .holder = holder };

    if (bytes > 0)
        VEC_PUSH(&ways->list, way);
}

static void add_holder(struct memory_ways *ways,
                       const struct memory_holder *holder)
{
    if (holder->dying)
        add(ways, MEMORY_DYING, holder->memory, holder);
    else if (holder->target != 0 &&
             less(holder->memory, holder->target) > BALLOON_SLACK)
        add(ways, MEMORY_BALLOONING, holder->memory - holder->target, holder);
}

void memory_account_find_ways(const struct memory_account *account,
                              struct memory_ways *ways)
{
    add(ways, MEMORY_WIPING, account->unwiped, NULL);
    add(ways, MEMORY_CLAIMED, account->claimed, NULL);
    VEC_EACH (&account->holders, holder)
        add_holder(ways, holder);
    add(ways, MEMORY_OF_DOMAIN_0, memory_account_of_dom0(account), NULL);
}

const char *memory_way_name(enum memory_way_kind kind)
{
    static const char *const names[] = {
        [MEMORY_WIPING] = "wiping",        [MEMORY_CLAIMED] = "claimed",
        [MEMORY_DYING] = "dying",          [MEMORY_BALLOONING] = "ballooning",
        [MEMORY_OF_DOMAIN_0] = "domain-0",
    };

    return names[kind];
}
