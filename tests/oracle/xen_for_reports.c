/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for the reports of xl and xn on a machine without Xen, preloaded into
 * both: two sockets with two cores each and all that Intel can share and
 * divide, three CPU pools and four domains. The real libxl runs on top of it.
 * Calls that change something change nothing; they are written to the file
 * that XEN_CALLS names. XEN_POOLS=1: pool 0 has all CPUs. Of tests only.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xenstore.h>

enum {
    CPUS = 4,
    CPUS_PER_SOCKET = 2,
};

static int nothing;

__attribute__((format(printf, 1, 2))) static void record(const char *format,
                                                         ...)
{
    const char *path = getenv("XEN_CALLS");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    va_list args;

    if (file == NULL)
        return;
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
}

static int fail(int errnum)
{
    errno = errnum;
    return -1;
}

/* ---- what there is ---- */

static const struct {
    uint32_t id, scheduler, domains;
    uint8_t cpus;
} pools[] = {
    { 0, XEN_SCHEDULER_CREDIT2, 2, 0x1 },
    { 1, XEN_SCHEDULER_RTDS, 1, 0x2 },
    { 2, XEN_SCHEDULER_CREDIT, 1, 0x4 },
};

static const struct {
    domid_t id;
    uint32_t pool;
    uint64_t pages;
    uint32_t flags, vcpus;
} domains[] = {
    { 0, 0, 262144, XEN_DOMINF_running, 2 },
    { 3, 0, 32768, XEN_DOMINF_blocked | XEN_DOMINF_hvm_guest, 2 },
    { 5, 2, 65536, XEN_DOMINF_paused, 1 },
    { 8, 1, 16384, XEN_DOMINF_blocked, 2 },
};

enum {
    POOLS = sizeof(pools) / sizeof(pools[0]),
    DOMAINS = sizeof(domains) / sizeof(domains[0]),
};

static const struct {
    const char *path, *value;
} nodes[] = {
    { "/local/domain/0/name", "Domain-0" },
    { "/local/domain/3/name", "web" },
    { "/local/domain/5/name", "a-domain-with-quite-a-long-name-of-its-own" },
    { "/local/domain/8/name", "rt1" },
    /* web's disk, CD drive, vif, TPM, keyboard and channel */
    { "/libxl/3/device/vbd/51712", "" },
    { "/libxl/3/device/vbd/51712/frontend",
      "/local/domain/3/device/vbd/51712" },
    { "/libxl/3/device/vbd/51712/backend",
      "/local/domain/0/backend/vbd/3/51712" },
    { "/libxl/3/device/vbd/51712/params", "/srv/a.img" },
    { "/libxl/3/device/vbd/51712/type", "phy" },
    { "/libxl/3/device/vbd/51712/dev", "xvda" },
    { "/libxl/3/device/vbd/51712/removable", "0" },
    { "/libxl/3/device/vbd/51712/mode", "w" },
    { "/libxl/3/device/vbd/51712/device-type", "disk" },
    { "/local/domain/3/device/vbd/51712/state", "4" },
    { "/local/domain/3/device/vbd/51712/event-channel", "7" },
    { "/local/domain/3/device/vbd/51712/ring-ref", "8" },
    { "/libxl/3/device/vbd/5632", "" },
    { "/libxl/3/device/vbd/5632/frontend", "/local/domain/3/device/vbd/5632" },
    { "/libxl/3/device/vbd/5632/backend",
      "/local/domain/0/backend/qdisk/3/5632" },
    { "/libxl/3/device/vbd/5632/params", "" },
    { "/libxl/3/device/vbd/5632/type", "qdisk" },
    { "/libxl/3/device/vbd/5632/dev", "hdc" },
    { "/libxl/3/device/vbd/5632/removable", "1" },
    { "/libxl/3/device/vbd/5632/mode", "r" },
    { "/libxl/3/device/vbd/5632/device-type", "cdrom" },
    { "/local/domain/3/device/vbd/5632/state", "garbage" },
    { "/libxl/3/device/vif/0", "" },
    { "/libxl/3/device/vif/0/frontend", "/local/domain/3/device/vif/0" },
    { "/libxl/3/device/vif/0/backend", "/local/domain/0/backend/vif/3/0" },
    { "/libxl/3/device/vif/0/handle", "0" },
    { "/libxl/3/device/vif/0/mac", "00:16:3e:01:02:03" },
    { "/libxl/3/device/vif/0/bridge", "br0" },
    { "/local/domain/3/device/vif/0/state", "1" },
    { "/libxl/3/device/vtpm/0", "" },
    { "/libxl/3/device/vtpm/0/frontend", "/local/domain/3/device/vtpm/0" },
    { "/libxl/3/device/vtpm/0/backend", "/local/domain/0/backend/vtpm/3/0" },
    { "/libxl/3/device/vtpm/0/uuid", "01234567-89ab-cdef-0123-456789abcdef" },
    { "/local/domain/3/device/vtpm/0/state", "3" },
    { "/libxl/3/device/vkbd/0", "" },
    { "/libxl/3/device/vkbd/0/frontend", "/local/domain/3/device/vkbd/0" },
    { "/libxl/3/device/vkbd/0/backend", "/local/domain/0/backend/vinput/3/0" },
    { "/libxl/3/device/vkbd/0/backend-type", "linux" },
    { "/libxl/3/device/vkbd/0/unique-id", "pad" },
    { "/local/domain/3/device/vkbd/0/state", "4" },
    { "/local/pool/0/name", "Pool-0" },
    { "/local/pool/1/name", "rt" },
    { "/local/pool/2/name", "old" },
};

