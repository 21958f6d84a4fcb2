/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native hook without a program of its own; see run_hook.c. */
#ifndef XENITH_XN_RUN_HOOK_H
#define XENITH_XN_RUN_HOOK_H

/* As xenstored-hooks/entry.h has it. */
typedef int run_hook_fn(int argc, char **argv);

/* From now on scripts that are the native hook are this function, in the
 * process that libxl forks. NULL: they are programs. */
void run_hook_begin(run_hook_fn *entry);

#endif
