/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load.h"

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
#define TENTH 100000000 /* nanoseconds */
#define MOST_RATE 1048576

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

static bool is(const char *word, size_t length, const char *wanted)
{
    size_t i = 0;

    while (i < length && wanted[i] != '\0' && word[i] == wanted[i])
        i++;
    return i == length && wanted[i] == '\0';
}

static bool read_rate(const char *digits, size_t length, uint64_t *rate)
{
    uint64_t number = 0;

    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9' || number > MOST_RATE)
            return false;
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    if (length == 0 || number > MOST_RATE)
        return false;
    *rate = number;
    return true;
}

bool load_obey(struct load *load, const char *word, size_t length)
{
    size_t prefix = sizeof("dirty=") - 1;

    if (is(word, length, "fill=random") || is(word, length, "fill=zero")) {
        fill(load, is(word, length, "fill=random"));
        return true;
    }
    return length > prefix && is(word, prefix, "dirty=") &&
           read_rate(word + prefix, length - prefix, &load->rate);
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
