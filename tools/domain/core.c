/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenctrl makes the dump and hands it over in pieces, which lets it be
 * counted. The file has no name (O_TMPFILE) until it is complete, so a signal
 * may simply end the process. Where the file system has no such files it is a
 * hidden one beside its place, and a signal is obeyed at the next piece, which
 * libxenctrl hands over every 16 MiB.
 */
#include "domain/core.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <xenctrl.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"

struct dump {
    const struct subject *subject;
    const struct core_request *request;
    char *place; /* where it shall appear, links followed; owned */
    char *name;  /* the temporary name, NULL while it has none; owned */
    int fd;
    bool direct; /* a pipe or device: neither named nor synced */
    uint64_t done;
    uint64_t total;
    int errnum; /* why writing failed */
};

static char *folder_of(const char *path)
{
    cleanup_free char *copy = mem_strdup(path);

    return mem_strdup(dirname(copy));
}

static char *temporary_name(const char *path)
{
    cleanup_free char *copy = mem_strdup(path);
    cleanup_free char *folder = folder_of(path);

    return mem_printf("%s/.%s.%d.part", folder, basename(copy), getpid());
}

static int open_target(struct dump *dump, struct error *err)
{
    const char *path = dump->request->path;
    struct stat target;
    bool exists = stat(path, &target) == 0;

    if (exists && !S_ISREG(target.st_mode)) {
        dump->direct = true;
        dump->fd = open(path, O_WRONLY | O_CLOEXEC);
        if (dump->fd < 0)
            return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
        return 0;
    }
    char *resolved = exists ? realpath(path, NULL) : NULL;
    dump->place = resolved != NULL ? resolved : mem_strdup(path);
    cleanup_free char *folder = folder_of(dump->place);
    dump->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (dump->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        if (interrupt_install(err) < 0)
            return -1;
        dump->name = temporary_name(dump->place);
        dump->fd =
            open(dump->name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    }
    if (dump->fd < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return 0;
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
    if (io_write_all(dump->fd, bytes, length) < 0) {
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
    int rc = xc_domain_dumpcore_via_callback(xc, dump->subject->domid, dump,
                                             take_piece);
    int cause = errno;
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

/* Gives the complete dump its name; no signal comes in between. */
static int publish(struct dump *dump, struct error *err)
{
    sigset_t all;

    if (dump->direct)
        return 0;
    if (fsync(dump->fd) < 0)
        return fail_writing(dump, errno, err);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    if (dump->name == NULL) {
        cleanup_free char *self = mem_printf("/proc/self/fd/%d", dump->fd);
        char *name = temporary_name(dump->place);
        if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0) {
            int cause = errno;
            free(name);
            return fail_writing(dump, cause, err);
        }
        dump->name = name;
    }
    if (rename(dump->name, dump->place) < 0)
        return fail_writing(dump, errno, err);
    free(dump->name);
    dump->name = NULL;
    return 0;
}

int core_dump(const struct subject *subject, const struct core_request *request,
              struct error *err)
{
    struct dump dump = { .subject = subject, .request = request, .fd = -1 };
    sigset_t signals;

    if (subject_check_alive(subject, err) < 0)
        return -1;
    pthread_sigmask(SIG_SETMASK, NULL, &signals);
    int rc = open_target(&dump, err);
    if (rc == 0)
        rc = write_dump(&dump, err);
    if (rc == 0)
        rc = publish(&dump, err);
    if (dump.name != NULL)
        unlink(dump.name);
    if (dump.fd >= 0 && close(dump.fd) < 0 && rc == 0)
        rc = fail_writing(&dump, errno, err);
    free(dump.name);
    free(dump.place);
    /* libxl waits for its children's signals in whatever comes next. */
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
    return rc;
}
