/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The amounts of memory that a guest has and may reach. */
#include "base/number.h"
#include "domain/memory.h"
#include "xn/command.h"
#include "xn/subject.h"

/* The two amounts differ in what they are handed to. */
static int set(const struct invocation *inv,
               int (*amount)(const struct subject *, uint64_t kib,
                             struct error *),
               struct error *err)
{
    struct subject subject = subject_of(inv);
    uint64_t kib;

    if (!number_parse_size_kib(inv->words[0], &kib)) {
        error_set(err, ERR_USAGE, "'%s' is no size", inv->words[0]);
        error_hint(err, "a number of MiB, or one with t, g, m, k or b");
        return -1;
    }
    return amount(&subject, kib, err);
}

static int run_set(struct invocation *inv, struct error *err)
{
    return set(inv, memory_set_target, err);
}

static int run_max(struct invocation *inv, struct error *err)
{
    return set(inv, memory_set_max, err);
}

const struct command command_mem_set = {
    .name = "mem-set",
    .summary = "Sets how much memory a domain shall have",
    .words = "DOMAIN SIZE",
    .more = "SIZE is in MiB, or has a unit: 512, 2g.",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run_set,
};

const struct command command_mem_max = {
    .name = "mem-max",
    .summary = "Sets how much memory a domain may have",
    .words = "DOMAIN SIZE",
    .more = "SIZE is in MiB, or has a unit: 512, 2g.",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run_max,
};
