/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The other end of migrate, on its standard input and output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "domain/console_log.h"
#include "domain/create.h"
#include "domain/life/foreground.h"
#include "domain/transfer/arrival.h"
#include "domain/transfer/preflight.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/load.h"

/*
 * s without a byte from a plain xl, which has no deadline of its own: it sends
 * nothing while it waits up to a minute for the guest to suspend.
 */
#define PLAIN_STALL 120

/*
 * Takes the two streams away from whatever else would write to them: what is
 * printed goes to standard error from now on.
 */
static int open_wire(struct handover_wire *wire, struct error *err)
{
    *wire = (struct handover_wire){
        .in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1),
        .out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1),
        .peer = "the sender",
        .patience = HANDOVER_PATIENCE,
    };
    cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (wire->in >= 0 && wire->out >= 0 && null >= 0 &&
        dup2(null, STDIN_FILENO) >= 0 &&
        dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        return 0;
    return error_set_errno(err, ERR_FAILED, errno, "standard input and output");
}

static void close_wire(struct handover_wire *wire)
{
    io_cleanup_close(&wire->in);
    io_cleanup_close(&wire->out);
}

/* The domain in its place; from here on the guest is ours or the sender's. */
static int make(struct invocation *inv, struct takeover *takeover,
                struct source *source, struct domain_spec *spec,
                uint32_t *domid, struct error *err)
{
    libxl_domain_create_info *info = &spec->config.c_info;
    cleanup_xlconf struct xlconf defaults;
    cleanup_free char *name = mem_strdup(info->name);
    struct create_request request = {
        .spec = spec,
        .defaults = &defaults,
        .source = source,
        .takeover = takeover,
        .paused = invocation_count(inv, "p") > 0,
        .supervise = invocation_count(inv, "e") == 0 &&
                     invocation_count(inv, "foreground") == 0,
        .verbosity = inv->settings->verbosity,
    };

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        takeover_check_name(inv->host, name, &info->uuid, err) < 0)
        return -1;
    takeover->name = name;
    takeover->paused = request.paused;
    takeover->supervised = request.supervise;
    uuid_format_text(libxl_uuid_bytearray_const(&info->uuid), takeover->uuid);
    /* What an earlier migration left says nothing about this one. */
    taken_note_settle(takeover->uuid);
    free(info->name);
    info->name = takeover_first_name(name);
    int rc = domain_create(inv->host, &request, domid, err);
    if (rc < 0)
        console_log_remove(&console_log_of_host, info->name);
    return rc;
}

static int receive_from(struct invocation *inv, struct takeover *takeover,
                        const struct needs *needs, struct source *source,
                        uint32_t *domid, struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (load_saved(inv->host, source, &spec, err) < 0)
        return -1;
    if (invocation_count(inv, "debug") > 0 &&
        load_show_domain(NULL, &spec, stderr, err) < 0)
        return -1;
    spec.has_kib = needs->memory_kib;
    takeover->connected = needs->connected;
    return make(inv, takeover, source, &spec, domid, err);
}

/* What it would be refused for; source has the question's configuration. */
static int find_reasons(struct invocation *inv,
                        const struct preflight_question *question,
                        struct answer *answer, struct error *err)
{
    struct source source = SOURCE_INIT;
    cleanup_domain_spec struct domain_spec spec;
    cleanup_xlconf struct xlconf defaults;

    source.path = "what came";
    source.config_json = question->config;
    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_saved(inv->host, &source, &spec, err) < 0 ||
        load_defaults(inv->settings, &defaults, err) < 0)
        return -1;
    preflight_find_reasons(inv->host, question, &spec, &defaults, answer);
    return 0;
}

/* 1: the guest comes, with what was agreed in question; 0: it does not. */
static int shake_hands(struct invocation *inv, const struct takeover *takeover,
                       struct preflight_question *question, struct error *err)
{
    cleanup_answer struct answer answer = { 0 };
    cleanup_strbuf struct strbuf text = { 0 };

    if (!takeover->frames)
        return 1;
    if (preflight_hear(&takeover->wire, question, err) < 0 ||
        find_reasons(inv, question, &answer, err) < 0)
        return -1;
    answer_format(&answer, question->notes, &text);
    if (handover_say_text(&takeover->wire, text.text, text.length, err) < 0)
        return -1;
    return answer.reasons.length == 0 && !question->only ? 1 : 0;
}

