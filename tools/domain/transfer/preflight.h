/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether another host could take a guest, before anything is sent: it is asked
 * with the guest's configuration alone, and answers with all its reasons.
 */
#ifndef XENITH_DOMAIN_TRANSFER_PREFLIGHT_H
#define XENITH_DOMAIN_TRANSFER_PREFLIGHT_H

#include "base/strbuf.h"
#include "config/config.h"
#include "domain/state.h"
#include "domain/transfer/transport.h"

/*
 * Asks. The reasons are lines, none where it could, and as the other host wrote
 * them: not yet fit for a terminal. config_json as in migrate.h. ERR_HOST if it
 * cannot be asked.
 */
int preflight_ask(const struct subject *subject,
                  const struct transport_request *way, const char *config_json,
                  struct strbuf *reasons, struct error *err);

/* Answers: adds a line for each reason. xen: the sender's version, "4.17". */
void preflight_answer(struct host *host, struct domain_spec *spec,
                      const struct xlconf *defaults, const char *xen,
                      struct strbuf *reasons);

#endif
