/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files in their canonical layout. */
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/layout.h"
#include "config/parse.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/load.h"

struct file {
    const char *path;
    struct config_text *text;
    struct strbuf laid; /* the same in its layout */
};

static void file_dispose(struct file *file)
{
    config_text_unref(file->text);
    strbuf_dispose(&file->laid);
}

static int lay_out(struct file *file, struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    int rc = config_layout(file->text, &diags, &file->laid);

    if (rc < 0) {
        load_print_diags(&diags, true);
        error_set(err, ERR_CONFIG, "%s: it has mistakes, and stays as it is",
                  file->path);
    }
    return rc;
}

static bool is_laid_out(const struct file *file)
{
    size_t length;
    const char *bytes = config_text_bytes(file->text, &length);

    return length == file->laid.length &&
           (length == 0 || memcmp(bytes, file->laid.text, length) == 0);
}

static int replace(const struct file *file, struct error *err)
{
    return is_laid_out(file) ? 0
                             : io_rewrite_file(file->path, file->laid.text,
                                               file->laid.length, err);
}

static int format_file(struct invocation *inv, const char *path,
                       struct error *err)
{
    struct file file = { .path = path };
    char *bytes;
    size_t length;
    int rc;

    if (io_read_file(path, CONFIG_MAX_BYTES, &bytes, &length, err) < 0)
        return -1;
    file.text = config_text_adopt(path, bytes, length, 0);
    rc = lay_out(&file, err);
    if (rc == 0 && invocation_count(inv, "in-place") > 0) {
        rc = replace(&file, err);
    } else if (rc == 0 && invocation_count(inv, "check") > 0) {
        if (!is_laid_out(&file)) {
            show_printf("%s\n", path);
            inv->exit_status = 1;
        }
    } else if (rc == 0) {
        show_printf("%s", file.laid.length > 0 ? file.laid.text : "");
    }
    file_dispose(&file);
    return rc;
}

static int run(struct invocation *inv, struct error *err)
{
    bool many = invocation_count(inv, "in-place") > 0 ||
                invocation_count(inv, "check") > 0;

    if (inv->word_count > 1 && !many)
        return error_set(err, ERR_USAGE,
                         "several files need --in-place or "
                         "--check");
    for (int i = 0; i < inv->word_count; i++)
        if (format_file(inv, inv->words[i], err) < 0)
            return -1;
    return 0;
}

static const struct option_row options[] = {
    { 'i', "in-place", OPTION_FLAG, NULL, "Writes the file anew" },
    { 0, "check", OPTION_FLAG, NULL,
      "Only names the files that would change; then ends in 1" },
    { 0 },
};

const struct command command_config_format = {
    .name = "format",
    .group = "config",
    .summary = "Prints configuration files in their canonical layout",
    .words = "FILE ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_FILE,
    .without_xen = true,
    .options = options,
    .run = run,
};
