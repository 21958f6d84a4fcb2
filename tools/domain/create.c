/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/create.h"

#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "domain/life/supervise.h"
#include "domain/memory_claim.h"
#include "domain/plan.h"
#include "domain/transfer/arrival.h"
#include "domain/worker.h"

/* Hooks of a killed worker may end by themselves, so that they leave no
 * half-made device behind; a device model never does. */
#define ORPHAN_PATIENCE_MS 10000

static int make(void *argument, int64_t *value, struct error *err)
{
    const struct create_request *request = argument;
    struct host host = { 0 };
    struct plan plan;
    struct create create = {
        .host = &host,
        .spec = request->spec,
        .defaults = request->defaults,
        .source = request->source,
        .takeover = request->takeover,
        .gate = request->gate,
        .paused = request->paused,
        .supervise = request->supervise,
        .restart = request->restart,
        .short_lives = request->short_lives,
        .record = RECORD_INIT,
        .claim = MEMORY_CLAIM_INIT,
        .kernel = KERNEL_COPY_INIT,
        .domid = INVALID_DOMID,
    };

    if (request->takeover != NULL)
        takeover_work(request->takeover);
    int rc = host_open(&host, request->verbosity, err);
    if (rc == 0) {
        plan_make(&plan, &create);
        rc = plan_run(&plan, &create, err);
        plan_dispose(&plan);
    }
    if (request->takeover != NULL)
        takeover_rest(request->takeover);
    if (rc == 0)
        record_end(&create.record);
    memory_claim_release(&create.claim);
    kernel_copy_release(&create.kernel);
    *value = create.domid;
    host_close(&host);
    return rc;
}

static void clean_up_after(struct host *host, struct source *source)
{
    cleanup_error struct error undo = ERROR_INIT;
    unsigned int count;

    if (source != NULL)
        source_dispose(source);
    /* Those that still run may hold the note's lock. */
    if (!worker_wait_orphans(ORPHAN_PATIENCE_MS))
        worker_kill_orphans();
    if (record_sweep(host, false, &count, &undo) < 0)
        log_warn("clean-up: %s", undo.message);
}

/*
 * A guest that came from another host and was taken may not run there any more:
 * what its killed maker had left to do is done, and the sender told.
 */
static bool finish_arrival(struct host *host,
                           const struct create_request *request,
                           uint32_t *domid)
{
    struct takeover *takeover = request->takeover;
    cleanup_error struct error why = ERROR_INIT;

    if (takeover == NULL)
        return false;
    int finished = arrival_finish(host, takeover->uuid, domid, &why);
    if (finished < 0)
        log_warn("clean-up: %s", why.message);
    if (finished <= 0)
        return false;
    takeover_tell(takeover);
    takeover_settle(takeover);
    return true;
}

static int blame(const struct create_request *request, struct error *err)
{
    const char *verb = request->source != NULL ? "restore" : "create";

    if (request->takeover != NULL)
        return error_context(err, "receive %s", request->takeover->name);
    return error_context(err, "%s %s", verb, request->spec->config.c_info.name);
}

int domain_create(struct host *host, const struct create_request *request,
                  uint32_t *domid, struct error *err)
{
    cleanup_close int supervisor = -1;
    struct worker_result result;

    if (interrupt_install(err) < 0)
        return -1;
    /* It starts while the worker builds, which asks for it at the end. */
    if (request->supervise && supervise_hold_meanwhile(&supervisor, err) < 0)
        return blame(request, err);
    int rc = worker_run(make, (void *)request, &result, err);
    if (rc == 0)
        *domid = (uint32_t)result.value;
    else if (result.died)
        clean_up_after(host, request->source);
    if (rc == 0 || (result.died && finish_arrival(host, request, domid)))
        return 0;
    return blame(request, err);
}
