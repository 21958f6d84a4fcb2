/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was sent and has not arrived. Where the way is slower than the helper,
 * the pipe to the codec is not empty, and behind it other pipes, sockets and
 * ssh's window are full: a few MiB, which a slow link carries for a second or
 * two. A guest that is stopped then waits for them, too; one that runs on
 * meanwhile does not.
 */
#ifndef XENITH_SAVEHELPER_BACKLOG_H
#define XENITH_SAVEHELPER_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

/* Pages that are on a full way, with what the codec makes small. */
#define BACKLOG_PAGES 2048
/* Nobody waits for longer, ms. */
#define BACKLOG_MAX_MS 3000

struct backlog {
    int fd;           /* that is written to */
    int64_t until_us; /* when all has arrived; 0: nothing is on its way */
    bool waited;      /* it is done once */
};

/* After a round; ms: what BACKLOG_PAGES take. Only a pipe tells. */
void backlog_note(struct backlog *backlog, int64_t now_us, uint64_t ms);

/*
 * Waits until all has arrived, the first time; false: there was nothing to wait
 * for. A signal ends it.
 */
bool backlog_wait(struct backlog *backlog, int64_t now_us);

#endif
