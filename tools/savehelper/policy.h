/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When to stop a guest whose memory is sent while it runs. Pure: time and
 * counts come from the caller, so that tests can play any guest and any link.
 *
 * Each round sends what changed during the one before. Another round pays as
 * long as it leaves clearly less to send while the guest stands still; from
 * then on it costs bytes and gains nothing. So the rounds go on
 *
 *   - while the rest could not be sent within the downtime allowed, and shrinks
 *     by at least a quarter,
 *   - within it, while the rest halves: that is what keeps an idle guest's
 *     downtime far below what is allowed,
 *
 * and end after max_rounds, or once the rest is too small to matter. Where a
 * downtime was asked for, a few rounds that do not shrink are endured, as a
 * guest may calm down.
 *
 * The time that a page takes is measured: the mean since the beginning, or
 * that of the last round that was long enough to say anything, whichever is
 * worse. Short rounds vanish in the buffers on the way and say nothing.
 */
#ifndef XENITH_SAVEHELPER_POLICY_H
#define XENITH_SAVEHELPER_POLICY_H

#include "savehelper/precopy.h"

/* Fewer pages are sent faster than a guest is suspended. */
#define POLICY_FEW_PAGES 32

enum policy_verdict {
    POLICY_GO_ON,
    POLICY_STOP,  /* suspend the guest and send the rest */
    POLICY_ABORT, /* give up: it changes too fast, and that was asked for */
};

struct policy {
    struct precopy asked; /* with the defaults filled in */
    unsigned int stalls;  /* rounds without progress that may yet come */
    uint64_t guest_pages;
    int64_t began_us, round_began_us;
    uint64_t sent;    /* pages, all rounds */
    uint64_t pending; /* pages of the round under way, or of the last one */
    double mean_us;   /* a page, over all rounds */
    double recent_us; /* a page, in the last long round; 0: none yet */
    bool judged;      /* the rest was known when the round ended */
};

/*
 * What is known at one of the two moments in each round: before it (round 0:
 * before the first) and after it. dirty: pages to be sent, -1 if unknown.
 */
struct policy_moment {
    unsigned int round; /* rounds that are over */
    bool after;
    int64_t dirty;
    int64_t now_us;
};

/* guest_pages: what the guest has; libxc counts holes, too. */
void policy_begin(struct policy *policy, const struct precopy *asked,
                  uint64_t guest_pages);

enum policy_verdict policy_decide(struct policy *policy,
                                  const struct policy_moment *moment);

/* What that many pages would take to send, in milliseconds. */
uint64_t policy_predict_ms(const struct policy *policy, uint64_t pages);

#endif
