/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts a guest that is defined on this host, by its name. */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "xn/defined.h"

static int run(struct invocation *inv, struct error *err)
{
    struct managed managed = { .folder = MANAGED_FOLDER };
    cleanup_free char *path = NULL;
    const char *words[8] = { "xn", "create" };
    size_t count = 2;

    if (defined_find(&managed, inv->words[0], &path, err) < 0)
        return -1;
    if (invocation_count(inv, "console") > 0)
        words[count++] = "--console";
    if (invocation_count(inv, "paused") > 0)
        words[count++] = "--paused";
    if (invocation_count(inv, "quiet") > 0)
        words[count++] = "--quiet";
    words[count++] = "--";
    words[count] = path;
    execv("/proc/self/exe", (char *const *)words);
    return error_set_errno(err, ERR_FAILED, errno, "/proc/self/exe");
}

static const struct option_row options[] = {
    { 'c', "console", OPTION_FLAG, NULL, "Attaches to the console at once" },
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the guest paused" },
    { 'q', "quiet", OPTION_FLAG, NULL, "Says nothing but errors" },
    { 0 },
};

const struct command command_start = {
    .name = "start",
    .ours = true,
    .summary = "Starts a guest that is defined on this host",
    .words = "NAME",
    .more =
        "NAME is that of a file in /etc/xen/auto or /etc/xen, without .cfg, or "
        "the name\nthat one of them gives its guest.",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_DEFINED,
    .without_xen = true, /* create opens it */
    .options = options,
    .run = run,
};
