/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn-hotplug: runs once for each device that comes or goes. */
#include <stdio.h>

#include "base/log.h"
#include "hook.h"

/* What went wrong is the toolstack's to show, where it can be told. */
static int run(struct hook *hook, struct error *err)
{
    cleanup_error struct error untold = ERROR_INIT;

    if (store_open(&hook->store, err) < 0)
        return -1;
    int rc = hook_run(hook, err);
    if (hook_report(hook, err, &untold) < 0 && rc == 0)
        rc = error_set(err, untold.kind, "%s", untold.message);
    else if (rc < 0 && !error_is_set(&untold))
        rc = 1;
    store_close(hook->store);
    return rc;
}

int main(int argc, char **argv)
{
    cleanup_hook struct hook hook;
    cleanup_error struct error err = ERROR_INIT;
    bool runs;

    log_set_name("xn-hotplug");
    int rc = hook_begin(&hook, argc, argv, &runs, &err);
    if (rc == 0 && runs)
        rc = run(&hook, &err);
    if (rc < 0)
        fprintf(stderr, "xn-hotplug: %s\n", err.message);
    return rc == 0 ? 0 : 1;
}
