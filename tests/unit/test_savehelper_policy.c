/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that change their memory at one rate or another are sent over one link
 * or another, in the rounds in which libxc sends them (xg_sr_save.c,
 * send_memory_live), by our policy and by libxc's own.
 */
#include <math.h>

#include "unit.h"

#include "savehelper/policy.h"

#define SECOND 1e6 /* microseconds */

/* Writes hit the pages of a set at random. */
struct guest {
    double pages;
    double set;     /* pages that it writes to */
    double rate;    /* writes a second */
    double calm_at; /* it stops writing then, microseconds; 0: never */
};

struct way {
    double page_us;
    bool blind; /* nobody can count what changed in between */
};

struct result {
    enum policy_verdict end;
    unsigned int rounds;
    double resent; /* pages after the first round, the last ones included */
    double down_ms;
};

struct run {
    const struct guest *guest;
    const struct way *way;
    struct policy *policy; /* NULL: libxc's */
    double now, cleaned;
    unsigned int round;
};

static double busy_time(const struct guest *guest, double from, double to)
{
    double end =
        guest->calm_at > 0 && guest->calm_at < to ? guest->calm_at : to;

    return end > from ? end - from : 0;
}

/* What changed since it was last looked at for good. */
static double changed(const struct run *run)
{
    const struct guest *guest = run->guest;
    double us = busy_time(guest, run->cleaned, run->now);
    double writes = guest->rate * us / SECOND;

    return guest->set > 0 ? floor(guest->set * (1 - exp(-writes / guest->set)))
                          : 0;
}

/* xg_sr_save.c, simple_precopy_policy. */
static enum policy_verdict libxc_decide(unsigned int round, double dirty)
{
    return (dirty >= 0 && dirty < 50) || round >= 5 ? POLICY_STOP
                                                    : POLICY_GO_ON;
}

static enum policy_verdict decide(struct run *run, bool after, double dirty)
{
    struct policy_moment moment = {
        .round = run->round,
        .after = after,
        .dirty = (int64_t)dirty,
        .now_us = (int64_t)run->now,
    };

    if (run->policy == NULL)
        return libxc_decide(run->round, after ? -1 : dirty);
    if (after && !run->way->blind)
        moment.dirty = (int64_t)changed(run);
    return policy_decide(run->policy, &moment);
}

static struct result send_guest(const struct guest *guest,
                                const struct way *way, struct policy *policy)
{
    struct run run = { .guest = guest, .way = way, .policy = policy };
    struct result result = { .end = POLICY_GO_ON };
    double dirty = guest->pages;

    for (;;) {
        result.end = decide(&run, false, dirty);
        if (result.end != POLICY_ABORT)
            run.now += dirty * way->page_us;
        if (run.round > 0 && result.end != POLICY_ABORT)
            result.resent += dirty;
        if (result.end != POLICY_GO_ON)
            break;
        run.round++;
        result.end = decide(&run, true, -1);
        if (result.end != POLICY_GO_ON)
            break;
        dirty = changed(&run);
        run.cleaned = run.now;
        assert_true(run.round < 10000);
    }
    double rest = changed(&run);
    result.rounds = run.round;
    result.resent += rest;
    result.down_ms = rest * way->page_us / 1000;
    return result;
}

static struct result send_ours(const struct guest *guest, const struct way *way,
                               const struct precopy *asked)
{
    struct policy policy;

    policy_begin(&policy, asked, (uint64_t)guest->pages);
    return send_guest(guest, way, &policy);
}

static const struct precopy nothing_asked;

/* 1 GbE, 10 GbE, and an emulated host. */
static const struct way ways[] = { { .page_us = 37 },
                                   { .page_us = 3.5 },
                                   { .page_us = 300 } };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* -------------------------------------------------------------------------- */

