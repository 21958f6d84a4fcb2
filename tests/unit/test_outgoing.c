/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a guest that is being written, as libxl's words for its
 * domain are read; libxl_domain_info is played.
 */
#include "unit.h"

#include <libxl.h>

#include "base/clock.h"
#include "domain/transfer/outgoing.h"

static libxl_dominfo told;
static int told_rc;
static struct host host;

int __wrap_libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info,
                             uint32_t domid);

int __wrap_libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info,
                             uint32_t domid)
{
    assert_int_equal(domid, 7);
    if (told_rc == 0 && info != NULL)
        *info = told;
    return told_rc;
}

static void tell(int rc, libxl_dominfo info)
{
    told_rc = rc;
    told = info;
}

static void what_became_of_a_guest(void **state)
{
    tell(0, (libxl_dominfo){ .running = true });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_THERE);
    tell(0,
         (libxl_dominfo){ .shutdown = true,
                          .shutdown_reason = LIBXL_SHUTDOWN_REASON_SUSPEND });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_THERE);
    tell(0, (libxl_dominfo){ .shutdown = true,
                             .shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_SHUT_DOWN);
    tell(ERROR_DOMAIN_NOTFOUND, (libxl_dominfo){ 0 });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_GONE);
}

/* As long as somebody has its memory mapped. */
static void one_whose_memory_is_not_yet_free_is_gone(void **state)
{
    tell(0, (libxl_dominfo){ .dying = true });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_GONE);
    tell(0,
         (libxl_dominfo){ .dying = true,
                          .shutdown = true,
                          .shutdown_reason = LIBXL_SHUTDOWN_REASON_SUSPEND });
    assert_int_equal(outgoing_fate(&host, 7), OUTGOING_GONE);
}

static void nobody_waits_for_one_that_is_gone_to_suspend(void **state)
{
    int64_t began = clock_now_ms();

    tell(0, (libxl_dominfo){ .dying = true });
    outgoing_await_late_suspend(&host, 7);
    assert_in_range(clock_now_ms() - began, 0, 3900); /* it would be 4000 */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_became_of_a_guest),
    cmocka_unit_test(one_whose_memory_is_not_yet_free_is_gone),
    cmocka_unit_test(nobody_waits_for_one_that_is_gone_to_suspend),
};

UNIT_MAIN(tests)
