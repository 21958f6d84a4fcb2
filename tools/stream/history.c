/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Slots of one page each, found through an open-addressed index with linear
 * probing. First come, first served; once full, a page is admitted when it is
 * sent for the second time, in place of one that was not sent again since the
 * hand of a clock last passed: a live migration walks through memory in order,
 * where the least recently used page is always the next one needed.
 */
#include "stream/history.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "stream/frame.h"

/* Bits of the filter of page numbers that were sent, for each slot. */
#define SEEN_PER_SLOT 64
#define NO_SLOT UINT32_MAX

struct history {
    uint8_t *pages; /* mapped: slots pages */
    uint32_t slots;
    uint32_t used;
    uint32_t hand;
    uint64_t *keys;  /* by slot */
    bool *again;     /* by slot: sent again since the hand passed */
    uint32_t *index; /* slot + 1, 0 for none */
    uint64_t mask;   /* the index has mask + 1 places */
    uint64_t *seen;  /* by slot: one word of the filter */
};

static size_t pages_length(const struct history *history)
{
    return (size_t)history->slots * STREAM_PAGE;
}

struct history *history_new(uint64_t bytes, struct error *err)
{
    uint64_t slots = bytes / STREAM_PAGE;

    if (bytes > HISTORY_LIMIT) {
        error_set(err, ERR_SPACE, "a history of %llu MiB is too large",
                  (unsigned long long)(bytes >> 20));
        return NULL;
    }
    struct history *history = MEM_NEW(struct history);
    history->slots = (uint32_t)slots;
    if (slots == 0)
        return history;
    history->pages = mmap(NULL, pages_length(history), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (history->pages == MAP_FAILED) {
        error_set_errno(err, ERR_SPACE, errno, "a history of %llu MiB",
                        (unsigned long long)(bytes >> 20));
        free(history);
        return NULL;
    }
    uint64_t places = 2;
    while (places < slots * 2)
        places *= 2;
    history->mask = places - 1;
    history->keys = mem_zalloc(slots, sizeof(*history->keys));
    history->again = mem_zalloc(slots, sizeof(*history->again));
    history->index = mem_zalloc(places, sizeof(*history->index));
    history->seen = mem_zalloc(slots, sizeof(*history->seen));
    return history;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    if (history->pages != NULL)
        munmap(history->pages, pages_length(history));
    free(history->keys);
    free(history->again);
    free(history->index);
    free(history->seen);
    free(history);
}

/* Where a key's search begins. What is kept does not depend on it. */
static uint64_t place_of(const struct history *history, uint64_t key)
{
    return ((key * 0x9e3779b97f4a7c15u) >> 24) & history->mask;
}

/* The place in the index of the key, or of the hole where it would go. */
static uint64_t search(const struct history *history, uint64_t key)
{
    uint64_t place = place_of(history, key);

    while (history->index[place] != 0 &&
           history->keys[history->index[place] - 1] != key)
        place = (place + 1) & history->mask;
    return place;
}

static uint32_t slot_of(const struct history *history, uint64_t key)
{
    if (history->slots == 0)
        return NO_SLOT;
    uint32_t entry = history->index[search(history, key)];
    return entry != 0 ? entry - 1 : NO_SLOT;
}

static uint8_t *page_in(const struct history *history, uint32_t slot)
{
    return history->pages + (size_t)slot * STREAM_PAGE;
}

/* Takes a key out of the index and closes the gap in its run of places. */
static void forget(struct history *history, uint64_t key)
{
    uint64_t hole = search(history, key), place = hole;

    for (;;) {
        place = (place + 1) & history->mask;
        if (history->index[place] == 0)
            break;
        uint64_t home =
            place_of(history, history->keys[history->index[place] - 1]);
        /* It may move into the hole if its search passes there. */
        if (((place - home) & history->mask) >=
            ((place - hole) & history->mask)) {
            history->index[hole] = history->index[place];
            hole = place;
        }
    }
    history->index[hole] = 0;
}

/* Says whether the key was seen before, by the filter; it is now. */
static bool see(struct history *history, uint64_t key)
{
    uint64_t *word = &history->seen[key / SEEN_PER_SLOT % history->slots];
    uint64_t bit = (uint64_t)1 << key % SEEN_PER_SLOT;
    bool before = (*word & bit) != 0;

    *word |= bit;
    return before;
}

/* Frees the first slot, from the hand on, whose page was not sent again. */
static uint32_t evict(struct history *history)
{
    for (;;) {
        uint32_t slot = history->hand;
        history->hand = (slot + 1) % history->slots;
        if (!history->again[slot]) {
            forget(history, history->keys[slot]);
            return slot;
        }
        history->again[slot] = false;
    }
}

uint8_t *history_find(struct history *history, uint64_t key)
{
    uint32_t slot = slot_of(history, key);

    return slot != NO_SLOT ? page_in(history, slot) : NULL;
}

void history_touch(struct history *history, uint64_t key)
{
    uint32_t slot = slot_of(history, key);

    if (slot != NO_SLOT)
        history->again[slot] = true;
}

void history_keep(struct history *history, uint64_t key, const uint8_t *page)
{
    if (history->slots == 0)
        return;
    bool before = see(history, key);
    uint32_t slot = slot_of(history, key);
    if (slot != NO_SLOT) {
        history->again[slot] = true;
    } else if (history->used < history->slots || before) {
        slot =
            history->used < history->slots ? history->used++ : evict(history);
        history->keys[slot] = key;
        history->again[slot] = false;
        history->index[search(history, key)] = slot + 1;
    }
    if (slot != NO_SLOT)
        memcpy(page_in(history, slot), page, STREAM_PAGE);
}

void history_keep_zero(struct history *history, uint64_t key)
{
    uint32_t slot = slot_of(history, key);

    if (slot == NO_SLOT)
        return;
    history->again[slot] = true;
    memset(page_in(history, slot), 0, STREAM_PAGE);
}
