/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process that xl leaves behind for each guest. Nothing but its log says
 * which guest it is for: "Waiting for domain web (domid 5) to die [pid 812]"
 * (xl_vmcontrol.c), once for each life of the guest.
 */
#ifndef XENITH_DOMAIN_LIFE_XL_DAEMON_H
#define XENITH_DOMAIN_LIFE_XL_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

struct xl_daemon {
    uint32_t domid;
    uint32_t pid;
    double written; /* the log, seconds since 1970 */
};

/* What the last such line of a log says; false without one for the name. */
bool xl_daemon_parse(const char *log, const char *name,
                     struct xl_daemon *daemon);

/* Where xl keeps these logs, whatever our prefix is. */
#define XL_DAEMON_LOGS "/var/log/xen"

/*
 * The guest's name of such a log, "web" of "xl-web.log", the caller's; NULL: it
 * is another one, or an older one ("xl-web.log.1").
 */
char *xl_daemon_log_of(const char *file);

/*
 * What the log of this name in a folder says: false if there is none, or
 * nothing yet. One that came by migration calls itself "web--incoming" first.
 */
bool xl_daemon_find(const char *folder, const char *name,
                    struct xl_daemon *daemon);

/* A pidfd of it; -1 if it has ended, also where another process has its pid. */
int xl_daemon_open(const struct xl_daemon *daemon);

#endif
