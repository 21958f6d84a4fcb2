/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/gc/leftovers.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/paths.h"
#include "domain/memory_claim.h"

const struct leftover_places leftover_places_of_host = {
    .userdata = "/var/lib/xen",
    .sockets = "/var/run/xen",
    .locks = NULL, /* where console_lock.h has them */
    .claims = MEMORY_CLAIMS,
    .block_claims = XENITH_RUNDIR "/block-claims",
    .loops = "/dev",
    .interfaces = "/sys/class/net",
    .processes = "/proc",
};

const char *leftover_kind_name(enum leftover_kind kind)
{
    static const char *const names[] = {
        [LEFTOVER_NODE] = "node",           [LEFTOVER_USERDATA] = "userdata",
        [LEFTOVER_SOCKET] = "socket",       [LEFTOVER_LOCK] = "lock",
        [LEFTOVER_CLAIM] = "memory-claim",  [LEFTOVER_LOOP] = "loop",
        [LEFTOVER_INTERFACE] = "interface", [LEFTOVER_PROCESS] = "process",
    };

    return names[kind];
}

const char *leftover_end_name(enum leftover_end end)
{
    static const char *const names[] = {
        [LEFTOVER_FOUND] = "found",
        [LEFTOVER_REMOVED] = "removed",
        [LEFTOVER_SPARED] = "spared",
        [LEFTOVER_FAILED] = "failed",
    };

    return names[end];
}

bool leftover_is_only_told(const struct leftover *leftover)
{
    return leftover->kind == LEFTOVER_INTERFACE ||
           leftover->kind == LEFTOVER_PROCESS;
}

struct leftover *leftovers_add(struct leftovers *found, enum leftover_kind kind,
                               char *what, const char *why, ...)
{
    struct leftover leftover = { .kind = kind, .what = what };
    va_list args;

    va_start(args, why);
    leftover.why = mem_vprintf(why, args);
    va_end(args);
    VEC_PUSH(&found->list, leftover);
    return &found->list.items[found->list.count - 1];
}

static void dispose(struct leftover *leftover)
{
    free(leftover->what);
    free(leftover->why);
    free(leftover->cause);
}

void leftovers_dispose(struct leftovers *found)
{
    VEC_EACH (&found->list, leftover)
        dispose(leftover);
    VEC_DISPOSE(&found->list);
}

static bool is_living(const struct living *living,
                      const struct leftover *leftover)
{
    return (leftover->has_domid && living_has(living, leftover->domid)) ||
           (leftover->has_uuid && living_has_uuid(living, leftover->uuid));
}

/* Domains that came while we looked. */
static int drop_living(struct leftovers *found, struct error *err)
{
    cleanup_living struct living living = { 0 };
    size_t kept = 0;

    if (living_read(&living, err) < 0)
        return -1;
    for (size_t i = 0; i < found->list.count; i++) {
        struct leftover *leftover = &found->list.items[i];
        if (is_living(&living, leftover))
            dispose(leftover);
        else
            found->list.items[kept++] = *leftover;
    }
    found->list.count = kept;
    return 0;
}

int leftovers_find(const struct leftover_places *places,
                   struct leftovers *found, struct error *err)
{
    cleanup_living struct living living = { 0 };

    if (living_read(&living, err) < 0 ||
        leftover_nodes_find(found, &living, err) < 0)
        return -1;
    leftover_files_find(places, found, &living);
    leftover_kernel_find(places, found, &living);
    return drop_living(found, err);
}

static int remove_one(const struct leftover_places *places,
                      struct leftover *leftover, struct error *err)
{
    cleanup_living struct living living = { 0 };

    if (leftover_is_only_told(leftover))
        return 0;
    if (living_read(&living, err) < 0)
        return -1;
    if (is_living(&living, leftover)) {
        leftover->end = LEFTOVER_SPARED;
        return 0;
    }
    if (leftover->kind == LEFTOVER_NODE)
        return leftover_node_remove(leftover, err);
    if (leftover->kind == LEFTOVER_LOOP)
        leftover_loop_remove(leftover);
    else
        leftover_file_remove(places, leftover);
    return 0;
}

int leftovers_remove(const struct leftover_places *places,
                     struct leftovers *found, struct error *err)
{
    VEC_EACH (&found->list, leftover)
        if (remove_one(places, leftover, err) < 0)
            return -1;
    return 0;
}
