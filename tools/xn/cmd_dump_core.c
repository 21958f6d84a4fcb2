/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's memory in a file. */
#include "base/mem.h"
#include "domain/core.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/subject.h"

static void measure(void *arg, uint64_t done, uint64_t total)
{
    progress_measure(arg, done, total);
}

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    cleanup_free char *what = mem_printf("dumping %s", inv->domain);
    cleanup_free char *safe = show_safe(what);
    cleanup_progress struct progress *progress = progress_begin(
        inv->settings->as_xl ? PROGRESS_QUIET : PROGRESS_TEXT, safe);
    struct core_request request = {
        .path = inv->words[0],
        .progress = measure,
        .arg = progress,
    };

    return core_dump(&subject, &request, err);
}

const struct command command_dump_core = {
    .name = "dump-core",
    .summary = "Writes a domain's memory and registers to a file",
    .words = "DOMAIN FILE",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_FILE,
    .run = run,
};
