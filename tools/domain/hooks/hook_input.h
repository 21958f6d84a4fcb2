/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A document as the standard input of a program. */
#ifndef XENITH_DOMAIN_HOOKS_HOOK_INPUT_H
#define XENITH_DOMAIN_HOOKS_HOOK_INPUT_H

#include "base/error.h"

/* A descriptor to read it from, the caller's; -1 with err. */
int hook_input_open(const char *document, struct error *err);

#endif
