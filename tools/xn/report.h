/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a failure is told, and with which exit status. */
#ifndef XENITH_XN_REPORT_H
#define XENITH_XN_REPORT_H

#include "xn/command.h"

/*
 * Prints the error on standard error, its message last but for the hint, and
 * returns the exit status: the error's kind; as xl always 1.
 */
int report_error(const struct settings *settings, const struct error *err);

#endif
