/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's state in a file. */
#include <string.h>

#include "base/mem.h"
#include "domain/life/supervise.h"
#include "domain/transfer/save.h"
#include "show/show.h"
#include "xn/image_format.h"
#include "xn/load.h"
#include "xn/rounds.h"
#include "xn/subject.h"
#include "xn/transfer_view.h"

static int read_request(const struct invocation *inv,
                        struct save_request *request, struct error *err)
{
    struct image_format format;

    if (image_format_read(inv, &format, err) < 0)
        return -1;
    *request = (struct save_request){
        .path = inv->words[0],
        .plain = format.plain,
        .compress = format.compress,
        .live = invocation_count(inv, "live") > 0,
    };
    if (invocation_count(inv, "p") > 0)
        request->after = SAVE_THEN_PAUSE;
    else if (invocation_count(inv, "c") > 0)
        request->after = SAVE_THEN_CONTINUE;
    if (rounds_given(inv) && !request->live)
        return error_set(err, ERR_USAGE,
                         "--max-downtime, --max-rounds and --abort-if-busy go "
                         "with --live");
    return rounds_read(inv, &request->sending, err);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_supervise_guest struct supervise_guest guest = { 0 };
    struct subject subject = subject_of(inv);
    cleanup_free char *json = NULL;
    struct save_request request;
    struct codec_report report;
    struct transfer_view view;
    enum progress_mode mode;

    if (read_request(inv, &request, err) < 0)
        return -1;
    if (inv->word_count > 1 &&
        load_saved_config(inv, inv->words[1], NULL, &json, err) < 0)
        return -1;
    request.sending.config_json = json;
    bool to_stdout = strcmp(request.path, "-") == 0;
    bool quiet = inv->settings->as_xl || to_stdout;
    cleanup_free char *what = mem_printf("saving %s", inv->domain);
    if (transfer_view_mode(inv, quiet, &mode, err) < 0 ||
        transfer_view_open(&view, err) < 0)
        return -1;
    transfer_view_begin(&view, mode, what);
    request.sending.figures = &view.figures;
    supervise_guest_read(&guest, inv->domid);
    int rc = domain_save(&subject, &request, &report, err);
    transfer_view_end(&view);
    if (rc == 0)
        supervise_tell(&guest, "saved", NULL, NULL);
    if (rc < 0 || quiet)
        return rc;
    show_printf("saved %s: %.1f MiB, for %.1f MiB of state\n", inv->domain,
                (double)report.carried / (1 << 20),
                (double)report.bytes / (1 << 20));
    return 0;
}

static const struct option_row options[] = {
    { 'c', "continue", OPTION_FLAG, NULL, "Lets the domain go on afterwards" },
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the domain paused afterwards" },
    { 'D', "keep-domid", OPTION_FLAG, NULL,
      "Has it restored under the id that it has" },
    { 0, "live", OPTION_FLAG, NULL,
      "Lets the domain run while most of it is written" },
    TRANSFER_PROGRESS_ROW,
    ROUNDS_ROWS,
    IMAGE_FORMAT_ROWS,
    { 0 },
};

const struct command command_save = {
    .name = "save",
    .summary = "Writes a domain's state to a file and ends the domain",
    .words = "DOMAIN FILE [CONFIG]",
    .min_words = 2,
    .max_words = 3,
    .target = TARGET_DOMAIN,
    .completes = WORD_FILE,
    .options = options,
    .run = run,
};
