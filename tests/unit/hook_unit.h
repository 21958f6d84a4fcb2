/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A xenstore in memory, for tests of the hooks. */
#ifndef XENITH_TESTS_HOOK_UNIT_H
#define XENITH_TESTS_HOOK_UNIT_H

#include <errno.h>

#include "unit.h"

#include "base/vec.h"
#include "hook.h"

struct memory_node {
    char *path, *value;
};

struct memory_store {
    struct store store;
    VEC(struct memory_node) nodes;
    const char *read_only; /* nodes below it are not ours to write */
};

static inline struct memory_node *memory_find(struct memory_store *memory,
                                              const char *path)
{
    VEC_EACH (&memory->nodes, node)
        if (strcmp(node->path, path) == 0)
            return node;
    return NULL;
}

static inline char *memory_read(struct store *store, const char *path)
{
    struct memory_node *node = memory_find((struct memory_store *)store, path);

    errno = ENOENT;
    return node != NULL ? mem_strdup(node->value) : NULL;
}

static inline int memory_write(struct store *store, const char *path,
                               const char *value)
{
    struct memory_store *memory = (struct memory_store *)store;
    struct memory_node *node = memory_find(memory, path);

    if (memory->read_only != NULL &&
        strncmp(path, memory->read_only, strlen(memory->read_only)) == 0) {
        errno = EACCES;
        return -1;
    }
    if (node == NULL) {
        node = VEC_ADD(&memory->nodes);
        *node = (struct memory_node){ .path = mem_strdup(path) };
    }
    free(node->value);
    node->value = mem_strdup(value);
    return 0;
}

static inline void memory_begin(struct memory_store *memory)
{
    *memory = (struct memory_store){
        .store = { .read = memory_read, .write = memory_write },
    };
}

static inline void memory_end(struct memory_store *memory)
{
    VEC_EACH (&memory->nodes, node) {
        free(node->path);
        free(node->value);
    }
    VEC_DISPOSE(&memory->nodes);
}

/* NULL or the value, which must not be kept. */
static inline const char *memory_value(struct memory_store *memory,
                                       const char *folder, const char *key)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);
    struct memory_node *node = memory_find(memory, path);

    return node != NULL ? node->value : NULL;
}

static inline void memory_set(struct memory_store *memory, const char *folder,
                              const char *key, const char *value)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);

    memory_write(&memory->store, path, value);
}

#endif
