/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the domains do, live: xentop of Xen. */
#include <errno.h>
#include <unistd.h>

#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    execlp("xentop", "xentop", (char *)NULL);
    error_set_errno(err, ERR_FAILED, errno, "cannot run xentop");
    error_hint(err, "it comes with Xen: Debian's xen-utils-common");
    return -1;
}

const struct command command_top = {
    .name = "top",
    .summary = "Shows what the domains do, live (runs xentop)",
    .words = "",
    .without_xen = true,
    .run = run,
};
