/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room on the disk: the kernels come back when they are needed. */
#include "domain/kernel/kernel_cache.h"
#include "show/show.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    struct kernel_cache_cleared cleared;

    if (kernel_cache_clear(&kernel_cache_of_host, &cleared, err) < 0)
        return -1;
    show_printf("removed %u kernels, %.1f MiB\n", cleared.removed,
                (double)cleared.bytes / (1 << 20));
    if (cleared.in_use > 0)
        show_printf("%u are in use by a create and stay\n", cleared.in_use);
    return 0;
}

const struct command command_cache_clear = {
    .name = "clear",
    .group = "cache",
    .summary = "Removes the unpacked kernels that are kept",
    .words = "",
    .without_xen = true,
    .run = run,
};
