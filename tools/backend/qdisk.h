/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The QEMU that serves one guest's qdisk devices. It goes on when the agent
 * ends: what tells that it runs is the lock that it holds on its file of its
 * process number.
 */
#ifndef XENITH_BACKEND_QDISK_H
#define XENITH_BACKEND_QDISK_H

#include <stdbool.h>

#include "backend/job.h"

/* Whether it runs. */
bool qdisk_is_served(const char *run_folder, uint32_t domid);

/*
 * A job that starts it and ends once it serves; qemu is its program. NULL with
 * err if there is no place for its files.
 */
struct job *qdisk_prepare(const char *run_folder, const char *qemu,
                          uint32_t domid, struct error *err);

struct qdisk_domids {
    VEC(uint32_t) list;
};

/* Adds the guests that had one started, by whatever agent. */
void qdisk_list(const char *run_folder, struct qdisk_domids *domids);

/* Ends it, if it runs; what it wrote to xenstore goes. */
void qdisk_end(const char *run_folder, uint32_t domid);

#endif
