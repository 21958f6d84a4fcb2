/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/prune.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "host/no_answer.h"
#include "host/transaction.h"

static bool is_empty(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    unsigned int length = 0, children = 0;
    cleanup_free char *value = xs_read(xs, t, path, &length);
    cleanup_free char **names = xs_directory(xs, t, path, &children);

    return value != NULL && length == 0 && names != NULL && children == 0;
}

/* keep: an empty parent that stays, with those above it; NULL: none does. */
static bool remove_all(struct xs_handle *xs, xs_transaction_t t,
                       const char *path, const char *keep)
{
    cleanup_free char *parent = mem_strdup(path);
    char *slash;

    if (!xs_rm(xs, t, path) && errno != ENOENT)
        return false;
    while ((slash = strrchr(parent, '/')) != NULL && slash != parent) {
        *slash = '\0';
        if ((keep != NULL && strcmp(parent, keep) == 0) ||
            !is_empty(xs, t, parent))
            return true;
        if (!xs_rm(xs, t, parent))
            return keep != NULL && errno == EACCES;
    }
    return true;
}

struct pruning {
    const char *path;
    const char *keep;        /* see remove_all */
    bool (*may)(void *data); /* NULL: yes */
    void *data;
    bool removed;
};

static bool is_there(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    unsigned int length;
    cleanup_free char *value = xs_read(xs, t, path, &length);

    return value != NULL;
}

static int prune_within(struct xs_handle *xs, xs_transaction_t t, void *data)
{
    struct pruning *pruning = data;
    bool there = is_there(xs, t, pruning->path);

    pruning->removed = false;
    if (pruning->may != NULL && (!there || !pruning->may(pruning->data)))
        return TRANSACTION_LEAVE;
    if (!remove_all(xs, t, pruning->path, pruning->keep))
        return errno;
    pruning->removed = there;
    return 0;
}

static int prune(struct pruning *pruning, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    if (xs == NULL)
        return no_answer(err);
    int cause = transaction_run(xs, prune_within, pruning);
    xs_close(xs);
    if (cause != 0)
        return error_set_errno(err, ERR_HOST, cause, "xenstore node %s: remove",
                               pruning->path);
    return 0;
}

int prune_node(const char *path, struct error *err)
{
    return prune(&(struct pruning){ .path = path }, err);
}

int prune_node_if(const char *path, bool (*may)(void *data), void *data,
                  bool *removed, struct error *err)
{
    struct pruning pruning = { .path = path, .may = may, .data = data };
    int rc = prune(&pruning, err);

    *removed = rc == 0 && pruning.removed;
    return rc;
}

int prune_below(const char *path, const char *keep, bool (*may)(void *data),
                void *data, struct error *err)
{
    return prune(
        &(struct pruning){
            .path = path, .keep = keep, .may = may, .data = data },
        err);
}

int prune_children(const char *path, struct prune_names *names,
                   struct error *err)
{
    struct xs_handle *xs = xs_open(0);
    unsigned int count = 0;

    if (xs == NULL)
        return no_answer(err);
    cleanup_free char **found = xs_directory(xs, XBT_NULL, path, &count);
    int cause = errno;
    xs_close(xs);
    if (found == NULL && cause != ENOENT)
        return error_set_errno(err, ERR_HOST, cause, "xenstore node %s", path);
    for (unsigned int i = 0; found != NULL && i < count; i++)
        VEC_PUSH(&names->list, mem_strdup(found[i]));
    return 0;
}

void prune_names_dispose(struct prune_names *names)
{
    VEC_EACH (&names->list, name)
        free(*name);
    VEC_DISPOSE(&names->list);
}
