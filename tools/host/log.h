/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl's logger as we want it: nothing printed unless asked, the first error
 * kept as the cause (what follows is usually libxl's own clean-up), and all of
 * it given to a guest's log while one is set.
 */
#ifndef XENITH_HOST_LOG_H
#define XENITH_HOST_LOG_H

#include <xentoollog.h>

#include "base/log.h"

/* What an operation is at: "Frames iteration 1", so many of so many. */
typedef void host_log_watcher(void *data, const char *what, unsigned long done,
                              unsigned long total);

struct host_log {
    xentoollog_logger vtable;   /* first: libxl is given a pointer to it */
    xentoollog_level min_level; /* printed on standard error from here on */
    log_sink *sink;             /* also given to it; NULL: to nobody */
    void *sink_data;
    enum log_level sink_level; /* the least that it wants */
    char *first_error;         /* owned; NULL while there is none */
    char *first_origin;        /* where in Xen's libraries it was logged */
    host_log_watcher *watcher; /* NULL: nobody */
    void *watcher_data;
};

void host_log_init(struct host_log *log, unsigned int verbosity);
void host_log_dispose(struct host_log *log);

/* Forgets the first error: a new operation begins. */
void host_log_forget(struct host_log *log);

/*
 * Gives what follows, down to a level, to the sink too, as "libxl: error:
 * text"; NULL stops it. Below LOG_LEVEL_INFO are hundreds of lines for each
 * create, of use to libxl only: a sink that does not want them should say so
 * here.
 */
void host_log_to(struct host_log *log, log_sink *sink, void *data,
                 enum log_level level);

/* Has it called whenever Xen's libraries tell their progress; NULL stops it. */
void host_log_watch(struct host_log *log, host_log_watcher *watcher,
                    void *data);

#endif
