/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hash.h"

#include "config.h"

#include <xxhash.h>
/* On x86 the library has faster variants, chosen by what the CPU can do. */
#ifdef HAVE_XXH_X86DISPATCH_H
#include <xxh_x86dispatch.h>
#endif

#include "base/mem.h"

struct hash {
    XXH3_state_t *state; /* owned; aligned as the library wants it */
};

uint64_t hash_block(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

struct hash *hash_new(void)
{
    struct hash *hash = MEM_NEW(struct hash);

    hash->state = mem_check(XXH3_createState());
    XXH3_64bits_reset(hash->state);
    return hash;
}

void hash_free(struct hash *hash)
{
    if (hash == NULL)
        return;
    XXH3_freeState(hash->state);
    free(hash);
}

void hash_add(struct hash *hash, const void *bytes, size_t length)
{
    XXH3_64bits_update(hash->state, bytes, length);
}

uint64_t hash_value(const struct hash *hash)
{
    return XXH3_64bits_digest(hash->state);
}
