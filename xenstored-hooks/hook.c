/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hook.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

static const struct role {
    const char *name;
    bool is_vif;
    int (*run)(struct hook *hook, struct error *err);
} roles[] = {
    { "block", false, block_run },
    { "vif-bridge", true, vif_bridge_run },
    { "vif-openvswitch", true, vif_openvswitch_run },
    { "vif-route", true, vif_route_run },
    { "vif-nat", true, vif_nat_run },
};

int64_t hook_patience_ms(void)
{
    const char *text = getenv("XN_SCRIPT_TIMEOUT");
    uint64_t seconds;

    if (text == NULL || !number_parse_u64(text, HOOK_PATIENCE_MAX_S, &seconds))
        seconds = HOOK_PATIENCE_S;
    return (int64_t)(seconds > 0 ? seconds : 1) * 1000;
}

static const struct role *find_role(const char *name)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(roles[i].name, name) == 0)
            return &roles[i];
    return NULL;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* add and remove speak of disks and taps, online and offline of vifs. */
static int read_command(struct hook *hook, const char *command, bool *is_tap,
                        struct error *err)
{
    *is_tap = strcmp(command, "add") == 0 || strcmp(command, "remove") == 0;
    hook->arrives =
        strcmp(command, "add") == 0 || strcmp(command, "online") == 0;
    if (*is_tap || hook->arrives || strcmp(command, "offline") == 0)
        return 0;
    return error_set(err, ERR_USAGE,
                     "'%s' is none of add, remove, online, offline", command);
}

/* "backend/vbd/3/51712", or the same below a domain's home. */
static int read_path(struct hook *hook, const char *path, struct error *err)
{
    cleanup_free char *copy = mem_strdup(path);
    char *device = strrchr(copy, '/');
    char *domain = device ? (*device = '\0', strrchr(copy, '/')) : NULL;

    if (domain == NULL || !number_parse_u32(domain + 1, &hook->domid) ||
        !number_parse_u32(device + 1, &hook->devid))
        return error_set(err, ERR_USAGE, "XENBUS_PATH=%s: not a backend", path);
    hook->path = mem_strdup(path);
    return 0;
}

/* The emulated interface "vif3.0-emu" comes without a path of its own. */
static int read_tap(struct hook *hook, struct error *err)
{
    const char *text = hook->interface ? hook->interface : "";
    cleanup_free char *copy = mem_strdup(text);
    char *dot = strchr(copy, '.'), *end = strstr(copy, "-emu");

    if (strncmp(copy, "vif", 3) == 0 && dot != NULL && end > dot) {
        *dot = *end = '\0';
        if (number_parse_u32(copy + 3, &hook->domid) &&
            number_parse_u32(dot + 1, &hook->devid)) {
            hook->path =
                mem_printf("backend/vif/%u/%u", hook->domid, hook->devid);
            return 0;
        }
    }
    return error_set(err, ERR_USAGE, "INTERFACE='%s': not an emulated vif",
                     text);
}

int hook_begin(struct hook *hook, int argc, char **argv, bool *runs,
               struct error *err)
{
    const struct role *role = find_role(argc > 0 ? last_part(argv[0]) : "");
    const char *path = getenv("XENBUS_PATH");
    const char *type = "vif";
    bool is_tap;

    *hook = (struct hook){ .netdev = getenv("netdev") };
    *runs = true;
    if (role == NULL || argc < 2)
        return error_set(err, ERR_USAGE,
                         "to be started as a device's script, see "
                         "xenstored-hooks/README.md");
    hook->role = role->name;
    hook->run = role->run;
    if (read_command(hook, argv[1], &is_tap, err) < 0)
        return -1;
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], "type_if=", 8) == 0)
            type = argv[i] + 8;
    if (role->is_vif) {
        hook->tap = strcmp(type, "tap") == 0;
        *runs = hook->tap == is_tap;
        hook->interface = getenv(hook->tap ? "INTERFACE" : "vif");
        if (*runs && hook->tap)
            return read_tap(hook, err);
    }
    if (path == NULL)
        return error_set(err, ERR_USAGE, "XENBUS_PATH is not set");
    return read_path(hook, path, err);
}

void hook_end(struct hook *hook)
{
    free(hook->path);
    hook->path = NULL;
}

int hook_run(struct hook *hook, struct error *err)
{
    return hook->run(hook, err);
}

int hook_tell_connected(struct hook *hook, struct error *err)
{
    if (hook->tap || hook->is_told)
        return 0;
    hook->is_told = true;
    return store_put(hook->store, hook->path, "hotplug-status", "connected",
                     err);
}

int hook_report(struct hook *hook, const struct error *failure,
                struct error *err)
{
    if (failure->kind != ERR_NONE) {
        const char *status = failure->kind == ERR_STATE ? "busy" : "error";
        if (store_put(hook->store, hook->path, "hotplug-error",
                      failure->message, err) < 0)
            return -1;
        return store_put(hook->store, hook->path, "hotplug-status", status,
                         err);
    }
    return hook->arrives ? hook_tell_connected(hook, err) : 0;
}
