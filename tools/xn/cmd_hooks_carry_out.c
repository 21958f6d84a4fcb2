/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hidden: the worker that xnd starts when a watched node has changed. */
#include "base/number.h"
#include "base/paths.h"
#include "domain/hooks/watch_run.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_watch_list struct watch_list list = { 0 };
    uint32_t domid = INVALID_DOMID;

    if (inv->word_count > 1 && !number_parse_u32(inv->words[1], &domid))
        return error_set(err, ERR_USAGE, "'%s' is no domain's id",
                         inv->words[1]);
    if (watch_list_read(&list, PATHS_WATCH_RULES, err) < 0)
        return -1;
    const struct watch_entry *entry = watch_list_find(&list, inv->words[0]);
    if (entry == NULL)
        return error_set(err, ERR_CONFIG, "there is no rule %s", inv->words[0]);
    return watch_carry_out(entry, domid, err);
}

const struct command command_hooks_carry_out = {
    .name = "carry-out",
    .group = "hooks",
    .summary = "Carries a watch rule out (for xnd)",
    .words = "RULE [DOMID]",
    .min_words = 1,
    .max_words = 2,
    .without_xen = true,
    .hidden = true,
    .run = run,
};
