/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/destroy.h"
#include "domain/hooks/hook_guest.h"
#include "domain/life/restart.h"
#include "host/lookup.h"
#include "show/progress.h"
#include "xn/command.h"

static int destroy(struct invocation *inv, uint32_t domid, struct error *err)
{
    if (domid == 0 && invocation_count(inv, "f") == 0) {
        error_set(err, ERR_STATE, "domain 0 is this host's own");
        error_hint(err, "-f destroys it, and this session with it");
        return -1;
    }
    cleanup_hook_guest struct hook_guest guest;
    hook_guest_read(&guest, inv->host, domid);
    struct progress *progress = progress_begin(
        inv->settings->as_xl ? PROGRESS_QUIET : PROGRESS_TEXT, "destroying");
    int rc = domain_destroy(inv->host, domid, err);
    progress_end(progress);
    if (rc == 0)
        hook_guest_tell(&guest, HOOK_STOPPED, "destroyed");
    return rc;
}

/*
 * One between two lives has no domain: it gets no other. Whoever makes the next
 * one just now is waited for, and then that one is destroyed.
 */
static int run(struct invocation *inv, struct error *err)
{
    const char *name = inv->words[0];
    bool cancelled = false;
    uint32_t domid;

    if (lookup_domain(inv->host, name, &domid, NULL) < 0 &&
        restart_cancel(name, &cancelled, err) < 0)
        return -1;
    if (cancelled)
        return 0;
    return lookup_domain(inv->host, name, &domid, err) == 0
               ? destroy(inv, domid, err)
               : -1;
}

static const struct option_row options[] = {
    { 'f', NULL, OPTION_FLAG, NULL, "Allows domain 0" },
    { 0 },
};

const struct command command_destroy = {
    .name = "destroy",
    .summary = "Ends a domain at once, as if its power were cut",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
