/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many virtual CPUs a guest may use. */
#include "base/number.h"
#include "domain/vcpu.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    uint32_t count;

    if (!number_parse_u32(inv->words[0], &count))
        return error_set(err, ERR_USAGE, "'%s' is no number of vCPUs",
                         inv->words[0]);
    return vcpu_set_count(&subject, count,
                          invocation_count(inv, "ignore-host") > 0, err);
}

static const struct option_row options[] = {
    { 'i', "ignore-host", OPTION_FLAG, NULL,
      "Allows more than the host has CPUs" },
    { 0 },
};

const struct command command_vcpu_set = {
    .name = "vcpu-set",
    .summary = "Sets how many virtual CPUs a domain has online",
    .words = "DOMAIN COUNT",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .options = options,
    .run = run,
};