/* A parent of nodes is there without being named, and empty. */
static const char *find_node(const char *path)
{
    const char *found = NULL;
    size_t length = strlen(path);

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        if (strcmp(nodes[i].path, path) == 0)
            return nodes[i].value;
        if (strncmp(nodes[i].path, path, length) == 0 &&
            nodes[i].path[length] == '/')
            found = "";
    }
    return found;
}

static bool one_pool(void)
{
    return getenv("XEN_POOLS") != NULL;
}

/* ---- xenstore: the library, and the socket behind it ---- */

struct xs_handle *xs_open(unsigned long flags)
{
    return (struct xs_handle *)&nothing;
}

void xs_close(struct xs_handle *xsh)
{
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned int *len)
{
    const char *value = find_node(path);

    if (value == NULL) {
        errno = ENOENT;
        return NULL;
    }
    if (len != NULL)
        *len = (unsigned int)strlen(value);
    return strdup(value);
}

char *xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
    char *path;

    return asprintf(&path, "/local/domain/%u", domid) < 0 ? NULL : path;
}

/* The length of the name of a child of path that a node begins with, or 0. */
static size_t child_length(const char *node, const char *path)
{
    size_t length = strlen(path);

    if (strncmp(node, path, length) != 0 || node[length] != '/')
        return 0;
    return strcspn(node + length + 1, "/");
}

/* Nodes of one parent stand together. As the library, in one piece. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned int *count)
{
    enum { MOST = 32, LONGEST = 32 };
    char **names = calloc(1, MOST * (sizeof(*names) + LONGEST));
    char *text = (char *)(names + MOST);
    size_t skip = strlen(path) + 1;

    *count = 0;
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        size_t length = child_length(nodes[i].path, path);

        if (length == 0 || length >= LONGEST || *count == MOST ||
            (*count > 0 && strlen(names[*count - 1]) == length &&
             memcmp(names[*count - 1], nodes[i].path + skip, length) == 0))
            continue;
        names[*count] = memcpy(text, nodes[i].path + skip, length);
        text += length + 1;
        ++*count;
    }
    if (*count > 0 || find_node(path) != NULL)
        return names;
    free(names);
    errno = ENOENT;
    return NULL;
}

/* Of domain 3 xenstored tells nothing, as if it had just gone. */
char *xs_control_command(struct xs_handle *h, const char *cmd, void *data,
                         unsigned int len)
{
    char *text = NULL;

    if (strcmp(cmd, "quota") != 0 || len < 2 || strcmp(data, "3") == 0) {
        errno = ENOENT;
        return NULL;
    }
    if (asprintf(&text,
                 "Domain %s:\nnodes           :       35\n"
                 "watches         :        4\ntransactions    :        1\n"
                 "outstanding     :        0\nmemory          :     4711\n",
                 (const char *)data) < 0)
        return NULL;
    return text;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
              const void *data, unsigned int len)
{
    if (strstr(path, "/uuid") == NULL)
        record("xs_write %s %.*s\n", path, (int)len, (const char *)data);
    return true;
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    return true;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    record("xs_rm %s\n", path);
    return true;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
    return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
    return true;
}

