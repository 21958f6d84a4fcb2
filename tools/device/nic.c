/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/nic.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "device/kind.h"
#include "device/script.h"
#include "host/domains.h"

#define NETWORK_FOLDER "/sys/class/net"

static bool exists(const char *interface, const char *attribute)
{
    cleanup_free char *path =
        mem_printf(NETWORK_FOLDER "/%s/%s", interface, attribute);
    return access(path, F_OK) == 0;
}

/* Only the bridge script wants one; vif-route and others have their own. */
static bool wants_bridge(const libxl_device_nic *nic)
{
    if (nic->backend_domname != NULL || nic->backend_domid != 0)
        return false;
    if (nic->script == NULL)
        return true;
    const char *slash = strrchr(nic->script, '/');
    return strcmp(slash ? slash + 1 : nic->script, "vif-bridge") == 0;
}

/* Xen's vif-bridge and ours take an xenbr3 that is not there for eth3, where
 * that is a bridge. */
static bool is_bridge(const char *name)
{
    cleanup_free char *renamed =
        strncmp(name, "xenbr", 5) == 0 ? mem_printf("eth%s", name + 5) : NULL;

    return exists(name, "bridge") ||
           (renamed != NULL && !exists(name, "") && exists(renamed, "bridge"));
}

/* "xenbr0, br1"; empty if there is none. */
static void list_bridges(struct strbuf *names)
{
    DIR *folder = opendir(NETWORK_FOLDER);

    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && exists(entry->d_name, "bridge"))
            strbuf_printf(names, "%s%s", names->length ? ", " : "",
                          entry->d_name);
    closedir(folder);
}

int nic_check(const libxl_device_nic *nic, const char *label,
              const char *default_bridge, struct error *err)
{
    const char *bridge = nic->bridge ? nic->bridge : default_bridge;
    cleanup_strbuf struct strbuf bridges = { 0 };

    if (!wants_bridge(nic) || bridge == NULL)
        return 0;
    if (bridge[0] == '\0' || strchr(bridge, '/') != NULL)
        return error_set(err, ERR_CONFIG, "%s: '%s' cannot be a bridge", label,
                         bridge);
    if (is_bridge(bridge) || access("/run/openvswitch", F_OK) == 0)
        return 0;
    error_set(err, ERR_CONFIG, "%s: bridge %s: %s", label, bridge,
              exists(bridge, "") ? "not a bridge" : "no such interface");
    list_bridges(&bridges);
    if (bridges.length > 0)
        error_hint(err, "this host has: %s", bridges.text);
    else
        error_hint(err, "this host has no bridge: ip link add %s type bridge",
                   bridge);
    return -1;
}

/* Does the domain have an interface of this address? */
static bool has_mac(struct host *host, uint32_t domid, const libxl_mac mac)
{
    int count = 0;
    libxl_device_nic *nics = libxl_device_nic_list(host->ctx, domid, &count);
    bool found = false;

    for (int i = 0; i < count; i++)
        found |= memcmp(nics[i].mac, mac, sizeof(libxl_mac)) == 0;
    libxl_device_nic_list_free(nics, count);
    return found;
}

int nic_check_mac(struct host *host, const libxl_device_nic *nic,
                  const char *label, const char *name, struct error *err)
{
    static const libxl_mac none;
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_free char *mac = nic_mac(nic);

    if (memcmp(nic->mac, none, sizeof(none)) == 0 ||
        domain_list_read(&list, DOMAIN_NAMES, NULL) < 0)
        return 0;
    VEC_EACH (&list.items, info) {
        if (info->domid == 0 || info->name == NULL ||
            strcmp(info->name, name) == 0 ||
            !has_mac(host, info->domid, nic->mac))
            continue;
        return error_set(err, ERR_STATE,
                         "%s: the MAC address %s is in use by %s", label, mac,
                         info->name);
    }
    return 0;
}

static int check_attach(const struct device_owner *owner, const void *device,
                        struct error *err)
{
    return nic_check(device, "vif", "xenbr0", err);
}

char *nic_mac(const libxl_device_nic *nic)
{
    return mem_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(nic->mac));
}

static bool is(const struct device_owner *owner, const void *device,
               const char *text)
{
    cleanup_free char *mac = nic_mac(device);

    return strcasecmp(mac, text) == 0;
}

static char **script(void *device)
{
    return &((libxl_device_nic *)device)->script;
}

static char *hook(const void *device)
{
    return script_for_nic(device);
}

static void *recorded(libxl_domain_config *record, const void *device)
{
    const libxl_device_nic *nic = device;

    for (int i = 0; i < record->num_nics; i++)
        if (record->nics[i].devid == nic->devid)
            return &record->nics[i];
    return NULL;
}

DEVICE_CALLS(nic)
DEVICE_OPERATION(call_remove, libxl_device_nic_remove)
DEVICE_OPERATION(call_destroy, libxl_device_nic_destroy)
DEVICE_BY_DEVID(nic)

const struct device_kind device_nic = {
    .name = "vif",
    .key = "vif",
    .node = "vif",
    DEVICE_CALL_FIELDS(nic),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
    .is = is,
    .check = check_attach,
    .script = script,
    .hook = hook,
    .recorded = recorded,
};
