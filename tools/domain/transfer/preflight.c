/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/preflight.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/mem.h"
#include "domain/inspect.h"
#include "domain/transfer/outgoing.h"
#include "domain/transfer/takeover.h"
#include "host/domains.h"

/* A day; who waits longer waits for ever. */
#define STALL_MAX 86400

/* -- the question ---------------------------------------------------------- */

char *preflight_question_format(const struct preflight_question *question)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_uint(json, "xen_major", question->xen_major);
    json_add_uint(json, "xen_minor", question->xen_minor);
    json_add_bool(json, "only", question->only);
    json_add_uint(json, "stall", question->stall);
    json_add_string(json, "config", question->config);
    json_add_bool(json, "notes", question->notes);
    json_key(json, "needs");
    needs_format(&question->needs, json);
    json_end_object(json);
    return mem_strdup(json_text(json, NULL));
}

static bool take_number(const struct json_value *json, const char *key,
                        uint64_t max, unsigned int *number)
{
    uint64_t wide;

    if (!json_as_uint(json_get(json, key), &wide) || wide > max)
        return false;
    *number = (unsigned int)wide;
    return true;
}

/* Keys that a newer sender adds are passed over. */
int preflight_question_parse(const char *text,
                             struct preflight_question *question,
                             struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;

    if (json_parse(text, strlen(text), &json, err) < 0)
        return error_context(err, "the sender's question");
    const char *config = json_as_string(json_get(json, "config"));
    if (config == NULL ||
        !take_number(json, "xen_major", 1000, &question->xen_major) ||
        !take_number(json, "xen_minor", 1000, &question->xen_minor) ||
        !take_number(json, "stall", STALL_MAX, &question->stall) ||
        !json_as_bool(json_get(json, "only"), &question->only))
        return error_set(err, ERR_CONFIG, "the sender's question is not whole");
    question->config = mem_strdup(config);
    /* An older sender has neither. */
    json_as_bool(json_get(json, "notes"), &question->notes);
    needs_parse(json_get(json, "needs"), &question->needs);
    return 0;
}

void preflight_question_dispose(struct preflight_question *question)
{
    free(question->config);
    needs_dispose(&question->needs);
    *question = (struct preflight_question){ 0 };
}

/* -- here ------------------------------------------------------------------ */

static int take_answer(const struct handover_wire *wire, struct answer *answer,
                       struct error *err)
{
    cleanup_strbuf struct strbuf all = { 0 };
    cleanup_free char *text = NULL;

    if (handover_hear_text(wire, "its answer", &text, err) < 0)
        return -1;
    answer_parse(text, answer);
    if (answer->reasons.length == 0)
        return 0;
    answer_format(answer, true, &all);
    error_set(err, ERR_STATE, "%s cannot take it", wire->peer);
    error_detail(err, all.text);
    return -1;
}

int preflight_ask(const struct handover_wire *wire,
                  const struct subject *subject, const char *config_json,
                  bool only, unsigned int stall, struct answer *answer,
                  struct error *err)
{
    const libxl_version_info *xen = libxl_get_version_info(subject->host->ctx);
    cleanup_preflight_question struct preflight_question question = {
        .only = only, .stall = stall, .notes = true
    };

    if (xen == NULL)
        return error_set(err, ERR_HOST, "Xen does not tell its version");
    question.xen_major = (unsigned int)xen->xen_version_major;
    question.xen_minor = (unsigned int)xen->xen_version_minor;
    question.config = mem_strdup(config_json);
    needs_gather(subject->host, subject->domid, config_json, &question.needs);
    cleanup_free char *text = preflight_question_format(&question);
    if (handover_say_text(wire, text, strlen(text), err) < 0)
        return -1;
    return take_answer(wire, answer, err);
}

static int ask_alone(const struct handover_wire *wire,
                     const struct subject *subject, const char *config_json,
                     struct answer *answer, struct error *err)
{
    cleanup_free char *own = NULL;
    unsigned int version;

    if (config_json == NULL)
        config_json = own =
            outgoing_config(subject->host, subject->domid, false, false, err);
    if (config_json == NULL || handover_hear_banner(wire, &version, err) < 0)
        return -1;
    if (version == 0)
        return error_set(err, ERR_HOST,
                         "%s has a plain xl, which cannot be asked",
                         wire->peer);
    return preflight_ask(wire, subject, config_json, true, 0, answer, err);
}

int preflight_check(const struct subject *subject,
                    const struct transport_request *way,
                    const char *config_json, struct answer *answer,
                    struct error *err)
{
    struct transport_request asking = *way;
    struct transport transport;

