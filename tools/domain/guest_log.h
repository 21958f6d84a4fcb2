/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the toolstack did to one guest: lines to LOGDIR/NAME.log, standard
 * error, syslog and the journal, as the guest's keys log_level and log_outputs
 * say, or those of xenith.conf.
 */
#ifndef XENITH_DOMAIN_GUEST_LOG_H
#define XENITH_DOMAIN_GUEST_LOG_H

#include <stddef.h>

#include "base/outlet.h"
#include "config/config.h"

/* LOGDIR/NAME.log with a '/' in the name made '_'; owned by the caller. */
char *guest_log_path(const char *name);

/* What the guest's own keys choose. */
struct log_choice guest_log_choice(const struct domain_own *own);

/* One operation's; it may write 1 MiB. */
struct guest_log {
    char *name; /* owned, as all else; NULL: there is none */
    char *path;
    int fd; /* of the file; -1: none */
    enum log_level level;
    unsigned int outputs; /* of enum log_output */
    size_t left;          /* bytes that may still be written */
};

#define GUEST_LOG_INIT ((struct guest_log){ .fd = -1 })

/* choice may be NULL: the host's. */
void guest_log_begin(struct guest_log *log, const char *name,
                     const struct log_choice *choice);
void guest_log_end(struct guest_log *log);

/*
 * The guest's file for a process that prints to it; the caller closes it. -1
 * where its lines go elsewhere, or to standard error too.
 */
int guest_log_open_shared(const char *name, const struct log_choice *choice);

/*
 * One line, if the level is not below the guest's. On standard error it is not
 * repeated where that is the guest's file. Of the type log_sink.
 */
void guest_log_write(void *log, enum log_level level, const char *text);

/*
 * An error that main will print on standard error: to where else the guest's
 * lines go.
 */
void guest_log_error(struct guest_log *log, const char *text);

#endif
