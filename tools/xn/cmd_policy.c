/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hidden: the worker that xnd starts when a supervised guest shuts down. Its
 * standard error is the guest's log.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/stamp.h"
#include "domain/life/enforce.h"
#include "xn/command.h"

static char *make_log_name(void)
{
    char stamp[STAMP_SIZE];

    stamp_now(stamp);
    return mem_printf("%s xn policy", stamp);
}

static int act(struct invocation *inv, struct error *err)
{
    const char *resume = invocation_value(inv, "resume");
    struct enforce_request request = {
        .supervise = true,
        .verbosity = inv->settings->verbosity,
    };
    struct enforce_result result;
    uint32_t domid;

    if (resume != NULL)
        return enforce_resume(inv->host, resume, &request, err);
    if (inv->word_count == 0 || !number_parse_u32(inv->words[0], &domid))
        return error_set(err, ERR_USAGE, "'policy' needs a domain's id");
    return enforce_policy(inv->host, domid, &request, &result, err);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_free char *name = make_log_name();

    log_set_name(name);
    log_set_level(inv->settings->verbosity > 0 ? LOG_LEVEL_DEBUG
                                               : LOG_LEVEL_INFO);
    int rc = act(inv, err);
    log_set_name("xn");
    return rc;
}

static const struct option_row options[] = {
    { 0, "resume", OPTION_VALUE, "UUID", "Takes up a restart that was killed" },
    { 0 },
};

const struct command command_policy = {
    .name = "policy",
    .summary = "Applies a guest's policy after its shutdown (for xnd)",
    .words = "[DOMID]",
    .max_words = 1,
    .hidden = true,
    .options = options,
    .run = run,
};
