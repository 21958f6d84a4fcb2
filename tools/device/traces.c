/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/traces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "host/complaints.h"
#include "host/prune.h"
#include "host/xenstore.h"

/* Backends close, and interfaces go, within milliseconds of the nodes. */
#define SETTLE_MS 3000
#define LOOK_MS 20

#define PATH_LIMIT ((size_t)4096) /* bytes of a file's name in sysfs */

/* A node that Dom0 wrote, but better not a path to remove unless it is one. */
static char *copy_path(const char *text)
{
    const char root[] = "/local/domain/";

    if (text == NULL || strncmp(text, root, strlen(root)) != 0)
        return NULL;
    return mem_strdup(text);
}

static int read_nodes(struct device_traces *traces, const char *record,
                      struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };

    xenstore_reads_add(&reads, "%s", record);
    xenstore_reads_add(&reads, "%s/backend", record);
    xenstore_reads_add(&reads, "%s/frontend", record);
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    traces->nodes[DEVICE_RECORD] = mem_strdup(record);
    traces->nodes[DEVICE_BACKEND] =
        copy_path(xenstore_reads_value(&reads, DEVICE_BACKEND));
    traces->nodes[DEVICE_FRONTEND] =
        copy_path(xenstore_reads_value(&reads, DEVICE_FRONTEND));
    traces->nodes[DEVICE_COMPLAINTS] =
        complaints_of(traces->nodes[DEVICE_BACKEND]);
    return 0;
}

/* The file behind a loop device, without the line feed; NULL if none is. */
static char *file_behind(const char *loop)
{
    cleanup_free char *path =
        mem_printf("/sys/block/%s/loop/backing_file", loop);
    cleanup_error struct error none = ERROR_INIT;
    size_t length;
    char *text;

    if (io_read_file(path, PATH_LIMIT, &text, &length, &none) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* "loop3" of the hook's "/dev/loop3"; the caller's, NULL if it is none. */
static char *loop_of(const char *node)
{
    const char start[] = "/dev/loop";

    if (node == NULL || strncmp(node, start, strlen(start)) != 0 ||
        node[strlen(start)] == '\0' ||
        node[strspn(node + strlen(start), "0123456789") + strlen(start)] !=
            '\0')
        return NULL;
    return mem_strdup(node + strlen("/dev/"));
}

static char *interface_of(const char *vifname, uint32_t domid, int number)
{
    if (vifname != NULL && vifname[0] != '\0' && strchr(vifname, '/') == NULL)
        return mem_strdup(vifname);
    return mem_printf("vif%u.%d", domid, number);
}

/* What the backend's hook noted; the backends of other domains are theirs. */
static int read_backend(struct device_traces *traces,
                        const struct device_kind *kind, uint32_t domid,
                        int number, struct error *err)
{
    const char *backend = traces->nodes[DEVICE_BACKEND];
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    const char own[] = "/local/domain/0/";

    if (backend == NULL || strncmp(backend, own, strlen(own)) != 0)
        return 0;
    size_t node = xenstore_reads_add(&reads, "%s/node", backend);
    size_t vifname = xenstore_reads_add(&reads, "%s/vifname", backend);
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    traces->loop = loop_of(xenstore_reads_value(&reads, node));
    if (traces->loop != NULL)
        traces->loop_file = file_behind(traces->loop);
    if (strcmp(kind->node, "vif") == 0)
        traces->interface =
            interface_of(xenstore_reads_value(&reads, vifname), domid, number);
    return 0;
}

int device_traces_read(struct device_traces *traces,
                       const struct device_kind *kind,
                       const struct device_owner *owner, const void *device,
                       struct error *err)
{
    int number = kind->node != NULL ? kind->number(owner, device) : -1;

    *traces = (struct device_traces){ 0 };
    if (number < 0)
        return 0;
    cleanup_free char *record =
        mem_printf("/libxl/%u/device/%s/%d", owner->domid, kind->node, number);
    if (read_nodes(traces, record, err) < 0)
        return -1;
    return read_backend(traces, kind, owner->domid, number, err);
}

static bool loop_is_left(const struct device_traces *traces)
{
    if (traces->loop == NULL || traces->loop_file == NULL)
        return false;
    cleanup_free char *file = file_behind(traces->loop);
    return file != NULL && strcmp(file, traces->loop_file) == 0;
}

static bool interface_is_left(const struct device_traces *traces)
{
    if (traces->interface == NULL)
        return false;
    cleanup_free char *path =
        mem_printf("/sys/class/net/%s", traces->interface);
    return access(path, F_OK) == 0;
}

/* left[i] for each node; -1 if xenstored cannot be asked. */
static int nodes_left(const struct device_traces *traces,
                      bool left[DEVICE_NODES], struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };

    for (int i = 0; i < DEVICE_NODES; i++)
        xenstore_reads_add(&reads, "%s",
                           traces->nodes[i] ? traces->nodes[i] : "/");
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    for (int i = 0; i < DEVICE_NODES; i++)
        left[i] = traces->nodes[i] != NULL && reads.list.items[i].errnum == 0;
    return 0;
}

static int remove_nodes(const struct device_traces *traces, struct error *err)
{
    bool left[DEVICE_NODES];

    if (nodes_left(traces, left, err) < 0)
        return -1;
    for (int i = 0; i < DEVICE_NODES; i++) {
        if (!left[i])
            continue;
        log_debug("removing what is left: %s", traces->nodes[i]);
        if (prune_node(traces->nodes[i], err) < 0)
            return -1;
    }
    return 0;
}

static void wait_for_kernel(const struct device_traces *traces)
{
    int64_t end = clock_deadline(SETTLE_MS);

    while ((loop_is_left(traces) || interface_is_left(traces)) &&
           !clock_is_past(end))
        clock_sleep_ms(LOOK_MS);
}

/* The kernel keeps it until its last user has closed it. */
static int free_loop(const struct device_traces *traces, struct error *err)
{
    cleanup_free char *path = mem_printf("/dev/%s", traces->loop);
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0 || (ioctl(fd, LOOP_CLR_FD) < 0 && errno != ENXIO))
        return error_set_errno(err, ERR_DEVICE, errno, "loop device %s (%s)",
                               path, traces->loop_file);
    return 0;
}

int device_traces_clear(const struct device_traces *traces, struct error *err)
{
    if (traces->nodes[DEVICE_RECORD] == NULL)
        return 0;
    if (remove_nodes(traces, err) < 0)
        return -1;
    wait_for_kernel(traces);
    if (loop_is_left(traces) && free_loop(traces, err) < 0)
        return -1;
    if (interface_is_left(traces))
        return error_set(err, ERR_DEVICE, "the interface %s does not go",
                         traces->interface);
    return 0;
}

void device_traces_dispose(struct device_traces *traces)
{
    for (int i = 0; i < DEVICE_NODES; i++)
        free(traces->nodes[i]);
    free(traces->loop);
    free(traces->loop_file);
    free(traces->interface);
    *traces = (struct device_traces){ 0 };
}
