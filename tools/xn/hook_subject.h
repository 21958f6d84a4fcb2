/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest that a command about hooks is given, or none. */
#ifndef XENITH_XN_HOOK_SUBJECT_H
#define XENITH_XN_HOOK_SUBJECT_H

#include "domain/hooks/hook_guest.h"
#include "xn/command.h"

/*
 * Opens Xen to find the guest that the word means; without a word (NULL) it is
 * one that does not exist, called test, and Xen is not needed.
 */
int hook_subject_read(struct hook_guest *guest, const char *word,
                      struct error *err);

#endif
