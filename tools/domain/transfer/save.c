/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest is sent (sending.h) into a file; a plain image libxl writes itself.
 * The file's descriptor is opened before the worker is made, so that both can
 * clear it away.
 */
#include "domain/transfer/save.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/newfile.h"
#include "domain/destroy.h"
#include "domain/hooks/hook_guest.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/sending.h"
#include "stream/xl.h"

struct save {
    struct sending sending;
    const struct save_request *request;
    struct newfile file;
    struct codec_report *report; /* shared with the worker */
    bool safe;                   /* the worker's: the file has its name */
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

static int destroy_saved(struct host *host, uint32_t domid, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest;

    hook_guest_read(&guest, host, domid);
    int rc = domain_destroy(host, domid, err);
    if (rc == 0)
        hook_guest_tell(&guest, HOOK_STOPPED, "saved");
    return rc;
}

/* The image is safe; what was asked for the guest itself. */
static int settle_guest(struct save *save, struct error *err)
{
    struct host *host = save->sending.host;
    uint32_t domid = save->sending.subject->domid;
    int rc;

    if (save->request->after == SAVE_THEN_CONTINUE)
        rc = outgoing_resume(host, domid, err);
    else if (save->request->after == SAVE_THEN_PAUSE)
        rc = pause_and_resume(host, domid, err);
    else
        rc = destroy_saved(host, domid, err);
    return rc == 0 ? 0 : error_context(err, "the image is saved, but");
}

/* -- writing --------------------------------------------------------------- */

/* Opens what libxl writes to: the file itself, or the way into the codec. */
static int open_output(struct save *save, struct error *err)
{
    const struct codec_request codec = { .task = CODEC_PACK,
                                         .compress = save->request->compress };

    if (!save->request->plain)
        return sending_open(&save->sending, &codec, save->file.fd, err);
    save->sending.out = save->file.fd;
    return 0;
}

static int write_header(struct save *save, struct error *err)
{
    cleanup_strbuf struct strbuf header = { 0 };
    cleanup_free char *json =
        sending_config(&save->sending, save->request->plain, err);

    if (json == NULL)
        return -1;
    xl_header_make(json, &header);
    if (io_write_all(save->sending.out, header.text, header.length) < 0)
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

static int close_output(struct save *save, int rc, struct error *err)
{
    rc = sending_close(&save->sending, rc, save->report, err);
    if (rc < 0)
        return -1;
    if (save->request->plain)
        return measure_file(save, err);
    if (!save->report->complete)
        return error_set(err, ERR_FAILED, "what libxl wrote is not whole");
    return 0;
}

static int write_guest(struct save *save, struct error *err)
{
    struct sending *sending = &save->sending;
    int flags = 0;

    if (save->request->live)
        flags = outgoing_live_flag(sending->host, sending->subject->domid);
    return sending_write_guest(sending, flags, err);
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

static int run_save(void *data, struct error *err)
{
    struct save *save = data;

    if (write_image(save, err) < 0)
        return -1;
    save->safe = true;
    return settle_guest(save, err);
}

/* One whose image is safe does not go on because it could not be destroyed. */
static bool is_ours(void *data)
{
    const struct save *save = data;

    return !save->safe;
}

int domain_save(const struct subject *subject,
                const struct save_request *request, struct codec_report *report,
                struct error *err)
{
    struct save save = { .sending = sending_of(subject, &request->sending,
                                               request->path),
                         .request = request,
                         .file = NEWFILE_INIT };
    const struct sending_work work = { run_save, is_ours, &save };
    bool killed = false;

    if (subject_check_alive(subject, err) < 0 || interrupt_install(err) < 0)
        return -1;
    save.report = sending_share(sizeof(*report), err);
    if (save.report == NULL)
        return -1;
    int rc = newfile_open(&save.file, request->path, err);
    if (rc == 0)
        rc = sending_run(&save.sending, &work, &killed, err);
    newfile_dispose(&save.file);
    *report = *save.report;
    munmap(save.report, sizeof(*report));
    return rc == 0 ? 0 : error_context(err, "save '%s'", subject->label);
}
