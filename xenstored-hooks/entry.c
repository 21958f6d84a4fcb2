/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "hook.h"
#include "starter.h"

/*
 * Its time is over. The thread that does the work may be stuck for ever, with
 * the connection to xenstore in its hands: this one has its own.
 */
static void give_up(void *data, const char *doing)
{
    struct hook late = { .path = ((struct hook *)data)->path };
    cleanup_error struct error err = ERROR_INIT;

    error_set(&err, ERR_TIMEOUT, "%s takes longer than %d s", doing,
              (int)(hook_patience_ms() / 1000));
    fprintf(stderr, "xn-hotplug: %s\n", err.message);
    if (store_open(&late.store, NULL) == 0)
        (void)hook_report(&late, &err, NULL);
    _exit(1);
}

/* Without a deadline of ours libxl has one. */
static int work(struct hook *hook, struct error *err)
{
    cleanup_error struct error no_deadline = ERROR_INIT;
    struct deadline deadline;

    if (deadline_begin(&deadline, hook_patience_ms() + HOOK_GRACE_MS, give_up,
                       hook, &no_deadline) == 0)
        hook->deadline = &deadline;
    int rc = hook_run(hook, err);
    if (hook->deadline != NULL)
        deadline_end(&deadline);
    hook->deadline = NULL;
    return rc;
}

/* What went wrong is the toolstack's to show, where it can be told. */
static int run(struct hook *hook, struct error *err)
{
    cleanup_error struct error untold = ERROR_INIT;

    if (store_open(&hook->store, err) < 0)
        return -1;
    int rc = work(hook, err);
    if (hook_report(hook, err, &untold) < 0 && rc == 0)
        rc = error_set(err, untold.kind, "%s", untold.message);
    else if (rc < 0 && !error_is_set(&untold))
        rc = 1;
    store_close(hook->store);
    return rc;
}

/* Without xenstore the script runs all the same: it may not need it. */
static int start_script(const char *script, char **argv, struct error *err)
{
    cleanup_error struct error no_store = ERROR_INIT;
    struct store *store = NULL;

    (void)store_open(&store, &no_store);
    int rc = starter_run(store, script, argv, err);
    store_close(store);
    return rc;
}

/* Started in the place of a device's script. */
static int stand_in(int argc, char **argv, struct error *err)
{
    cleanup_hook struct hook hook;
    bool runs;

    int rc = hook_begin(&hook, argc, argv, &runs, err);
    if (rc == 0 && runs)
        rc = run(&hook, err);
    return rc;
}

int hook_entry(int argc, char **argv)
{
    cleanup_free char *script = starter_script(argc > 0 ? argv[0] : "");
    cleanup_error struct error err = ERROR_INIT;

    log_set_name("xn-hotplug");
    int rc = script != NULL ? start_script(script, argv, &err)
                            : stand_in(argc, argv, &err);
    if (rc < 0)
        fprintf(stderr, "xn-hotplug: %s\n", err.message);
    return rc == 0 ? 0 : 1;
}
