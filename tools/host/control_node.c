/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/control_node.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"

/* A transaction fails only if someone changed the same node meanwhile. */
#define ATTEMPTS 10

/* 0, or the errno. */
static int try_withdraw(struct xs_handle *xs, const char *path,
                        const char *word, bool *withdrawn)
{
    unsigned int length = 0;
    xs_transaction_t t = xs_transaction_start(xs);

    *withdrawn = false;
    if (t == XBT_NULL)
        return errno;
    cleanup_free char *value = xs_read(xs, t, path, &length);
    int cause = value == NULL && errno != ENOENT ? errno : 0;
    bool is_there = value != NULL && length == strlen(word) &&
                    memcmp(value, word, length) == 0;
    if (is_there && !xs_write(xs, t, path, "", 0))
        cause = errno;
    bool commit = is_there && cause == 0;
    bool ended = xs_transaction_end(xs, t, !commit);
    if (commit && !ended)
        return errno;
    *withdrawn = commit;
    return cause;
}

int control_node_withdraw(uint32_t domid, const char *word, bool *withdrawn,
                          struct error *err)
{
    cleanup_free char *path =
        mem_printf("/local/domain/%u/control/shutdown", domid);
    struct xs_handle *xs = xs_open(0);
    int cause = EAGAIN;

    *withdrawn = false;
    if (xs == NULL)
        return error_set_errno(err, ERR_HOST, errno,
                               "xenstored does not answer");
    for (int i = 0; i < ATTEMPTS && cause == EAGAIN; i++)
        cause = try_withdraw(xs, path, word, withdrawn);
    xs_close(xs);
    if (cause != 0)
        return error_set_errno(err, ERR_HOST, cause, "xenstore node %s", path);
    return 0;
}
