/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-stream encode|decode: the codec as a filter from standard input to
 * standard output, in a process without privileges. docs/stream.md says what
 * the bytes between mean.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "stream/filter.h"
#include "stream/privilege.h"

#define THREADS_MAX 64

static const char usage[] =
    "usage: xn-stream encode|decode [OPTION ...] <IN >OUT\n"
    "  -c, --compress HOW   auto, none, lz4, zstd[:LEVEL]       (encode)\n"
    "  -k, --history SIZE   keep that much of earlier pages     (encode)\n"
    "                       allow the stream that much          (decode)\n"
    "  -b, --bulk           fill frames: nobody waits for them  (encode)\n"
    "  -t, --threads N      0: none beside the main one\n"
    "  -r, --report         end with a line of JSON on standard error\n"
    "  -h, --help           show this\n";

struct options {
    bool decode;
    bool bulk;
    bool report;
    bool help;
    bool history_given;
    uint64_t history; /* bytes */
    unsigned int threads;
    struct codec_choice compress;
};

static int read_value(struct options *options, int letter, const char *value,
                      struct error *err)
{
    uint64_t number;

    if (letter == 'c')
        return codec_parse_choice(value, &options->compress, err);
    if (letter == 'k') {
        if (!number_parse_size_kib(value, &number))
            return error_set(err, ERR_USAGE, "'%s' is no size", value);
        options->history = number << 10;
        options->history_given = true;
    } else {
        if (!number_parse_u64(value, THREADS_MAX, &number))
            return error_set(err, ERR_USAGE, "'%s' is no number up to %d",
                             value, THREADS_MAX);
        options->threads = (unsigned int)number;
    }
    return 0;
}

static int read_letters(struct options *options, int argc, char **argv,
                        struct error *err)
{
    static const struct option rows[] = {
        { "compress", required_argument, NULL, 'c' },
        { "history", required_argument, NULL, 'k' },
        { "bulk", no_argument, NULL, 'b' },
        { "threads", required_argument, NULL, 't' },
        { "report", no_argument, NULL, 'r' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int letter;

    opterr = 0;
    while ((letter = getopt_long(argc, argv, "c:k:bt:rh", rows, NULL)) != -1) {
        if (letter == '?')
            return error_set(err, ERR_USAGE, "unknown option '%s'",
                             argv[optind - 1]);
        if (letter == 'b')
            options->bulk = true;
        else if (letter == 'r')
            options->report = true;
        else if (letter == 'h')
            options->help = true;
        else if (read_value(options, letter, optarg, err) < 0)
            return -1;
    }
    return 0;
}

static int read_options(struct options *options, int argc, char **argv,
                        struct error *err)
{
    if (read_letters(options, argc, argv, err) < 0)
        return -1;
    if (options->help)
        return 0;
    if (argc - optind != 1)
        return error_set(err, ERR_USAGE, "encode or decode?");
    options->decode = strcmp(argv[optind], "decode") == 0;
    if (!options->decode && strcmp(argv[optind], "encode") != 0)
        return error_set(err, ERR_USAGE, "'%s' is neither encode nor decode",
                         argv[optind]);
    if (isatty(options->decode ? STDIN_FILENO : STDOUT_FILENO))
        return error_set(err, ERR_USAGE, "a terminal is no place for a stream");
    return 0;
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
    };

    if (privilege_drop(err) < 0)
        return -1;
    if (options->decode)
        return filter_decode(&decode, STDIN_FILENO, STDOUT_FILENO, stats, err);
    return filter_encode(&encode, options->bulk, STDIN_FILENO, STDOUT_FILENO,
                         stats, err);
}

static void report(const struct stream_stats *stats)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_uint(json, "bytes", stats->bytes);
    json_add_uint(json, "carried", stats->carried);
    json_add_uint(json, "frames", stats->frames);
    json_add_uint(json, "pages", stats->pages);
    json_add_uint(json, "zero_pages", stats->zero_pages);
    json_add_uint(json, "same_pages", stats->same_pages);
    json_add_uint(json, "delta_pages", stats->delta_pages);
    json_end_object(json);
    fprintf(stderr, "%s\n", json_text(json, NULL));
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
    if (rc == 0 && options.report)
        report(&stats);
    if (rc == 0)
        return 0;
    fprintf(stderr, "xn-stream: %s\n", err.message);
    if (err.hint != NULL)
        fprintf(stderr, "    %s\n", err.hint);
    return (int)err.kind;
}
