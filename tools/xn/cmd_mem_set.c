/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The amount of memory that a guest's balloon driver shall go to. */
#include "base/number.h"
#include "domain/memory.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    uint64_t kib;

    if (!number_parse_size_kib(inv->words[0], &kib)) {
        error_set(err, ERR_USAGE, "'%s' is no size", inv->words[0]);
        error_hint(err, "a number of MiB, or one with t, g, m, k or b");
        return -1;
    }
    return memory_set_target(&subject, kib, err);
}

const struct command command_mem_set = {
    .name = "mem-set",
    .summary = "Sets how much memory a domain shall have",
    .words = "DOMAIN SIZE",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run,
};
