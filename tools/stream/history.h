/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages that were sent before, by page frame number, in bounded memory. Writer
 * and reader each keep one and call the same functions for the same pages in
 * the same order, so both always hold the same: what they keep is a function
 * of the bound and of the calls. docs/stream.md, "History", prescribes it; a
 * change of behaviour here is a change of the format.
 */
#ifndef XENITH_STREAM_HISTORY_H
#define XENITH_STREAM_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Largest bound, in bytes. */
#define HISTORY_LIMIT ((uint64_t)1 << 40)

struct history;

/*
 * Holds as many pages as fit in bytes, none for less than a page. Memory is
 * taken as pages come. Beside the pages themselves it needs less than 1 % of
 * the bound. ERR_SPACE if the host does not give it.
 */
struct history *history_new(uint64_t bytes, struct error *err);
void history_free(struct history *history);

/* The page as it was last kept, owned by the history and writable; or NULL. */
uint8_t *history_find(struct history *history, uint64_t key);

/* Notes that a page, which history_find found, was sent again. */
void history_touch(struct history *history, uint64_t key);

/* Keeps the page, if the rules give it a place. */
void history_keep(struct history *history, uint64_t key, const uint8_t *page);

/* The page is zero now: a place that it has is kept, none is given. */
void history_keep_zero(struct history *history, uint64_t key);

#endif
