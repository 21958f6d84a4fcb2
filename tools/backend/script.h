/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device's script as Xen's contract has it (xenstored-hooks/README.md):
 * arguments and environment.
 */
#ifndef XENITH_BACKEND_SCRIPT_H
#define XENITH_BACKEND_SCRIPT_H

#include "backend/job.h"
#include "host/backends.h"

/* xn-hotplug ends a script after at most 38 s; this is for itself. */
#define SCRIPT_TIMEOUT_MS 40000

struct script_call {
    const struct backend_name *name;
    const struct backend_nodes *nodes; /* of the device */
    const char *program;               /* what to start for its script */
    const char *path;                  /* where its nodes are: XENBUS_PATH */
    bool arrives;
};

/* Adds the program to the job. */
struct job_program *script_add(struct job *job, const struct script_call *call);

#endif
