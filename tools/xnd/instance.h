/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One xnd at a time, and its way into the background. */
#ifndef XENITH_XND_INSTANCE_H
#define XENITH_XND_INSTANCE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Takes RUNDIR/xnd.lock. *held is true, and nothing taken, where another xnd
 * has it. The descriptor in *fd is the lock.
 */
int instance_lock(int *fd, bool *held, struct error *err);

/* Removes the lock file too; fd is -1 afterwards. */
void instance_unlock(int *fd);

/* What the process in the foreground says of the one in the background. */
enum instance_news {
    INSTANCE_READY,
    INSTANCE_HELD,   /* another xnd runs already */
    INSTANCE_FAILED, /* with an error */
};

/*
 * Goes into the background: a session of its own, / as the folder, /dev/null
 * as standard input. *is_parent is true in the process that stays in front,
 * which comes back once the other one has sent its news or died, or after ten
 * seconds; then *news (and err) say what came. In the other process *report is
 * where instance_report sends them to.
 */
int instance_detach(bool *is_parent, int *report, enum instance_news *news,
                    struct error *err);

/* Sends the news and closes *report; -1 there: nobody wants them. */
void instance_report(int *report, enum instance_news news,
                     const struct error *err);

#endif
