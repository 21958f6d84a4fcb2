/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vif.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"

const uint8_t vif_bridge_port_address[6] = {
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff
};

/* The name of the configuration; NULL: the kernel's is fine. */
static char *wanted_name(struct hook *hook)
{
    cleanup_free char *name = store_get(hook->store, hook->path, "vifname");

    if (name == NULL || name[0] == '\0')
        return NULL;
    return hook->tap ? mem_printf("%s-emu", name) : steal(name);
}

static int rename_vif(struct vif *vif, struct hook *hook, struct error *err)
{
    struct link_change change = { .name = vif->name };
    struct link taken;

    int rc = link_find(vif->links, vif->name, &taken, err);
    if (rc > 0)
        return error_set(err, ERR_DEVICE,
                         "%s cannot be called %s: there is such an interface",
                         hook->interface, vif->name);
    return rc < 0 ? -1 : link_change(vif->links, vif->link.index, &change, err);
}

static int prepare(struct vif *vif, struct hook *hook, struct error *err)
{
    const struct link_change down = { .down = true };

    if (vif->link.up &&
        link_change(vif->links, vif->link.index, &down, err) < 0)
        return -1;
    vif->link.up = false;
    if (strcmp(vif->name, hook->interface) != 0)
        return rename_vif(vif, hook, err);
    return 0;
}

int vif_open(struct vif *vif, struct hook *hook, struct error *err)
{
    *vif = (struct vif){ 0 };
    if (hook->interface == NULL || hook->interface[0] == '\0')
        return error_set(err, ERR_USAGE, "the environment names no interface");
    vif->name = wanted_name(hook);
    if (vif->name == NULL)
        vif->name = mem_strdup(hook->interface);
    deadline_note(hook->deadline, "connecting %s", vif->name);
    if (links_open(&vif->links, err) < 0)
        return -1;
    const char *present = hook->arrives ? hook->interface : vif->name;
    int rc = link_find(vif->links, present, &vif->link, err);
    vif->there = rc > 0;
    if (rc < 0 || !hook->arrives)
        return rc < 0 ? -1 : 0;
    if (!vif->there)
        return error_set(err, ERR_DEVICE, "there is no interface %s", present);
    return prepare(vif, hook, err);
}

void vif_close(struct vif *vif)
{
    links_close(vif->links);
    free(vif->name);
}

uint32_t vif_wanted_mtu(struct hook *hook)
{
    cleanup_free char *text = store_get(hook->store, hook->path, "mtu");
    uint32_t mtu = 0;

    if (text != NULL)
        number_parse_u32(text, &mtu);
    return mtu;
}

int vif_tell_mtu(struct hook *hook, uint32_t mtu, struct error *err)
{
    cleanup_free char *path = mem_printf("/local/domain/%u/device/vif/%u/mtu",
                                         hook->domid, hook->devid);
    cleanup_free char *text = mem_printf("%u", mtu);

    if (hook->tap || mtu == 0)
        return 0;
    if (hook->store->write(hook->store, path, text) == 0)
        return 0;
    /* A driver domain may only read it: the guest keeps its 1500. */
    if (errno == EACCES)
        return 0;
    return error_set_errno(err, ERR_HOST, errno, "xenstore: write %s", path);
}

/* "ADDRESS" or "ADDRESS/PREFIX"; the address into to, of which bits are. */
static int read_network(const char *text, int family, uint8_t bits, void *to,
                        uint8_t *prefix, struct error *err)
{
    cleanup_free char *address = mem_strdup(text);
    char *slash = strchr(address, '/');
    uint64_t length = bits;
    uint8_t *bytes = to;

    if (slash != NULL)
        *slash++ = '\0';
    if ((slash != NULL && !number_parse_u64(slash, bits, &length)) ||
        inet_pton(family, address, to) != 1)
        return error_set(err, ERR_CONFIG, "ip: '%s' is no IPv%d network", text,
                         family == AF_INET ? 4 : 6);
    *prefix = (uint8_t)length;
    for (uint64_t bit = length; bit < bits; bit++)
        bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    return 0;
}

static int add_network(struct vif_networks *networks, const char *text,
                       struct error *err)
{
    bool is_ipv6 = strchr(text, ':') != NULL;
    size_t *count = is_ipv6 ? &networks->v6_count : &networks->v4_count;

    if (*count == VIF_MAX_NETWORKS)
        return error_set(err, ERR_CONFIG, "ip: more than %d networks",
                         VIF_MAX_NETWORKS);
    if (is_ipv6) {
        struct vif_network6 *network = &networks->v6[(*count)++];
        return read_network(text, AF_INET6, 128, &network->to, &network->prefix,
                            err);
    }
    struct link_route *route = &networks->v4[(*count)++];
    return read_network(text, AF_INET, 32, &route->to, &route->prefix, err);
}

int vif_read_networks(struct hook *hook, struct vif_networks *networks,
                      struct error *err)
{
    cleanup_free char *list = store_get(hook->store, hook->path, "ip");

    *networks = (struct vif_networks){ 0 };
    for (char *next = list, *word; (word = strsep(&next, " \t,")) != NULL;)
        if (word[0] != '\0' && add_network(networks, word, err) < 0)
            return -1;
    return 0;
}

int vif_proxy_arp(const struct vif *vif, struct error *err)
{
    cleanup_free char *path =
        mem_printf("/proc/sys/net/ipv4/conf/%s/proxy_arp", vif->name);
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || io_write_all(fd, "1", 1) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    return 0;
}
