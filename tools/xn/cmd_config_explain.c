/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is known about a key. */
#include "base/mem.h"
#include "config/explain.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/key_json.h"

static void show_line(const char *label, const char *text)
{
    if (text != NULL)
        show_printf("  %-10s %s\n", label, text);
}

/* What becomes of it: "deprecated; use 'type'". The caller's; may be NULL. */
static char *make_note(const struct config_key *key)
{
    static const char *const notes[] = {
        [KEY_DEPRECATED] = "deprecated",
        [KEY_IGNORED] = "has no effect",
        [KEY_NEWER] = "needs a later Xen; ignored here",
        [KEY_OWN] = "of Xenith; xl ignores it",
    };

    if (notes[key->state] == NULL)
        return NULL;
    return mem_printf("%s%s%s", notes[key->state],
                      key->successor ? "; use " : "",
                      key->successor ? key->successor : "");
}

static void show_key(const struct config_key *key)
{
    cleanup_free char *type = explain_type(key);
    cleanup_free char *values = explain_values(key);
    cleanup_free char *guests = explain_guests(key);
    cleanup_free char *note = make_note(key);

    show_printf("%s: %s\n\n", key->name, key->help);
    show_line("type", type);
    show_line("values", values);
    show_line("default", key->fallback);
    show_line("for", guests);
    if (key->state != KEY_OWN && key->state != KEY_IGNORED)
        show_line("since Xen", key->since ? key->since : "4.4 or before");
    show_line("note", note);
    show_line("example", key->example);
}

static int run(struct invocation *inv, struct error *err)
{
    const struct config_key *key = config_key_find(inv->words[0]);
    const char *near;

    if (key == NULL) {
        error_set(err, ERR_USAGE, "there is no key '%s'", inv->words[0]);
        near = config_key_near(inv->words[0]);
        if (near != NULL)
            error_hint(err, "did you mean '%s'?", near);
        error_hint(err, "see 'xn config keys'");
        return -1;
    }
    if (invocation_count(inv, "json") == 0) {
        show_key(key);
        return 0;
    }
    struct json_writer *json = show_json_begin("config-explain");
    key_json_add(json, key);
    show_json_end(json);
    return 0;
}

static const struct option_row options[] = {
    { 0, "json", OPTION_FLAG, NULL, "print one JSON document" },
    { 0 },
};

const struct command command_config_explain = {
    .name = "explain",
    .group = "config",
    .summary = "Tells all that is known about a key",
    .words = "KEY",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_KEY,
    .without_xen = true,
    .options = options,
    .run = run,
};
