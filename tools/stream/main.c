/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-stream encode|decode|inspect: the codec as a filter from standard input to
 * standard output, and a look at what it carries, in a process without
 * privileges. docs/stream.md says what the bytes between mean.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "stream/filter.h"
#include "stream/inspect.h"
#include "stream/privilege.h"

#define THREADS_MAX 64
#define RATE_MAX ((uint64_t)1 << 50)
#define STALL_MAX 86400
#define FD_MAX 1024

static const char usage[] =
    "usage: xn-stream encode|decode|inspect [OPTION ...] <IN >OUT\n"
    "encode makes frames of what libxl writes, decode gives it back, inspect\n"
    "prints what is in either as JSON\n"
    "  -c, --compress HOW   auto, none, lz4, zstd[:LEVEL]       (encode)\n"
    "  -k, --history SIZE   keep that much of earlier pages     (encode)\n"
    "                       allow the stream that much          (else)\n"
    "  -b, --bulk           fill frames: nobody waits for them  (encode)\n"
    "  -a, --any            pass on what is no such stream      (decode)\n"
    "  -e, --until-end      read no further than its end        (decode)\n"
    "  -i, --ignore-rest    what follows its end is none of it  (decode, "
    "inspect)\n"
    "  -H, --head           stop at the first page              (inspect)\n"
    "  -l, --rate BYTES     write no more than that a second\n"
    "  -s, --stall SECONDS  give the wire up when nothing moves for so long\n"
    "  -f, --figures FD     keep the figures there up to date\n"
    "  -t, --threads N      0: none beside the main one\n"
    "  -r, --report         end with a line of JSON on standard error\n"
    "  -h, --help           show this\n";

enum verb {
    VERB_ENCODE,
    VERB_DECODE,
    VERB_INSPECT,
};

struct options {
    enum verb verb;
    bool any;
    bool until_end;
    bool ignore_rest;
    bool head;
    bool bulk;
    bool report;
    bool help;
    bool history_given;
    uint64_t history; /* bytes */
    unsigned int threads;
    uint64_t rate;  /* bytes a second; 0: no limit */
    uint64_t stall; /* s; 0: never */
    struct stream_figures *figures;
    struct codec_choice compress;
};

static int read_history(struct options *options, const char *value,
                        struct error *err)
{
    uint64_t number;

    if (!number_parse_size_kib(value, &number))
        return error_set(err, ERR_USAGE, "'%s' is no size", value);
    options->history = number << 10;
    options->history_given = true;
    return 0;
}

static int read_number(const char *value, uint64_t max, uint64_t *number,
                       struct error *err)
{
    if (number_parse_u64(value, max, number))
        return 0;
    return error_set(err, ERR_USAGE, "'%s' is no number up to %llu", value,
                     (unsigned long long)max);
}

static int read_value(struct options *options, int letter, const char *value,
                      struct error *err)
{
    uint64_t number = 0;

    if (letter == 'c')
        return codec_parse_choice(value, &options->compress, err);
    if (letter == 'k')
        return read_history(options, value, err);
    if (letter == 'l')
        return read_number(value, RATE_MAX, &options->rate, err);
    if (letter == 's')
        return read_number(value, STALL_MAX, &options->stall, err);
    if (read_number(value, letter == 'f' ? FD_MAX : THREADS_MAX, &number, err) <
        0)
        return -1;
    if (letter == 'f')
        options->figures = figures_map((int)number, err);
    else
        options->threads = (unsigned int)number;
    return letter == 'f' && options->figures == NULL ? -1 : 0;
}

