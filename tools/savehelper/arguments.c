/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/arguments.h"

#include <limits.h>
#include <string.h>

#include "base/number.h"
#include "savehelper/protocol.h"

#define TYPE_PLAIN 0 /* XC_STREAM_PLAIN */
#define SAVE_WORDS 6
#define RESTORE_WORDS 9

static int read_descriptor(const char *word, int *fd, struct error *err)
{
    uint64_t value;

    if (!number_parse_u64(word, INT_MAX, &value))
        return error_set(err, ERR_CONFIG, "'%s' is no descriptor", word);
    *fd = (int)value;
    return 0;
}

static int read_back(const char *word, int *fd, struct error *err)
{
    *fd = -1;
    return strcmp(word, "-1") == 0 ? 0 : read_descriptor(word, fd, err);
}

static int read_numbers(char **words, uint32_t *const *values,
                        struct error *err)
{
    for (; *values != NULL; words++, values++)
        if (!number_parse_u32(*words, *values))
            return error_set(err, ERR_CONFIG, "'%s' is no number", *words);
    return 0;
}

static int read_words(char **words, struct arguments *arguments,
                      struct error *err)
{
    struct arguments *a = arguments;
    uint32_t *const of_save[] = { &a->domid, &a->flags, &a->callbacks, &a->type,
                                  NULL };
    uint32_t *const of_restore[] = {
        &a->domid,         &a->store_port, &a->store_domid, &a->console_port,
        &a->console_domid, &a->callbacks,  &a->type,        NULL,
    };

    if (read_descriptor(words[0], &a->stream, err) < 0 ||
        read_back(words[1], &a->back, err) < 0)
        return -1;
    return read_numbers(words + 2, a->restore ? of_restore : of_save, err);
}

static int check(const struct arguments *arguments, struct error *err)
{
    uint32_t known = arguments->restore ? PROTOCOL_RESTORE_CALLBACKS
                                        : PROTOCOL_SAVE_CALLBACKS;

    if (arguments->type != TYPE_PLAIN)
        return error_set(err, ERR_CONFIG, "the stream is of type %u",
                         arguments->type);
    if (arguments->callbacks != known)
        return error_set(err, ERR_CONFIG,
                         "libxl offers callbacks %#x and not %#x",
                         arguments->callbacks, known);
    return 0;
}

int arguments_parse(int argc, char **argv, struct arguments *arguments,
                    struct error *err)
{
    const char *mode = argc > 1 ? argv[1] : "";

    *arguments = (struct arguments){ .stream = -1, .back = -1 };
    arguments->restore = strcmp(mode, ARGUMENTS_RESTORE) == 0;
    if (!arguments->restore && strcmp(mode, ARGUMENTS_SAVE) != 0)
        return error_set(err, ERR_CONFIG, "'%s' is unknown", mode);
    int words = arguments->restore ? RESTORE_WORDS : SAVE_WORDS;
    if (argc - 2 != words)
        return error_set(err, ERR_CONFIG, "%s has %d arguments and not %d",
                         mode, argc - 2, words);
    if (read_words(argv + 2, arguments, err) < 0)
        return -1;
    return check(arguments, err);
}
