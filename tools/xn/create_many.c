/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/create_many.h"

#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/life/supervise.h"
#include "xn/fleet.h"

/* Of one run; each is owned. */
struct word_list {
    VEC(char *) words;
};

struct many {
    const struct invocation *inv;
    const struct load_words *words;
};

static bool is_ours(const struct option_row *row)
{
    return row->name != NULL && (strcmp(row->name, "jobs") == 0 ||
                                 strcmp(row->name, "defconfig") == 0);
}

/* The flags of the command line, for the run of each file. */
static void add_flags(struct word_list *list, const struct invocation *inv)
{
    const struct option_row *row = inv->command->options;

    for (size_t i = 0; row[i].letter != 0 || row[i].name != NULL; i++)
        for (unsigned int n = 0; n < inv->counts[i] && !is_ours(&row[i]); n++)
            VEC_PUSH(&list->words, row[i].name != NULL
                                       ? mem_printf("--%s", row[i].name)
                                       : mem_printf("-%c", row[i].letter));
}

static char **words_of(void *arg, size_t place)
{
    const struct many *many = arg;
    const struct load_words *words = many->words;
    struct word_list list = { 0 };

    for (unsigned int i = 0; i < many->inv->settings->verbosity; i++)
        VEC_PUSH(&list.words, mem_strdup("-v"));
    if (many->inv->settings->force)
        VEC_PUSH(&list.words, mem_strdup("-f"));
    VEC_PUSH(&list.words, mem_strdup("create"));
    add_flags(&list, many->inv);
    VEC_PUSH(&list.words, mem_strdup("--"));
    VEC_PUSH(&list.words, mem_strdup(words->files.items[place]));
    VEC_EACH (&words->overrides, override)
        if (*override != NULL)
            VEC_PUSH(&list.words, mem_strdup(*override));
    VEC_PUSH(&list.words, NULL);
    return list.words.items;
}

int create_many(const struct invocation *inv, const struct load_words *words,
                struct error *err)
{
    struct many many = { .inv = inv, .words = words };
    struct fleet fleet = { .done = "created",
                           .apart = true,
                           .makes_guests = true,
                           .quiet = invocation_count(inv, "quiet") > 0,
                           .words = words_of,
                           .arg = &many,
                           .deadline = CLOCK_NEVER };
    cleanup_close int supervisor = -1;

    if (fleet_read_jobs(inv, &fleet, err) < 0)
        return -1;
    /* One for all of them, before each finds that there is none. */
    if (invocation_count(inv, "e") == 0 && supervise_hold(&supervisor, err) < 0)
        return -1;
    VEC_EACH (&words->files, file)
        order_add(&fleet.order, *file);
    int rc = order_resolve(&fleet.order, err);
    if (rc == 0)
        rc = fleet_run(&fleet, err);
    if (rc < 0 && fleet.failure != ERR_NONE)
        err->kind = fleet.failure;
    order_dispose(&fleet.order);
    return rc;
}
