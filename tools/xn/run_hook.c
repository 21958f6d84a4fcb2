/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl forks and starts a device's script. Where that is the native hook, the
 * forked process does its work at once: to start it as a program would take
 * longer than all that it does. Every other program is started.
 *
 * The functions of the program that was started come before those of all
 * libraries, so that libxl finds this execvp.
 */
#include "xn/run_hook.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/visible.h"

static run_hook_fn *hook;

void run_hook_begin(run_hook_fn *entry)
{
    hook = entry;
}

/* A name of the hook, as the installation makes it, and not another's file. */
static bool is_native_hook(const char *path)
{
    static const char folder[] = PATHS_HOTPLUG_SCRIPTS "/";
    static const char program[] = "../xn-hotplug";
    char target[sizeof(program)];

    return strncmp(path, folder, strlen(folder)) == 0 &&
           readlink(path, target, sizeof(target)) == (ssize_t)strlen(program) &&
           memcmp(target, program, strlen(program)) == 0;
}

/*
 * What an exec would have done: of the process that was forked it keeps the
 * standard streams and the environment, none of its handlers for signals.
 */
static void begin_anew(void)
{
    struct sigaction action;

    for (int number = 1; number < NSIG; number++)
        if (sigaction(number, NULL, &action) == 0 &&
            action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL)
            signal(number, SIG_DFL);
    close_range(STDERR_FILENO + 1, UINT_MAX, 0);
    prctl(PR_SET_NAME, "xn-hotplug");
}

VISIBLE int execvp(const char *file, char *const argv[])
{
    int argc = 0;

    if (hook == NULL || !is_native_hook(file))
        return execvpe(file, argv, environ);
    begin_anew();
    while (argv[argc] != NULL)
        argc++;
    _exit(hook(argc, (char **)argv));
}
