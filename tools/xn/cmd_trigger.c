/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts and buttons of a guest's virtual machine. */
#include "base/log.h"
#include "base/number.h"
#include "domain/power.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    uint32_t vcpu = 0;

    if (inv->word_count > 1 && !number_parse_u32(inv->words[1], &vcpu))
        return error_set(err, ERR_USAGE, "'%s' is no number of a vCPU",
                         inv->words[1]);
    int rc = power_trigger(&subject, inv->words[0], vcpu, err);
    if (rc < 0 && inv->settings->as_xl &&
        err->kind != ERR_USAGE) { /* xl says so, and is content */
        log_warn("%s", err->message);
        error_dispose(err);
        return 0;
    }
    return rc;
}

static const char *const trigger_words[] = { "nmi",   "reset", "init",
                                             "power", "sleep", "s3resume",
                                             NULL };

const struct command command_trigger = {
    .name = "trigger",
    .summary = "Sends nmi, reset, init, power, sleep or s3resume to a domain",
    .words = "DOMAIN TRIGGER [VCPU]",
    .choices = trigger_words,
    .choice_at = 1,
    .min_words = 2,
    .max_words = 3,
    .target = TARGET_DOMAIN,
    .run = run,
};
