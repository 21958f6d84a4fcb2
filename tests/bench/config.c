/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast configurations are read, against xl's own parser in the same run:
 * a usual file and one of 5 MiB. libxlutil parses; ours parses, and then it
 * parses and checks. Fails when the large file is not parsed three times as
 * fast, or when twice the text takes more than two and a half times as long.
 */
#include <libxlutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "config/config.h"

enum {
    ROUNDS = 15,
    USUAL_LINES = 200,
    LARGE = 5 * 1024 * 1024,
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
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

/* The fastest of several rounds: what else the machine does only adds. */
static double measure(void (*read)(const struct strbuf *text),
                      const struct strbuf *text)
{
    double best = 1e9;

    for (int i = 0; i < ROUNDS; i++) {
        double began = seconds();
        double taken;

        read(text);
        taken = seconds() - began;
        if (taken < best)
            best = taken;
    }
    return best;
}

/* Seconds that ours takes; *ratio is how many times faster it is. */
static double compare(const char *what, size_t lines, size_t size,
                      double *ratio)
{
    cleanup_strbuf struct strbuf text = { 0 };
    double theirs;
    double ours;
    double checked;

    make_text(&text, lines, size);
    theirs = measure(read_theirs, &text);
    ours = measure(parse_ours, &text);
    checked = measure(check_ours, &text);
    *ratio = theirs / ours;
    printf("%-8s %9zu %9.3f %9.3f %8.1f %11.3f %8.1f\n", what, text.length,
           theirs * 1e3, ours * 1e3, *ratio, checked * 1e3, theirs / checked);
    return ours;
}

int main(void)
{
    double ratio;
    double half;
    double large;

    printf("%-8s %9s %9s %9s %8s %11s %8s\n", "", "bytes", "xl ms", "xn ms",
           "faster", "+ check ms", "faster");
    compare("usual", USUAL_LINES, LARGE, &ratio);
    half = compare("half", LARGE, LARGE / 2, &ratio);
    large = compare("large", LARGE, LARGE, &ratio);
    if (ratio < 3 || large > half * 2.5) {
        fprintf(stderr,
                "the large file: %.1f times as fast as xl, %.1f times "
                "as long as half of it\n",
                ratio, large / half);
        return 1;
    }
    return 0;
}
