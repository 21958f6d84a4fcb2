/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest goes on at another host. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "domain/life/supervise.h"
#include "domain/tally.h"
#include "domain/transfer/migrate.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/preflight.h"
#include "domain/transfer/recover.h"
#include "show/show.h"
#include "xn/evacuate.h"
#include "xn/load.h"
#include "xn/migrate_status.h"
#include "xn/rounds.h"
#include "xn/subject.h"
#include "xn/transfer_view.h"

#define COMPRESS "zstd"

/* s without a byte moved; long enough for a switch that learns its ports. */
#define STALL 30
#define STALL_MAX 86400
#define RATE_MAX ((uint64_t)1 << 50)

/*
 * A command of the user's may reach no shell that could look for ours: unless
 * --compress says that it does, the question comes before.
 */
static enum transport_receiver receiver_of(const struct invocation *inv)
{
    if (invocation_value(inv, "compress") != NULL)
        return TRANSPORT_EITHER;
    if (inv->settings->as_xl)
        return TRANSPORT_XL;
    return invocation_value(inv, "s") == NULL ? TRANSPORT_EITHER
                                              : TRANSPORT_ASK;
}

static int read_limits(const struct invocation *inv,
                       struct migrate_request *request, struct error *err)
{
    const char *rate = invocation_value(inv, "bwlimit");
    const char *stall = invocation_value(inv, "stall-timeout");
    uint64_t seconds = STALL;

    if (rate != NULL && (!number_parse_bytes(rate, &request->rate) ||
                         request->rate == 0 || request->rate > RATE_MAX)) {
        error_set(err, ERR_USAGE, "--bwlimit: '%s' is no rate", rate);
        error_hint(err, "bytes a second, as 500K, 20M or 1G");
        return -1;
    }
    if (stall != NULL && !number_parse_u64(stall, STALL_MAX, &seconds))
        return error_set(err, ERR_USAGE,
                         "--stall-timeout: '%s' is no number of seconds up to "
                         "%d",
                         stall, STALL_MAX);
    request->stall = (unsigned int)seconds;
    return 0;
}

static int read_request(const struct invocation *inv,
                        struct migrate_request *request, struct error *err)
{
    const char *compress = invocation_value(inv, "compress");

    *request = (struct migrate_request){
        .transport = {
            .command = invocation_value(inv, "s"),
            .host = inv->words[0],
            .receiver = receiver_of(inv),
            .debug = invocation_count(inv, "debug") > 0,
            .nobody = invocation_count(inv, "e") > 0 ||
                      invocation_count(inv, "F") > 0,
            .paused = invocation_count(inv, "p") > 0,
            .carriage_returns = inv->settings->as_xl && isatty(STDERR_FILENO),
            .verbosity = inv->settings->verbosity,
        },
        .compress = compress != NULL ? compress : COMPRESS,
        .debug = invocation_count(inv, "debug") > 0,
    };
    return read_limits(inv, request, err);
}

/*
 * The notes of both hosts, and --recover, know the guest by its UUID: another
 * one there would be taken for no copy at all.
 */
static int read_config(struct invocation *inv, const char *file, char **json,
                       struct error *err)
{
    cleanup_free char *uuid = outgoing_uuid(inv->domid, err);

    if (uuid == NULL)
        return -1;
    return load_saved_config(inv, file, uuid, json, err);
}

static double ratio_of(const struct codec_report *sent)
{
    return sent->bytes > 0 ? (double)sent->carried / (double)sent->bytes : 1;
}

/* "migrated web to host2: 6.2 s, stopped for 0.41 s after 3 rounds, 17.1 MiB
 * sent for 142.0 MiB of state (0.12)" */
static void show_summary(const struct invocation *inv,
                         const struct migrate_report *report)
{
    const struct codec_report *sent = &report->sent;

    show_printf("migrated %s to %s: %.1f s", inv->domain, inv->words[0],
                (double)report->total_ms / 1000);
    if (report->stopped_ms >= 0)
        show_printf(", stopped for %.2f s", (double)report->stopped_ms / 1000);
    if (report->rounds.count > 0)
        show_printf(" after %u round%s", report->rounds.count,
                    report->rounds.count == 1 ? "" : "s");
    show_printf(", %.1f MiB sent for %.1f MiB of state (%.2f)%s\n",
                (double)sent->carried / (1 << 20),
                (double)sent->bytes / (1 << 20), ratio_of(sent),
                report->frames ? "" : ", to a plain xl");
}

static void show_report(const struct invocation *inv,
                        const struct migrate_report *report)
{
    struct json_writer *json = show_json_begin("migrate");

    json_add_string(json, "name", inv->domain);
    json_add_string(json, "host", inv->words[0]);
    json_add_bool(json, "plain_xl", !report->frames);
    json_add_double(json, "seconds", (double)report->total_ms / 1000);
    json_key(json, "downtime");
    if (report->stopped_ms >= 0)
        json_double(json, (double)report->stopped_ms / 1000);
    else
        json_null(json);
    json_add_uint(json, "rounds", report->rounds.count);
    json_add_uint(json, "sent", report->sent.carried);
    json_add_uint(json, "bytes", report->sent.bytes);
    json_add_double(json, "ratio", ratio_of(&report->sent));
    show_json_end(json);
}

