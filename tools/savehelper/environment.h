/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How xn speaks to its save helper, which libxl starts: libxl passes the
 * environment and inheritable descriptors on and knows neither. All of them
 * may be missing; whoever can set them is root.
 */
#ifndef XENITH_SAVEHELPER_ENVIRONMENT_H
#define XENITH_SAVEHELPER_ENVIRONMENT_H

/* libxl's own: the program that it starts (libxl_save_callout.c). */
#define ENVIRONMENT_HELPER "LIBXL_SAVE_HELPER"

/* The helper that belongs to the libxl in use, an absolute path. */
#define ENVIRONMENT_STOCK "XENITH_STOCK_SAVE_HELPER"

/* What was asked for, as precopy.h writes it. */
#define ENVIRONMENT_PRECOPY "XENITH_PRECOPY"

/* The descriptor for the lines of report.h, decimal. */
#define ENVIRONMENT_REPORT "XENITH_SAVE_REPORT_FD"

#endif
