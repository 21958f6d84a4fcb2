/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new policy for Flask, as checkpolicy compiles it. */
#include "base/io.h"
#include "base/mem.h"
#include "host/hypervisor.h"
#include "show/show.h"
#include "xn/command.h"

/* Xen's own is about 30 KiB; the hypervisor copies it whole. */
#define POLICY_LIMIT ((size_t)16 << 20)

static int run(struct invocation *inv, struct error *err)
{
    cleanup_free char *policy = NULL;
    size_t length;

    if (io_read_file(inv->words[0], POLICY_LIMIT, &policy, &length, err) < 0 ||
        hypervisor_load_policy(inv->host, policy, length, err) < 0)
        return -1;
    show_printf("Successfully loaded policy.\n");
    return 0;
}

const struct command command_loadpolicy = {
    .name = "loadpolicy",
    .summary = "Loads a policy into Flask, the security module",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_FILE,
    .run = run,
};
