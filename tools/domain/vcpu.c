/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/vcpu.h"

#include <libxl_utils.h>

#include "host/facts.h"
#include "host/operation.h"

/* QEMU is asked when the guest is HVM; milliseconds. */
#define ANSWER_TIME 60000

/* More vCPUs than the host has CPUs only slow the guest down. */
static int check_host(const struct subject *subject, unsigned int count,
                      unsigned int online, struct error *err)
{
    int cpus;

    if (count <= online)
        return 0;
    if (host_cpu_ids(subject->host, &cpus, err) < 0)
        return -1;
    if (count <= (unsigned int)cpus)
        return 0;
    error_set(err, ERR_STATE, "'%s': %u vCPUs are more than the host's %d CPUs",
              subject->label, count, cpus);
    error_hint(err, "--ignore-host sets them all the same");
    return -1;
}

static int check_count(const struct subject *subject, unsigned int count,
                       bool ignore_host, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (count == 0)
        return error_set(err, ERR_USAGE, "'%s': no guest runs without a vCPU",
                         subject->label);
    if (domain_list_add(&list, subject->domid, 0, err) < 0)
        return -1;
    const struct domain_info *info = &list.items.items[0];
    if (count > info->vcpus) {
        error_set(err, ERR_STATE, "'%s': %u vCPUs are more than its %u",
                  subject->label, count, info->vcpus);
        error_hint(err, "it was built with that maximum (maxvcpus)");
        return -1;
    }
    return ignore_host ? 0
                       : check_host(subject, count, info->vcpus_online, err);
}

int vcpu_set_count(const struct subject *subject, unsigned int count,
                   bool ignore_host, struct error *err)
{
    libxl_ctx *ctx = subject->host->ctx;
    struct operation op;
    libxl_bitmap online;

    if (subject_check_alive(subject, err) < 0 ||
        check_count(subject, count, ignore_host, err) < 0)
        return -1;
    libxl_bitmap_init(&online);
    int rc = libxl_cpu_bitmap_alloc(ctx, &online, (int)count);
    for (unsigned int i = 0; rc == 0 && i < count; i++)
        libxl_bitmap_set(&online, (int)i);
    operation_begin(&op, subject->host);
    if (rc == 0)
        rc = libxl_set_vcpuonline(ctx, subject->domid, &online, &op.how);
    rc = operation_wait(&op, rc, ANSWER_TIME);
    libxl_bitmap_dispose(&online);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc, "'%s' to %u vCPUs",
                         subject->label, count);
    return 0;
}

/* The lowest number of a vCPU that the domain does not have. */
static int read_vcpus(const struct subject *subject, uint32_t *vcpus,
                      struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_add(&list, subject->domid, 0, err) < 0)
        return -1;
    *vcpus = list.items.items[0].vcpus;
    return 0;
}

int vcpu_set_affinity(const struct subject *subject, const struct vcpu_pin *pin,
                      struct error *err)
{
    libxl_ctx *ctx = subject->host->ctx;
    uint32_t domid = subject->domid, vcpus;
    int rc;

    if (subject_check_alive(subject, err) < 0 ||
        read_vcpus(subject, &vcpus, err) < 0)
        return -1;
    if (pin->vcpu != VCPU_ALL && pin->vcpu >= vcpus)
        return error_set(err, ERR_STATE, "'%s' has no vCPU %u, only %u",
                         subject->label, pin->vcpu, vcpus);
    host_log_forget(&subject->host->log);
    if (pin->vcpu == VCPU_ALL)
        rc =
            libxl_set_vcpuaffinity_all(ctx, domid, vcpus, pin->hard, pin->soft);
    else if (pin->force)
        rc = libxl_set_vcpuaffinity_force(ctx, domid, pin->vcpu, pin->hard,
                                          pin->soft);
    else
        rc =
            libxl_set_vcpuaffinity(ctx, domid, pin->vcpu, pin->hard, pin->soft);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc, "pinning '%s'",
                         subject->label);
    return 0;
}
