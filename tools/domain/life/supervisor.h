/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection to the host's supervisor, xnd, and its language
 * (docs/xnd-protocol.md): one JSON object on a line. supervise.h says what the
 * requests are for.
 */
#ifndef XENITH_DOMAIN_LIFE_SUPERVISOR_H
#define XENITH_DOMAIN_LIFE_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/strbuf.h"

struct supervisor {
    int fd;
    struct strbuf input; /* received and not yet taken */
};

/* After this one supervisor_next yields the events of all guests. */
#define SUPERVISOR_SUBSCRIBE "{\"request\":\"subscribe\"}"

#define SUPERVISOR_INIT ((struct supervisor){ .fd = -1 })

/*
 * Sends one request to a supervisor, which is started where there is none, and
 * takes the answer; the connection stays. *answer is the caller's; NULL where
 * it does not matter. ERR_FAILED if it is refused.
 */
int supervisor_ask(struct supervisor *supervisor, const char *request,
                   struct json_value **answer, struct error *err);

/* The same where one runs; false where there is none, or it does not answer. */
bool supervisor_ask_running(struct supervisor *supervisor, const char *request,
                            struct json_value **answer);

/*
 * Waits for the next line, an event after SUPERVISOR_SUBSCRIBE. 1 and the
 * line, the caller's; 0: the deadline passed or a signal came; -1: the
 * supervisor has ended (ERR_HOST).
 */
int supervisor_next(struct supervisor *supervisor, int64_t deadline,
                    struct json_value **line, struct error *err);

/*
 * The next event for one that subscribed. When the supervisor ends, killed or
 * relieved by another, it subscribes to the next one, which is started if none
 * comes by itself, and the event is a "lost" with the reason as its cause.
 * 1 and the event, the caller's; 0: as supervisor_next; -1: there is no
 * supervisor to be had, neither until give_up nor within a minute.
 */
int supervisor_follow(struct supervisor *supervisor, int64_t deadline,
                      int64_t give_up, struct json_value **event,
                      struct error *err);

/* Whether an event is about the guest of this name, UUID or id. */
bool supervisor_is_about(const struct json_value *event, const char *guest);

void supervisor_close(struct supervisor *supervisor);
#define cleanup_supervisor __attribute__((cleanup(supervisor_close)))

#endif