static void an_idle_guest_is_down_no_longer_and_costs_no_more(void **state)
{
    static const struct guest guests[] = {
        { .pages = 32768, .set = 100, .rate = 50 },
        { .pages = 32768, .set = 600, .rate = 200 },
        { .pages = 262144, .set = 2000, .rate = 500 },
        { .pages = 262144, .set = 5000, .rate = 1000 },
    };

    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
        for (size_t j = 0; j < WAYS; j++) {
            struct result xl = send_guest(&guests[i], &ways[j], NULL);
            struct result ours =
                send_ours(&guests[i], &ways[j], &nothing_asked);

            assert_int_equal(ours.end, POLICY_STOP);
            /* What libxc sends while the guest yet runs is in both. */
            if (ours.resent > xl.resent + POLICY_FEW_PAGES ||
                ours.down_ms >
                    xl.down_ms + POLICY_FEW_PAGES * ways[j].page_us / 1000)
                fail_msg("guest %zu, way %zu: %g pages and %g ms, xl: %g and "
                         "%g",
                         i, j, ours.resent, ours.down_ms, xl.resent,
                         xl.down_ms);
        }
}

/* Rounds would only send the same pages again. */
static void a_busy_guest_costs_half_of_what_xl_sends(void **state)
{
    const struct guest guest = { .pages = 262144, .set = 50000, .rate = 1e7 };

    for (size_t j = 0; j < WAYS; j++) {
        struct result xl = send_guest(&guest, &ways[j], NULL);
        struct result ours = send_ours(&guest, &ways[j], &nothing_asked);

        assert_int_equal(ours.end, POLICY_STOP);
        assert_true(ours.resent <= 0.5 * xl.resent);
        assert_true(ours.down_ms <= 1.01 * xl.down_ms);
    }
}

static void a_busy_guest_is_left_alone_where_that_is_asked(void **state)
{
    const struct guest guest = { .pages = 262144, .set = 50000, .rate = 1e7 };
    const struct precopy asked = { .abort_if_busy = true };

    /* 50,000 pages take 1.85 s and 15 s on two of the ways. */
    for (size_t j = 0; j < WAYS; j += 2)
        assert_int_equal(send_ours(&guest, &ways[j], &asked).end, POLICY_ABORT);
    /* And 0.175 s on the third, which is within the default. */
    assert_int_equal(send_ours(&guest, &ways[1], &asked).end, POLICY_STOP);
}

static void a_longer_downtime_lets_the_same_guest_go(void **state)
{
    const struct guest guest = { .pages = 262144, .set = 50000, .rate = 1e7 };
    const struct precopy asked = { .max_downtime_ms = 2500,
                                   .abort_if_busy = true };
    struct result ours = send_ours(&guest, &ways[0], &asked);

    assert_int_equal(ours.end, POLICY_STOP);
    assert_true(ours.down_ms <= 2500);
}

static void a_guest_that_shrinks_is_sent_until_it_fits(void **state)
{
    /* Each round leaves about 0.37 of the one before. */
    const struct guest guest = { .pages = 1e6, .set = 900000, .rate = 10000 };
    const struct precopy asked = { .max_downtime_ms = 100 };
    struct result ours = send_ours(&guest, &ways[0], &asked);

    assert_int_equal(ours.end, POLICY_STOP);
    assert_true(ours.down_ms <= 100);
    assert_true(ours.rounds >= 3);
}

static void a_guest_may_calm_down(void **state)
{
    const struct guest guest = {
        .pages = 262144, .set = 50000, .rate = 1e7, .calm_at = 13.5 * SECOND
    };
    const struct precopy asked = { .max_downtime_ms = 300,
                                   .abort_if_busy = true };
    struct result ours = send_ours(&guest, &ways[0], &asked);

    assert_int_equal(ours.end, POLICY_STOP);
    assert_true(ours.down_ms <= 300);
}

static void no_more_rounds_than_asked_for(void **state)
{
    const struct guest guest = { .pages = 1e6, .set = 900000, .rate = 20000 };

    for (uint32_t most = 1; most < 6; most++) {
        struct precopy asked = { .max_downtime_ms = 1, .max_rounds = most };
        struct result ours = send_ours(&guest, &ways[0], &asked);

        assert_int_equal(ours.end, POLICY_STOP);
        assert_int_equal(ours.rounds, most);
        asked.abort_if_busy = true;
        assert_int_equal(send_ours(&guest, &ways[0], &asked).end, POLICY_ABORT);
    }
}

