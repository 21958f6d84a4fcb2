/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load.h"

#include "words.h"

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
#define TENTH 100000000 /* nanoseconds */

/* xorshift64: Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t draw(struct load *load)
{
    load->state ^= load->state << 13;
    load->state ^= load->state >> 7;
    load->state ^= load->state << 17;
    return load->state;
}

static void write_page(struct load *load)
{
    volatile uint64_t *page =
        (volatile uint64_t *)(load->memory + load->next * PAGE);

    for (size_t i = 0; i < WORDS; i++)
        page[i] = load->random ? draw(load) : 0;
    load->next = (load->next + 1) % load->pages;
}

static void fill(struct load *load, bool random)
{
    load->random = random;
    for (size_t i = 0; i < load->pages; i++)
        write_page(load);
}

bool load_obey(struct load *load, const char *word, size_t length)
{
    bool random = word_is(word, length, "fill=random");

    if (random || word_is(word, length, "fill=zero")) {
        fill(load, random);
        return true;
    }
    return word_rate(word, length, "dirty=", &load->rate);
}

void load_run(struct load *load, uint64_t now)
{
    uint64_t past = now - load->since;

    load->since = now;
    if (load->pages == 0)
        return;
    load->owed += (load->rate << 20) * (past < TENTH ? past : TENTH) /
                  (TENTH * UINT64_C(10));
    for (; load->owed >= PAGE; load->owed -= PAGE)
        write_page(load);
}
