/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits until a guest is in a state: for scripts, in place of sleeps. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "domain/await.h"
#include "xn/command.h"

static int read_timeout(const struct invocation *inv, int64_t *deadline,
                        struct error *err)
{
    const char *text = invocation_value(inv, "timeout");
    uint32_t seconds;

    *deadline = CLOCK_NEVER;
    if (text == NULL)
        return 0;
    if (!number_parse_u32(text, &seconds))
        return error_set(err, ERR_USAGE,
                         "--timeout: '%s' is no number of seconds", text);
    *deadline = clock_deadline((int64_t)seconds * 1000);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct await_request request = { .guest = inv->words[0] };

    if (!await_parse(inv->words[1], &request.state)) {
        cleanup_free char *words = await_words();
        error_set(err, ERR_USAGE, "'%s' is no state to wait for",
                  inv->words[1]);
        error_hint(err, "there are %s", words);
        return -1;
    }
    if (read_timeout(inv, &request.deadline, err) < 0)
        return -1;
    return await_guest(&request, err);
}

static const struct option_row options[] = {
    { 0, "timeout", OPTION_VALUE, "SECONDS", "Waits that long at most" },
    { 0 },
};

static const char *const wait_words[] = { "exists", "running", "paused",
                                          "down",   "crashed", "gone",
                                          NULL };

const struct command command_wait = {
    .name = "wait",
    .ours = true,
    .summary = "Waits until a guest is in a state",
    .words = "DOMAIN STATE",
    .choices = wait_words,
    .choice_at = 1,
    .more = "STATE is exists, running, paused, down, crashed, or gone: there "
            "is none, and\n"
            "none is about to be made by a reboot. Exit status 6 when the time "
            "is over.",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
