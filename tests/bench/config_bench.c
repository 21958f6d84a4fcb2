/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast configurations are read, against xl's own parser in the same run:
 * a usual file and one of 5 MiB. libxlutil parses; ours parses, and then it
 * parses and checks. Then `xn config check` of the usual file as a process.
 * Each round measures all of them one after another, so that whatever else the
 * machine does hits all; figures are medians, of times and of ratios. The
 * process waits for what else runs, too: of it the quickest run counts. Fails
 * when the large file is not parsed and checked three times as fast, when twice
 * the text takes more than two and a half times as long, or when the process
 * takes more than 10 ms.
 */
#include <fcntl.h>
#include <libxlutil.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/config.h"

enum {
    ROUNDS = 31, /* odd: the median is one of them */
    USUAL_LINES = 200,
    LARGE = 5 * 1024 * 1024,
};

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What files are made of: comments, settings, a list of devices. */
static void make_text(struct strbuf *text, size_t lines, size_t size)
{
    strbuf_puts(text, "name = \"bench\"\nkernel = \"/boot/vmlinuz\"\n"
                      "memory = 512\ndisk = [\n");
    for (size_t i = 0; i < lines && text->length < size; i++) {
        if (i % 4 == 0)
            strbuf_puts(text, "    # a disk for data, with a comment to it\n");
        strbuf_printf(text, "    \"/dev/vg0/bench-data-%zu,raw,xvd%c,rw\",\n",
                      i, (char)('a' + i % 26));
    }
    strbuf_puts(text, "]\nvif = [ \"bridge=xenbr0\" ]\n");
}

static void read_theirs(const struct strbuf *text)
{
    XLU_Config *config = xlu_cfg_init(stderr, "bench");

    if (xlu_cfg_readdata(config, text->text, (int)text->length) != 0)
        abort();
    xlu_cfg_destroy(config);
}

static void parse_ours(const struct strbuf *text)
{
    const struct config_source source = { .path = "bench",
                                          .text = text->text,
                                          .length = text->length };
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_config_tree struct config_tree *tree = NULL;

    if (config_read(&source, &tree, &diags, NULL) != 0)
        abort();
}

static void check_ours(const struct strbuf *text)
{
    const struct config_source source = { .path = "bench",
                                          .text = text->text,
                                          .length = text->length };
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (config_load(&source, NULL, NULL, &spec, &diags, NULL) != 0)
        abort();
}

static void (*const readers[])(const struct strbuf *text) = {
    read_theirs,
    parse_ours,
    check_ours,
};

enum { THEIRS, PARSED, CHECKED, READERS };

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(const double *values)
{
    double sorted[ROUNDS];

    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(*sorted), compare_doubles);
    return sorted[ROUNDS / 2];
}

/* How often the time of one goes into that of another, round by round. */
static double median_ratio(const double *time, const double *base)
{
    double ratios[ROUNDS];

    for (int i = 0; i < ROUNDS; i++)
        ratios[i] = time[i] / base[i];
    return median(ratios);
}

static void measure(const struct strbuf *text, double times[READERS][ROUNDS])
{
    for (int i = 0; i < ROUNDS; i++)
        for (int reader = 0; reader < READERS; reader++) {
            double began = seconds(CLOCK_PROCESS_CPUTIME_ID);

            readers[reader](text);
            times[reader][i] = seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
        }
}

/* Seconds that ours parses and checks; *faster: how many times theirs. */
static double compare(const char *what, const struct strbuf *text,
                      double *faster)
{
    double times[READERS][ROUNDS];

    measure(text, times);
    *faster = median_ratio(times[THEIRS], times[CHECKED]);
    printf("%-8s %9zu %9.3f %9.3f %8.1f %11.3f %8.1f\n", what, text->length,
           median(times[THEIRS]) * 1e3, median(times[PARSED]) * 1e3,
           median_ratio(times[THEIRS], times[PARSED]),
           median(times[CHECKED]) * 1e3, *faster);
    return median(times[CHECKED]);
}

/* The program as a whole, from its start to its end; what it says is lost. */
static void run_check(char *program, char *path)
{
    char command[] = "config";
    char verb[] = "check";
    char *const words[] = { program, command, verb, path, NULL };
    char *const no_environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, program, &actions, NULL, words, no_environment) !=
            0 ||
        waitpid(pid, &status, 0) < 0 || status != 0)
        abort();
    posix_spawn_file_actions_destroy(&actions);
}

/* Seconds, the least of a number of runs, of xn beside this program. */
static double measure_process(const char *self, const struct strbuf *text)
{
    const char *slash = strrchr(self, '/');
    cleanup_free char *program = mem_printf(
        "%.*s/xn", slash ? (int)(slash - self) : 1, slash ? self : ".");
    char path[] = "/tmp/bench-config-XXXXXX";
    double least = 0;
    int fd = mkstemp(path);

    if (fd < 0 || io_write_all(fd, text->text, text->length) < 0)
        abort();
    close(fd);
    for (int i = 0; i < ROUNDS; i++) {
        double began = seconds(CLOCK_MONOTONIC);

        run_check(program, path);
        double time = seconds(CLOCK_MONOTONIC) - began;
        if (i == 0 || time < least)
            least = time;
    }
    unlink(path);
    return least;
}

int main(int argc, char **argv)
{
    cleanup_strbuf struct strbuf usual = { 0 };
    cleanup_strbuf struct strbuf half = { 0 };
    cleanup_strbuf struct strbuf large = { 0 };
    double faster, half_time, time, process;

    mem_settle(); /* as xn */
    make_text(&usual, USUAL_LINES, LARGE);
    make_text(&half, LARGE, LARGE / 2);
    make_text(&large, LARGE, LARGE);
    printf("%-8s %9s %9s %9s %8s %11s %8s\n", "", "bytes", "xl ms", "xn ms",
           "faster", "+ check ms", "faster");
    compare("usual", &usual, &faster);
    half_time = compare("half", &half, &faster);
    time = compare("large", &large, &faster);
    process = measure_process(argv[0], &usual);
    printf("xn config check, the usual file, as a process: %.1f ms\n",
           process * 1e3);
    if (faster >= 3 && time <= half_time * 2.5 && process <= 0.010)
        return 0;
    fprintf(stderr,
            "the large file: parsed and checked %.2f times as fast as xl "
            "parses it, in %.1f times the time of half of it; the process took "
            "%.1f ms\n",
            faster, time / half_time, process * 1e3);
    return 1;
}
