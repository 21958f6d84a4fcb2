/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-save-helper: what libxl starts to have a guest's memory written or read,
 * in place of its own libxl-save-helper. It speaks as that does (protocol.h),
 * decides itself when a guest has been sent long enough while it runs
 * (policy.h), and restores into large extents (extents.h). Where libxl is not
 * the one that it knows, the stock helper does it, and xn is told why.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "savehelper/save.h"
#include "savehelper/stock.h"
#include "savehelper/teller.h"
#include "savehelper/wire.h"

/* The stock helper's: libxl's log looks the same. */
#define PROGRAM "libxl-save-helper"

static int check(int argc, char **argv, struct arguments *arguments,
                 struct error *err)
{
    const char *path = stock_path();

    if (arguments_parse(argc, argv, arguments, err) < 0)
        return -1;
    if (path == NULL)
        return error_set(err, ERR_CONFIG,
                         "the helper of the libxl in use is unknown");
    return stock_compare(path, arguments, err);
}

static void tell_why(const struct error *why)
{
    struct report report = { .kind = REPORT_STOCK };

    snprintf(report.why, sizeof(report.why), "%s", why->message);
    if (!teller_tell(&report))
        fprintf(stderr, "xn-save-helper: libxl's own save helper is used: %s\n",
                why->message);
}

/* Returns only if there is no other. */
static int give_way(char **argv, const struct error *why)
{
    cleanup_error struct error err = ERROR_INIT;
    const char *path = stock_path();

    tell_why(why);
    if (path != NULL)
        stock_become(path, argv, &err);
    if (error_is_set(&err))
        fprintf(stderr, "xn-save-helper: %s\n", err.message);
    return 1;
}

static xc_interface *open_xen(const struct arguments *arguments)
{
    xtl_log(&wire_logger, XTL_DEBUG, 0, PROGRAM, "starting %s",
            arguments->restore ? "restore" : "save");
    xc_interface *xch = xc_interface_open(&wire_logger, &wire_logger, 0);
    if (xch == NULL)
        xtl_log(&wire_logger, XTL_ERROR, errno, PROGRAM,
                "xc_interface_open failed");
    return xch;
}

static void say_complete(int rc, int errnum)
{
    xtl_log(&wire_logger, XTL_DEBUG, errnum, PROGRAM, "complete r=%d", rc);
    struct protocol_message *message = wire_begin(PROTOCOL_COMPLETE);
    protocol_add_u32(message, (uint32_t)rc);
    protocol_add_u32(message, (uint32_t)errnum);
    wire_ask(message, 0);
}

static int run(const struct arguments *arguments)
{
    xc_interface *xch = open_xen(arguments);

    if (xch == NULL)
        return 1;
    int rc = arguments->restore ? restore_domain(xch, arguments)
                                : save_domain(xch, arguments);
    say_complete(rc, rc != 0 ? errno : 0);
    xc_interface_close(xch);
    return wire_is_gone() ? 1 : 0;
}

int main(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    struct arguments arguments;

    /* Whoever reads the stream may go: libxc is to clean up after it. */
    signal(SIGPIPE, SIG_IGN);
    teller_begin();
    if (argc == 2 && argv[1][0] == '-' && argv[1][1] == 'h') {
        puts("xn-save-helper is started by libxl, for xn save, restore and "
             "migrate");
        return 0;
    }
    if (check(argc, argv, &arguments, &err) < 0)
        return give_way(argv, &err);
    return run(&arguments);
}
