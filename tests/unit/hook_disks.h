/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks of guests, for tests of their hook: files in a folder of their own, and
 * a store that stands for blkback too. It opens the device once
 * physical-device is written, and shows that where the kernel would.
 */
#ifndef XENITH_TESTS_HOOK_DISKS_H
#define XENITH_TESTS_HOOK_DISKS_H

#include "hook_unit.h"

#include "claims.h"

#define GUESTS 4
#define DISK_BYTES 65536

struct disks {
    struct memory_store memory; /* first: the store is a fixture */
    char *folder;
    struct claims_place place;
    int held[GUESTS];      /* blkback's descriptors, by domain */
    bool is_deaf;          /* blkback opens nothing */
    const char *meanwhile; /* a disk that another guest gets meanwhile */
    int outcome;           /* of that */
    struct error refusal;
};

/* Owned by the caller, as are all paths. */
char *disks_path(struct disks *fixture, const char *name);
char *disks_backend(uint32_t domid);
void disks_write(const char *path, const char *text);
const char *disks_stored(struct disks *fixture, uint32_t domid,
                         const char *key);
/* Gives a disk to a guest. */
int disks_add(struct disks *fixture, uint32_t domid, const char *params,
              const char *mode, struct error *err);
void disks_give(struct disks *fixture, uint32_t domid, const char *params,
                const char *mode);
void disks_expect_refused(struct disks *fixture, uint32_t domid,
                          const char *params, const char *mode,
                          const char *why);
/* blkback closes it, and the kernel's list has it no more. */
void disks_close(struct disks *fixture, uint32_t domid);
dev_t disks_device(struct disks *fixture, uint32_t domid);
/* The loop device, after a moment at most. */
bool disks_is_free(dev_t device);
/* Skips the test without root and loop devices. */
struct disks *disks_with_loops(void **state);
char *disks_make_file(struct disks *fixture, const char *name);
int disks_execute(struct disks *fixture, uint32_t domid, bool arrives,
                  struct error *err);
int disks_set_up(void **state);
int disks_tear_down(void **state);

#define DISKS_TEST(name) \
    cmocka_unit_test_setup_teardown(name, disks_set_up, disks_tear_down)

#endif