static void say_done(const struct invocation *inv,
                     const struct migrate_report *report)
{
    if (inv->settings->as_xl)
        fputs("Migration successful.\n", stderr);
    else if (invocation_count(inv, "quiet") > 0)
        return;
    else if (invocation_count(inv, "json") > 0)
        show_report(inv, report);
    else
        show_summary(inv, report);
}

static void tally_migration(bool ok, const struct migrate_report *report)
{
    struct tallies more = { 0 };

    more.of[ok ? TALLY_MIGRATIONS : TALLY_MIGRATIONS_FAILED] = 1;
    if (ok) {
        more.of[TALLY_MIGRATION_SECONDS] = (double)report->total_ms / 1000;
        more.of[TALLY_MIGRATION_BYTES] = (double)report->sent.carried;
    }
    if (ok && report->stopped_ms > 0)
        more.of[TALLY_MIGRATION_STOPPED_SECONDS] =
            (double)report->stopped_ms / 1000;
    tally_add(TALLY_FILE, &more);
}

static int migrate(struct invocation *inv, struct migrate_request *request,
                   struct error *err)
{
    cleanup_supervise_guest struct supervise_guest guest;
    struct subject subject = subject_of(inv);
    struct migrate_report report;
    struct transfer_view view;
    enum progress_mode mode;
    bool quiet = inv->settings->as_xl || invocation_count(inv, "quiet") > 0;
    cleanup_free char *what =
        mem_printf("migrating %s to %s", inv->domain, inv->words[0]);

    if (transfer_view_mode(inv, quiet, &mode, err) < 0 ||
        transfer_view_open(&view, err) < 0)
        return -1;
    transfer_view_begin(&view, mode, what);
    request->sending.figures = &view.figures;
    supervise_guest_read(&guest, inv->domid);
    supervise_tell(&guest, "migrating", inv->words[0], NULL);
    int rc = domain_migrate(&subject, request, &report, err);
    transfer_view_end(&view);
    tally_migration(rc == 0, &report);
    supervise_tell(&guest, rc == 0 ? "migrated" : "migration-failed",
                   inv->words[0], rc == 0 || err == NULL ? NULL : err->message);
    if (rc == 0)
        say_done(inv, &report);
    return rc;
}

/* -- only asking ----------------------------------------------------------- */

static void add_lines(struct json_writer *json, const char *key,
                      const struct strbuf *lines)
{
    cleanup_free char *copy =
        mem_strdup(lines->text != NULL ? lines->text : "");
    char *rest = copy;

    json_key(json, key);
    json_begin_array(json);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (line[0] != '\0')
            json_string(json, line);
    json_end_array(json);
}

static void show_answer_json(const struct invocation *inv,
                             const struct answer *answer)
{
    struct json_writer *json = show_json_begin("migrate-check");

    json_add_string(json, "name", inv->domain);
    json_add_string(json, "host", inv->words[0]);
    json_add_bool(json, "can", answer->reasons.length == 0);
    add_lines(json, "reasons", &answer->reasons);
    add_lines(json, "notes", &answer->notes);
    show_json_end(json);
}

static void show_answer(const struct invocation *inv,
                        const struct answer *answer)
{
    struct answer notes = { .notes = answer->notes };
    cleanup_strbuf struct strbuf text = { 0 };

    show_printf("%s can take %s\n", inv->words[0], inv->domain);
    answer_format(&notes, true, &text);
    for (char *line, *rest = text.text; (line = strsep(&rest, "\n")) != NULL;) {
        cleanup_free char *safe = show_safe(line);
        if (safe[0] != '\0')
            show_printf("%s\n", safe);
    }
}

static int check(struct invocation *inv, const struct migrate_request *request,
                 struct error *err)
{
    struct subject subject = subject_of(inv);
    cleanup_answer struct answer answer = { 0 };

    int rc = preflight_check(&subject, &request->transport,
                             request->sending.config_json, &answer, err);
    bool answered = rc == 0 || answer.reasons.length > 0;
    if (answered && invocation_count(inv, "json") > 0)
        show_answer_json(inv, &answer);
    else if (rc == 0)
        show_answer(inv, &answer);
    return rc == 0 ? 0 : error_context(err, "migrate '%s'", inv->domain);
}

/* -- who has it ------------------------------------------------------------ */

