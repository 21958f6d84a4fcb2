/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn as it is started. The commands need two dozen libraries, and to load those
 * takes as long as a plain list of domains: so that is shown without them.
 * They lie in a file of their own, loaded for everything else.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/paths.h"
#include "xn/plain_list.h"
#include "xn/report.h"
#include "xn/run.h"
#include "xn/run_hook.h"

#define INSTALLED XENITH_LIBEXECDIR "/" RUN_FILE

/* Beside this program, as in a build tree; NULL: not there. The caller's. */
static char *find_beside(void)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (length <= 0)
        return NULL;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return NULL;
    cleanup_free char *path =
        mem_printf("%.*s/" RUN_FILE, (int)(slash - self), self);
    return access(path, R_OK) == 0 ? steal(path) : NULL;
}

static int load_and_run(int argc, char **argv)
{
    cleanup_free char *beside = find_beside();
    void *file = dlopen(beside != NULL ? beside : INSTALLED, RTLD_NOW);
    int (*run)(int, char **) = NULL;
    run_hook_fn *hook = NULL;

    /* POSIX: what dlsym returns is a function as well. */
    if (file != NULL) {
        *(void **)&run = dlsym(file, RUN_SYMBOL);
        *(void **)&hook = dlsym(file, RUN_HOOK_SYMBOL);
    }
    run_hook_begin(hook);
    if (run != NULL)
        return run(argc, argv);
    fprintf(stderr, "%s: %s\n", run_as_xl(argv[0]) ? "xl" : "xn", dlerror());
    return 1;
}

int main(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    bool shown = false;

    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        if (plain_list_show(&shown, &err) == 0 && shown)
            return 0;
        if (shown) {
            struct settings settings = { .as_xl = run_as_xl(argv[0]) };
            return report_error(&settings, &err);
        }
    }
    return load_and_run(argc, argv);
}
