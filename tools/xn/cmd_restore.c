/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved guest goes on. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "domain/life/supervise.h"
#include "show/show.h"
#include "xn/image_file.h"
#include "xn/load.h"
#include "xn/making.h"
#include "xn/restore_words.h"
#include "xn/transfer_view.h"

struct restore {
    struct restore_words words;
    enum progress_mode progress;
};

/* -- the image ------------------------------------------------------------- */

/* False for what has none, as a pipe, or more than the image, as a device. */
static bool read_size(int fd, uint64_t *size)
{
    struct stat status;

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return false;
    *size = (uint64_t)status.st_size;
    return true;
}

/* Reads all of it before anything is made, where it can be read again. */
static int verify(int fd, const struct restore *restore, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    const char *path = restore->words.path;
    cleanup_free char *what = mem_printf("verifying %s", path);
    cleanup_free char *safe = show_safe(what);
    uint64_t size;

    if (!read_size(fd, &size) && !io_is_block_device(fd))
        return 0;
    struct progress *progress = progress_begin(restore->progress, safe);
    off_t start = lseek(fd, 0, SEEK_CUR);
    int rc = image_inspect(fd, path, true, &facts, err);
    progress_end(progress);
    if (rc < 0)
        return -1;
    if (lseek(fd, start, SEEK_SET) != start)
        return error_set(err, ERR_FAILED, "%s: cannot go back in it", path);
    return 0;
}

/* -- the domain ------------------------------------------------------------ */

/* The configuration that the image has, or the file named instead. */
static int read_spec(struct invocation *inv, const struct restore *restore,
                     const struct source *source, const struct xlconf *defaults,
                     struct domain_spec *spec, struct error *err)
{
    const char *const *overrides = restore->words.overrides.items;
    struct config_source file = { .path = restore->words.config,
                                  .overrides = overrides,
                                  .plain = inv->settings->as_xl };

    if (restore->words.config != NULL)
        return load_domain(inv->settings, inv->host, &file, defaults, false,
                           inv->settings->as_xl, spec, err);
    if (load_saved(inv->host, source, spec, err) < 0)
        return -1;
    if (overrides[0] == NULL)
        return 0;
    return load_override(inv, restore->words.path, defaults, overrides, spec,
                         err);
}

static void tell_restored(uint32_t domid)
{
    cleanup_supervise_guest struct supervise_guest guest;

    supervise_guest_read(&guest, domid);
    supervise_tell(&guest, "restored", NULL, NULL);
}

static int make(struct invocation *inv, const struct restore *restore,
                const struct create_request *request,
                struct transfer_view *view, struct error *err)
{
    const char *name = request->spec->config.c_info.name;
    cleanup_free char *what = mem_printf("restoring %s", name);
    uint32_t domid;

    transfer_view_begin(view, restore->progress, what);
    int rc = domain_create(inv->host, request, &domid, err);
    transfer_view_stop(view);
    if (rc == 0)
        tell_restored(domid);
    return rc == 0 ? making_follow(inv, request, domid, "restored", err) : -1;
}

static int restore_from(struct invocation *inv, const struct restore *restore,
                        struct source *source, struct transfer_view *view,
                        struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_xlconf struct xlconf defaults;

    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        read_spec(inv, restore, source, &defaults, &spec, err) < 0)
        return -1;
    if (invocation_count(inv, "d") > 0 &&
        load_show_domain(&defaults, &spec, stderr, err) < 0)
        return -1;
    struct create_request request = { .spec = &spec,
                                      .defaults = &defaults,
                                      .source = source };
    making_read_options(inv, &request);
    return make(inv, restore, &request, view, err);
}

static int restore_file(struct invocation *inv, const struct restore *restore,
                        struct transfer_view *view, struct error *err)
{
    struct source source = SOURCE_INIT;
    cleanup_close int fd = image_file_open(restore->words.path, err);

    if (fd < 0 || interrupt_install(err) < 0 || verify(fd, restore, err) < 0 ||
        source_open(&source, fd, restore->words.path, &view->figures, err) < 0)
        return -1;
    read_size(fd, &view->total);
    int rc = restore_from(inv, restore, &source, view, err);
    source_dispose(&source);
    return rc;
}

static int run(struct invocation *inv, struct error *err)
{
    bool quiet = inv->settings->as_xl || invocation_count(inv, "quiet") > 0;
    struct restore restore = { 0 };
    struct transfer_view view;

    int rc =
        restore_words_sort((const char *const *)inv->words, inv->word_count,
                           inv->settings->as_xl, &restore.words, err);
    if (rc == 0)
        rc = transfer_view_mode(inv, quiet, &restore.progress, err);
    if (rc == 0 && (rc = transfer_view_open(&view, err)) == 0) {
        rc = restore_file(inv, &restore, &view, err);
        transfer_view_end(&view);
    }
    restore_words_dispose(&restore.words);
    return rc;
}

static const struct option_row options[] = {
    { 'c', "console", OPTION_FLAG, NULL, "Attaches to the console at once" },
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the domain paused" },
    { 'q', "quiet", OPTION_FLAG, NULL, "Says nothing but errors" },
    TRANSFER_PROGRESS_ROW,
    { 'F', "foreground", OPTION_FLAG, NULL,
      "Stays and acts on the domain's shutdowns" },
    { 'e', NULL, OPTION_FLAG, NULL, "Nobody acts on the domain's shutdowns" },
    { 'd', NULL, OPTION_FLAG, NULL,
      "Prints the configuration on standard error" },
    { 'V', "vncviewer", OPTION_FLAG, NULL, "Starts vncviewer" },
    { 'A', "vncviewer-autopass", OPTION_FLAG, NULL,
      "Starts vncviewer and gives it the password" },
    { 0 },
};

const struct command command_restore = {
    .name = "restore",
    .summary = "Makes a domain that goes on where it was saved",
    .words = "[CONFIG] FILE [KEY=VALUE ...]",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_FILE,
    .options = options,
    .run = run,
};
