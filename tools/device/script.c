/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/script.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/script_name.h"
#include "base/trusted.h"

/* Pieces of shell that Xen's vif scripts include. */
#define VIF_HOOKS XEN_SCRIPT_DIR "/vif-post.d/*.hook"

static const char *const vif_roles[] = { "vif-bridge", "vif-openvswitch",
                                         "vif-route", "vif-nat" };

/* NULL if it is not installed, as where Xenith runs from its build. */
static char *installed(const char *role)
{
    cleanup_free char *path = mem_printf(PATHS_HOTPLUG_SCRIPTS "/%s", role);

    return access(path, X_OK) == 0 ? steal(path) : NULL;
}

static bool has_vif_hooks(void)
{
    glob_t found;
    bool has = glob(VIF_HOOKS, GLOB_NOSORT, NULL, &found) == 0;

    globfree(&found);
    return has;
}

static bool is_vif_role(const char *name)
{
    for (size_t i = 0; i < sizeof(vif_roles) / sizeof(vif_roles[0]); i++)
        if (strcmp(name, vif_roles[i]) == 0)
            return true;
    return false;
}

bool script_is_users(const char *named)
{
    return named != NULL && strcmp(named, "block") != 0 && !is_vif_role(named);
}

/*
 * The name under which the native hook starts a user's script. Where it cannot
 * be had libxl starts the script itself, with libxl's own limit.
 */
static char *started(const char *named)
{
    cleanup_free char *path = named[0] == '/'
                                  ? mem_strdup(named)
                                  : mem_printf(XEN_SCRIPT_DIR "/%s", named);
    cleanup_free char *name = script_name_encode(path);

    if (name == NULL || access(PATHS_HOTPLUG, X_OK) < 0 ||
        access(path, X_OK) < 0 ||
        io_make_dirs(PATHS_STARTED, PATHS_RUNDIR_MODE, NULL) < 0)
        return NULL;
    cleanup_free char *link = mem_printf(PATHS_STARTED "/%s", name);
    if (symlink(PATHS_HOTPLUG, link) < 0 && errno != EEXIST)
        return NULL;
    return steal(link);
}

char *script_for_disk(const libxl_device_disk *disk)
{
    bool is_plain = disk->backend_domname == NULL && disk->backend_domid == 0 &&
                    disk->format == LIBXL_DISK_FORMAT_RAW && !disk->is_cdrom &&
                    !disk->removable &&
                    (disk->backend == LIBXL_DISK_BACKEND_UNKNOWN ||
                     disk->backend == LIBXL_DISK_BACKEND_PHY) &&
                    disk->specification != LIBXL_DISK_SPECIFICATION_VIRTIO;

    if (disk->backend_domname == NULL && disk->backend_domid == 0 &&
        script_is_users(disk->script))
        return started(disk->script);
    if (!is_plain || disk->pdev_path == NULL || disk->pdev_path[0] == '\0' ||
        (disk->script != NULL && strcmp(disk->script, "block") != 0))
        return NULL;
    return installed("block");
}

char *script_for_nic(const libxl_device_nic *nic)
{
    const char *named = nic->script != NULL ? nic->script : vif_roles[0];

    if (nic->backend_domname != NULL || nic->backend_domid != 0)
        return NULL;
    if (script_is_users(nic->script))
        return started(nic->script);
    if (!is_vif_role(named) || has_vif_hooks())
        return NULL;
    return installed(named);
}

/* NULL if the path is not that of one of Xen's scripts, or is to be kept. */
static char *native_for(const char *kind, const char *path)
{
    static const char folder[] = XEN_SCRIPT_DIR "/";
    bool is_vif = strcmp(kind, "vif") == 0;

    if (strncmp(path, folder, strlen(folder)) != 0)
        return NULL;
    const char *name = path + strlen(folder);
    if (script_is_users(name) || (strcmp(name, "block") == 0) == is_vif ||
        (is_vif && has_vif_hooks()))
        return NULL;
    return installed(name);
}

char *script_in_driver_domain(const char *kind, const char *path,
                              struct error *err)
{
    cleanup_free char *native = native_for(kind, path);

    if (native != NULL)
        return steal(native);
    if (path[0] != '/') {
        error_set(err, ERR_CONFIG, "its script '%s' is no absolute path", path);
        return NULL;
    }
    if (trusted_check(path, err) < 0)
        return NULL;
    char *link = started(path);
    return link != NULL ? link : mem_strdup(path);
}
