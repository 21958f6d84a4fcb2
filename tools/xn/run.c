/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The xn command: global options, one command, one exit status. Under the
 * name xl it keeps to what xl does: quieter, and xl's exit status.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/hooks/script_limit.h"
#include "xenstored-hooks/entry.h"
#include "xn/dispatch.h"
#include "xn/report.h"
#include "xn/run.h"

static int read_global_options(struct settings *settings, int argc, char **argv,
                               struct error *err)
{
    static const struct option words[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { 0 },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "+vftTNh", words, NULL)) != -1) {
        switch (option) {
        case 'v':
            settings->verbosity++;
            break;
        case 'f':
            settings->force = true;
            break;
        case 'N':
            settings->dry_run = true;
            break;
        case 't': /* xl: progress with carriage returns */
        case 'T': /* xl: time stamps in messages */
            break;
        case 'h':
            argv[--optind] = (char *)"help";
            return 0;
        case 'V':
            argv[--optind] = (char *)"version";
            return 0;
        default:
            if (optopt == 0)
                error_set(err, ERR_USAGE, "unknown option '%s'",
                          argv[optind - 1]);
            else
                error_set(err, ERR_USAGE, "unknown option '-%c'", optopt);
            error_hint(err, "see 'xn help'");
            return -1;
        }
    }
    return 0;
}

int xn_run(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    struct settings settings = { .as_xl = run_as_xl(argv[0]) };
    char *overview[] = { (char *)"help", NULL };
    int exit_status = 1;

    mem_settle();
    script_limit_export();
    log_set_name(settings.as_xl ? "xl" : "xn");
    int rc = read_global_options(&settings, argc, argv, &err);
    log_set_level(settings.verbosity >= 2   ? LOG_LEVEL_DEBUG
                  : settings.verbosity == 1 ? LOG_LEVEL_INFO
                                            : LOG_LEVEL_WARN);
    if (rc == 0 && optind < argc) {
        rc = dispatch_run(&settings, argc - optind, argv + optind, &exit_status,
                          &err);
    } else if (rc == 0) {
        rc = dispatch_run(&settings, 1, overview, &exit_status, &err);
        if (settings.as_xl)
            exit_status = 1; /* xl: no command is wrong use */
    }
    if (rc == 0)
        return exit_status;
    int kind = report_error(&settings, &err);
    return settings.as_xl ? exit_status : kind;
}

int xn_hook(int argc, char **argv)
{
    return hook_entry(argc, argv);
}
