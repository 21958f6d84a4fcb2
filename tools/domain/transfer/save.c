/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl writes the guest into a pipe, xn-stream makes a file of it (a plain
 * image libxl writes itself). All that happens in a worker; if that is killed,
 * its parent ends what it left and lets the guest go on. The file's descriptor
 * is opened before the worker is made, so that both can clear it away.
 */
#include "domain/transfer/save.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "domain/destroy.h"
#include "domain/transfer/outgoing.h"
#include "domain/worker.h"
#include "stream/xl.h"

struct save {
    const struct subject *subject; /* its host is the parent's */
    const struct save_request *request;
    struct newfile file;
    struct codec_report *report; /* shared with the worker */
    struct host *host;           /* the worker's */
    struct proc_child codec;
    int out; /* what libxl writes to; owned unless it is the file's */
};

/* -- before and after ------------------------------------------------------ */

static int pause_and_resume(struct host *host, uint32_t domid,
                            struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_domain_pause(host->ctx, domid, NULL);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "pause domain %u", domid);
    return outgoing_resume(host, domid, err);
}

/* The image is safe; what was asked for the guest itself. */
static int settle_guest(struct save *save, struct error *err)
{
    uint32_t domid = save->subject->domid;
    int rc;

    if (save->request->after == SAVE_THEN_CONTINUE)
        rc = outgoing_resume(save->host, domid, err);
    else if (save->request->after == SAVE_THEN_PAUSE)
        rc = pause_and_resume(save->host, domid, err);
    else
        rc = domain_destroy(save->host, domid, err);
    return rc == 0 ? 0 : error_context(err, "the image is saved, but");
}

/* -- writing --------------------------------------------------------------- */

/* Opens what libxl writes to: the file itself, or the way into the codec. */
static int open_output(struct save *save, struct error *err)
{
    int ends[2];

    if (save->request->plain) {
        save->out = save->file.fd;
        return 0;
    }
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    save->out = ends[1];
    int rc = codec_start_encoder(save->request->compress, ends[0],
                                 save->file.fd, &save->codec, err);
    close(ends[0]);
    return rc;
}

static int write_header(struct save *save, struct error *err)
{
    cleanup_strbuf struct strbuf header = { 0 };
    cleanup_free char *json =
        save->request->config_json != NULL
            ? mem_strdup(save->request->config_json)
            : outgoing_config(save->host, save->subject->domid,
                              save->request->keep_domid, err);

    if (json == NULL)
        return -1;
    xl_header_make(json, &header);
    if (io_write_all(save->out, header.text, header.length) < 0)
        return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                               errno, "%s", save->request->path);
    return 0;
}

static int measure_file(struct save *save, struct error *err)
{
    struct stat status;

    if (fstat(save->file.fd, &status) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s",
                               save->request->path);
    save->report->bytes = (uint64_t)status.st_size;
    save->report->carried = (uint64_t)status.st_size;
    return 0;
}

/*
 * Ends the stream. If the codec failed, that is the first cause of whatever
 * libxl said when it could write no more.
 */
static int close_output(struct save *save, int rc, struct error *err)
{
    struct error cause = ERROR_INIT;

    if (save->request->plain)
        return rc == 0 ? measure_file(save, err) : -1;
    io_cleanup_close(&save->out);
    if (save->codec.pid == 0)
        return rc;
    int codec_rc = codec_finish(&save->codec, save->report, &cause);
    if (codec_rc < 0 && interrupt_signal() == 0) {
        error_dispose(err);
        *err = cause;
        return error_context(err, "%s", save->request->path);
    }
    error_dispose(&cause);
    if (rc == 0 && codec_rc == 0 && !save->report->complete)
        return error_set(err, ERR_FAILED, "what libxl wrote is not whole");
    return rc < 0 ? rc : codec_rc;
}

static int write_guest(struct save *save, struct error *err)
{
    uint32_t domid = save->subject->domid;
    int flags = save->request->live ? outgoing_live_flag(save->host, domid) : 0;

    return outgoing_write(save->host, domid, save->out, flags, err);
}

static int write_image(struct save *save, struct error *err)
{
    int rc = open_output(save, err);

    if (rc == 0)
        rc = write_header(save, err);
    if (rc == 0)
        rc = write_guest(save, err);
    rc = close_output(save, rc, err);
    return rc == 0 ? newfile_publish(&save->file, err) : -1;
}

/* -- the worker and its parent --------------------------------------------- */

static int run_save(void *argument, int64_t *value, struct error *err)
{
    struct save *save = argument;
    struct host host = { 0 };

    int rc = host_open(&host, save->request->verbosity, err);
    if (rc == 0) {
        save->host = &host;
        outgoing_prepare(&host);
        rc = write_image(save, err);
        if (rc == 0)
            rc = settle_guest(save, err);
        else
            outgoing_recover(&host, save->subject->domid);
    }
    host_close(&host);
    return rc;
}

static int run_worker(struct save *save, struct error *err)
{
    struct worker_result result;

    int rc = worker_run(run_save, save, &result, err);
    if (rc < 0 && result.died) {
        outgoing_end_orphans();
        outgoing_await_late_suspend(save->subject->host, save->subject->domid);
        outgoing_recover(save->subject->host, save->subject->domid);
    }
    return rc;
}

int domain_save(const struct subject *subject,
                const struct save_request *request, struct codec_report *report,
                struct error *err)
{
    struct save save = { .subject = subject,
                         .request = request,
                         .file = NEWFILE_INIT,
                         .codec = PROC_CHILD_INIT,
                         .out = -1 };

    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    save.report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (save.report == MAP_FAILED)
        return error_set_errno(err, ERR_SPACE, errno, "memory");
    int rc = newfile_open(&save.file, request->path, err);
    if (rc == 0)
        rc = run_worker(&save, err);
    newfile_dispose(&save.file);
    *report = *save.report;
    munmap(save.report, sizeof(*report));
    return rc == 0 ? 0 : error_context(err, "save '%s'", subject->label);
}