static int read_letters(struct options *options, int argc, char **argv,
                        struct error *err)
{
    static const struct option rows[] = {
        { "compress", required_argument, NULL, 'c' },
        { "history", required_argument, NULL, 'k' },
        { "bulk", no_argument, NULL, 'b' },
        { "any", no_argument, NULL, 'a' },
        { "until-end", no_argument, NULL, 'e' },
        { "ignore-rest", no_argument, NULL, 'i' },
        { "head", no_argument, NULL, 'H' },
        { "rate", required_argument, NULL, 'l' },
        { "stall", required_argument, NULL, 's' },
        { "figures", required_argument, NULL, 'f' },
        { "threads", required_argument, NULL, 't' },
        { "report", no_argument, NULL, 'r' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int letter;

    opterr = 0;
    while ((letter = getopt_long(argc, argv, "aeic:k:bHl:s:f:t:rh", rows,
                                 NULL)) != -1) {
        if (letter == '?')
            return error_set(err, ERR_USAGE, "unknown option '%s'",
                             argv[optind - 1]);
        if (letter == 'b')
            options->bulk = true;
        else if (letter == 'a')
            options->any = true;
        else if (letter == 'e')
            options->until_end = true;
        else if (letter == 'i')
            options->ignore_rest = true;
        else if (letter == 'H')
            options->head = true;
        else if (letter == 'r')
            options->report = true;
        else if (letter == 'h')
            options->help = true;
        else if (read_value(options, letter, optarg, err) < 0)
            return -1;
    }
    return 0;
}

static int read_verb(const char *word, enum verb *verb, struct error *err)
{
    static const char *const verbs[] = {
        [VERB_ENCODE] = "encode",
        [VERB_DECODE] = "decode",
        [VERB_INSPECT] = "inspect",
    };

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(word, verbs[i]) == 0) {
            *verb = (enum verb)i;
            return 0;
        }
    return error_set(err, ERR_USAGE, "'%s' is none of encode, decode, inspect",
                     word);
}

static int read_options(struct options *options, int argc, char **argv,
                        struct error *err)
{
    if (read_letters(options, argc, argv, err) < 0)
        return -1;
    if (options->help)
        return 0;
    if (argc - optind != 1)
        return error_set(err, ERR_USAGE, "encode, decode or inspect?");
    if (read_verb(argv[optind], &options->verb, err) < 0)
        return -1;
    if (isatty(options->verb == VERB_ENCODE ? STDOUT_FILENO : STDIN_FILENO))
        return error_set(err, ERR_USAGE, "a terminal is no place for a stream");
    return 0;
}

static int print_facts(const struct decode_options *decode, bool whole,
                       struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    if (inspect(decode, whole, STDIN_FILENO, json, err) < 0)
        return -1;
    json_end_object(json);
    puts(json_text(json, NULL));
    if (fflush(stdout) != 0)
        return error_set_errno(err, ERR_FAILED, errno, "cannot write");
    return 0;
}

/* The last that is said and written: whoever waits for that goes on. */
static void report(const struct stream_stats *stats)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_bool(json, "complete", stats->complete);
    json_add_uint(json, "bytes", stats->bytes);
    json_add_uint(json, "carried", stats->carried);
    json_add_uint(json, "frames", stats->frames);
    json_add_uint(json, "pages", stats->pages);
    json_add_uint(json, "zero_pages", stats->zero_pages);
    json_add_uint(json, "same_pages", stats->same_pages);
    json_add_uint(json, "delta_pages", stats->delta_pages);
    json_end_object(json);
    fprintf(stderr, "%s\n", json_text(json, NULL));
    close(STDERR_FILENO);
    close(STDOUT_FILENO);
}

static int run(const struct options *options, struct stream_stats *stats,
               struct error *err)
{
    const struct encode_options encode = {
        .compress = options->compress,
        .threads = options->threads,
        .history = options->history,
    };
    const struct decode_options decode = {
        .threads = options->threads,
        .history_max =
            options->history_given ? options->history : DECODE_HISTORY_MAX,
        .until_end = options->until_end,
        .ignore_rest = options->ignore_rest,
    };

    const struct filter_way way = {
        .in = STDIN_FILENO,
        .out = STDOUT_FILENO,
        .rate = options->rate,
        .stall_ms = (int64_t)options->stall * 1000,
        .figures = options->figures,
        .ended = options->report ? report : NULL,
    };

    if (privilege_drop(err) < 0)
        return -1;
    if (options->verb == VERB_DECODE)
        return filter_decode(&decode, options->any, &way, stats, err);
    if (options->verb == VERB_INSPECT)
        return print_facts(&decode, !options->head, err);
    return filter_encode(&encode, options->bulk, &way, stats, err);
}

int main(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    struct stream_stats stats = { 0 };
    struct options options = { .compress = CODEC_AUTO,
                               .threads = encode_default_threads() };

    signal(SIGPIPE, SIG_IGN);
    int rc = read_options(&options, argc, argv, &err);
    if (rc == 0 && options.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (rc == 0)
        rc = run(&options, &stats, &err);
    if (rc == 0)
        return 0;
    fprintf(stderr, "xn-stream: %s\n", err.message);
    if (err.hint != NULL)
        fprintf(stderr, "    %s\n", err.hint);
    return (int)err.kind;
}
