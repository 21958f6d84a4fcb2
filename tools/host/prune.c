/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/prune.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"

/* A transaction fails only if someone changed the same nodes meanwhile. */
#define ATTEMPTS 10

static bool is_empty(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    unsigned int length = 0, children = 0;
    cleanup_free char *value = xs_read(xs, t, path, &length);
    cleanup_free char **names = xs_directory(xs, t, path, &children);

    return value != NULL && length == 0 && names != NULL && children == 0;
}

static bool remove_all(struct xs_handle *xs, xs_transaction_t t,
                       const char *path)
{
    cleanup_free char *parent = mem_strdup(path);
    char *slash;

    if (!xs_rm(xs, t, path) && errno != ENOENT)
        return false;
    while ((slash = strrchr(parent, '/')) != NULL && slash != parent) {
        *slash = '\0';
        if (!is_empty(xs, t, parent))
            return true;
        if (!xs_rm(xs, t, parent))
            return false;
    }
    return true;
}

/* 0, or the errno. */
static int try_prune(struct xs_handle *xs, const char *path)
{
    xs_transaction_t t = xs_transaction_start(xs);

    if (t == XBT_NULL)
        return errno;
    bool removed = remove_all(xs, t, path);
    int cause = errno;
    if (!xs_transaction_end(xs, t, !removed))
        return errno;
    return removed ? 0 : cause;
}

int prune_node(const char *path, struct error *err)
{
    struct xs_handle *xs = xs_open(0);
    int cause = EAGAIN;

    if (xs == NULL)
        return error_set_errno(err, ERR_HOST, errno,
                               "xenstored does not answer");
    for (int i = 0; i < ATTEMPTS && cause == EAGAIN; i++)
        cause = try_prune(xs, path);
    xs_close(xs);
    if (cause != 0)
        return error_set_errno(err, ERR_HOST, cause, "xenstore node %s: remove",
                               path);
    return 0;
}
