/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has Flask enforce its policy, or only log what is against it. */
#include <string.h>
#include <strings.h>

#include "host/hypervisor.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    const char *word = inv->words[0];

    if (strcmp(word, "1") == 0 || strcasecmp(word, "enforcing") == 0)
        return hypervisor_set_flask(inv->host, FLASK_ENFORCING, err);
    if (strcmp(word, "0") == 0 || strcasecmp(word, "permissive") == 0)
        return hypervisor_set_flask(inv->host, FLASK_PERMISSIVE, err);
    error_set(err, ERR_USAGE, "'%s' is no mode of Flask", word);
    error_hint(err, "1 or Enforcing, 0 or Permissive");
    return -1;
}

static const char *const setenforce_words[] = { "Enforcing", "Permissive", "1",
                                                "0", NULL };

const struct command command_setenforce = {
    .name = "setenforce",
    .summary = "Has Flask, the security module, enforce or only warn",
    .words = "1|0|Enforcing|Permissive",
    .choices = setenforce_words,
    .choice_at = 0,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
