/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Platform shared resources: the CPU's means to watch and to divide what its
 * cores share. CMT watches the cache, CAT divides it, MBA slows memory down.
 */
#ifndef XENITH_HOST_PSR_H
#define XENITH_HOST_PSR_H

#include "host/host.h"

/* What a feature can do on each socket; freed by psr_sockets_dispose. */
struct psr_sockets {
    libxl_psr_hw_info *items;
    unsigned int count;
};

/*
 * level is that of the cache (2 or 3), 0 for MBA. ERR_STATE where the CPU, or
 * Xen as it was started, does not have the feature.
 */
int psr_sockets_read(struct host *host, libxl_psr_feat_type feature,
                     unsigned int level, struct psr_sockets *sockets,
                     struct error *err);
void psr_sockets_dispose(struct psr_sockets *sockets);
#define cleanup_psr_sockets __attribute__((cleanup(psr_sockets_dispose)))

/* Bytes of the L3 cache of a socket. */
int psr_cache_size(struct host *host, uint32_t socket, uint64_t *bytes,
                   struct error *err);

/* Online sockets; the caller's to dispose, initialised also after an error. */
int psr_online_sockets(struct host *host, libxl_bitmap *sockets,
                       struct error *err);

bool psr_cmt_is_enabled(struct host *host);
/* How many domains can be watched at a time, plus one. */
int psr_cmt_total_rmids(struct host *host, uint32_t *count, struct error *err);
/* ERR_STATE where CMT is disabled, or watches nothing of this type. */
int psr_cmt_check_type(struct host *host, libxl_psr_cmt_type type,
                       struct error *err);
/* label: the domain as the user knows it. */
int psr_cmt_attach(struct host *host, uint32_t domid, const char *label,
                   struct error *err);
int psr_cmt_detach(struct host *host, uint32_t domid, const char *label,
                   struct error *err);

/*
 * What an attached domain has of a socket: bytes of its cache, or bytes a
 * second of its memory bandwidth, which takes some 10 ms.
 */
int psr_cmt_read(struct host *host, uint32_t domid, libxl_psr_cmt_type type,
                 uint32_t socket, uint64_t *value, struct error *err);

/* A mask or throttling value of a domain, for the sockets in the map. */
int psr_set(struct host *host, uint32_t domid, const char *label,
            libxl_psr_type type, libxl_bitmap *sockets, uint64_t value,
            struct error *err);

#endif
