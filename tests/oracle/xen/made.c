/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for the reports of xl and xn on a machine without Xen, preloaded into
 * both: two sockets with two cores each and all that Intel can share and
 * divide, three CPU pools and four domains. The real libxl runs on top of it.
 * Calls that change something change nothing; they are written to the file
 * that XEN_CALLS names. XEN_POOLS=1: pool 0 has all CPUs;
 * XEN_POLITE: who obeys a shutdown (watches.c). Of tests only.
 * The other files of this folder but helper.c answer for it, each for a topic.
 */
#include "host.h"

#include <errno.h>
#include <stdlib.h>

const struct made_pool made_pools[POOLS] = {
    { 0, XEN_SCHEDULER_CREDIT2, 2, 0x1 },
    { 1, XEN_SCHEDULER_RTDS, 1, 0x2 },
    { 2, XEN_SCHEDULER_CREDIT, 1, 0x4 },
};

const struct made_domain made_domains[DOMAINS] = {
    { 0, 0, 262144, XEN_DOMINF_running, 2 },
    { 3, 0, 32768, XEN_DOMINF_blocked | XEN_DOMINF_hvm_guest, 2 },
    { 5, 2, 65536, XEN_DOMINF_paused, 1 },
    { 8, 1, 16384, XEN_DOMINF_blocked, 2 },
};

int fail(int errnum)
{
    errno = errnum;
    return -1;
}

bool one_pool(void)
{
    return getenv("XEN_POOLS") != NULL;
}