static bool answer(int fd)
{
    struct xsd_sockmsg header;
    char path[XENSTORE_PAYLOAD_MAX + 1] = "";

    if (recv(fd, &header, sizeof(header), MSG_WAITALL) != sizeof(header) ||
        header.len > XENSTORE_PAYLOAD_MAX ||
        recv(fd, path, header.len, MSG_WAITALL) != (ssize_t)header.len)
        return false;
    const char *value = header.type == XS_READ ? find_node(path) : NULL;
    if (value == NULL) {
        header.type = XS_ERROR;
        value = "ENOENT";
    }
    header.len = (uint32_t)strlen(value) + (header.type == XS_ERROR);
    return send(fd, &header, sizeof(header), MSG_NOSIGNAL) > 0 &&
           send(fd, value, header.len, MSG_NOSIGNAL) >= 0;
}

static void *serve(void *arg)
{
    int fd = (int)(intptr_t)arg;

    while (answer(fd))
        continue;
    close(fd);
    return NULL;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    const struct sockaddr_un *path = (const struct sockaddr_un *)address;
    pthread_t thread;
    int ends[2];

    if (path->sun_family != AF_UNIX ||
        strstr(path->sun_path, "xenstored") == NULL)
        return fail(ECONNREFUSED);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        dup3(ends[0], fd, O_CLOEXEC) < 0)
        return -1;
    close(ends[0]);
    if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)ends[1]) != 0)
        return fail(EAGAIN);
    pthread_detach(thread);
    return 0;
}

/* ---- signs of Xen ---- */

int access(const char *path, int mode)
{
    int (*next)(const char *, int) =
        (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");

    return strcmp(path, "/sys/hypervisor/type") == 0 ? 0 : next(path, mode);
}

int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, ...) =
        (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list args;

    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (strcmp(path, "/dev/xen/privcmd") == 0)
        path = "/dev/null";
    return next(path, flags, mode);
}

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned int open_flags)
{
    return (xc_interface *)&nothing;
}

int xc_interface_close(xc_interface *xch)
{
    return 0;
}

/* ---- the machine ---- */

int xc_get_max_cpus(xc_interface *xch)
{
    return CPUS;
}

int xc_get_online_cpus(xc_interface *xch)
{
    return CPUS;
}

int xc_get_max_nodes(xc_interface *xch)
{
    return 2;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->nr_cpus = CPUS;
    info->max_cpu_id = CPUS - 1;
    info->nr_nodes = 2;
    info->cores_per_socket = CPUS_PER_SOCKET;
    info->threads_per_core = 1;
    info->cpu_khz = 2000000;
    info->total_pages = 4 << 18;
    info->free_pages = 1 << 18;
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned int *max_cpus,
                   xc_cputopo_t *cputopo)
{
    *max_cpus = CPUS;
    for (unsigned int i = 0; cputopo != NULL && i < CPUS; i++)
        cputopo[i] = (xc_cputopo_t){ .core = i % CPUS_PER_SOCKET,
                                     .socket = i / CPUS_PER_SOCKET,
                                     .node = i / CPUS_PER_SOCKET };
    return 0;
}

int xc_numainfo(xc_interface *xch, unsigned int *max_nodes,
                xc_meminfo_t *meminfo, uint32_t *distance)
{
    *max_nodes = 2;
    for (unsigned int i = 0; meminfo != NULL && i < 2; i++)
        meminfo[i] =
            (xc_meminfo_t){ .memsize = 4ull << 30, .memfree = 1ull << 30 };
    for (unsigned int i = 0; distance != NULL && i < 4; i++)
        distance[i] = i % 3 == 0 ? 10 : 20;
    return 0;
}

int xc_pcitopoinfo(xc_interface *xch, unsigned int num_devs,
                   physdev_pci_device_t *devs, uint32_t *nodes_of)
{
    return 0;
}

