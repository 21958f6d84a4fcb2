/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sockets share and divide. XEN_CDP: code and data apart. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int xc_psr_cmt_enabled(xc_interface *xch)
{
    return 1;
}

int xc_psr_cmt_get_total_rmid(xc_interface *xch, uint32_t *total_rmid)
{
    *total_rmid = 63;
    return 0;
}

int xc_psr_cmt_get_l3_event_mask(xc_interface *xch, uint32_t *event_mask)
{
    *event_mask = 3; /* no local bandwidth */
    return 0;
}

int xc_psr_cmt_get_l3_upscaling_factor(xc_interface *xch,
                                       uint32_t *upscaling_factor)
{
    *upscaling_factor = 4096;
    return 0;
}

int xc_psr_cmt_get_l3_cache_size(xc_interface *xch, uint32_t cpu,
                                 uint32_t *l3_cache_size)
{
    *l3_cache_size = 20480 * (1 + cpu / CPUS_PER_SOCKET);
    return 0;
}

/* Domain 3 is not attached. */
int xc_psr_cmt_get_domain_rmid(xc_interface *xch, uint32_t domid,
                               uint32_t *rmid)
{
    *rmid = domid == 3 ? 0 : domid + 1;
    return 0;
}

/* Counters that go on with the same speed. */
int xc_psr_cmt_get_data(xc_interface *xch, uint32_t rmid, uint32_t cpu,
                        xc_psr_cmt_type type, uint64_t *monitor_data,
                        uint64_t *tsc)
{
    static uint64_t calls;

    calls++;
    *monitor_data = type == XC_PSR_CMT_L3_OCCUPANCY ? rmid * 100 + cpu
                                                    : calls * (rmid + cpu);
    if (tsc != NULL)
        *tsc = calls * 10000000;
    return 0;
}

int xc_psr_cmt_attach(xc_interface *xch, uint32_t domid)
{
    record("cmt_attach %u\n", domid);
    return domid == 3 ? 0 : fail(EEXIST);
}

int xc_psr_cmt_detach(xc_interface *xch, uint32_t domid)
{
    record("cmt_detach %u\n", domid);
    return domid == 3 ? fail(ENOENT) : 0;
}

int xc_psr_get_hw_info(xc_interface *xch, uint32_t socket,
                       xc_psr_feat_type type, xc_psr_hw_info *hw_info)
{
    memset(hw_info, 0, sizeof(*hw_info));
    if (type == XC_PSR_MBA) {
        hw_info->mba.cos_max = 7;
        hw_info->mba.thrtl_max = 90;
        hw_info->mba.linear = socket == 0;
        return 0;
    }
    hw_info->cat.cos_max = 15;
    hw_info->cat.cbm_len = type == XC_PSR_CAT_L3 ? 20 : 8;
    hw_info->cat.cdp_enabled =
        type == XC_PSR_CAT_L3 && getenv("XEN_CDP") != NULL;
    return 0;
}

int xc_psr_get_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type,
                           uint32_t target, uint64_t *data)
{
    if (domid == 8)
        return fail(ESRCH);
    *data = domid * 16 + target + (uint64_t)type;
    return 0;
}

int xc_psr_set_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type,
                           uint32_t target, uint64_t data)
{
    record("psr_set %u %d %u %#llx\n", domid, (int)type, target,
           (unsigned long long)data);
    return 0;
}
