/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved guest from one format to the other. */
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/transfer/image_convert.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/image_file.h"
#include "xn/image_format.h"

static int run(struct invocation *inv, struct error *err)
{
    const char *from = inv->words[0], *to = inv->words[1];
    cleanup_free char *what = mem_printf("converting %s", from);
    cleanup_free char *safe = show_safe(what);
    struct codec_report report;
    struct image_format format;

    if (image_format_read(inv, &format, err) < 0)
        return -1;
    cleanup_close int in = image_file_open(from, err);
    if (in < 0)
        return -1;
    bool quiet = strcmp(to, "-") == 0;
    struct progress *progress =
        progress_begin(quiet ? PROGRESS_QUIET : PROGRESS_TEXT, safe);
    int rc = image_convert(in, from, to, format.plain, format.compress, &report,
                           err);
    progress_end(progress);
    if (rc < 0 || quiet)
        return rc;
    cleanup_free char *file = show_safe(to);
    show_printf("%s: %.1f MiB, for %.1f MiB of state\n", file,
                (double)report.carried / (1 << 20),
                (double)report.bytes / (1 << 20));
    return 0;
}

static const struct option_row options[] = {
    IMAGE_FORMAT_ROWS,
    { 0 },
};

const struct command command_image_convert = {
    .name = "convert",
    .group = "image",
    .summary = "Writes a saved domain anew, in either format",
    .words = "FILE NEW-FILE",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_FILE,
    .without_xen = true,
    .options = options,
    .run = run,
};
