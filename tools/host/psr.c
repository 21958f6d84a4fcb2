/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/psr.h"

#include <libxl_utils.h>

#include "base/clock.h"

/* Between two samples of a counter of bytes. */
#define SAMPLE_TIME 10
/* Xen's times are nanoseconds; a counter overflows once a second at most. */
#define SECOND_NS 1000000000ull
#define SAMPLE_TRIES 5

int psr_sockets_read(struct host *host, libxl_psr_feat_type feature,
                     unsigned int level, struct psr_sockets *sockets,
                     struct error *err)
{
    *sockets = (struct psr_sockets){ 0 };
    host_log_forget(&host->log);
    int rc = libxl_psr_get_hw_info(host->ctx, feature, level, &sockets->count,
                                   &sockets->items);
    if (rc == 0)
        return 0;
    *sockets = (struct psr_sockets){ 0 };
    if (feature == LIBXL_PSR_FEAT_TYPE_MBA)
        host_fail(host, err, ERR_STATE, rc,
                  "memory bandwidth allocation (MBA) is not to be had");
    else
        host_fail(host, err, ERR_STATE, rc,
                  "L%u cache allocation (CAT) is not to be had", level);
    error_hint(err, "it needs a CPU that has it, and Xen started with psr=cat "
                    "or psr=mba");
    return -1;
}

void psr_sockets_dispose(struct psr_sockets *sockets)
{
    if (sockets->items != NULL)
        libxl_psr_hw_info_list_free(sockets->items, sockets->count);
    *sockets = (struct psr_sockets){ 0 };
}

int psr_cache_size(struct host *host, uint32_t socket, uint64_t *bytes,
                   struct error *err)
{
    uint32_t kib;

    host_log_forget(&host->log);
    int rc = libxl_psr_cmt_get_l3_cache_size(host->ctx, socket, &kib);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "cache of socket %u",
                         socket);
    *bytes = (uint64_t)kib << 10;
    return 0;
}

int psr_online_sockets(struct host *host, libxl_bitmap *sockets,
                       struct error *err)
{
    libxl_bitmap_init(sockets);
    host_log_forget(&host->log);
    int rc = libxl_socket_bitmap_alloc(host->ctx, sockets, 0);
    if (rc == 0)
        rc = libxl_get_online_socketmap(host->ctx, sockets);
    if (rc != 0)
        return host_fail(host, err, ERR_HOST, rc, "sockets of this host");
    return 0;
}

bool psr_cmt_is_enabled(struct host *host)
{
    return libxl_psr_cmt_enabled(host->ctx) != 0;
}

int psr_cmt_total_rmids(struct host *host, uint32_t *count, struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_psr_cmt_get_total_rmid(host->ctx, count);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "monitoring ids");
    return 0;
}

int psr_cmt_check_type(struct host *host, libxl_psr_cmt_type type,
                       struct error *err)
{
    if (!psr_cmt_is_enabled(host)) {
        error_set(err, ERR_STATE, "cache monitoring (CMT) is disabled");
        error_hint(err, "it needs a CPU that has it, and Xen started with "
                        "psr=cmt");
        return -1;
    }
    if (libxl_psr_cmt_type_supported(host->ctx, type))
        return 0;
    return error_set(err, ERR_STATE, "this host does not monitor '%s'",
                     libxl_psr_cmt_type_to_string(type));
}

int psr_cmt_attach(struct host *host, uint32_t domid, const char *label,
                   struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_psr_cmt_attach(host->ctx, domid);
    if (rc != 0)
        return host_fail(host, err, ERR_STATE, rc, "monitoring of '%s'", label);
    return 0;
}

int psr_cmt_detach(struct host *host, uint32_t domid, const char *label,
                   struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_psr_cmt_detach(host->ctx, domid);
    if (rc != 0)
        return host_fail(host, err, ERR_STATE, rc, "monitoring of '%s'", label);
    return 0;
}

struct sample {
    uint64_t bytes;
    uint64_t time; /* ns */
};

static int take_sample(struct host *host, uint32_t domid,
                       libxl_psr_cmt_type type, uint32_t socket,
                       struct sample *sample, struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_psr_cmt_get_sample(host->ctx, domid, type, socket,
                                      &sample->bytes, &sample->time);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc,
                         "counter of domain %u on socket %u", domid, socket);
    return 0;
}

static int read_bandwidth(struct host *host, uint32_t domid,
                          libxl_psr_cmt_type type, uint32_t socket,
                          uint64_t *value, struct error *err)
{
    for (int i = 0; i < SAMPLE_TRIES; i++) {
        struct sample first, second;

        if (take_sample(host, domid, type, socket, &first, err) < 0)
            return -1;
        clock_sleep_ms(SAMPLE_TIME);
        if (take_sample(host, domid, type, socket, &second, err) < 0)
            return -1;
        if (second.time <= first.time)
            break;
        uint64_t time = second.time - first.time;
        if (time >= SECOND_NS || second.bytes < first.bytes)
            continue; /* the counter may have overflowed */
        *value = (second.bytes - first.bytes) * SECOND_NS / time;
        return 0;
    }
    return error_set(err, ERR_FAILED,
                     "counter of domain %u on socket %u overflows", domid,
                     socket);
}

int psr_cmt_read(struct host *host, uint32_t domid, libxl_psr_cmt_type type,
                 uint32_t socket, uint64_t *value, struct error *err)
{
    struct sample sample;

    if (type != LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY)
        return read_bandwidth(host, domid, type, socket, value, err);
    if (take_sample(host, domid, type, socket, &sample, err) < 0)
        return -1;
    *value = sample.bytes;
    return 0;
}

int psr_set(struct host *host, uint32_t domid, const char *label,
            libxl_psr_type type, libxl_bitmap *sockets, uint64_t value,
            struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_psr_set_val(host->ctx, domid, type, sockets, value);
    if (rc != 0)
        return host_fail(host, err, ERR_STATE, rc, "%s of '%s'",
                         libxl_psr_cbm_type_to_string(type), label);
    return 0;
}