    asking.receiver = TRANSPORT_EITHER;
    cleanup_free char *line = transport_line(&asking);
    if (interrupt_install(err) < 0 ||
        transport_start(line, &transport, err) < 0)
        return -1;
    const struct handover_wire wire = { .in = transport.in,
                                        .out = transport.out,
                                        .peer = way->host,
                                        .patience = HANDOVER_PATIENCE };
    int rc = ask_alone(&wire, subject, config_json, answer, err);
    transport_end(&transport);
    return rc;
}

/* -- there ----------------------------------------------------------------- */

int preflight_hear(const struct handover_wire *wire,
                   struct preflight_question *question, struct error *err)
{
    cleanup_free char *text = NULL;

    if (handover_hear_text(wire, "its question", &text, err) < 0)
        return -1;
    return preflight_question_parse(text, question, err);
}

/* A guest goes to the same Xen or a newer one. */
static void compare_xen(struct host *host,
                        const struct preflight_question *question,
                        struct answer *answer)
{
    const libxl_version_info *xen = libxl_get_version_info(host->ctx);

    if (xen == NULL)
        return;
    unsigned int major = (unsigned int)xen->xen_version_major;
    unsigned int minor = (unsigned int)xen->xen_version_minor;
    if (question->xen_major > major ||
        (question->xen_major == major && question->xen_minor > minor))
        answer_add(answer, true, "Xen %u.%u is older than the sender's %u.%u",
                   major, minor, question->xen_major, question->xen_minor);
}

/*
 * Whether the very guest is here, which migrates within its host. Any other of
 * its UUID is in its way; an older sender does not tell who it is.
 */
static bool check_uuid(const struct preflight_question *question,
                       const libxl_uuid *uuid, struct answer *answer)
{
    cleanup_domain_list struct domain_list list = { 0 };
    const struct needs *needs = &question->needs;
    bool itself = needs->host == NULL || needs_are_of_this_host(needs);

    if (domain_list_read(&list, DOMAIN_NAMES, NULL) < 0)
        return false;
    VEC_EACH (&list.items, info) {
        if (info->dying || memcmp(info->uuid, libxl_uuid_bytearray_const(uuid),
                                  UUID_BYTES) != 0)
            continue;
        if (itself)
            return true;
        answer_add(answer, true, "its UUID is taken by domain %u (%s)",
                   info->domid, info->name != NULL ? info->name : "no name");
    }
    return false;
}

/* The name is free, or the guest's own; from here on it is the first one. */
static void check_name(struct host *host, libxl_domain_create_info *info,
                       struct answer *answer)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *name = info->name;

    if (takeover_check_name(host, name, &info->uuid, &err) < 0)
        answer_add(answer, true, "%s", err.message);
    info->name = takeover_first_name(name);
}

/* It comes running: what it boots from is wanted when it starts again. */
static bool is_of_its_start(const struct inspect_finding *finding)
{
    static const char *const keys[] = { "kernel", "ramdisk", "bootloader" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(finding->key, keys[i]) == 0)
            return true;
    return false;
}

static bool is_reason(const struct inspect_finding *finding, bool here)
{
    /* An address that somebody has already; in its own host the guest itself */
    bool mac = strcmp(finding->key, "vif") == 0 && !here;

    return finding->fatal || mac;
}

static bool is_note(const struct inspect_finding *finding)
{
    return strcmp(finding->key, "vif") != 0;
}

static void add_finding(struct answer *answer,
                        const struct inspect_finding *finding, bool here)
{
    const char *message = finding->error.message;

    if (is_of_its_start(finding))
        answer_add(answer, false, "it could not start again there: %s",
                   message);
    else if (is_reason(finding, here) || is_note(finding))
        answer_add(answer, is_reason(finding, here), "%s", message);
}

void preflight_find_reasons(struct host *host,
                            const struct preflight_question *question,
                            struct domain_spec *spec,
                            const struct xlconf *defaults,
                            struct answer *answer)
{
    struct inspection cleanup_inspection found = { 0 };
    libxl_domain_config *config = &spec->config;

    compare_xen(host, question, answer);
    bool here = check_uuid(question, &config->c_info.uuid, answer);
    check_name(host, &config->c_info, answer);
    spec->has_kib = question->needs.memory_kib;
    inspect_host(host, spec, defaults, &found);
    VEC_EACH (&found.findings, finding)
        add_finding(answer, finding, here);
    needs_check(host, &question->needs, config, question->only, answer);
}
