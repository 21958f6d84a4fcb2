/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/facts.h"

#include <errno.h>
#include <string.h>

#include <libxl_utils.h>
#include <xenctrl.h>

#include "base/io.h"
#include "base/mem.h"

/* One read of the hypervisor's ring. */
#define RING_CHUNK (16u << 10)
/* A ring can be made bigger (conring_size=), but never grows past this. */
#define RING_LIMIT (256u << 20)

static int count_free_cpus(struct host *host, int *count, struct error *err)
{
    libxl_bitmap free_cpus;

    libxl_bitmap_init(&free_cpus);
    int rc = libxl_get_freecpus(host->ctx, &free_cpus);
    if (rc != 0)
        return host_fail(host, err, ERR_HOST, rc, "CPUs without a pool");
    *count = libxl_bitmap_count_set(&free_cpus);
    libxl_bitmap_dispose(&free_cpus);
    return 0;
}

int host_facts_read(struct host *host, struct host_facts *facts,
                    struct error *err)
{
    libxl_physinfo_init(&facts->phys);
    if (uname(&facts->system) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "uname");
    int rc = libxl_get_physinfo(host->ctx, &facts->phys);
    if (rc != 0)
        return host_fail(host, err, ERR_HOST, rc, "hardware of this host");
    facts->xen = libxl_get_version_info(host->ctx);
    if (facts->xen == NULL)
        return host_fail(host, err, ERR_HOST, ERROR_FAIL, "version of Xen");
    rc = libxl_get_scheduler(host->ctx);
    if (rc < 0)
        return host_fail(host, err, ERR_HOST, rc, "scheduler of Xen");
    facts->scheduler = (libxl_scheduler)rc;
    return count_free_cpus(host, &facts->free_cpus, err);
}

void host_facts_dispose(struct host_facts *facts)
{
    libxl_physinfo_dispose(&facts->phys);
}

int host_topology_read(struct host *host, struct host_topology *topology,
                       struct error *err)
{
    topology->cpus = libxl_get_cpu_topology(host->ctx, &topology->cpu_count);
    if (topology->cpus == NULL)
        return host_fail(host, err, ERR_HOST, ERROR_FAIL, "topology of CPUs");
    topology->devices =
        libxl_get_pci_topology(host->ctx, &topology->device_count);
    if (topology->devices == NULL)
        return host_fail(host, err, ERR_HOST, ERROR_FAIL,
                         "topology of devices");
    topology->nodes = libxl_get_numainfo(host->ctx, &topology->node_count);
    if (topology->nodes == NULL)
        return host_fail(host, err, ERR_HOST, ERROR_FAIL, "NUMA nodes");
    return 0;
}

void host_topology_dispose(struct host_topology *topology)
{
    if (topology->cpus != NULL)
        libxl_cputopology_list_free(topology->cpus, topology->cpu_count);
    if (topology->devices != NULL)
        libxl_pcitopology_list_free(topology->devices, topology->device_count);
    if (topology->nodes != NULL)
        libxl_numainfo_list_free(topology->nodes, topology->node_count);
    *topology = (struct host_topology){ 0 };
}

/*
 * Not through libxl: its reader hands out a full buffer without the NUL that
 * should end it.
 */
int host_messages_read(bool clear, struct strbuf *text, struct error *err)
{
    xc_interface *xc = xc_interface_open(NULL, NULL, 0);
    cleanup_free char *chunk = mem_zalloc(RING_CHUNK, 1);
    uint32_t index = 0;
    int rc = 0;

    if (xc == NULL)
        return error_set_errno(err, ERR_HOST, errno, "cannot reach Xen");
    while (text->length < RING_LIMIT) {
        unsigned int length = RING_CHUNK;
        rc = xc_readconsolering(xc, chunk, &length, clear, 1, &index);
        if (rc < 0 || length == 0)
            break;
        strbuf_add(text, chunk, length);
    }
    int cause = errno;
    xc_interface_close(xc);
    if (rc < 0)
        return error_set_errno(err, ERR_HOST, cause,
                               "reading Xen's message ring");
    return 0;
}

int host_uptime(uint64_t *seconds, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file("/proc/uptime", 4096, &text, &length, err) < 0)
        return -1;
    *seconds = strtoull(text, NULL, 10);
    return 0;
}

int host_cpu_ids(struct host *host, int *count, struct error *err)
{
    int rc = libxl_get_max_cpus(host->ctx);

    if (rc <= 0)
        return host_fail(host, err, ERR_HOST, rc, "number of CPUs");
    *count = rc;
    return 0;
}

int host_node_count(struct host *host, int *count, struct error *err)
{
    libxl_physinfo phys;

    libxl_physinfo_init(&phys);
    int rc = libxl_get_physinfo(host->ctx, &phys);
    if (rc != 0)
        return host_fail(host, err, ERR_HOST, rc, "hardware of this host");
    *count = (int)phys.nr_nodes;
    libxl_physinfo_dispose(&phys);
    return 0;
}
