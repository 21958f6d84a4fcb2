/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"
#include "host/no_answer.h"

/* A transaction fails only if someone changed the node meanwhile. */
#define ATTEMPTS 10

#define TOKEN_NODE "node"
#define TOKEN_END "end"

struct node_watch {
    struct xs_handle *xs;
    char *path;
};

int node_watch_open(struct node_watch **watch, const char *path,
                    struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    *watch = NULL;
    if (xs == NULL)
        return no_answer(err);
    if (!xs_watch(xs, path, TOKEN_NODE) ||
        !xs_watch(xs, "@releaseDomain", TOKEN_END)) {
        no_answer(err);
        xs_close(xs);
        return -1;
    }
    *watch = MEM_NEW(struct node_watch);
    (*watch)->xs = xs;
    (*watch)->path = mem_strdup(path);
    return 0;
}

void node_watch_close(struct node_watch *watch)
{
    if (watch == NULL)
        return;
    xs_close(watch->xs);
    free(watch->path);
    free(watch);
}

int node_watch_fd(const struct node_watch *watch)
{
    return xs_fileno(watch->xs);
}

int node_watch_drain(struct node_watch *watch, bool *written, struct error *err)
{
    *written = false;
    for (;;) {
        cleanup_free char **event = xs_check_watch(watch->xs);
        if (event == NULL)
            return errno == EAGAIN ? 0 : no_answer(err);
        if (strcmp(event[XS_WATCH_TOKEN], TOKEN_NODE) == 0)
            *written = true;
    }
}

/* The first entry is the owner and what all others may do. */
static bool only_dom0_writes(const struct xs_permissions *perms,
                             unsigned int count)
{
    if (count == 0 || perms[0].id != 0)
        return false;
    for (unsigned int i = 0; i < count; i++)
        if (perms[i].perms & XS_PERM_WRITE)
            return false;
    return true;
}

/* One attempt; 1 if xenstored wants it again. */
static int try_read(struct node_watch *watch, char **value, struct error *err)
{
    unsigned int count = 0, length = 0;
    xs_transaction_t t = xs_transaction_start(watch->xs);

    if (t == XBT_NULL)
        return no_answer(err);
    cleanup_free struct xs_permissions *perms =
        xs_get_permissions(watch->xs, t, watch->path, &count);
    cleanup_free char *text = NULL;
    if (perms != NULL)
        text = xs_read(watch->xs, t, watch->path, &length);
    int cause = errno;
    if (!xs_transaction_end(watch->xs, t, false))
        return errno == EAGAIN ? 1 : no_answer(err);
    if (text == NULL && cause == ENOENT)
        return 0;
    if (text == NULL) {
        errno = cause;
        return no_answer(err);
    }
    if (!only_dom0_writes(perms, count))
        return error_set(err, ERR_FAILED,
                         "xenstore node %s is not Dom0's alone to write, so "
                         "what it says is not believed",
                         watch->path);
    *value = steal(text);
    return 0;
}

int node_read_trusted(struct node_watch *watch, char **value, struct error *err)
{
    int rc = 1;

    *value = NULL;
    for (int i = 0; i < ATTEMPTS && rc == 1; i++)
        rc = try_read(watch, value, err);
    if (rc == 1)
        return error_set(err, ERR_HOST, "xenstore node %s: changes too often",
                         watch->path);
    return rc;
}
