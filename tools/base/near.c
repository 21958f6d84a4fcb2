/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/near.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* Longer words are no typing mistakes; it also bounds the rows below. */
#define LONGEST 48

/* Of fewer letters too many words are the beginning. */
#define SHORTEST 3

/* What is farther away is never near. */
#define FARTHEST 3

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
    unsigned int least = a < b ? a : b;
    return least < c ? least : c;
}

/*
 * Optimal string alignment: a swap of neighbours counts as one edit. UINT_MAX
 * where the lengths alone, or two rows after one another, say that it is more
 * than FARTHEST.
 */
static unsigned int distance(const char *a, const char *b)
{
    size_t rows = strnlen(a, LONGEST + 1), columns = strnlen(b, LONGEST + 1);
    unsigned int table[LONGEST + 1][LONGEST + 1];
    unsigned int before = 0;

    if (rows > LONGEST || columns > LONGEST || rows > columns + FARTHEST ||
        columns > rows + FARTHEST)
        return UINT_MAX;
    for (size_t i = 0; i <= rows; i++)
        table[i][0] = (unsigned int)i;
    for (size_t j = 0; j <= columns; j++)
        table[0][j] = (unsigned int)j;
    for (size_t i = 1; i <= rows; i++) {
        unsigned int least = table[i][0];

        for (size_t j = 1; j <= columns; j++) {
            unsigned int differ = a[i - 1] != b[j - 1];
            table[i][j] = min3(table[i - 1][j] + 1, table[i][j - 1] + 1,
                               table[i - 1][j - 1] + differ);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                table[i][j] =
                    min3(table[i][j], table[i - 2][j - 2] + 1, UINT_MAX);
            if (table[i][j] < least)
                least = table[i][j];
        }
        if (least > FARTHEST && before > FARTHEST)
            return UINT_MAX;
        before = least;
    }
    return table[rows][columns];
}

struct near near_begin(const char *word)
{
    return (struct near){ .word = word, .distance = UINT_MAX };
}

/* Is the word what somebody wrote of the candidate to save the rest? */
static bool is_beginning(const char *word, const char *candidate)
{
    size_t length = strnlen(word, LONGEST + 1);

    return length >= SHORTEST && length <= LONGEST &&
           strncmp(word, candidate, length) == 0;
}

void near_offer(struct near *near, const char *candidate)
{
    unsigned int edits = distance(near->word, candidate);

    if (edits < near->distance) {
        near->distance = edits;
        near->best = candidate;
    }
    if (is_beginning(near->word, candidate) &&
        (near->whole == NULL || strlen(candidate) < strlen(near->whole)))
        near->whole = candidate;
}

const char *near_best(const struct near *near)
{
    size_t length = strlen(near->word);
    unsigned int allowed = length <= 1   ? 0
                           : length <= 3 ? 1
                           : length <= 6 ? 2
                                         : FARTHEST;

    return near->distance <= allowed ? near->best : near->whole;
}

char *near_hint(const char *best)
{
    return best != NULL ? mem_printf("did you mean '%s'?", best) : NULL;
}
