/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a saved guest whole? All of it is read. */
#include "base/mem.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/image_file.h"

static void show_verdict(const char *path, const struct image_facts *facts)
{
    cleanup_free char *file = show_safe(path);

    show_printf("%s: whole, %.1f MiB, for %.1f MiB of state\n", file,
                (double)facts->carried / (1 << 20),
                (double)facts->bytes / (1 << 20));
    if (!facts->xenith)
        show_printf("%s: xl's format has no checksums: its records are in "
                    "order, of the pages nothing can be told\n",
                    file);
}

static void show_json(const char *path, const struct image_facts *facts)
{
    struct json_writer *json = show_json_begin("image-verify");

    json_add_string(json, "file", path);
    json_add_bool(json, "whole", facts->complete);
    json_add_bool(json, "checksums", facts->xenith);
    json_add_uint(json, "file_bytes", facts->carried);
    json_add_uint(json, "state_bytes", facts->bytes);
    json_add_uint(json, "pages", facts->pages);
    json_add_uint(json, "device_model_bytes", facts->emulator_bytes);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    const char *path = inv->words[0];
    bool json = invocation_count(inv, "json") > 0;
    cleanup_free char *what = mem_printf("verifying %s", path);
    cleanup_free char *safe = show_safe(what);

    struct progress *progress =
        progress_begin(json ? PROGRESS_QUIET : PROGRESS_TEXT, safe);
    int rc = image_file_inspect(path, true, &facts, err);
    progress_end(progress);
    if (rc < 0)
        return -1;
    if (json)
        show_json(path, &facts);
    else
        show_verdict(path, &facts);
    return 0;
}

const struct command command_image_verify = {
    .name = "verify",
    .group = "image",
    .summary = "Reads a saved domain to its end and tells whether it is whole",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_FILE,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
