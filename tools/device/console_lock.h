/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One client for each domain's consoles. The lock is that of Xen's own client,
 * xenconsole: an flock on xenconsole.DOMID in Xen's lock directory, removed by
 * its holder. So xl console and xn console exclude each other. The kernel
 * drops the lock of a client that was killed; its file is then reused.
 */
#ifndef XENITH_DEVICE_CONSOLE_LOCK_H
#define XENITH_DEVICE_CONSOLE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct console_lock {
    int fd;
    char *path; /* owned */
};

#define CONSOLE_LOCK_INIT \
    {                     \
        .fd = -1          \
    }

/* ERR_STATE if another client has it; does not wait. name: for messages. */
int console_lock_take(struct console_lock *lock, uint32_t domid,
                      const char *name, struct error *err);

/* Where they are, and the beginning of their names. */
#define CONSOLE_LOCK_PREFIX "xenconsole."
const char *console_lock_folder(void);

/*
 * Whether nobody holds the lock at path; with remove it is also taken away, as
 * its holder would have done.
 */
bool console_lock_is_stale(const char *path, bool remove);

/* Idempotent. */
void console_lock_release(struct console_lock *lock);

#endif
