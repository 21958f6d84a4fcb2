/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest into a file, and what becomes of it then. */
#ifndef XENITH_DOMAIN_TRANSFER_SAVE_H
#define XENITH_DOMAIN_TRANSFER_SAVE_H

#include <stdbool.h>

#include "domain/state.h"
#include "domain/transfer/sending.h"

enum save_after {
    SAVE_THEN_DESTROY,
    SAVE_THEN_CONTINUE,
    SAVE_THEN_PAUSE,
};

struct save_request {
    struct sending_request sending;
    const char *path;     /* "-": standard output */
    const char *compress; /* as --compress has it; NULL: auto */
    bool plain;           /* as xl writes it, without frames */
    bool live;            /* the guest runs while most of it is written */
    enum save_after after;
};

/*
 * When it returns 0 the file is whole, synced, and has its name. Otherwise
 * what was there before is still there, and the guest goes on, even where the
 * process that was at it was killed. An interrupt (base/interrupt.h) is a
 * failure. *report has what was written.
 */
int domain_save(const struct subject *subject,
                const struct save_request *request, struct codec_report *report,
                struct error *err);

#endif
