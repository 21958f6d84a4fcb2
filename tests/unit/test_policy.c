/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which end of a guest leads to which act, and when a crash loop ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/life/policy.h"

/* Each reason has an action of its own, so that a mix-up shows. */
static const libxl_domain_config config = {
    .on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_DESTROY,
    .on_reboot = LIBXL_ACTION_ON_SHUTDOWN_RESTART,
    .on_crash = LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART,
    .on_watchdog = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE,
    .on_soft_reset = LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET,
};

static struct policy_decision decide(const libxl_domain_config *with,
                                     unsigned int reason)
{
    struct policy_case end = { .config = with,
                               .reason = reason,
                               .life_ms = 3600000,
                               .limit = POLICY_SHORT_LIVES };

    return policy_decide(&end);
}

static struct policy_decision decide_crash(libxl_action_on_shutdown action)
{
    libxl_domain_config with = { .on_crash = action };

    return decide(&with, LIBXL_SHUTDOWN_REASON_CRASH);
}

static void each_reason_has_its_action(void **state)
{
    static const struct {
        unsigned int reason;
        enum policy_act act;
        bool dump_core;
    } rows[] = {
        { LIBXL_SHUTDOWN_REASON_POWEROFF, POLICY_DESTROY, false },
        { LIBXL_SHUTDOWN_REASON_REBOOT, POLICY_RESTART, false },
        { LIBXL_SHUTDOWN_REASON_SUSPEND, POLICY_LEAVE, false },
        { LIBXL_SHUTDOWN_REASON_CRASH, POLICY_RESTART, true },
        { LIBXL_SHUTDOWN_REASON_WATCHDOG, POLICY_PRESERVE, false },
        { LIBXL_SHUTDOWN_REASON_SOFT_RESET, POLICY_SOFT_RESET, false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy_decision got = decide(&config, rows[i].reason);
        assert_int_equal(got.act, rows[i].act);
        assert_int_equal(got.dump_core, rows[i].dump_core);
        assert_false(got.limited);
    }
}

static void a_reason_made_up_by_the_guest_destroys(void **state)
{
    assert_int_equal(decide(&config, 6).act, POLICY_DESTROY);
    assert_int_equal(decide(&config, 255).act, POLICY_DESTROY);
    assert_string_equal(policy_reason_name(255), "unknown");
}

static void each_action_has_its_act(void **state)
{
    static const struct {
        libxl_action_on_shutdown action;
        enum policy_act act;
        bool dump_core;
    } rows[] = {
        { LIBXL_ACTION_ON_SHUTDOWN_DESTROY, POLICY_DESTROY, false },
        { LIBXL_ACTION_ON_SHUTDOWN_RESTART, POLICY_RESTART, false },
        { LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME, POLICY_RENAME_RESTART,
          false },
        { LIBXL_ACTION_ON_SHUTDOWN_PRESERVE, POLICY_PRESERVE, false },
        { LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY, POLICY_DESTROY, true },
        { LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART, POLICY_RESTART, true },
        { LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET, POLICY_SOFT_RESET, false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy_decision got = decide_crash(rows[i].action);
        assert_int_equal(got.act, rows[i].act);
        assert_int_equal(got.dump_core, rows[i].dump_core);
    }
}

/* Boots and dies until the limit; returns how often it was restarted. */
static unsigned int crash_loop(libxl_action_on_shutdown action,
                               struct policy_decision *last)
{
    libxl_domain_config with = { .on_crash = action };
    struct policy_case end = { .config = &with,
                               .reason = LIBXL_SHUTDOWN_REASON_CRASH,
                               .life_ms = POLICY_SHORT_LIFE_MS - 1,
                               .limit = POLICY_SHORT_LIVES };
    unsigned int restarts = 0;

    for (;;) {
        *last = policy_decide(&end);
        if (last->limited)
            return restarts;
        assert_in_range(++restarts, 1, 100);
        end.short_lives = last->short_lives;
    }
}

static void a_crash_loop_ends_after_ten_restarts(void **state)
{
    struct policy_decision last;

    assert_int_equal(crash_loop(LIBXL_ACTION_ON_SHUTDOWN_RESTART, &last), 10);
    assert_int_equal(last.act, POLICY_DESTROY);
    assert_int_equal(crash_loop(LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET, &last),
                     10);
    assert_int_equal(last.act, POLICY_DESTROY);
}

static void the_limit_keeps_the_core_and_the_last_copy(void **state)
{
    struct policy_decision last;

    crash_loop(LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART, &last);
    assert_int_equal(last.act, POLICY_DESTROY);
    assert_true(last.dump_core);
    crash_loop(LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME, &last);
    assert_int_equal(last.act, POLICY_PRESERVE);
}

static void one_long_life_forgets_the_short_ones(void **state)
{
    struct policy_case end = { .config = &config,
                               .reason = LIBXL_SHUTDOWN_REASON_REBOOT,
                               .life_ms = POLICY_SHORT_LIFE_MS,
                               .limit = POLICY_SHORT_LIVES,
                               .short_lives = POLICY_SHORT_LIVES };
    struct policy_decision got = policy_decide(&end);

    assert_int_equal(got.act, POLICY_RESTART);
    assert_false(got.limited);
    assert_int_equal(got.short_lives, 0);
}

static void the_limit_is_about_restarts_only(void **state)
{
    struct policy_case end = { .config = &config,
                               .reason = LIBXL_SHUTDOWN_REASON_WATCHDOG,
                               .life_ms = 1,
                               .short_lives = POLICY_SHORT_LIVES };
    struct policy_decision got = policy_decide(&end);

    assert_int_equal(got.act, POLICY_PRESERVE);
    assert_false(got.limited);
}

static void each_restart_waits_longer(void **state)
{
    static const int64_t delays[] = { 0,     1000,  2000,  4000,  8000,
                                      16000, 30000, 30000, 30000, 30000 };
    struct policy_case end = { .config = &config,
                               .reason = LIBXL_SHUTDOWN_REASON_REBOOT,
                               .life_ms = 1000,
                               .limit = POLICY_SHORT_LIVES };

    for (; end.short_lives < POLICY_SHORT_LIVES; end.short_lives++)
        assert_int_equal(policy_decide(&end).delay_ms, delays[end.short_lives]);
    end.life_ms = POLICY_SHORT_LIFE_MS;
    assert_int_equal(policy_decide(&end).delay_ms, 0);
}

static void a_guest_may_have_a_limit_of_its_own(void **state)
{
    struct policy_case end = { .config = &config,
                               .reason = LIBXL_SHUTDOWN_REASON_REBOOT,
                               .life_ms = 1000,
                               .short_lives = 50,
                               .limit = 1000 };

    assert_false(policy_decide(&end).limited);
    assert_int_equal(policy_decide(&end).delay_ms, POLICY_LONGEST_DELAY_MS);
    end.limit = end.short_lives = 0;
    assert_true(policy_decide(&end).limited);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_its_action),
        cmocka_unit_test(a_reason_made_up_by_the_guest_destroys),
        cmocka_unit_test(each_action_has_its_act),
        cmocka_unit_test(a_crash_loop_ends_after_ten_restarts),
        cmocka_unit_test(the_limit_keeps_the_core_and_the_last_copy),
        cmocka_unit_test(one_long_life_forgets_the_short_ones),
        cmocka_unit_test(the_limit_is_about_restarts_only),
        cmocka_unit_test(each_restart_waits_longer),
        cmocka_unit_test(a_guest_may_have_a_limit_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
