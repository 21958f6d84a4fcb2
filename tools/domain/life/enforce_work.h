/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One guest whose end is being dealt with: what enforce.c and the acts beside
 * it (next_life.h, remains.h) know of it and share.
 */
#ifndef XENITH_DOMAIN_LIFE_ENFORCE_WORK_H
#define XENITH_DOMAIN_LIFE_ENFORCE_WORK_H

#include "base/uuid.h"
#include "config/config.h"
#include "domain/guest_log.h"
#include "domain/hooks/hook_call.h"
#include "domain/life/enforce.h"
#include "domain/life/restart.h"

struct enforce_work {
    struct host *host;
    uint32_t domid; /* of the old domain */
    const struct enforce_request *request;
    struct enforce_result *result;
    struct restart_note note;
    struct xlconf defaults; /* the host's */
    char uuid[UUID_TEXT_SIZE];
    unsigned int short_lives;
    int64_t since_ms;     /* when the guest started, see base/clock.h */
    struct guest_log log; /* of a worker; has the guest's lines */
};

/*
 * Borrows the host, the request and the result, which is set to "nothing was
 * done". Neither the note nor the log is there yet.
 */
void enforce_work_begin(struct enforce_work *work, struct host *host,
                        uint32_t domid, const struct enforce_request *request,
                        struct enforce_result *result);

/* Ends the log, and leaves a note for somebody else to take up. */
void enforce_work_end(struct enforce_work *work);

enum enforce_look {
    ENFORCE_LOOK_GONE, /* or going */
    ENFORCE_LOOK_RUNNING,
    ENFORCE_LOOK_SUSPENDED,
    ENFORCE_LOOK_DOWN,
};

/*
 * What the domain is just now. Unless there is none, work->uuid becomes its
 * UUID and *reason is LIBXL_SHUTDOWN_REASON_*.
 */
enum enforce_look enforce_look(struct enforce_work *work, unsigned int *reason);

/* Until no domain has its number, at most so long, or until a signal. */
void enforce_wait_until_gone(struct enforce_work *work, int64_t milliseconds);

/*
 * Logs from now on what the guest wants to have in its log, and there. In the
 * foreground people read it on standard error. `name` is borrowed.
 */
void enforce_take_log(struct enforce_work *work, const char *name,
                      const struct domain_own *own);

/* Tells user hooks of the event; what they do with it is their affair. */
void enforce_tell_hooks(const struct enforce_work *work,
                        const struct domain_spec *spec, enum hook_event event,
                        const char *cause);

#endif