static void without_counts_in_between_it_ends_too(void **state)
{
    static const struct guest guests[] = {
        { .pages = 32768, .set = 600, .rate = 200 },
        { .pages = 262144, .set = 50000, .rate = 1e7 },
        { .pages = 32768 },
    };
    struct way blind = { .page_us = 37, .blind = true };

    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
        struct result xl = send_guest(&guests[i], &blind, NULL);
        struct result ours = send_ours(&guests[i], &blind, &nothing_asked);

        assert_int_equal(ours.end, POLICY_STOP);
        assert_true(ours.resent <= xl.resent + POLICY_FEW_PAGES);
    }
}

static void a_guest_that_changes_nothing_is_sent_once(void **state)
{
    const struct guest guest = { .pages = 32768 };
    struct result ours = send_ours(&guest, &ways[0], &nothing_asked);

    assert_int_equal(ours.rounds, 1);
    assert_true(ours.resent == 0);
}

/* A clock that stands still, no pages at all: nothing is divided by zero. */
static void odd_measures_do_no_harm(void **state)
{
    const struct way no_time = { .page_us = 0 };
    const struct guest empty = { .pages = 0 };
    const struct guest busy = { .pages = 1000, .set = 900, .rate = 1e9 };

    assert_int_equal(send_ours(&empty, &ways[0], &nothing_asked).end,
                     POLICY_STOP);
    assert_int_equal(send_ours(&busy, &no_time, &nothing_asked).end,
                     POLICY_STOP);
}

/* libxc counts the holes of a small guest, which take no time. */
static void holes_do_not_make_the_link_look_fast(void **state)
{
    struct policy policy;
    struct policy_moment before = { .dirty = 1044480 };
    struct policy_moment after = {
        .round = 1, .after = true, .dirty = 10000, .now_us = 10 * 1000000
    };

    policy_begin(&policy, &nothing_asked, 32768);
    policy_decide(&policy, &before);
    policy_decide(&policy, &after);
    assert_int_equal(policy_predict_ms(&policy, 32768), 10000);
}

/* A few pages vanish in a buffer: that says nothing about the rest. */
static void a_short_round_does_not_make_the_link_look_fast(void **state)
{
    struct policy policy;
    struct policy_moment moments[] = {
        { .dirty = 32768 },
        { .round = 1, .after = true, .dirty = 2000, .now_us = 10000000 },
        { .round = 1, .dirty = 2000, .now_us = 10000000 },
        { .round = 2, .after = true, .dirty = 900, .now_us = 10000100 },
    };

    policy_begin(&policy, &nothing_asked, 32768);
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        policy_decide(&policy, &moments[i]);
    assert_in_range(policy_predict_ms(&policy, 32768), 9000, 10000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_idle_guest_is_down_no_longer_and_costs_no_more),
    cmocka_unit_test(a_busy_guest_costs_half_of_what_xl_sends),
    cmocka_unit_test(a_busy_guest_is_left_alone_where_that_is_asked),
    cmocka_unit_test(a_longer_downtime_lets_the_same_guest_go),
    cmocka_unit_test(a_guest_that_shrinks_is_sent_until_it_fits),
    cmocka_unit_test(a_guest_may_calm_down),
    cmocka_unit_test(no_more_rounds_than_asked_for),
    cmocka_unit_test(without_counts_in_between_it_ends_too),
    cmocka_unit_test(a_guest_that_changes_nothing_is_sent_once),
    cmocka_unit_test(odd_measures_do_no_harm),
    cmocka_unit_test(holes_do_not_make_the_link_look_fast),
    cmocka_unit_test(a_short_round_does_not_make_the_link_look_fast),
};

UNIT_MAIN(tests)