static int receive(struct invocation *inv, struct takeover *takeover,
                   uint32_t *domid, struct error *err)
{
    cleanup_preflight_question struct preflight_question question = { 0 };
    struct source source = SOURCE_INIT;
    bool frames = takeover->frames;

    if (handover_say_banner(&takeover->wire, frames ? HANDOVER_VERSION : 0,
                            err) < 0)
        return -1;
    int comes = shake_hands(inv, takeover, &question, err);
    if (comes <= 0)
        return comes;
    if (handover_await_state(&takeover->wire, err) < 0 ||
        source_open_wire(&source, takeover->wire.in, frames,
                         frames ? question.stall : PLAIN_STALL, err) < 0)
        return -1;
    int rc = receive_from(inv, takeover, &question.needs, &source, domid, err);
    source_dispose(&source);
    return rc;
}

/* For the sender of a migration whose end it did not see. */
static int answer(struct invocation *inv, const char *uuid, struct error *err)
{
    enum arrival_place place;

    if (arrival_find(inv->host, uuid, &place, err) < 0)
        return -1;
    show_printf("%s\n", arrival_place_name(place));
    return 0;
}

/* For a sender that heard that it runs here: its receiver may have been killed
 * right after it said so. */
static int settle(struct invocation *inv, const char *uuid, struct error *err)
{
    uint32_t domid;

    if (arrival_finish(inv->host, uuid, &domid, err) < 0)
        return -1;
    taken_note_settle(uuid);
    return 0;
}

/* For a sender that spreads its guests: bytes that they could have. */
static int say_room(struct invocation *inv, struct error *err)
{
    uint64_t kib;

    host_log_forget(&inv->host->log);
    int rc = libxl_get_free_memory(inv->host->ctx, &kib);
    if (rc != 0)
        return host_fail(inv->host, err, ERR_HOST, rc, "free memory");
    show_printf("%llu\n", (unsigned long long)kib << 10);
    return 0;
}

/* What the sender's newest version is; we know one. */
static int read_handshake(const struct invocation *inv, bool *frames,
                          struct error *err)
{
    const char *newest = invocation_value(inv, "handshake");
    uint64_t version;

    *frames = newest != NULL;
    if (newest == NULL || (number_parse_u64(newest, UINT32_MAX, &version) &&
                           version >= (uint64_t)HANDOVER_VERSION))
        return 0;
    return error_set(err, ERR_USAGE,
                     "--handshake: this host knows version %d, not '%s'",
                     HANDOVER_VERSION, newest);
}

static int run(struct invocation *inv, struct error *err)
{
    struct takeover takeover = { .note = TAKEN_NOTE_INIT };
    const char *whose = invocation_value(inv, "whose");
    const char *settled = invocation_value(inv, "settled");
    uint32_t domid = INVALID_DOMID;

    if (invocation_count(inv, "r") > 0 || invocation_count(inv, "colo") > 0)
        return error_set(err, ERR_USAGE,
                         "there is no receiver for Remus and COLO");
    if (invocation_count(inv, "room") > 0)
        return say_room(inv, err);
    if (whose != NULL)
        return answer(inv, whose, err);
    if (settled != NULL)
        return settle(inv, settled, err);
    if (read_handshake(inv, &takeover.frames, err) < 0 ||
        interrupt_install(err) < 0)
        return -1;
    int rc = open_wire(&takeover.wire, err);
    if (rc == 0)
        rc = receive(inv, &takeover, &domid, err);
    close_wire(&takeover.wire);
    if (rc < 0 || domid == (uint32_t)INVALID_DOMID ||
        invocation_count(inv, "foreground") == 0)
        return rc;
    return supervise_foreground(inv->host, domid, err);
}

static const struct option_row options[] = {
    { 'p', "paused", OPTION_FLAG, NULL, "Leaves the domain paused" },
    { 'e', NULL, OPTION_FLAG, NULL, "Nobody acts on the domain's shutdowns" },
    { 'F', "foreground", OPTION_FLAG, NULL,
      "Stays and acts on the domain's shutdowns" },
    { 'd', "debug", OPTION_FLAG, NULL,
      "Prints the configuration on standard error" },
    { 0, "handshake", OPTION_VALUE, "VERSION",
      "The newest of Xenith's that the sender knows" },
    { 0, "room", OPTION_FLAG, NULL,
      "Only says how many bytes of memory are free" },
    { 0, "whose", OPTION_VALUE, "UUID", "Only says where that domain is" },
    { 0, "settled", OPTION_VALUE, "UUID",
      "Only forgets that the sender might ask for that domain" },
    { 'r', NULL, OPTION_FLAG, NULL, NULL },
    { 0, "colo", OPTION_FLAG, NULL, NULL },
    { 0, "coloft-script", OPTION_VALUE, "FILE", NULL },
    { 0, "userspace-colo-proxy", OPTION_FLAG, NULL, NULL },
    { 0 },
};

const struct command command_migrate_receive = {
    .name = "migrate-receive",
    .summary = "Takes a domain that migrates, from standard input",
    .words = "",
    .max_words = 0,
    .options = options,
    .run = run,
};
