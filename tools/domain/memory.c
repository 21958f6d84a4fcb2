/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/memory.h"

#include <inttypes.h>

#include "base/number.h"
#include "host/xenstore.h"

struct limits {
    uint64_t target; /* KiB; 0 if not known */
    uint64_t max;
};

static uint64_t read_kib(const struct xenstore_reads *reads, size_t place)
{
    const char *text = xenstore_reads_value(reads, place);
    uint64_t kib = 0;

    if (text != NULL)
        number_parse_u64(text, UINT64_MAX, &kib);
    return kib;
}

static int read_limits(uint32_t domid, struct limits *limits, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };

    xenstore_reads_add(&reads, "/local/domain/%u/memory/target", domid);
    xenstore_reads_add(&reads, "/local/domain/%u/memory/static-max", domid);
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    limits->target = read_kib(&reads, 0);
    limits->max = read_kib(&reads, 1);
    return 0;
}

int memory_set_target(const struct subject *subject, uint64_t kib,
                      struct error *err)
{
    struct limits limits;

    if (subject_check_alive(subject, err) < 0 ||
        read_limits(subject->domid, &limits, err) < 0)
        return -1;
    if (limits.max != 0 && kib > limits.max) {
        error_set(err, ERR_STATE,
                  "memory of '%s': %" PRIu64 " MiB is more than its maximum "
                  "of %" PRIu64 " MiB",
                  subject->label, kib >> 10, limits.max >> 10);
        error_hint(err, "it was built with that maximum (maxmem)");
        return -1;
    }
    host_log_forget(&subject->host->log);
    int rc = libxl_set_memory_target(subject->host->ctx, subject->domid,
                                     (int64_t)kib, 0, 1);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc,
                         "memory of '%s' to %" PRIu64 " MiB", subject->label,
                         kib >> 10);
    return 0;
}

int memory_set_max(const struct subject *subject, uint64_t kib,
                   struct error *err)
{
    struct limits limits;

    if (subject_check_alive(subject, err) < 0 ||
        read_limits(subject->domid, &limits, err) < 0)
        return -1;
    if (kib < limits.target) {
        error_set(err, ERR_STATE,
                  "maximal memory of '%s': %" PRIu64 " MiB is less than the "
                  "%" PRIu64 " MiB that it shall have",
                  subject->label, kib >> 10, limits.target >> 10);
        error_hint(err, "lower that first: xn mem-set");
        return -1;
    }
    host_log_forget(&subject->host->log);
    int rc = libxl_domain_setmaxmem(subject->host->ctx, subject->domid, kib);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc,
                         "maximal memory of '%s' to %" PRIu64 " MiB",
                         subject->label, kib >> 10);
    return 0;
}

uint64_t memory_present(struct host *host, uint32_t domid)
{
    libxl_dominfo info;
    uint64_t kib = 0;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(host->ctx, &info, domid) == 0)
        kib = info.current_memkb;
    libxl_dominfo_dispose(&info);
    return kib;
}
