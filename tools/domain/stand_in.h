/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl is given in place of what the user named, for the time of one
 * create: the unpacked copy of a kernel, the native hook for Xen's scripts, the
 * program that confines a boot loader; and the most memory that a saved guest
 * may have, for what it shall have. In libxl's record of the domain, from which
 * it is shown, restarted and migrated, stands what the user named.
 */
#ifndef XENITH_DOMAIN_STAND_IN_H
#define XENITH_DOMAIN_STAND_IN_H

#include "domain/loader.h"
#include "host/host.h"

/* What the user named, while others stand in for it. */
struct stand_in {
    bool changed; /* something stands in for something */
    char *kernel;
    char *bootloader;
    libxl_string_list bootloader_args;
    bool confines;       /* the latter two */
    char **disk_scripts; /* one for each disk; NULL where it had none */
    int num_disks;
    char **nic_scripts;
    int num_nics;
    uint64_t target_kib;
    bool lifts; /* that */
};

/*
 * Whether the script of a disk that has none of the user's may be exchanged.
 * Not of the first disk where a boot loader reads that: with a script libxl
 * would have it attached to Dom0 before. Not with a stub domain, for which
 * libxl starts the scripts of its guest's disks. Not of an HVM guest that does
 * not boot but goes on: with the hook its QEMU reads a file through a loop
 * device, whose cache does not see what the QEMU that it comes from, on this
 * host, still writes through another one.
 */
bool stand_in_takes_disk(const libxl_domain_config *config, int disk,
                         bool boots);

/* Exchanges it in the configuration. kernel: the copy, or NULL; loader: as
 * loader_find has found it; boots: it is not a saved one that goes on. */
void stand_in_begin(struct stand_in *stand_in, libxl_domain_config *config,
                    const char *kernel, const struct loader *loader,
                    bool boots);

/* Puts back what the user named. */
void stand_in_end(struct stand_in *stand_in, libxl_domain_config *config);

/*
 * After stand_in_end: writes what the configuration says into libxl's record of
 * the domain, and tells the guest how much memory it shall have.
 */
int stand_in_record(const struct stand_in *stand_in, struct host *host,
                    uint32_t domid, const libxl_domain_config *config,
                    struct error *err);

#endif
