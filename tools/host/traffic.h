/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes and packets of vifs, requests and sectors of vbds: what Dom0's kernel
 * counts of its backends, and QEMUs of the disks that they serve or emulate. A
 * disk may be in the list for each. Directions are the guest's.
 */
#ifndef XENITH_HOST_TRAFFIC_H
#define XENITH_HOST_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "host/qmp.h"

struct traffic_vif {
    uint32_t domid;
    uint32_t number;
    uint64_t received_bytes;
    uint64_t received_packets;
    uint64_t received_drops;
    uint64_t received_errors;
    uint64_t sent_bytes;
    uint64_t sent_packets;
    uint64_t sent_drops;
    uint64_t sent_errors;
};

struct traffic_vbd {
    uint32_t domid;
    uint32_t number; /* 51712 is xvda */
    uint64_t reads;  /* requests */
    uint64_t writes;
    uint64_t out_of_requests; /* times that the ring was full */
    uint64_t read_sectors;    /* of 512 bytes */
    uint64_t written_sectors;
    bool by_qemu; /* counted by a QEMU, not the kernel */
};

struct traffic {
    VEC(struct traffic_vif) vifs;
    VEC(struct traffic_vbd) vbds;
};

/*
 * sys: TRAFFIC_SYS, where sysfs is mounted; run: TRAFFIC_RUN, where libxl has
 * the sockets of QEMUs. A backend that ends meanwhile is left out, as is a QEMU
 * that does not answer.
 */
#define TRAFFIC_SYS "/sys"
#define TRAFFIC_RUN QMP_FOLDER
int traffic_read(const char *sys, const char *run, struct traffic *traffic,
                 struct error *err);
/* One for each disk of a guest: what is counted of it twice is added up. */
void traffic_merge_disks(struct traffic *traffic);

void traffic_dispose(struct traffic *traffic);
#define cleanup_traffic __attribute__((cleanup(traffic_dispose)))

#endif
