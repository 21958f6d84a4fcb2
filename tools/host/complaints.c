/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/complaints.h"

#include <string.h>

#include "base/mem.h"
#include "host/prune.h"

char *complaints_of(const char *backend)
{
    static const char backends[] = "/local/domain/0/backend/";
    size_t length = strlen(backends);

    if (backend == NULL || strncmp(backend, backends, length) != 0)
        return NULL;
    return mem_printf(COMPLAINTS "/%s", backend + length);
}

int complaints_forget(uint32_t domid, struct error *err)
{
    cleanup_prune_names struct prune_names kinds = { 0 };

    if (prune_children(COMPLAINTS, &kinds, err) < 0)
        return -1;
    VEC_EACH (&kinds.list, kind) {
        cleanup_free char *path = mem_printf(COMPLAINTS "/%s/%u", *kind, domid);
        if (prune_node(path, err) < 0)
            return -1;
    }
    return 0;
}
