/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest needs of another host that its configuration does not say: a
 * part of the question (preflight.h), and what is said to it. All of it is
 * optional: an older sender tells nothing, and what is not understood is as if
 * it had not been told.
 */
#ifndef XENITH_DOMAIN_TRANSFER_NEEDS_H
#define XENITH_DOMAIN_TRANSFER_NEEDS_H

#include "base/json.h"
#include "device/disk_identity.h"
#include "domain/transfer/answer.h"
#include "domain/transfer/emulator.h"
#include "host/cpu_policy.h"

struct needs {
    char *host;              /* the sender, among all; NULL: not known */
    struct cpu_features cpu; /* that the guest was given */
    uint64_t memory_kib;     /* that it has, maybe more than it shall */
    /* Of its disks and network interfaces: that its drivers use just now. */
    uint32_t connected;
    VEC(struct disk_identity) disks; /* in the order of the configuration */
    struct emulator emulator;        /* without its path */
};

void needs_dispose(struct needs *needs);
#define cleanup_needs __attribute__((cleanup(needs_dispose)))

/* As an object, and back; needs is zeroed, json may be NULL. */
void needs_format(const struct needs *needs, struct json_writer *json);
void needs_parse(const struct json_value *json, struct needs *needs);

/* This host, as no other is called while both run; the caller's. */
char *needs_name_host(void);
/* The guest migrates within its host. */
bool needs_are_of_this_host(const struct needs *needs);

/* -- with Xen -------------------------------------------------------------- */

/*
 * Of a running guest that goes with that configuration (saved_config.h). What
 * cannot be found out is left out.
 */
void needs_gather(struct host *host, uint32_t domid, const char *config_json,
                  struct needs *needs);

/*
 * Adds what this host lacks; needs are of a guest of that configuration. tell:
 * also what its disks were known by.
 */
void needs_check(struct host *host, const struct needs *needs,
                 const libxl_domain_config *config, bool tell,
                 struct answer *answer);

#endif
