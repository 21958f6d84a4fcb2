/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linux: class/net/vifDOMID.N/statistics of every network device, and
 * bus/xen-backend/devices/vbd-DOMID-N/statistics of xen-blkback. What a vif
 * transmits its guest receives.
 */
#include "host/traffic.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/number.h"
#include "host/traffic_qemu.h"

#define NUMBER_LIMIT 64u

struct counter {
    const char *file;
    size_t offset; /* of a uint64_t */
};

static const struct counter vif_counters[] = {
#define VIF(file, field)                          \
    {                                             \
        file, offsetof(struct traffic_vif, field) \
    }
    VIF("tx_bytes", received_bytes),     VIF("rx_bytes", sent_bytes),
    VIF("tx_packets", received_packets), VIF("rx_packets", sent_packets),
    VIF("tx_dropped", received_drops),   VIF("rx_dropped", sent_drops),
    VIF("tx_errors", received_errors),   VIF("rx_errors", sent_errors),
#undef VIF
};

static const struct counter vbd_counters[] = {
#define VBD(file, field)                          \
    {                                             \
        file, offsetof(struct traffic_vbd, field) \
    }
    VBD("rd_req", reads),
    VBD("wr_req", writes),
    VBD("oo_req", out_of_requests),
    VBD("rd_sect", read_sectors),
    VBD("wr_sect", written_sectors),
#undef VBD
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* false: it is gone, or says something else than a number. */
static bool read_counter(const char *folder, const char *device,
                         const struct counter *counter, void *object)
{
    cleanup_free char *path =
        mem_printf("%s/%s/statistics/%s", folder, device, counter->file);
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(path, NUMBER_LIMIT, &text, &length, NULL) < 0)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return number_parse_u64(text, UINT64_MAX,
                            (uint64_t *)((char *)object + counter->offset));
}

static bool read_counters(const char *folder, const char *device,
                          const struct counter *counters, size_t count,
                          void *object)
{
    for (size_t i = 0; i < count; i++)
        if (!read_counter(folder, device, &counters[i], object))
            return false;
    return true;
}

/* "vif5.0": prefix "vif", between '.'. */
static bool parse_name(const char *name, const char *prefix, char between,
                       uint32_t *domid, uint32_t *number)
{
    size_t length = strlen(prefix);
    const char *second = strchr(name + strnlen(name, length), between);

    if (strncmp(name, prefix, length) != 0 || second == NULL)
        return false;
    cleanup_free char *first =
        mem_strndup(name + length, (size_t)(second - name) - length);
    return number_parse_u32(first, domid) &&
           number_parse_u32(second + 1, number);
}

static void read_device(struct traffic *traffic, const char *folder,
                        const char *name)
{
    struct traffic_vif vif = { 0 };
    struct traffic_vbd vbd = { 0 };

    if (parse_name(name, "vif", '.', &vif.domid, &vif.number) &&
        read_counters(folder, name, vif_counters, COUNT(vif_counters), &vif))
        VEC_PUSH(&traffic->vifs, vif);
    if (parse_name(name, "vbd-", '-', &vbd.domid, &vbd.number) &&
        read_counters(folder, name, vbd_counters, COUNT(vbd_counters), &vbd))
        VEC_PUSH(&traffic->vbds, vbd);
}

/* Without the folder (no such backend driver is loaded) there are none. */
static int read_folder(struct traffic *traffic, const char *sys,
                       const char *below, struct error *err)
{
    cleanup_free char *path = mem_printf("%s/%s", sys, below);
    DIR *folder = opendir(path);

    if (folder == NULL && errno == ENOENT)
        return 0;
    if (folder == NULL)
        return error_set_errno(err, ERR_HOST, errno, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        read_device(traffic, path, entry->d_name);
    closedir(folder);
    return 0;
}

int traffic_read(const char *sys, const char *run, struct traffic *traffic,
                 struct error *err)
{
    if (read_folder(traffic, sys, "class/net", err) < 0 ||
        read_folder(traffic, sys, "bus/xen-backend/devices", err) < 0)
        return -1;
    return traffic_qemu_read(run, traffic, err);
}

static struct traffic_vbd *find_vbd(struct traffic *traffic, size_t count,
                                    const struct traffic_vbd *like)
{
    for (size_t i = 0; i < count; i++) {
        struct traffic_vbd *vbd = &traffic->vbds.items[i];
        if (vbd->domid == like->domid && vbd->number == like->number)
            return vbd;
    }
    return NULL;
}

void traffic_merge_disks(struct traffic *traffic)
{
    size_t kept = 0;

    VEC_EACH (&traffic->vbds, vbd) {
        struct traffic_vbd *first = find_vbd(traffic, kept, vbd);
        if (first == NULL) {
            traffic->vbds.items[kept++] = *vbd;
            continue;
        }
        first->reads += vbd->reads;
        first->writes += vbd->writes;
        first->out_of_requests += vbd->out_of_requests;
        first->read_sectors += vbd->read_sectors;
        first->written_sectors += vbd->written_sectors;
    }
    traffic->vbds.count = kept;
}

void traffic_dispose(struct traffic *traffic)
{
    VEC_DISPOSE(&traffic->vifs);
    VEC_DISPOSE(&traffic->vbds);
}
