/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* It must not draw in libxl: see main.c. */
#include "xn/plain_list.h"

#include <stdio.h>
#include <unistd.h>

#include "domain/life/restart.h"
#include "host/domains.h"
#include "show/show.h"
#include "xn/row.h"

static bool is_any_rebooting(void)
{
    return access(RESTART_FOLDER, F_OK) == 0;
}

int plain_list_show(bool *shown, struct error *err)
{
    static char output[64 << 10]; /* one write, however many guests */
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_error struct error problem = ERROR_INIT;

    *shown = false;
    /* A guest that has no domain just now has a note before or after it. What
     * host_check looks at fails when the domains are asked for. */
    if (is_any_rebooting() ||
        domain_list_read(&list, DOMAIN_NAMES | DOMAIN_BY_SOCKET, &problem) <
            0 ||
        is_any_rebooting())
        return 0;
    *shown = true;
    setvbuf(stdout, output, _IOFBF, sizeof(output));
    row_show_headings();
    show_printf("\n");
    VEC_EACH (&list.items, info) {
        row_show_facts(info);
        show_printf("\n");
    }
    return show_finish(err);
}
