/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration that a guest was saved with. */
#include "show/show.h"
#include "xn/command.h"
#include "xn/image_file.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    const char *path = inv->words[0];

    if (image_file_inspect(path, false, &facts, err) < 0)
        return -1;
    if (facts.config == NULL)
        return error_set(err, ERR_CONFIG, "%s: there is no configuration in it",
                         path);
    /* Through the JSON reader, as anything can be in a file. */
    struct json_writer *json = json_writer_new(4);
    int rc = json_embed(json, facts.config, err);
    if (rc == 0)
        show_printf("%s\n", json_text(json, NULL));
    json_writer_free(json);
    return rc == 0 ? 0 : error_context(err, "%s: its configuration", path);
}

const struct command command_image_extract_config = {
    .name = "extract-config",
    .group = "image",
    .summary = "Prints the configuration of a saved domain as libxl's JSON",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_FILE,
    .without_xen = true,
    .run = run,
};
