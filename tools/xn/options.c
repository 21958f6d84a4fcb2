/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/options.h"

#include <getopt.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "xn/help.h"

/* getopt_long's value for row i without a letter. */
#define LONG_ONLY 256

/* A value, and the row of the option that it belongs to. */
struct given_value {
    int row;
    const char *value;
};

const struct option_row json_option[] = {
    OPTION_JSON,
    { 0 },
};

static size_t count_rows(const struct command *command)
{
    size_t rows = 0;

    if (command->options != NULL)
        while (command->options[rows].letter || command->options[rows].name)
            rows++;
    return rows;
}

static int find_row(const struct invocation *inv, const char *option)
{
    size_t rows = count_rows(inv->command);

    for (size_t i = 0; i < rows; i++) {
        const struct option_row *row = &inv->command->options[i];
        if (row->name != NULL && strcmp(row->name, option) == 0)
            return (int)i;
        if (row->letter == option[0] && option[1] == '\0')
            return (int)i;
    }
    return -1;
}

unsigned int invocation_count(const struct invocation *inv, const char *option)
{
    int row = find_row(inv, option);
    return row < 0 ? 0 : inv->counts[row];
}

bool invocation_is_dry_run(const struct invocation *inv)
{
    return inv->settings->dry_run || invocation_count(inv, "dry-run") > 0 ||
           invocation_count(inv, "dryrun") > 0;
}

const char *invocation_value(const struct invocation *inv, const char *option)
{
    unsigned int count = invocation_count(inv, option);

    return count == 0 ? NULL : invocation_value_at(inv, option, count - 1);
}

const char *invocation_value_at(const struct invocation *inv,
                                const char *option, unsigned int place)
{
    int row = find_row(inv, option);

    for (unsigned int i = 0; i < inv->value_count; i++)
        if (inv->values[i].row == row && place-- == 0)
            return inv->values[i].value;
    return NULL;
}

/* The rows in getopt_long's terms; both results are the caller's. */
static void make_getopt(const struct command *command, struct strbuf *letters,
                        struct option **longs)
{
    size_t rows = count_rows(command), used = 0;

    *longs = mem_zalloc(rows + 2, sizeof(**longs));
    strbuf_puts(letters, ":h");
    for (size_t i = 0; i < rows; i++) {
        const struct option_row *row = &command->options[i];
        if (row->letter) {
            strbuf_putc(letters, row->letter);
            if (row->kind == OPTION_VALUE)
                strbuf_putc(letters, ':');
        }
        if (row->name != NULL)
            (*longs)[used++] = (struct option){
                .name = row->name,
                .has_arg =
                    row->kind == OPTION_VALUE ? required_argument : no_argument,
                .val = row->letter ? row->letter : LONG_ONLY + (int)i,
            };
    }
    (*longs)[used] = (struct option){ .name = "help", .val = 'h' };
}

static void note_option(struct invocation *inv, int value)
{
    size_t rows = count_rows(inv->command);

    for (size_t i = 0; i < rows; i++) {
        const struct option_row *row = &inv->command->options[i];
        if (value != (row->letter ? row->letter : LONG_ONLY + (int)i))
            continue;
        inv->counts[i]++;
        if (row->kind == OPTION_VALUE)
            inv->values[inv->value_count++] =
                (struct given_value){ .row = (int)i, .value = optarg };
        return;
    }
}

static int refuse_option(const struct command *command, int result, char **argv,
                         struct error *err)
{
    const char *word = argv[optind - 1];
    cleanup_free char *title = help_title(command);

    if (result == ':')
        error_set(err, ERR_USAGE, "option '%s' needs a value", word);
    else if (optopt > 0 && optopt < LONG_ONLY && strncmp(word, "--", 2) != 0)
        error_set(err, ERR_USAGE, "unknown option '-%c'", optopt);
    else
        error_set(err, ERR_USAGE, "unknown option '%s'", word);
    error_hint(err, "see 'xn help %s'", title);
    return -1;
}

int options_parse(struct invocation *inv, int argc, char **argv, bool *help,
                  struct error *err)
{
    cleanup_strbuf struct strbuf letters = { 0 };
    cleanup_free struct option *longs = NULL;
    size_t rows = count_rows(inv->command);

    inv->counts = mem_zalloc(rows + 1, sizeof(*inv->counts));
    /* every value stands in a word of its own, or after its option in one */
    inv->values = mem_zalloc((size_t)argc + 1, sizeof(*inv->values));
    make_getopt(inv->command, &letters, &longs);

    *help = false;
    optind = 0; /* glibc: a new command line, with permutation */
    opterr = 0;
    for (;;) {
        int result = getopt_long(argc, argv, letters.text, longs, NULL);
        if (result == -1)
            break;
        if (result == ':' || result == '?')
            return refuse_option(inv->command, result, argv, err);
        if (result == 'h' && find_row(inv, "h") < 0)
            *help = true;
        else
            note_option(inv, result);
    }
    inv->words = argv + optind;
    inv->word_count = argc - optind;
    return 0;
}

void options_dispose(struct invocation *inv)
{
    free(inv->counts);
    free(inv->values);
    inv->counts = NULL;
    inv->values = NULL;
}
