/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/emulation.h"

#include <unistd.h>

#include "base/mem.h"

/* Debian's own place for Xen's emulator, which libxl there has built in. */
#define DEBIAN_QEMU "/usr/libexec/xen-qemu-system-i386"

struct version {
    int major, minor;
};

/* Where Debian's Xen of that version, or one built here, keeps its own. */
static char *find_file(struct version xen, int mode, const char *debian,
                       const char *local)
{
    char *path =
        mem_printf("/usr/lib/xen-%d.%d/%s", xen.major, xen.minor, debian);

    if (access(path, mode) == 0)
        return path;
    free(path);
    return access(local, mode) == 0 ? mem_strdup(local) : NULL;
}

char *emulation_find_qemu(int xen_major, int xen_minor)
{
    const struct version xen = { xen_major, xen_minor };

    if (access(DEBIAN_QEMU, X_OK) == 0)
        return mem_strdup(DEBIAN_QEMU);
    return find_file(xen, X_OK, "bin/qemu-system-i386",
                     "/usr/local/lib/xen/bin/qemu-system-i386");
}

char *emulation_find_hvmloader(int xen_major, int xen_minor)
{
    const struct version xen = { xen_major, xen_minor };

    return find_file(xen, R_OK, "boot/hvmloader",
                     "/usr/local/lib/xen/boot/hvmloader");
}