long xc_sharing_freed_pages(xc_interface *xch)
{
    return 0;
}

long xc_sharing_used_frames(xc_interface *xch)
{
    return 0;
}

/* Of xen/include/public/version.h, those that libxl_get_version_info asks. */
static void fill_version(int command, void *result)
{
    xen_compile_info_t *compiled = result;
    xen_platform_parameters_t *platform = result;

    switch (command) {
    case XENVER_extraversion:
        strcpy(result, ".5");
        break;
    case XENVER_compile_info:
        memset(compiled, 0, sizeof(*compiled));
        strcpy(compiled->compiler, "gcc (Debian 12.2.0-14) 12.2.0");
        strcpy(compiled->compile_by, "somebody");
        strcpy(compiled->compile_domain, "example.org");
        strcpy(compiled->compile_date, "Thu Jan  1 00:00:00 UTC 1970");
        break;
    case XENVER_capabilities:
        strcpy(result, "xen-3.0-x86_64 hvm-3.0-x86_64 ");
        break;
    case XENVER_changeset:
        strcpy(result, "made up");
        break;
    case XENVER_platform_parameters:
        platform->virt_start = 0xffff800000000000;
        break;
    case XENVER_commandline:
        strcpy(result, "console=com1 loglvl=all");
        break;
    default:
        break;
    }
}

int xc_version(xc_interface *xch, int command, void *result)
{
    if (command == XENVER_version)
        return 4 << 16 | 17;
    if (command == XENVER_pagesize)
        return 4096;
    if (command == XENVER_build_id)
        return fail(ENODATA);
    fill_version(command, result);
    return 0;
}

int xc_send_debug_keys(xc_interface *xch, const char *keys)
{
    record("debug_keys %s\n", keys);
    return 0;
}

/* ---- domains ---- */

static void fill_domain(int i, xc_domaininfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->domain = domains[i].id;
    info->flags = domains[i].flags;
    info->tot_pages = domains[i].pages;
    info->max_pages = domains[i].pages + 256;
    info->outstanding_pages = domains[i].pages / 8;
    info->shr_pages = domains[i].pages / 4;
    info->cpu_time = 1234567890123ull * (uint64_t)(i + 1);
    info->nr_online_vcpus = domains[i].vcpus;
    info->max_vcpu_id = domains[i].vcpus - 1;
    info->cpupool = one_pool() ? 0 : domains[i].pool;
    memset(info->handle, i, sizeof(info->handle));
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    unsigned int count = 0;

    for (int i = 0; i < DOMAINS && count < max_domains; i++)
        if (domains[i].id >= first_domain)
            fill_domain(i, &info[count++]);
    return (int)count;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first_domid,
                      unsigned int max_doms, xc_dominfo_t *info)
{
    unsigned int count = 0;

    for (int i = 0; i < DOMAINS && count < max_doms; i++)
        if (domains[i].id >= first_domid) {
            memset(&info[count], 0, sizeof(*info));
            info[count].domid = domains[i].id;
            info[count].max_vcpu_id = domains[i].vcpus - 1;
            info[count++].cpupool = domains[i].pool;
        }
    return (int)count;
}

int xc_domain_node_getaffinity(xc_interface *xch, uint32_t domid,
                               xc_nodemap_t nodemap)
{
    nodemap[0] = domid == 3 ? 2 : 3;
    return 0;
}

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu,
                    xc_vcpuinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->vcpu = vcpu;
    info->online = domid != 8 || vcpu == 0;
    info->running = domid == 0;
    info->blocked = domid == 3;
    info->cpu_time = 98765432101ull * (vcpu + 1);
    info->cpu = vcpu;
    return 0;
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard, xc_cpumap_t cpumap_soft,
                        uint32_t flags)
{
    if (flags & XEN_VCPUAFFINITY_HARD)
        cpumap_hard[0] = domid == 3 ? (uint8_t)(0xb >> vcpu) : 0xf;
    if (flags & XEN_VCPUAFFINITY_SOFT)
        cpumap_soft[0] = domid == 5 ? 0 : 0xf;
    return 0;
}

