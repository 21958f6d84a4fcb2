/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn-hotplug's whole run, for the program and for who need not start it. */
#ifndef XENITH_HOOKS_ENTRY_H
#define XENITH_HOOKS_ENTRY_H

/*
 * Does what the arguments and the environment ask for (README.md), says on
 * standard error what went wrong, and yields the exit status. To be called once
 * in a process, which ends then.
 */
int hook_entry(int argc, char **argv);

#endif
