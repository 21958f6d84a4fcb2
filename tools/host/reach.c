/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether there is a Xen and a xenstored to talk to: without libxl. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "host/host.h"

#define PRIVCMD "/dev/xen/privcmd"
#define XENBUS "/dev/xen/xenbus"
#define FEATURES "/sys/hypervisor/properties/features"
/* XENFEAT_dom0 is bit 11. */
#define FEATURE_DOM0 (1u << 11)

/* Where a Dom0 without any library asks whether it is one: Linux' xenfs. */
static int check_hypervisor(struct error *err)
{
    if (access("/sys/hypervisor/type", R_OK) == 0)
        return 0;
    error_set(err, ERR_HOST, "this machine does not run under Xen");
    error_hint(err, "install the hypervisor (Debian: "
                    "xen-hypervisor-4.17-amd64) and boot its entry");
    return -1;
}

static int check_privcmd(struct error *err)
{
    cleanup_close int fd = open(PRIVCMD, O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        return 0;
    if (errno == EACCES || errno == EPERM) {
        error_set_errno(err, ERR_HOST, errno, "%s", PRIVCMD);
        error_hint(err, "be root: controlling guests takes it");
        return -1;
    }
    error_set_errno(err, ERR_HOST, errno, "hypercall device %s", PRIVCMD);
    error_hint(err, "is this Dom0? modprobe xen-privcmd");
    return -1;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

bool host_is_dom0(void)
{
    cleanup_free char *text = NULL;
    size_t length;

    /* Linux prints one mask of XENFEAT_* (xen/include/public/features.h). */
    if (io_read_file(FEATURES, 64, &text, &length, NULL) < 0)
        return true;
    return strtoull(text, NULL, 16) & FEATURE_DOM0;
}

/*
 * libxenstore falls back to the kernel's device, which in a Dom0 without a
 * running xenstored blocks for ever; so its socket is tried first. A host with
 * a xenstore domain has no socket but says so in xenfs.
 */
static int check_own_xenstored(struct error *err)
{
    const char *named = getenv("XENSTORED_PATH"); /* libxenstore heeds it */

    if ((named != NULL && connect_unix(named) == 0) ||
        connect_unix("/run/xenstored/socket") == 0 ||
        connect_unix("/var/run/xenstored/socket") == 0)
        return 0;
    int cause = errno;
    if (access("/var/run/xenstored/domid", R_OK) == 0)
        return 0;
    error_set_errno(err, ERR_HOST, cause, "xenstored does not answer");
    error_hint(err, "start it: systemctl start xen (Debian) or xenstored");
    return -1;
}

/* In any other domain xenstored is another domain's: the kernel asks it. */
static int check_xenbus(struct error *err)
{
    if (access(XENBUS, R_OK | W_OK) == 0)
        return 0;
    int cause = errno;
    error_set_errno(err, ERR_HOST, cause, "the way to xenstore, %s", XENBUS);
    error_hint(err, cause == ENOENT
                        ? "the kernel makes it where it runs under Xen: is "
                          "/dev a devtmpfs?"
                        : "be root: reaching xenstore takes it");
    return -1;
}

int host_check_xenstored(struct error *err)
{
    if (check_hypervisor(err) < 0)
        return -1;
    return host_is_dom0() ? check_own_xenstored(err) : check_xenbus(err);
}

int host_check(struct error *err)
{
    if (check_hypervisor(err) < 0 || check_privcmd(err) < 0)
        return -1;
    return host_check_xenstored(err);
}