int xc_vcpu_setaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard_inout,
                        xc_cpumap_t cpumap_soft_inout, uint32_t flags)
{
    if (vcpu > 1)
        return fail(ESRCH); /* no domain has more than two */
    record("setaffinity %u %d %#x %#x %#x\n", domid, vcpu,
           cpumap_hard_inout != NULL ? cpumap_hard_inout[0] : 0u,
           cpumap_soft_inout != NULL ? cpumap_soft_inout[0] : 0u, flags);
    return 0;
}

/* ---- Flask ---- */

int xc_flask_sid_to_context(xc_interface *xch, int sid, char *buf,
                            uint32_t size)
{
    return fail(ENOSYS);
}

int xc_flask_getenforce(xc_interface *xch)
{
    const char *mode = getenv("XEN_FLASK");

    return mode != NULL ? atoi(mode) : fail(ENOSYS);
}

int xc_flask_setenforce(xc_interface *xch, int mode)
{
    record("setenforce %d\n", mode);
    return 0;
}

int xc_flask_load(xc_interface *xch, char *buf, uint32_t size)
{
    record("load %.*s\n", (int)size, buf);
    return 0;
}

/* ---- CPU pools ---- */

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid)
{
    int count = one_pool() ? 1 : POOLS;

    for (int i = 0; i < count; i++) {
        if (pools[i].id < poolid)
            continue;
        xc_cpupoolinfo_t *info = calloc(1, sizeof(*info));
        info->cpupool_id = pools[i].id;
        info->sched_id = pools[i].scheduler;
        info->n_dom = one_pool() ? DOMAINS : pools[i].domains;
        info->cpumap = calloc(1, 8);
        info->cpumap[0] = one_pool() ? 0xf : pools[i].cpus;
        return info;
    }
    errno = ENOENT;
    return NULL;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    free(info->cpumap);
    free(info);
}

xc_cpumap_t xc_cpupool_freeinfo(xc_interface *xch)
{
    xc_cpumap_t map = calloc(1, 8);

    map[0] = one_pool() ? 0 : 0x8;
    return map;
}

int xc_cpupool_create(xc_interface *xch, uint32_t *ppoolid, uint32_t sched_id)
{
    record("cpupool_create %u\n", sched_id);
    *ppoolid = POOLS;
    return 0;
}

int xc_cpupool_destroy(xc_interface *xch, uint32_t poolid)
{
    record("cpupool_destroy %u\n", poolid);
    return 0;
}

/* CPU 3 alone is free, and pool 0 cannot give its only one. */
int xc_cpupool_addcpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    record("cpupool_addcpu %u %d\n", poolid, cpu);
    return one_pool() || cpu == CPUS - 1 ? 0 : fail(EBUSY);
}

int xc_cpupool_removecpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    record("cpupool_removecpu %u %d\n", poolid, cpu);
    return one_pool() ? 0 : fail(EBUSY);
}

int xc_cpupool_movedomain(xc_interface *xch, uint32_t poolid, uint32_t domid)
{
    record("cpupool_movedomain %u %u\n", poolid, domid);
    return 0;
}

/* ---- schedulers ---- */

int xc_sched_id(xc_interface *xch, int *sched_id)
{
    *sched_id = XEN_SCHEDULER_CREDIT2;
    return 0;
}

static bool has_scheduler(uint32_t poolid, uint32_t scheduler)
{
    return poolid < POOLS && pools[poolid].scheduler == scheduler;
}

int xc_sched_credit_domain_get(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    *sdom = (struct xen_domctl_sched_credit){ .weight = 300, .cap = 40 };
    return 0;
}

int xc_sched_credit_domain_set(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    record("credit_domain %u %u %u\n", domid, sdom->weight, sdom->cap);
    return 0;
}

int xc_sched_credit_params_get(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    if (!has_scheduler(cpupool_id, XEN_SCHEDULER_CREDIT))
        return fail(EINVAL);
    *schedule = (struct xen_sysctl_credit_schedule){ .tslice_ms = 30,
                                                     .ratelimit_us = 1000,
                                                     .vcpu_migr_delay_us = 7 };
    return 0;
}

int xc_sched_credit_params_set(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    record("credit_params %u %u %u %u\n", cpupool_id, schedule->tslice_ms,
           schedule->ratelimit_us, schedule->vcpu_migr_delay_us);
    return 0;
}

