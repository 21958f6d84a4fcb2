/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest that shut down is made again: as a new domain, or anew in its old
 * one. Each says in work->result how far it came, also on failure.
 */
#ifndef XENITH_DOMAIN_LIFE_NEXT_LIFE_H
#define XENITH_DOMAIN_LIFE_NEXT_LIFE_H

#include "domain/life/enforce_work.h"
#include "domain/life/policy.h"

/*
 * A new domain in place of the old one. The note, whose lock the caller has, is
 * removed once that is made, or can never be.
 */
int next_life_begin(struct enforce_work *work, struct domain_spec *spec,
                    const struct policy_decision *decision, struct error *err);

/* The same from a note that a killed process left, a few times at most. */
int next_life_take_up(struct enforce_work *work, struct restart_plan *plan,
                      struct error *err);

/* A soft reset, as kexec asks for it. What fails leaves no domain. */
int next_life_in_place(struct enforce_work *work, struct domain_spec *spec,
                       const struct policy_decision *decision,
                       struct error *err);

#endif