static void show_recovered(const char *word,
                           const struct recover_result *result)
{
    const char *place = arrival_place_name(result->place);

    if (result->here)
        show_printf("%s goes on here\n", word);
    else if (result->host == NULL)
        show_printf("%s is not here, and its migration is forgotten\n", word);
    else if (result->place == ARRIVAL_ABSENT)
        show_printf("%s is neither here nor on %s\n", word, result->host);
    else
        show_printf("%s is on %s (%s)%s\n", word, result->host, place,
                    result->had_copy ? "; its copy here is gone" : "");
}

static int recover(struct invocation *inv, struct error *err)
{
    bool here = invocation_count(inv, "here") > 0;
    struct recover_result result;

    int rc = domain_recover(inv->host, inv->words[0], here, &result, err);
    if (rc == 0)
        show_recovered(inv->words[0], &result);
    free(result.host);
    return rc;
}

static int check_words(const struct invocation *inv, struct error *err)
{
    if (invocation_count(inv, "all") > 0)
        return inv->word_count == 1
                   ? 0
                   : error_set(err, ERR_USAGE, "--all takes a HOST alone");
    if (invocation_count(inv, "status") > 0)
        return inv->domain == NULL
                   ? 0
                   : error_set(err, ERR_USAGE, "--status takes no DOMAIN");
    if (invocation_count(inv, "recover") > 0)
        return inv->word_count == 1
                   ? 0
                   : error_set(err, ERR_USAGE,
                               "--recover takes a DOMAIN alone");
    return inv->word_count == 1 ? 0
                                : error_set(err, ERR_USAGE,
                                            "migrate takes a DOMAIN and a "
                                            "HOST");
}

static int run(struct invocation *inv, struct error *err)
{
    const char *config = invocation_value(inv, "C");
    cleanup_free char *json = NULL;
    struct migrate_request request;

    if (check_words(inv, err) < 0)
        return -1;
    if (invocation_count(inv, "status") > 0)
        return migrate_status(inv, err);
    if (invocation_count(inv, "recover") > 0)
        return recover(inv, err);
    if (invocation_count(inv, "all") > 0)
        return evacuate(inv, inv->words, inv->word_count, err);
    if (read_request(inv, &request, err) < 0 ||
        rounds_read(inv, &request.sending, err) < 0)
        return -1;
    if (config != NULL && read_config(inv, config, &json, err) < 0)
        return -1;
    request.sending.config_json = json;
    if (invocation_count(inv, "check") > 0)
        return check(inv, &request, err);
    return migrate(inv, &request, err);
}

static const struct option_row options[] = {
    { 's', "ssh", OPTION_VALUE, "COMMAND",
      "Reaches the host by this instead of ssh; '': HOST is the command" },
    { 'C', "config", OPTION_VALUE, "FILE",
      "Sends this configuration instead of its own" },
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the domain paused there" },
    { 'e', NULL, OPTION_FLAG, NULL,
      "Nobody acts on the domain's shutdowns there" },
    { 'F', NULL, OPTION_FLAG, NULL, NULL },
    { 'D', "keep-domid", OPTION_FLAG, NULL, "Keeps the id that it has" },
    { 0, "compress", OPTION_VALUE, "HOW", "auto, none, lz4, zstd[:LEVEL]" },
    { 0, "bwlimit", OPTION_VALUE, "RATE",
      "Sends no more bytes a second; K, M, G" },
    { 0, "stall-timeout", OPTION_VALUE, "SECONDS",
      "Fails when nothing moves for so long; 0: never" },
    TRANSFER_PROGRESS_ROW,
    ROUNDS_ROWS,
    { 'q', "quiet", OPTION_FLAG, NULL, "Says nothing but errors" },
    { 0, "all", OPTION_FLAG, NULL, "Moves all domains, the largest first" },
    EVACUATE_JOBS_ROW,
    { 0, "timeout", OPTION_VALUE, "SECONDS", "With --all: for all of them" },
    { 0, "debug", OPTION_FLAG, NULL, "Sends all of it twice and compares" },
    { 0, "live", OPTION_FLAG, NULL, NULL },
    { 0, "check", OPTION_FLAG, NULL,
      "Only asks whether HOST could take it, with all reasons against" },
    { 0, "status", OPTION_FLAG, NULL,
      "Lists migrations from here that are under way or not settled" },
    { 0, "json", OPTION_FLAG, NULL,
      "Prints what was done as JSON (xn.migrate/1)" },
    { 0, "recover", OPTION_FLAG, NULL,
      "Finds out who has it after a lost connection, and settles it" },
    { 0, "here", OPTION_FLAG, NULL,
      "With --recover: it is certain that nobody else has it" },
    { 0 },
};

static const char *const without_target[] = { "all", "recover", NULL };

const struct command command_migrate = {
    .name = "migrate",
    .summary = "Moves a running domain to another host",
    .words = "[DOMAIN [HOST]]",
    .min_words = 0,
    .max_words = 2,
    .target = TARGET_OPTIONAL,
    .no_target_with = without_target,
    .completes = WORD_HOST,
    .options = options,
    .run = run,
};
