/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/policy.h"

/* 16 MiB: more than pipes, sockets and the codec hold on the way. */
#define LONG_ROUND_PAGES 4096
/* Rounds without progress, where a downtime was asked for. */
#define STALLS_ENDURED 3

void policy_begin(struct policy *policy, const struct precopy *asked,
                  uint64_t guest_pages)
{
    bool endure = asked->max_downtime_ms != 0 || asked->abort_if_busy;

    *policy = (struct policy){
        .asked = *asked,
        .stalls = endure ? STALLS_ENDURED : 0,
        .guest_pages = guest_pages,
    };
    if (policy->asked.max_downtime_ms == 0)
        policy->asked.max_downtime_ms = PRECOPY_DOWNTIME_MS;
    if (policy->asked.max_rounds == 0)
        policy->asked.max_rounds = PRECOPY_ROUNDS;
}

static double page_us(const struct policy *policy)
{
    return policy->recent_us > policy->mean_us ? policy->recent_us
                                               : policy->mean_us;
}

uint64_t policy_predict_ms(const struct policy *policy, uint64_t pages)
{
    return (uint64_t)((double)pages * page_us(policy) / 1000);
}

static void begin_round(struct policy *policy,
                        const struct policy_moment *moment)
{
    uint64_t pages = moment->dirty < 0 ? 0 : (uint64_t)moment->dirty;

    if (moment->round == 0) {
        policy->began_us = moment->now_us;
        if (pages > policy->guest_pages)
            pages = policy->guest_pages;
    }
    policy->round_began_us = moment->now_us;
    policy->pending = pages;
}

static void end_round(struct policy *policy, const struct policy_moment *moment)
{
    int64_t all_us = moment->now_us - policy->began_us;
    int64_t us = moment->now_us - policy->round_began_us;

    policy->sent += policy->pending;
    if (policy->sent > 0)
        policy->mean_us = (double)all_us / (double)policy->sent;
    if (policy->pending >= LONG_ROUND_PAGES)
        policy->recent_us = (double)us / (double)policy->pending;
}

/* No more rounds, although the rest takes longer than it may. */
static enum policy_verdict give_up(const struct policy *policy)
{
    return policy->asked.abort_if_busy ? POLICY_ABORT : POLICY_STOP;
}

/* Whether the rest calls for another round. */
static enum policy_verdict judge(struct policy *policy, unsigned int round,
                                 uint64_t dirty)
{
    bool fits =
        policy_predict_ms(policy, dirty) <= policy->asked.max_downtime_ms;
    bool last = round >= policy->asked.max_rounds;

    if (dirty <= POLICY_FEW_PAGES || (fits && last))
        return POLICY_STOP;
    if (last)
        return give_up(policy);
    if (fits)
        return dirty <= policy->pending / 2 ? POLICY_GO_ON : POLICY_STOP;
    if (dirty <= policy->pending / 4 * 3)
        return POLICY_GO_ON;
    if (policy->stalls == 0)
        return give_up(policy);
    policy->stalls--;
    return POLICY_GO_ON;
}

static enum policy_verdict decide_after(struct policy *policy,
                                        const struct policy_moment *moment)
{
    end_round(policy, moment);
    policy->judged = moment->dirty >= 0;
    return policy->judged
               ? judge(policy, moment->round, (uint64_t)moment->dirty)
               : POLICY_GO_ON;
}

enum policy_verdict policy_decide(struct policy *policy,
                                  const struct policy_moment *moment)
{
    enum policy_verdict verdict = POLICY_GO_ON;

    if (moment->after)
        return decide_after(policy, moment);
    if (moment->round > 0 && !policy->judged && moment->dirty >= 0)
        verdict = judge(policy, moment->round, (uint64_t)moment->dirty);
    if (moment->dirty == 0)
        verdict = POLICY_STOP;
    begin_round(policy, moment);
    return verdict;
}
