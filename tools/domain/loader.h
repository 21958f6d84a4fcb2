/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The boot loader that reads a guest's own disk in this host. libxl runs it as
 * root; of pygrub, which has no reason to be that, xn-bootloader takes the
 * place and runs it in a room of its own (tools/bootloader/room.h).
 */
#ifndef XENITH_DOMAIN_LOADER_H
#define XENITH_DOMAIN_LOADER_H

#include <libxl.h>
#include <stdbool.h>

#include "base/error.h"

/* What stands in for a domain's boot loader. */
struct loader {
    char *path;           /* the real one; NULL: it is run as it is */
    unsigned int timeout; /* seconds */
};

/* Whether libxl runs one for such a domain when it boots. */
bool loader_runs(const libxl_domain_config *config);

/*
 * Finds it. ERR_CONFIG if it is pygrub and cannot be found, or could not be
 * confined although xenith.conf does not allow it to run otherwise.
 */
int loader_find(struct loader *loader, const libxl_domain_config *config,
                struct error *err);
void loader_dispose(struct loader *loader);
#define cleanup_loader __attribute__((cleanup(loader_dispose)))

/*
 * The arguments for xn-bootloader, then those of the configuration (NULL: it
 * has none); the caller's.
 */
libxl_string_list loader_arguments(const struct loader *loader,
                                   const libxl_string_list own);

/*
 * Ends the boot loaders that this process has started, which libxl does not
 * when it is told to abort: somebody may still sit before their menu.
 */
void loader_press(void);

/* The same for another program than PATHS_BOOTLOADER. */
void loader_press_program(const char *program);

/* Where libxl has a boot loader put what it finds: its XEN_LIB_DIR. */
#define LOADER_FOLDER "/var/lib/xen"

/*
 * Removes what a libxl that was killed left of a boot loader's run for this
 * domain, which is gone: bootloader.DOMID.out and .d in folder.
 */
void loader_clean_up(const char *folder, uint32_t domid);

/* A copy of a list, the caller's; NULL of NULL. */
libxl_string_list loader_copy_arguments(const libxl_string_list list);

#endif
