/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files in which xenconsoled keeps what guests print, where it is started
 * with --log=guest. It takes a guest's name from xenstore when it opens the
 * guest's file, guest-NAME.log, and keeps that open; after a SIGHUP it opens
 * all of them anew (create_console_log and handle_log_reload of its io.c).
 */
#ifndef XENITH_DOMAIN_CONSOLE_LOG_H
#define XENITH_DOMAIN_CONSOLE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_LOG_FOLDER "/var/log/xen/console"

/* Where the files are, and where xenconsoled has its number. */
struct console_log_place {
    const char *folder;
    const char *const *pid_files; /* ended by NULL */
};

extern const struct console_log_place console_log_of_host;

/* How xenconsoled runs. */
struct console_daemon {
    bool runs;
    bool logs_guests; /* --log=guest or all */
    bool stamps;      /* each line of these has its time before it */
};

void console_log_examine(const struct console_log_place *place,
                         struct console_daemon *daemon);
/* The words of its command line, each with its NUL. */
void console_log_read_words(const char *words, size_t length,
                            struct console_daemon *daemon);

/* Has xenconsoled open its files anew. False: it is not to be found. */
bool console_log_tell(const struct console_log_place *place);

/*
 * The guest has another name now in xenstore: so has its file. What is in a
 * file of that name stays, and the other's text follows it. The guest must not
 * run meanwhile. Failing is only told.
 */
void console_log_rename(const struct console_log_place *place, const char *from,
                        const char *to);

/* The file of a guest that never ran. */
void console_log_remove(const struct console_log_place *place,
                        const char *name);

#endif
