/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two buttons of a PC; superseded by trigger, kept for old scripts. */
#include <string.h>

#include "base/log.h"
#include "domain/power.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    const char *button = inv->words[0];

    log_warn("\"button-press\" is deprecated, \"trigger\" does the same");
    if (strcmp(button, "power") != 0 && strcmp(button, "sleep") != 0)
        return error_set(err, ERR_USAGE, "no button '%s', only power and sleep",
                         button);
    return power_trigger(&subject, button, 0, err);
}

static const char *const button_press_words[] = { "power", "sleep", NULL };

const struct command command_button_press = {
    .name = "button-press",
    .summary = "Presses the power or sleep button (use trigger)",
    .words = "DOMAIN BUTTON",
    .choices = button_press_words,
    .choice_at = 1,
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run,
};
