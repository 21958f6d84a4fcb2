/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/save.h"

#include <errno.h>
#include <signal.h>

#include <xenguest.h>

#include "savehelper/populate.h"
#include "savehelper/wire.h"

static int on_static_data_done(unsigned int missing, void *data)
{
    struct protocol_message *message = wire_begin(PROTOCOL_STATIC_DATA_DONE);

    protocol_add_u32(message, missing);
    return wire_ask(message, -1);
}

static void send_results(xen_pfn_t store_gfn, xen_pfn_t console_gfn)
{
    struct protocol_message *message = wire_begin(PROTOCOL_RESULTS);

    protocol_add_u64(message, store_gfn);
    protocol_add_u64(message, console_gfn);
    wire_send(message);
}

static void on_results(xen_pfn_t store_gfn, xen_pfn_t console_gfn, void *data)
{
    send_results(store_gfn, console_gfn);
}

/* libxl stops a restore by SIGTERM and destroys the domain. */
static void heed_sigterm(void)
{
    sigset_t set;

    signal(SIGTERM, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void tell_extents(void)
{
    const struct populate_counts *counts = populate_counts();

    xtl_log(&wire_logger, XTL_INFO, -1, "xn-save-helper",
            "populated %llu extents of 2 MiB and %llu pages",
            (unsigned long long)counts->large,
            (unsigned long long)counts->small);
}

int restore_domain(xc_interface *xch, const struct arguments *arguments)
{
    struct restore_callbacks callbacks = {
        .static_data_done = on_static_data_done,
        .restore_results = on_results,
    };
    unsigned long store_gfn = 0, console_gfn = 0;

    heed_sigterm();
    populate_begin(xch, arguments->domid);
    int rc = xc_domain_restore(xch, arguments->stream, arguments->domid,
                               arguments->store_port, &store_gfn,
                               arguments->store_domid, arguments->console_port,
                               &console_gfn, arguments->console_domid,
                               XC_STREAM_PLAIN, &callbacks, arguments->back);
    int cause = errno;
    if (rc == 0)
        tell_extents();
    send_results(store_gfn, console_gfn);
    errno = cause;
    return rc;
}
