/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with configuration files; nothing is made of them. */
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/tree.h"
#include "domain/inspect.h"
#include "show/show.h"
#include "xn/load.h"

struct check {
    bool strict;
    struct host *host; /* NULL: the files alone, as if there were no Xen */
    const struct xlconf *defaults;
    const struct config_host_facts *facts;
    struct json_writer *json; /* NULL: text */
};

static void add_file(struct json_writer *json, const char *file, bool passed,
                     const struct config_diags *diags)
{
    json_begin_object(json);
    json_add_string(json, "file", file);
    json_add_bool(json, "passed", passed);
    json_add_uint(json, "errors", diags->errors);
    json_add_uint(json, "warnings", diags->warnings);
    json_key(json, "diagnostics");
    config_diags_json(diags, json);
    json_end_object(json);
}

/* What cannot be read at all: the file as a whole, whose name comes first. */
static void note_unreadable(const char *file, const struct error *err,
                            struct config_diags *diags)
{
    struct config_text *text = config_text_new(file, "", 0, 0);
    const struct config_place whole = { .text = text };
    const char *message = err->message;
    size_t length = strlen(file);

    if (strncmp(message, file, length) == 0 &&
        strncmp(message + length, ": ", 2) == 0)
        message += length + 2;
    config_diag_add(diags, CONFIG_ERROR, &whole, err->hint, "%s", message);
    config_text_unref(text);
}

/* Where in the file a finding of the host belongs. */
static struct config_place find_place(const struct config_tree *tree,
                                      const struct inspect_finding *finding)
{
    const struct config_assignment *set = config_tree_find(tree, finding->key);
    const struct config_value *value = set != NULL ? set->value : NULL;
    unsigned int skip = finding->index;

    if (value == NULL)
        return (struct config_place){ .text = config_tree_text(tree) };
    if (value->type == CONFIG_LIST && value->u.list.first != NULL) {
        value = value->u.list.first;
        while (skip-- > 0 && value->next != NULL)
            value = value->next;
    }
    return value->place;
}

static void inspect(const struct check *check, const struct config_tree *tree,
                    struct domain_spec *spec, struct config_diags *diags)
{
    struct inspection cleanup_inspection found = { 0 };

    inspect_host(check->host, spec, check->defaults, &found);
    VEC_EACH (&found.findings, finding) {
        struct config_place place = find_place(tree, finding);

        config_diag_add(diags, finding->fatal ? CONFIG_ERROR : CONFIG_WARNING,
                        &place, finding->error.hint, "%s",
                        finding->error.message);
    }
}

static void read_file(const struct check *check, const char *file,
                      struct config_diags *diags)
{
    struct config_source source = { .path = file };
    cleanup_config_tree struct config_tree *tree = NULL;
    cleanup_error struct error unreadable = ERROR_INIT;
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    if (config_read(&source, &tree, diags, &unreadable) < 0)
        note_unreadable(file, &unreadable, diags);
    else if (config_fill(tree, check->defaults, check->facts, &spec, diags) ==
                 0 &&
             check->host != NULL)
        inspect(check, tree, &spec, diags);
    config_diags_sort(diags);
}

static bool check_file(const struct check *check, const char *file)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;

    read_file(check, file, &diags);
    if (check->strict)
        config_diags_promote(&diags);
    bool passed = diags.errors == 0;
    if (check->json != NULL) {
        add_file(check->json, file, passed, &diags);
    } else {
        cleanup_free char *text =
            load_render_diags(&diags, false, STDOUT_FILENO);
        show_printf("%s", text);
    }
    return passed;
}

static int check_files(struct check *check, struct invocation *inv,
                       struct error *err)
{
    int refused = 0;

    if (invocation_count(inv, "json") > 0) {
        check->json = show_json_begin("config-check");
        json_key(check->json, "files");
        json_begin_array(check->json);
    }
    for (int i = 0; i < inv->word_count; i++)
        if (!check_file(check, inv->words[i]))
            refused++;
    if (check->json != NULL) {
        json_end_array(check->json);
        show_json_end(check->json);
    }
    /* Before the summary on standard error, wherever both go. */
    if (show_finish(err) < 0)
        return -1;
    if (refused == 0)
        return 0;
    return error_set(err, ERR_CONFIG, "%d of %d files did not pass", refused,
                     inv->word_count);
}

static int check_on_host(struct check *check, struct invocation *inv,
                         struct error *err)
{
    struct xlconf cleanup_xlconf defaults;
    struct load_facts facts = { 0 };
    struct host host = { 0 };

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        host_open(&host, inv->settings->verbosity, err) < 0)
        return -1;
    load_facts_read(&host, &facts);
    check->host = &host;
    check->defaults = &defaults;
    check->facts = &facts.known;
    int rc = check_files(check, inv, err);
    load_facts_dispose(&facts);
    host_close(&host);
    return rc;
}

static int run(struct invocation *inv, struct error *err)
{
    struct check check = { .strict = invocation_count(inv, "strict") > 0 };

    return invocation_count(inv, "host") > 0 ? check_on_host(&check, inv, err)
                                             : check_files(&check, inv, err);
}

static const struct option_row options[] = {
    { 0, "host", OPTION_FLAG, NULL, "Looks at what this host has, too" },
    { 0, "strict", OPTION_FLAG, NULL, "Lets no warning pass" },
    OPTION_JSON,
    { 0 },
};

const struct command command_config_check = {
    .name = "check",
    .group = "config",
    .summary = "Tells what is wrong with configuration files",
    .words = "FILE ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_FILE,
    .without_xen = true, /* run opens it for --host */
    .options = options,
    .run = run,
};
