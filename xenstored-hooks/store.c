/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"

struct host_store {
    struct store store;
    struct xs_handle *xs;
};

static char *read_host(struct store *store, const char *path)
{
    struct host_store *host = (struct host_store *)store;
    unsigned int length;

    return xs_read(host->xs, XBT_NULL, path, &length);
}

static int write_host(struct store *store, const char *path, const char *value)
{
    struct host_store *host = (struct host_store *)store;

    return xs_write(host->xs, XBT_NULL, path, value,
                    (unsigned int)strlen(value))
               ? 0
               : -1;
}

int store_open(struct store **store, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    *store = NULL;
    if (xs == NULL)
        return error_set_errno(err, ERR_HOST, errno,
                               "xenstored does not answer");
    struct host_store *host = MEM_NEW(struct host_store);
    host->store = (struct store){ .read = read_host, .write = write_host };
    host->xs = xs;
    *store = &host->store;
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    xs_close(((struct host_store *)store)->xs);
    free(store);
}

char *store_get(struct store *store, const char *folder, const char *key)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);

    return store->read(store, path);
}

char *store_need(struct store *store, const char *folder, const char *key,
                 struct error *err)
{
    cleanup_free char *value = store_get(store, folder, key);

    if (value == NULL || value[0] == '\0') {
        error_set(err, ERR_FAILED, "xenstore has no %s/%s", folder, key);
        return NULL;
    }
    return steal(value);
}

int store_put(struct store *store, const char *folder, const char *key,
              const char *value, struct error *err)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);

    if (store->write(store, path, value) < 0)
        return error_set_errno(err, ERR_HOST, errno, "xenstore: write %s",
                               path);
    return 0;
}
