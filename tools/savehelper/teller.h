/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of report.h, to xn, if it listens. */
#ifndef XENITH_SAVEHELPER_TELLER_H
#define XENITH_SAVEHELPER_TELLER_H

#include "savehelper/report.h"

/* Takes the descriptor from the environment (environment.h). */
void teller_begin(void);

/*
 * A reader that is slow or gone loses lines and holds nothing up. False if
 * there is none.
 */
bool teller_tell(const struct report *report);

#endif
