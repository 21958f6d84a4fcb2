/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/sending.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/memory.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/sent_pages.h"
#include "domain/worker.h"

#define PAGE_KIB 4

struct sending sending_of(const struct subject *subject,
                          const struct sending_request *request,
                          const char *goal)
{
    return (struct sending){ .subject = subject,
                             .request = request,
                             .goal = goal,
                             .helper = SAVE_HELPER_INIT,
                             .rounds = ROUNDS_INIT,
                             .codec = PROC_CHILD_INIT,
                             .out = -1 };
}

void *sending_share(size_t size, struct error *err)
{
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared != MAP_FAILED)
        return shared;
    error_set_errno(err, ERR_SPACE, errno, "memory");
    return NULL;
}

/* -- the worker and its parent --------------------------------------------- */

struct run {
    struct sending *sending;
    const struct sending_work *work;
};

static int run_in_worker(void *argument, int64_t *value, struct error *err)
{
    const struct run *run = argument;
    struct sending *sending = run->sending;
    struct host host = { 0 };

    /* Before there are threads that may look into the environment. */
    if (!sending->checkpoints)
        save_helper_begin(&sending->helper, &sending->request->precopy);
    int rc = host_open(&host, sending->request->verbosity, err);
    if (rc == 0) {
        sending->host = &host;
        outgoing_prepare(&host);
        rc = run->work->run(run->work->data, err);
        if (rc < 0 && run->work->is_ours(run->work->data))
            outgoing_recover(&host, sending->subject->domid);
    }
    host_close(&host);
    return rc;
}

/* Goes on where a killed worker was. */
static void clean_up_after(const struct run *run)
{
    const struct subject *subject = run->sending->subject;

    outgoing_end_orphans();
    if (!run->work->is_ours(run->work->data))
        return;
    outgoing_await_late_suspend(subject->host, subject->domid);
    outgoing_recover(subject->host, subject->domid);
}

/* One that may run elsewhere must not go on here when this fails. */
static int check_here(const struct sending *sending, struct error *err)
{
    cleanup_free char *uuid = outgoing_uuid(sending->subject->domid, err);

    return uuid != NULL ? away_note_check(NULL, uuid, err) : -1;
}

int sending_run(struct sending *sending, const struct sending_work *work,
                bool *killed, struct error *err)
{
    struct run run = { .sending = sending, .work = work };
    struct worker_result result;

    if (check_here(sending, err) < 0)
        return -1;
    int rc = worker_run(run_in_worker, &run, &result, err);
    if (rc < 0 && result.died) {
        *killed = true;
        clean_up_after(&run);
    }
    return rc;
}

/* -- writing --------------------------------------------------------------- */

char *sending_config(struct sending *sending, bool for_xl, struct error *err)
{
    if (sending->request->config_json != NULL)
        return mem_strdup(sending->request->config_json);
    return outgoing_config(sending->host, sending->subject->domid,
                           sending->request->keep_domid, for_xl, err);
}

int sending_open(struct sending *sending, const struct codec_request *request,
                 int out, struct error *err)
{
    struct codec_request watched = *request;
    int ends[2];

    watched.figures = sending->request->figures;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    sending->out = ends[1];
    int rc = codec_start(&watched, ends[0], out, &sending->codec, err);
    close(ends[0]);
    if (rc < 0)
        io_cleanup_close(&sending->out);
    return rc;
}

int sending_write_guest(struct sending *sending, int flags, struct error *err)
{
    const struct figures *figures = sending->request->figures;
    uint32_t domid = sending->subject->domid;
    struct host *host = sending->host;
    struct sent_pages pages = { 0 };

    if (figures != NULL) {
        pages.figures = figures->shared;
        pages.guest = memory_present(host, domid) / PAGE_KIB;
        host_log_watch(&host->log, sent_pages_note, &pages);
    }
    int rc = outgoing_write(host, domid, sending->out, flags, &sending->helper,
                            &sending->rounds, err);
    host_log_watch(&host->log, NULL, NULL);
    return rc;
}

int sending_close(struct sending *sending, int rc, struct codec_report *report,
                  struct error *err)
{
    struct error cause = ERROR_INIT;

    save_helper_end(&sending->helper, &sending->rounds);
    if (sending->codec.pid == 0)
        return rc;
    io_cleanup_close(&sending->out);
    int codec_rc = codec_finish(&sending->codec, report, &cause);
    if (codec_rc < 0 && interrupt_signal() == 0) {
        error_dispose(err);
        *err = cause;
        return error_context(err, "%s", sending->goal);
    }
    error_dispose(&cause);
    return rc < 0 ? rc : codec_rc;
}