int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    *sdom = (struct xen_domctl_sched_credit2){ .weight = 256 };
    return 0;
}

int xc_sched_credit2_domain_set(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    record("credit2_domain %u %u %u\n", domid, sdom->weight, sdom->cap);
    return 0;
}

int xc_sched_credit2_params_get(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    if (!has_scheduler(cpupool_id, XEN_SCHEDULER_CREDIT2))
        return fail(EINVAL);
    schedule->ratelimit_us = 1000;
    return 0;
}

int xc_sched_credit2_params_set(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    record("credit2_params %u %u\n", cpupool_id, schedule->ratelimit_us);
    return 0;
}

int xc_sched_rtds_domain_get(xc_interface *xch, uint32_t domid,
                             struct xen_domctl_sched_rtds *sdom)
{
    *sdom = (struct xen_domctl_sched_rtds){ .period = 10000, .budget = 4000 };
    return 0;
}

int xc_sched_rtds_vcpu_get(xc_interface *xch, uint32_t domid,
                           struct xen_domctl_schedparam_vcpu *vcpus,
                           uint32_t num_vcpus)
{
    for (uint32_t i = 0; i < num_vcpus; i++) {
        vcpus[i].u.rtds.period = 10000 + vcpus[i].vcpuid;
        vcpus[i].u.rtds.budget = 4000 + vcpus[i].vcpuid;
        vcpus[i].u.rtds.flags =
            vcpus[i].vcpuid == 0 ? XEN_DOMCTL_SCHEDRT_extra : 0;
    }
    return 0;
}

int xc_sched_rtds_vcpu_set(xc_interface *xch, uint32_t domid,
                           struct xen_domctl_schedparam_vcpu *vcpus,
                           uint32_t num_vcpus)
{
    for (uint32_t i = 0; i < num_vcpus; i++)
        record("rtds_vcpu %u %u %u %u %u\n", domid, vcpus[i].vcpuid,
               vcpus[i].u.rtds.period, vcpus[i].u.rtds.budget,
               vcpus[i].u.rtds.flags & XEN_DOMCTL_SCHEDRT_extra);
    return 0;
}

/* ---- what sockets share; XEN_CDP: code and data apart ---- */

int xc_psr_cmt_enabled(xc_interface *xch)
{
    return 1;
}

int xc_psr_cmt_get_total_rmid(xc_interface *xch, uint32_t *total_rmid)
{
    *total_rmid = 63;
    return 0;
}

int xc_psr_cmt_get_l3_event_mask(xc_interface *xch, uint32_t *event_mask)
{
    *event_mask = 3; /* no local bandwidth */
    return 0;
}

int xc_psr_cmt_get_l3_upscaling_factor(xc_interface *xch,
                                       uint32_t *upscaling_factor)
{
    *upscaling_factor = 4096;
    return 0;
}

int xc_psr_cmt_get_l3_cache_size(xc_interface *xch, uint32_t cpu,
                                 uint32_t *l3_cache_size)
{
    *l3_cache_size = 20480 * (1 + cpu / CPUS_PER_SOCKET);
    return 0;
}

/* Domain 3 is not attached. */
int xc_psr_cmt_get_domain_rmid(xc_interface *xch, uint32_t domid,
                               uint32_t *rmid)
{
    *rmid = domid == 3 ? 0 : domid + 1;
    return 0;
}

/* Counters that go on with the same speed. */
int xc_psr_cmt_get_data(xc_interface *xch, uint32_t rmid, uint32_t cpu,
                        xc_psr_cmt_type type, uint64_t *monitor_data,
                        uint64_t *tsc)
{
    static uint64_t calls;

    calls++;
    *monitor_data = type == XC_PSR_CMT_L3_OCCUPANCY ? rmid * 100 + cpu
                                                    : calls * (rmid + cpu);
    if (tsc != NULL)
        *tsc = calls * 10000000;
    return 0;
}

int xc_psr_cmt_attach(xc_interface *xch, uint32_t domid)
{
    record("cmt_attach %u\n", domid);
    return domid == 3 ? 0 : fail(EEXIST);
}

int xc_psr_cmt_detach(xc_interface *xch, uint32_t domid)
{
    record("cmt_detach %u\n", domid);
    return domid == 3 ? fail(ENOENT) : 0;
}

