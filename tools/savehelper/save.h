/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two things that a save helper does, each by one call of libxenguest.
 * They return what that returned, with errno.
 */
#ifndef XENITH_SAVEHELPER_SAVE_H
#define XENITH_SAVEHELPER_SAVE_H

#include <xenctrl.h>

#include "savehelper/arguments.h"

/* With rounds as policy.h has them, told to xn (report.h). */
int save_domain(xc_interface *xch, const struct arguments *arguments);

/* With extents as extents.h has them. Sends libxl the results. */
int restore_domain(xc_interface *xch, const struct arguments *arguments);

#endif
