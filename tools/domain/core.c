/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenctrl makes the dump and hands it over in pieces, which lets it be
 * counted. The file has no name until it is complete, so a signal may simply
 * end the process. Where the file system has no such files (base/newfile.h), a
 * signal is obeyed at the next piece, which libxenctrl hands over every 16 MiB.
 */
#include "domain/core.h"

#include <errno.h>

#include <xenctrl.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "domain/core_frames.h"

struct dump {
    const struct subject *subject;
    const struct core_request *request;
    struct newfile file;
    uint64_t done;
    uint64_t total;
    int errnum; /* why writing failed */
};

static int open_target(struct dump *dump, struct error *err)
{
    if (newfile_open(&dump->file, dump->request->path, err) < 0)
        return -1;
    return dump->file.name != NULL ? interrupt_install(err) : 0;
}

/* libxenctrl's callback for each piece; any error ends the dump. */
static int take_piece(xc_interface *xc, void *arg, char *bytes,
                      unsigned int length)
{
    struct dump *dump = arg;

    if (interrupt_signal() != 0) {
        dump->errnum = EINTR;
        return -1;
    }
    if (io_write_all(dump->file.fd, bytes, length) < 0) {
        dump->errnum = errno;
        return -1;
    }
    dump->done += length;
    if (dump->request->progress != NULL)
        dump->request->progress(dump->request->arg, dump->done, dump->total);
    return 0;
}

static int fail_writing(const struct dump *dump, int errnum, struct error *err)
{
    const char *label = dump->subject->label;

    if (errnum == EINTR)
        return error_set(err, ERR_FAILED, "dump of '%s': interrupted", label);
    return error_set_errno(err, errnum == ENOSPC ? ERR_SPACE : ERR_FAILED,
                           errnum, "dump of '%s': %s", label,
                           dump->request->path);
}

static int write_dump(struct dump *dump, struct error *err)
{
    struct host *host = dump->subject->host;
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_add(&list, dump->subject->domid, 0, err) < 0)
        return -1;
    dump->total = list.items.items[0].memory;
    host_log_forget(&host->log);
    xc_interface *xc = xc_interface_open(&host->log.vtable, NULL, 0);
    if (xc == NULL)
        return error_set_errno(err, ERR_HOST, errno, "cannot reach Xen");
    core_frames_begin(xc, dump->subject->domid);
    int rc = xc_domain_dumpcore_via_callback(xc, dump->subject->domid, dump,
                                             take_piece);
    int cause = errno;
    core_frames_end();
    xc_interface_close(xc);
    if (rc == 0)
        return 0;
    if (dump->errnum != 0)
        return fail_writing(dump, dump->errnum, err);
    if (host->log.first_error != NULL)
        return host_fail(host, err, ERR_FAILED, ERROR_FAIL, "dump of '%s'",
                         dump->subject->label);
    return error_set_errno(err, ERR_FAILED, cause, "dump of '%s'",
                           dump->subject->label);
}

int core_dump(const struct subject *subject, const struct core_request *request,
              struct error *err)
{
    struct dump dump = { .subject = subject,
                         .request = request,
                         .file = NEWFILE_INIT };

    if (subject_check_alive(subject, err) < 0)
        return -1;
    int rc = open_target(&dump, err);
    if (rc == 0)
        rc = write_dump(&dump, err);
    if (rc == 0 && newfile_publish(&dump.file, err) < 0)
        rc = error_context(err, "dump of '%s'", subject->label);
    newfile_dispose(&dump.file);
    return rc;
}
