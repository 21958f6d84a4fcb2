/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "did you mean": the nearest of the words offered, by edit distance. */
#ifndef XENITH_BASE_NEAR_H
#define XENITH_BASE_NEAR_H

struct near {
    const char *word;
    const char *best; /* not owned */
    unsigned int distance;
    const char *whole; /* the shortest that begins with the word */
};

struct near near_begin(const char *word);
void near_offer(struct near *near, const char *candidate);
/* NULL when nothing is near enough to be worth a hint. */
const char *near_best(const struct near *near);
/* "did you mean '...'?" for such a word or NULL, the caller's; or NULL. */
char *near_hint(const char *best);

#endif
