/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether another host could take a guest, before a byte of it is sent: it is
 * asked with the guest's configuration and what that does not say (needs.h),
 * and answers with all its reasons. The question is JSON, the answer lines of
 * text (answer.h), none where it could; both are part of the handshake
 * (handover.h).
 */
#ifndef XENITH_DOMAIN_TRANSFER_PREFLIGHT_H
#define XENITH_DOMAIN_TRANSFER_PREFLIGHT_H

#include "config/config.h"
#include "domain/state.h"
#include "domain/transfer/answer.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/needs.h"
#include "domain/transfer/transport.h"

struct preflight_question {
    unsigned int xen_major, xen_minor; /* of the sender */
    bool only;                         /* no guest comes, whatever the answer */
    unsigned int stall; /* s without a byte: the link is lost; 0: never */
    bool notes;         /* the sender tells them from reasons */
    char *config;       /* as saved_config.h makes it; owned */
    struct needs needs; /* of the guest; an older sender tells of none */
};

void preflight_question_dispose(struct preflight_question *question);
#define cleanup_preflight_question \
    __attribute__((cleanup(preflight_question_dispose)))

/* -- the sender ------------------------------------------------------------ */

/*
 * Asks, after the banner, and adds what is said to the zeroed answer. ERR_STATE
 * if the other host would not take it: the error's detail has the answer.
 */
int preflight_ask(const struct handover_wire *wire,
                  const struct subject *subject, const char *config_json,
                  bool only, unsigned int stall, struct answer *answer,
                  struct error *err);

/*
 * The same alone, over a connection of its own; config_json as in migrate.h.
 * ERR_HOST if it cannot be asked, as a plain xl.
 */
int preflight_check(const struct subject *subject,
                    const struct transport_request *way,
                    const char *config_json, struct answer *answer,
                    struct error *err);

/* -- the receiver ---------------------------------------------------------- */

/* question is zeroed. */
int preflight_hear(const struct handover_wire *wire,
                   struct preflight_question *question, struct error *err);

/*
 * Adds each reason not to take it, and notes; spec has the question's
 * configuration and is changed.
 */
void preflight_find_reasons(struct host *host,
                            const struct preflight_question *question,
                            struct domain_spec *spec,
                            const struct xlconf *defaults,
                            struct answer *answer);

/* The question itself, and back; for preflight_ask and its tests. */
char *preflight_question_format(const struct preflight_question *question);
int preflight_question_parse(const char *text,
                             struct preflight_question *question,
                             struct error *err);

#endif
