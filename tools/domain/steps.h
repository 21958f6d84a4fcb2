/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each step of a plan does; listed in order by plan_make. */
#ifndef XENITH_DOMAIN_STEPS_H
#define XENITH_DOMAIN_STEPS_H

#include "domain/plan.h"

/* Checks: nothing is changed, so there is nothing to undo. */
int step_check_name(struct create *create, unsigned int i, struct error *err);
int step_check_away(struct create *create, unsigned int i, struct error *err);
int step_check_kernel(struct create *create, unsigned int i, struct error *err);
int step_check_ramdisk(struct create *create, unsigned int i,
                       struct error *err);
int step_check_loader(struct create *create, unsigned int i, struct error *err);
int step_check_device_model(struct create *create, unsigned int i,
                            struct error *err);
int step_check_disk(struct create *create, unsigned int i, struct error *err);
int step_check_nic(struct create *create, unsigned int i, struct error *err);
int step_check_pci(struct create *create, unsigned int i, struct error *err);
int step_check_usbdev(struct create *create, unsigned int i, struct error *err);
int step_check_p9(struct create *create, unsigned int i, struct error *err);

/* Only warns. */
int step_look_at_disks(struct create *create, unsigned int i,
                       struct error *err);
int step_find_memory(struct create *create, unsigned int i, struct error *err);

/* The user's hooks (steps_hooks.c); event: of enum hook_event. */
int step_prepare(struct create *create, unsigned int i, struct error *err);
void step_unprepare(struct create *create, unsigned int i);
int step_tell_hooks(struct create *create, unsigned int event,
                    struct error *err);
/* Why it is made; NULL for what `xn create` makes. */
const char *create_cause(const struct create *create);

/* Changes and their undoing (steps_build.c). */
int step_unpack_kernel(struct create *create, unsigned int i,
                       struct error *err);
int step_note(struct create *create, unsigned int i, struct error *err);
void step_forget_note(struct create *create, unsigned int i);
int step_build(struct create *create, unsigned int i, struct error *err);
void step_unbuild(struct create *create, unsigned int i);
int step_finish_source(struct create *create, unsigned int i,
                       struct error *err);
int step_take_over(struct create *create, unsigned int i, struct error *err);
void step_refuse(struct create *create, unsigned int i);
int step_supervise(struct create *create, unsigned int i, struct error *err);
int step_wait_at_gate(struct create *create, unsigned int i, struct error *err);
int step_note_start(struct create *create, unsigned int i, struct error *err);
int step_unpause(struct create *create, unsigned int i, struct error *err);
int step_await_drivers(struct create *create, unsigned int i,
                       struct error *err);
int step_tell_sender(struct create *create, unsigned int i, struct error *err);
int step_supervise_taken(struct create *create, unsigned int i,
                         struct error *err);
int step_look(struct create *create, unsigned int i, struct error *err);
int step_settle(struct create *create, unsigned int i, struct error *err);

#endif
