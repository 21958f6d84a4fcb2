/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/control_node.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "host/no_answer.h"
#include "host/transaction.h"

struct withdrawal {
    const char *path;
    const char *word;
    bool done;
};

static int withdraw(struct xs_handle *xs, xs_transaction_t t, void *data)
{
    struct withdrawal *withdrawal = data;
    const char *word = withdrawal->word;
    unsigned int length = 0;
    cleanup_free char *value = xs_read(xs, t, withdrawal->path, &length);

    withdrawal->done = false;
    if (value == NULL && errno != ENOENT)
        return errno;
    if (value == NULL || length != strlen(word) ||
        memcmp(value, word, length) != 0)
        return TRANSACTION_LEAVE;
    if (!xs_write(xs, t, withdrawal->path, "", 0))
        return errno;
    withdrawal->done = true;
    return 0;
}

int control_node_withdraw(uint32_t domid, const char *word, bool *withdrawn,
                          struct error *err)
{
    cleanup_free char *path =
        mem_printf("/local/domain/%u/control/shutdown", domid);
    struct withdrawal withdrawal = { .path = path, .word = word };
    struct xs_handle *xs = xs_open(0);

    *withdrawn = false;
    if (xs == NULL)
        return no_answer(err);
    int cause = transaction_run(xs, withdraw, &withdrawal);
    xs_close(xs);
    if (cause != 0)
        return error_set_errno(err, ERR_HOST, cause, "xenstore node %s", path);
    *withdrawn = withdrawal.done;
    return 0;
}
