/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a script of ours did: the device's nodes, as they were then, in a file
 * of a folder that is gone when the domain is (RUNDIR/backends/KIND-DOMID-
 * DEVID). The toolstack may remove a device's folder while no agent is there;
 * the note is then all that tells how to undo it.
 */
#ifndef XENITH_BACKEND_NOTE_H
#define XENITH_BACKEND_NOTE_H

#include "backend/due.h"

/* Before the script runs, and after it did. */
int note_write(const char *folder, const struct backend_name *name,
               enum due_noted stage, const struct backend_nodes *nodes,
               struct error *err);

/*
 * How far it came; adds the nodes, unless nodes is NULL. A note that cannot
 * be read is none.
 */
enum due_noted note_read(const char *folder, const struct backend_name *name,
                         struct backend_nodes *nodes);

void note_remove(const char *folder, const struct backend_name *name);

/* Adds the devices that have one; without a folder, none. */
void note_list(const char *folder, struct backend_names *names);

#endif