int xc_psr_get_hw_info(xc_interface *xch, uint32_t socket,
                       xc_psr_feat_type type, xc_psr_hw_info *hw_info)
{
    memset(hw_info, 0, sizeof(*hw_info));
    if (type == XC_PSR_MBA) {
        hw_info->mba.cos_max = 7;
        hw_info->mba.thrtl_max = 90;
        hw_info->mba.linear = socket == 0;
        return 0;
    }
    hw_info->cat.cos_max = 15;
    hw_info->cat.cbm_len = type == XC_PSR_CAT_L3 ? 20 : 8;
    hw_info->cat.cdp_enabled =
        type == XC_PSR_CAT_L3 && getenv("XEN_CDP") != NULL;
    return 0;
}

int xc_psr_get_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type,
                           uint32_t target, uint64_t *data)
{
    if (domid == 8)
        return fail(ESRCH);
    *data = domid * 16 + target + (uint64_t)type;
    return 0;
}

int xc_psr_set_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type,
                           uint32_t target, uint64_t data)
{
    record("psr_set %u %d %u %#llx\n", domid, (int)type, target,
           (unsigned long long)data);
    return 0;
}

/*
 * ---- what CPUs can do ----
 *
 * Domains were given AVX2, BMI2, SMEP and FSRM beside what all have; XEN_LACKS
 * is a mask of the bits of leaf 7, EBX, and XEN_NO_FSRM means that one bit of
 * EDX, that the host cannot give any more.
 */

struct xc_cpu_policy {
    bool host;
};

xc_cpu_policy_t *xc_cpu_policy_init(void)
{
    return calloc(1, sizeof(struct xc_cpu_policy));
}

void xc_cpu_policy_destroy(xc_cpu_policy_t *policy)
{
    free(policy);
}

int xc_cpu_policy_get_system(xc_interface *xch, unsigned int policy_idx,
                             xc_cpu_policy_t *policy)
{
    policy->host = true;
    return policy_idx == XEN_SYSCTL_cpu_policy_pv_max ||
                   policy_idx == XEN_SYSCTL_cpu_policy_hvm_max
               ? 0
               : fail(EINVAL);
}

int xc_cpu_policy_get_domain(xc_interface *xch, uint32_t domid,
                             xc_cpu_policy_t *policy)
{
    policy->host = false;
    return 0;
}

int xc_cpu_policy_get_size(xc_interface *xch, uint32_t *nr_leaves,
                           uint32_t *nr_msrs)
{
    *nr_leaves = 8;
    *nr_msrs = 1;
    return 0;
}

int xc_cpu_policy_serialise(xc_interface *xch, const xc_cpu_policy_t *policy,
                            xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
                            xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
    const char *lacks = getenv("XEN_LACKS");
    uint32_t mask =
        policy->host && lacks != NULL ? (uint32_t)strtoul(lacks, NULL, 16) : 0;
    bool fsrm = !policy->host || getenv("XEN_NO_FSRM") == NULL;

    /* "GenuineIntel" */
    leaves[0] =
        (xen_cpuid_leaf_t){ 0x0,        XEN_CPUID_NO_SUBLEAF, 0xd,
                            0x756e6547, 0x6c65746e,           0x49656e69 };
    leaves[1] =
        (xen_cpuid_leaf_t){ 0x1,       XEN_CPUID_NO_SUBLEAF, 0, 0, 1u << 19,
                            0x07898175 };
    leaves[2] = (xen_cpuid_leaf_t){ 0x7, 0,
                                    1,   0x000001a0 & ~mask,
                                    0,   fsrm ? 1u << 4 : 0 };
    *nr_leaves = 3;
    *nr_msrs = 0;
    return 0;
}

/* XEN_HOST: another host than whoever is called otherwise. */
int uname(struct utsname *names)
{
    int (*next)(struct utsname *) =
        (int (*)(struct utsname *))dlsym(RTLD_NEXT, "uname");
    const char *host = getenv("XEN_HOST");
    int rc = next(names);

    if (rc == 0 && host != NULL)
        snprintf(names->nodename, sizeof(names->nodename), "%s", host);
    return rc;
}
