/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/preflight.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/inspect.h"
#include "domain/transfer/outgoing.h"
#include "stream/xl.h"

/* -- here ------------------------------------------------------------------ */

/* A file without a name that has what comes first in a migration, too. */
static int open_header(const char *config_json, struct error *err)
{
    cleanup_strbuf struct strbuf header = { 0 };
    cleanup_close int fd = memfd_create("header", MFD_CLOEXEC);

    xl_header_make(config_json, &header);
    if (fd < 0 || io_write_all(fd, header.text, header.length) < 0 ||
        lseek(fd, 0, SEEK_SET) != 0)
        return error_set_errno(err, ERR_SPACE, errno, "memory");
    return io_steal_fd(&fd);
}

int preflight_ask(const struct subject *subject,
                  const struct transport_request *way, const char *config_json,
                  struct strbuf *reasons, struct error *err)
{
    const libxl_version_info *xen = libxl_get_version_info(subject->host->ctx);
    cleanup_free char *own = NULL;
    cleanup_proc_result struct proc_result result = { 0 };

    if (xen == NULL)
        return error_set(err, ERR_HOST, "Xen does not tell its version");
    if (config_json == NULL)
        config_json = own =
            outgoing_config(subject->host, subject->domid, false, err);
    cleanup_close int input =
        config_json != NULL ? open_header(config_json, err) : -1;
    if (input < 0)
        return -1;
    cleanup_free char *words = mem_printf(
        "--check %d.%d", xen->xen_version_major, xen->xen_version_minor);
    if (transport_ask(way->command, way->host, words, input, &result, err) < 0)
        return -1;
    strbuf_puts(reasons, result.out.text);
    return 0;
}

/* -- there ----------------------------------------------------------------- */

/* A guest goes to the same Xen or a newer one. */
static void compare_xen(struct host *host, const char *sender,
                        struct strbuf *reasons)
{
    const libxl_version_info *xen = libxl_get_version_info(host->ctx);
    int major, minor;

    if (xen == NULL || sscanf(sender, "%d.%d", &major, &minor) != 2)
        return;
    if (major > xen->xen_version_major ||
        (major == xen->xen_version_major && minor > xen->xen_version_minor))
        strbuf_printf(reasons, "Xen %d.%d is older than the sender's %s\n",
                      xen->xen_version_major, xen->xen_version_minor, sender);
}

void preflight_answer(struct host *host, struct domain_spec *spec,
                      const struct xlconf *defaults, const char *xen,
                      struct strbuf *reasons)
{
    struct inspection cleanup_inspection found = { 0 };

    compare_xen(host, xen, reasons);
    inspect_host(host, spec, defaults, false, &found);
    VEC_EACH (&found.findings, finding)
        if (finding->fatal)
            strbuf_printf(reasons, "%s\n", finding->error.message);
}
