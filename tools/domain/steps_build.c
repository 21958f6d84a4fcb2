/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that change the host: each with its undoing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "domain/blame.h"
#include "domain/destroy.h"
#include "domain/guest_log.h"
#include "domain/life/supervise.h"
#include "domain/loader.h"
#include "domain/own.h"
#include "domain/stand_in.h"
#include "domain/steps.h"
#include "domain/transfer/save_helper.h"
#include "host/operation.h"

/* Without the cache it only takes longer. */
int step_unpack_kernel(struct create *create, unsigned int i, struct error *err)
{
    const char *kernel = create->spec->config.b_info.kernel;
    cleanup_error struct error why = ERROR_INIT;

    if (kernel_cache_use(&kernel_cache_of_host, kernel, &create->kernel, &why) <
        0)
        log_info("kernel cache: %s; booting %s as it is", why.message, kernel);
    if (interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    return 0;
}

int step_note(struct create *create, unsigned int i, struct error *err)
{
    const libxl_domain_create_info *info = &create->spec->config.c_info;

    if (record_begin(&create->record, create->host, &info->uuid, info->name,
                     create_cause(create), err) < 0)
        return -1;
    /* Another may have been made between the check and the note. */
    return step_check_name(create, i, err);
}

void step_forget_note(struct create *create, unsigned int i)
{
    record_end(&create->record);
}

/* From a kernel, or from what was saved. */
static int start_making(struct create *create, libxl_domain_config *config,
                        struct operation *op)
{
    libxl_ctx *ctx = create->host->ctx;
    libxl_domain_restore_params params;

    if (create->source == NULL)
        return libxl_domain_create_new(ctx, config, &create->domid, &op->how,
                                       NULL);
    libxl_domain_restore_params_init(&params);
    params.stream_version = 2;
    int rc = libxl_domain_create_restore(ctx, config, &create->domid,
                                         create->source->fd, -1, &params,
                                         &op->how, NULL);
    libxl_domain_restore_params_dispose(&params);
    return rc;
}

/* libxl's part of it; its own result. */
static int make_domain(struct create *create, libxl_domain_config *config)
{
    struct host *host = create->host;
    struct save_helper helper = SAVE_HELPER_INIT;
    struct log_choice choice = guest_log_choice(&create->spec->own);
    struct guest_log log;
    struct operation op;

    guest_log_begin(
        &log, create->takeover ? create->takeover->name : config->c_info.name,
        &choice);
    host_log_to(&host->log, guest_log_write, &log, log.level);
    if (create->source != NULL)
        save_helper_begin(&helper, NULL);
    operation_begin(&op, host);
    op.press = loader_press;
    int rc = start_making(create, config, &op);
    rc = operation_wait(&op, rc, OPERATION_NO_DEADLINE);
    save_helper_end(&helper, NULL);
    /* libxl may finish before it notices that it was asked to stop; and what
     * else failed then did so because of that. */
    if (interrupt_signal() != 0)
        rc = ERROR_ABORTED;
    host_log_to(&host->log, NULL, NULL, LOG_LEVEL_ERROR);
    guest_log_end(&log);
    return rc;
}

int step_build(struct create *create, unsigned int i, struct error *err)
{
    libxl_domain_config *config = &create->spec->config;
    cleanup_loader struct loader loader = { 0 };
    struct stand_in stand_in;

    if (interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    if (create->source == NULL && loader_find(&loader, config, err) < 0)
        return -1;
    stand_in_begin(&stand_in, config, create->kernel.path, &loader,
                   create->source == NULL);
    int rc = make_domain(create, config);
    stand_in_end(&stand_in, config);
    if (rc != 0) {
        blame_create(create->host, config, rc, err);
        if (create->source != NULL)
            source_blame(create->source, err);
        return -1;
    }
    if (stand_in.changed && stand_in_record(&stand_in, create->host,
                                            create->domid, config, err) < 0)
        return -1;
    return own_keep(create->host, create->domid, &create->spec->own, err);
}

/*
 * libxl cleans up after its own failures; what an interrupt left, or a later
 * step's failure, is destroyed here. Domains are found by the note, not by
 * domid, as libxl may have got no further than making one.
 */
void step_unbuild(struct create *create, unsigned int i)
{
    cleanup_error struct error undo = ERROR_INIT;

    interrupt_clear();
    if (record_undo(&create->record, create->host, &undo) < 0)
        log_warn("clean-up: %s", undo.message);
    create->domid = INVALID_DOMID;
}

int step_finish_source(struct create *create, unsigned int i, struct error *err)
{
    return source_finish(create->source, err);
}

/*
 * From here on the sender may not start it again, so it is no half-made domain
 * any more: whatever kills us now, it stays.
 */
int step_take_over(struct create *create, unsigned int i, struct error *err)
{
    if (takeover_ask(create->takeover, create->host, create->domid, err) < 0)
        return -1;
    record_end(&create->record);
    return 0;
}

/* It is destroyed by its id, as the note may be gone. */
void step_refuse(struct create *create, unsigned int i)
{
    cleanup_error struct error undo = ERROR_INIT;

    interrupt_clear();
    takeover_refuse(create->takeover);
    if (domain_destroy(create->host, create->domid, &undo) < 0)
        log_warn("clean-up: %s", undo.message);
    else
        takeover_give_back(create->takeover);
}

int step_await_drivers(struct create *create, unsigned int i, struct error *err)
{
    takeover_await_drivers(create->takeover, create->domid);
    return 0;
}

int step_tell_sender(struct create *create, unsigned int i, struct error *err)
{
    takeover_tell(create->takeover);
    return 0;
}

/* It has no other place to go to, with a supervisor or without. */
int step_supervise_taken(struct create *create, unsigned int i,
                         struct error *err)
{
    cleanup_error struct error why = ERROR_INIT;

    if (supervise_hand_over(create->domid, create->short_lives, &why) < 0)
        log_warn("%s runs here, but nobody acts on its shutdowns: %s",
                 create->takeover->name, why.message);
    return 0;
}

int step_look(struct create *create, unsigned int i, struct error *err)
{
    supervise_look();
    return 0;
}

int step_settle(struct create *create, unsigned int i, struct error *err)
{
    takeover_settle(create->takeover);
    return 0;
}

int step_supervise(struct create *create, unsigned int i, struct error *err)
{
    return supervise_hand_over(create->domid, create->short_lives, err);
}

int step_note_start(struct create *create, unsigned int i, struct error *err)
{
    return takeover_start(create->takeover, err);
}

int step_wait_at_gate(struct create *create, unsigned int i, struct error *err)
{
    return job_gate_wait(create->gate, err);
}

/* A guest that runs is no half-made domain any more, whatever kills us now. */
int step_unpause(struct create *create, unsigned int i, struct error *err)
{
    int rc = libxl_domain_unpause(create->host->ctx, create->domid, NULL);

    if (rc != 0)
        return host_fail(create->host, err, ERR_FAILED, rc, "start");
    record_end(&create->record);
    memory_claim_release(&create->claim);
    if (create->takeover == NULL)
        supervise_look();
    return 0;
}
