/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /local/domain/N, /libxl/N, /vm/UUID (libxl_create.c), and what domain 0's
 * backends and device models keep: /local/domain/0/backend/KIND/N, what its
 * kernel complained of there (host/complaints.h), and
 * /local/domain/0/device-model/N. Backends in other domains are theirs.
 */
#include <string.h>

#include "base/mem.h"
#include "domain/gc/leftovers.h"
#include "host/complaints.h"
#include "host/prune.h"

#define BACKENDS "/local/domain/0/backend"
#define MODELS "/local/domain/0/device-model"

static void add_node(struct leftovers *found, const char *folder,
                     const char *name, uint32_t domid)
{
    struct leftover *leftover =
        leftovers_add(found, LEFTOVER_NODE, mem_printf("%s/%s", folder, name),
                      "Xen has no domain %u", domid);

    leftover->has_domid = true;
    leftover->domid = domid;
}

/* The children of a folder that are numbers of no domain. */
static int find_numbers(const char *folder, struct leftovers *found,
                        const struct living *living, struct error *err)
{
    cleanup_prune_names struct prune_names names = { 0 };
    uint32_t domid;

    if (prune_children(folder, &names, err) < 0)
        return -1;
    VEC_EACH (&names.list, name)
        if (living_parse_domid(*name, &domid) && !living_has(living, domid))
            add_node(found, folder, *name, domid);
    return 0;
}

static int find_vms(struct leftovers *found, const struct living *living,
                    struct error *err)
{
    cleanup_prune_names struct prune_names names = { 0 };
    uint8_t uuid[UUID_BYTES];

    if (prune_children("/vm", &names, err) < 0)
        return -1;
    VEC_EACH (&names.list, name) {
        if (!uuid_parse_text(*name, uuid) || living_has_uuid(living, uuid))
            continue;
        struct leftover *leftover =
            leftovers_add(found, LEFTOVER_NODE, mem_printf("/vm/%s", *name),
                          "no domain has this UUID");
        leftover->has_uuid = true;
        memcpy(leftover->uuid, uuid, sizeof(uuid));
    }
    return 0;
}

/* In a folder's KIND/DOMID. */
static int find_devices(const char *backends, struct leftovers *found,
                        const struct living *living, struct error *err)
{
    cleanup_prune_names struct prune_names kinds = { 0 };

    if (prune_children(backends, &kinds, err) < 0)
        return -1;
    VEC_EACH (&kinds.list, kind) {
        cleanup_free char *folder = mem_printf("%s/%s", backends, *kind);
        if (find_numbers(folder, found, living, err) < 0)
            return -1;
    }
    return 0;
}

/* Backends first: blkback and netback let go of what else is found. */
int leftover_nodes_find(struct leftovers *found, const struct living *living,
                        struct error *err)
{
    if (find_devices(BACKENDS, found, living, err) < 0 ||
        find_devices(COMPLAINTS, found, living, err) < 0 ||
        find_numbers(MODELS, found, living, err) < 0 ||
        find_numbers("/local/domain", found, living, err) < 0 ||
        find_numbers("/libxl", found, living, err) < 0)
        return -1;
    return find_vms(found, living, err);
}

struct removal {
    const struct leftover *leftover;
    bool unknown; /* Xen did not answer */
    bool spared;
};

/* Within the transaction: a domain that begins now writes there after this. */
static bool may_go(void *data)
{
    struct removal *removal = data;
    const struct leftover *leftover = removal->leftover;
    cleanup_living struct living living = { 0 };

    removal->unknown = living_read(&living, NULL) < 0;
    removal->spared =
        !removal->unknown &&
        ((leftover->has_domid && living_has(&living, leftover->domid)) ||
         (leftover->has_uuid && living_has_uuid(&living, leftover->uuid)));
    return !removal->unknown && !removal->spared;
}

int leftover_node_remove(struct leftover *leftover, struct error *err)
{
    struct removal removal = { .leftover = leftover };
    bool removed;

    if (prune_node_if(leftover->what, may_go, &removal, &removed, err) < 0)
        return -1;
    if (removal.unknown)
        return error_set(err, ERR_HOST, "Xen does not tell its domains");
    leftover->end = removal.spared ? LEFTOVER_SPARED : LEFTOVER_REMOVED;
    return 0;
}
