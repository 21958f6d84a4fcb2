/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest being written out, into a file or to another host: what save.c,
 * migrate.c and remus.c share. A worker has libxl write the guest, for the
 * first two into a pipe, from which xn-stream carries it on. If the worker is
 * killed, its parent ends what it left; whatever fails, a guest that is still
 * ours goes on.
 */
#ifndef XENITH_DOMAIN_TRANSFER_SENDING_H
#define XENITH_DOMAIN_TRANSFER_SENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/state.h"
#include "domain/transfer/codec.h"
#include "domain/transfer/save_helper.h"

/* What a save and a migration are asked for alike. */
struct sending_request {
    bool keep_domid;         /* the guest asks for the id that it has here */
    struct precopy precopy;  /* of a guest that runs meanwhile */
    const char *config_json; /* as saved_config.h makes it, or NULL: its own */
    const struct figures *figures; /* kept up to date; NULL: nobody looks */
    unsigned int verbosity;
};

struct sending {
    const struct subject *subject; /* its host is the parent's */
    const struct sending_request *request;
    const char *goal;  /* what the codec's faults are told of: "sending to X" */
    bool checkpoints;  /* again and again: only libxl's own helper can */
    struct host *host; /* the worker's; NULL in its parent */
    struct save_helper helper; /* the worker's, until sending_close */
    struct rounds rounds;      /* what libxl's save helper told, at the end */
    struct proc_child codec;
    int out; /* what libxl writes to; owned unless there is no codec */
};

/* Nothing of it has begun; what it is given is borrowed. */
struct sending sending_of(const struct subject *subject,
                          const struct sending_request *request,
                          const char *goal);

/*
 * Zeroed memory that a worker and its parent share, until munmap; NULL with
 * err.
 */
void *sending_share(size_t size, struct error *err);

/* What is done in the worker, and whose the guest is when that failed. */
struct sending_work {
    int (*run)(void *data, struct error *err);
    bool (*is_ours)(void *data); /* also asked by the parent of a killed one */
    void *data;                  /* what is to be told goes to shared memory */
};

/*
 * Runs the work in a worker that has opened sending->host. When it fails or is
 * killed, the guest goes on if it is ours. *killed is only set.
 */
int sending_run(struct sending *sending, const struct sending_work *work,
                bool *killed, struct error *err);

/* -- in the worker --------------------------------------------------------- */

/* The configuration that goes with it, to xl or to us; the caller's. */
char *sending_config(struct sending *sending, bool for_xl, struct error *err);

/* Starts the codec between libxl and out, which stays the caller's. */
int sending_open(struct sending *sending, const struct codec_request *request,
                 int out, struct error *err);

/* libxl writes the guest and leaves it suspended; flags: LIBXL_SUSPEND_*. */
int sending_write_guest(struct sending *sending, int flags, struct error *err);

/*
 * Ends the stream; rc and err: how writing it went. If the codec failed, that
 * is the first cause of whatever libxl said when it could write no more.
 */
int sending_close(struct sending *sending, int rc, struct codec_report *report,
                  struct error *err);

#endif
