/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A port of an Open vSwitch bridge. `bridge` is NAME[.VLAN][:TRUNK[:TRUNK...]],
 * as Xen's script has it.
 */
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/proc.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "vif.h"

#define VLAN_MAX 4095

struct port {
    char *bridge;
    char *tag;   /* "tag=5", or NULL */
    char *trunk; /* "trunk=1,2", or NULL */
};

static void port_dispose(struct port *port)
{
    free(port->bridge);
    free(port->tag);
    free(port->trunk);
}
#define cleanup_port __attribute__((cleanup(port_dispose)))

static bool is_vlan(const char *text)
{
    uint64_t number;

    return number_parse_u64(text, VLAN_MAX, &number);
}

/* "1:2" as "trunk=1,2"; NULL if it is no list of VLANs. */
static char *read_trunk(char *list)
{
    cleanup_strbuf struct strbuf trunk = { 0 };
    const char *separator = "trunk=";

    for (char *word; (word = strsep(&list, ":")) != NULL; separator = ",") {
        if (!is_vlan(word))
            return NULL;
        strbuf_printf(&trunk, "%s%s", separator, word);
    }
    return strbuf_take(&trunk);
}

static int read_port(struct hook *hook, struct port *port, struct error *err)
{
    cleanup_free char *text =
        store_need(hook->store, hook->path, "bridge", err);

    if (text == NULL)
        return -1;
    cleanup_free char *whole = mem_strdup(text);
    char *colon = strchr(text, ':');
    if (colon != NULL)
        *colon++ = '\0';
    char *dot = strchr(text, '.');
    if (dot != NULL)
        *dot++ = '\0';
    port->bridge = mem_strdup(text);
    if (dot != NULL && is_vlan(dot))
        port->tag = mem_printf("tag=%s", dot);
    if (colon != NULL)
        port->trunk = read_trunk(colon);
    if (text[0] == '\0' || text[0] == '-' || (dot != NULL && !port->tag) ||
        (colon != NULL && !port->trunk))
        return error_set(err, ERR_CONFIG,
                         "'%s' is no NAME[.VLAN][:TRUNK[:TRUNK...]]", whole);
    return 0;
}

/* external-ids:"key"="value", quoted for ovs-vsctl; NULL without a value. */
static char *make_id(const char *key, const char *value)
{
    cleanup_strbuf struct strbuf id = { 0 };

    if (value == NULL)
        return NULL;
    strbuf_printf(&id, "external-ids:\"%s\"=\"", key);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            strbuf_putc(&id, '\\');
        strbuf_putc(&id, *value);
    }
    strbuf_putc(&id, '"');
    return strbuf_take(&id);
}

/* What management tools look for in the switch's database. */
struct port_ids {
    char *name, *uuid, *mac;
};

static void port_ids_dispose(struct port_ids *ids)
{
    free(ids->name);
    free(ids->uuid);
    free(ids->mac);
}
#define cleanup_port_ids __attribute__((cleanup(port_ids_dispose)))

static void read_ids(struct hook *hook, struct port_ids *ids)
{
    cleanup_free char *home = mem_printf("/local/domain/%u", hook->domid);
    cleanup_free char *vm = store_get(hook->store, home, "vm");
    cleanup_free char *name = vm ? store_get(hook->store, vm, "name") : NULL;
    cleanup_free char *uuid = vm ? store_get(hook->store, vm, "uuid") : NULL;
    cleanup_free char *mac = store_get(hook->store, hook->path, "mac");

    ids->name = make_id("xen-vm-name", name);
    ids->uuid = make_id("xen-vm-uuid", uuid);
    ids->mac = make_id("attached-mac", mac);
}

static int run_vsctl(const char *const *argv, struct error *err)
{
    struct proc proc = { .argv = argv, .timeout_ms = hook_patience_ms() };

    return proc_run_ok(&proc, NULL, err);
}

static int add_port(struct vif *vif, const struct port *port,
                    const struct port_ids *ids, struct error *err)
{
    const char *const fixed[] = { "ovs-vsctl",   "--timeout=25", "--",
                                  "--if-exists", "del-port",     vif->name,
                                  "--",          "add-port",     port->bridge,
                                  vif->name };
    const char *const options[] = { port->tag, port->trunk };
    const char *const external[] = { ids->name, ids->uuid, ids->mac };
    VEC(const char *) argv = VEC_INIT;

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        VEC_PUSH(&argv, fixed[i]);
    for (size_t i = 0; i < 2; i++)
        if (options[i] != NULL)
            VEC_PUSH(&argv, options[i]);
    for (size_t i = 0; i < 3; i++) {
        if (external[i] == NULL)
            continue;
        VEC_PUSH(&argv, "--");
        VEC_PUSH(&argv, "set");
        VEC_PUSH(&argv, "interface");
        VEC_PUSH(&argv, vif->name);
        VEC_PUSH(&argv, external[i]);
    }
    VEC_PUSH(&argv, NULL);
    int rc = run_vsctl(argv.items, err);
    VEC_DISPOSE(&argv);
    return rc;
}

static int connect_port(struct vif *vif, struct hook *hook, struct error *err)
{
    struct link_change change = { .address = vif_bridge_port_address,
                                  .mtu = vif_wanted_mtu(hook),
                                  .up = true };
    cleanup_port struct port port = { 0 };
    cleanup_port_ids struct port_ids ids = { 0 };

    if (read_port(hook, &port, err) < 0)
        return -1;
    read_ids(hook, &ids);
    if (add_port(vif, &port, &ids, err) < 0 ||
        link_change(vif->links, vif->link.index, &change, err) < 0)
        return -1;
    return vif_tell_mtu(hook, change.mtu, err);
}

static int disconnect_port(struct vif *vif, struct error *err)
{
    const char *const argv[] = { "ovs-vsctl",   "--timeout=25", "--",
                                 "--if-exists", "del-port",     vif->name,
                                 NULL };
    const struct link_change down = { .down = true };

    if (run_vsctl(argv, err) < 0)
        return -1;
    return vif->there ? link_change(vif->links, vif->link.index, &down, err)
                      : 0;
}

int vif_openvswitch_run(struct hook *hook, struct error *err)
{
    cleanup_vif struct vif vif;

    if (vif_open(&vif, hook, err) < 0)
        return -1;
    return hook->arrives ? connect_port(&vif, hook, err)
                         : disconnect_port(&vif, err);
}
