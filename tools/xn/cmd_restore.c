/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved guest goes on. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "show/progress.h"
#include "show/show.h"
#include "xn/image_file.h"
#include "xn/load.h"
#include "xn/making.h"

/* Reads all of it before anything is made, where it can be read again. */
static int verify(int fd, const char *path, bool quiet, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    cleanup_free char *what = mem_printf("verifying %s", path);
    cleanup_free char *safe = show_safe(what);
    struct stat status;

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return 0;
    struct progress *progress =
        progress_begin(quiet ? PROGRESS_QUIET : PROGRESS_TEXT, safe);
    off_t start = lseek(fd, 0, SEEK_CUR);
    int rc = image_inspect(fd, path, true, &facts, err);
    progress_end(progress);
    if (rc < 0)
        return -1;
    if (lseek(fd, start, SEEK_SET) != start)
        return error_set(err, ERR_FAILED, "%s: cannot go back in it", path);
    return 0;
}

/* The configuration that the image has, or the file named instead. */
static int read_spec(struct invocation *inv, const struct source *source,
                     const char *config, const struct xlconf *defaults,
                     struct domain_spec *spec, struct error *err)
{
    struct config_source file = { .path = config };

    if (config != NULL)
        return load_domain(inv->settings, inv->host, &file, defaults, false,
                           inv->settings->as_xl, spec, err);
    return load_saved(inv->host, source, spec, err);
}

static int restore_from(struct invocation *inv, const char *config,
                        struct source *source, struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_xlconf struct xlconf defaults;

    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        read_spec(inv, source, config, &defaults, &spec, err) < 0)
        return -1;
    if (invocation_count(inv, "d") > 0 &&
        load_show_domain(&spec, stderr, err) < 0)
        return -1;
    struct create_request request = { .spec = &spec,
                                      .defaults = &defaults,
                                      .source = source };
    making_read_options(inv, &request);
    return making_run(inv, &request, "restoring", "restored", err);
}

static int run(struct invocation *inv, struct error *err)
{
    const char *config = inv->word_count > 1 ? inv->words[0] : NULL;
    const char *path = inv->words[inv->word_count - 1];
    bool quiet = inv->settings->as_xl || invocation_count(inv, "quiet") > 0;
    struct source source = SOURCE_INIT;
    cleanup_close int fd = image_file_open(path, err);

    if (fd < 0 || interrupt_install(err) < 0 ||
        verify(fd, path, quiet, err) < 0 ||
        source_open(&source, fd, path, err) < 0)
        return -1;
    int rc = restore_from(inv, config, &source, err);
    source_dispose(&source);
    return rc;
}

static const struct option_row options[] = {
    { 'c', "console", OPTION_FLAG, NULL, "attach to the console at once" },
    { 'p', "paused", OPTION_FLAG, NULL, "leave the domain paused" },
    { 'q', "quiet", OPTION_FLAG, NULL, "say nothing but errors" },
    { 'F', "foreground", OPTION_FLAG, NULL,
      "stay and act on the domain's shutdowns" },
    { 'e', NULL, OPTION_FLAG, NULL, "nobody acts on the domain's shutdowns" },
    { 'd', NULL, OPTION_FLAG, NULL,
      "print the configuration on standard error" },
    { 'V', "vncviewer", OPTION_FLAG, NULL, "start vncviewer" },
    { 'A', "vncviewer-autopass", OPTION_FLAG, NULL,
      "start vncviewer and give it the password" },
    { 0 },
};

const struct command command_restore = {
    .name = "restore",
    .summary = "Makes a domain that goes on where it was saved",
    .words = "[CONFIG] FILE",
    .min_words = 1,
    .max_words = 2,
    .completes = WORD_FILE,
    .options = options,
    .run = run,
};
