/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Dom0's kernel counts of its backends: bytes and packets of vifs,
 * requests and sectors of vbds. Directions are the guest's. Disks that QEMU
 * serves are counted by nobody.
 */
#ifndef XENITH_HOST_TRAFFIC_H
#define XENITH_HOST_TRAFFIC_H

#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

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
};

struct traffic {
    VEC(struct traffic_vif) vifs;
    VEC(struct traffic_vbd) vbds;
};

/* sys: "/sys", where sysfs is mounted. A backend that ends meanwhile is left
 * out. */
int traffic_read(const char *sys, struct traffic *traffic, struct error *err);
void traffic_dispose(struct traffic *traffic);
#define cleanup_traffic __attribute__((cleanup(traffic_dispose)))

#endif
