/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/watches.h"

#include <errno.h>

#include <xenstore.h>

#include "base/mem.h"
#include "host/no_answer.h"

struct watches {
    struct xs_handle *xs;
};

int watches_open(struct watches **watches, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    *watches = NULL;
    if (xs == NULL)
        return no_answer(err);
    *watches = MEM_NEW(struct watches);
    (*watches)->xs = xs;
    return 0;
}

void watches_close(struct watches *watches)
{
    if (watches == NULL)
        return;
    xs_close(watches->xs);
    free(watches);
}

int watches_fd(const struct watches *watches)
{
    return xs_fileno(watches->xs);
}

int watches_add(struct watches *watches, const char *path, const char *token,
                struct error *err)
{
    if (xs_watch(watches->xs, path, token))
        return 0;
    return error_set_errno(err, ERR_HOST, errno, "xenstore: watch %s", path);
}

void watches_remove(struct watches *watches, const char *path,
                    const char *token)
{
    xs_unwatch(watches->xs, path, token);
}

int watches_next(struct watches *watches, char **token, struct error *err)
{
    cleanup_free char **event = xs_check_watch(watches->xs);

    if (event == NULL)
        return errno == EAGAIN ? 0 : no_answer(err);
    *token = mem_strdup(event[XS_WATCH_TOKEN]);
    return 1;
}

bool watches_find(struct watches *watches, const char *path)
{
    unsigned int length;
    cleanup_free char *value = xs_read(watches->xs, XBT_NULL, path, &length);

    return value != NULL;
}
