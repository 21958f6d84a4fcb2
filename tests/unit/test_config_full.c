/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config-examples/full.cfg has every key of the table, with what there is to
 * say about it. It is made from the table:
 *
 *     test_config_full --update FILE    writes it anew
 *
 * It is an HVM guest, the type with the most keys. A key that this guest cannot
 * have beside those before it stands there as a comment.
 */
#include "config_unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "config/explain.h"
#include "config/layout.h"

enum {
    WIDTH = 80,
};

static const char top[] =
    "# Every key that a configuration can have, each with a value that it can\n"
    "# take. `xn config explain KEY` says the same. Made from the table of "
    "keys;\n"
    "# keys that this guest cannot have beside the others are commented out.\n";

/* The text in its layout, or NULL if it has mistakes. The caller's. */
static char *lay_out(const char *text)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct config_text *source =
        config_text_new("full.cfg", text, strlen(text), 0);
    struct strbuf out = { 0 };
    int rc = config_layout(source, &diags, &out);

    config_text_unref(source);
    return rc == 0 ? strbuf_take(&out) : NULL;
}

/*
 * Is it a domain, with nothing to warn of? The first lines are none yet: name
 * and type are added where they are missing, and what SPICE needs.
 */
static bool is_spotless(const char *start)
{
    const char *name = strstr(start, "\nname") ? "" : "name = \"t\"\n";
    const char *type = strstr(start, "\ntype") ? "" : "type = \"hvm\"\n";
    const char *port = strstr(start, "\nspiceport") ? "" : "spiceport = 1\n";
    const char *word =
        strstr(start, "\nspicepass") ? "" : "spicepasswd = \"x\"\n";
    bool spice = strstr(start, "\nspice =") != NULL;
    cleanup_free char *text = mem_printf("%s%s%s%s%s", start, name, type,
                                         spice ? port : "", spice ? word : "");
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct domain_spec cleanup_domain_spec spec;
    const struct config_source source = { .path = "full.cfg",
                                          .text = text,
                                          .length = strlen(text) };

    domain_spec_init(&spec);
    return config_load(&source, NULL, NULL, &spec, &diags, &err) == 0 &&
           diags.warnings == 0;
}

/* Lines of whole words, each a comment. */
static void add_comment(struct strbuf *out, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column == 0 || column + 1 + word > WIDTH) {
            strbuf_puts(out, column == 0 ? "#" : "\n#");
            column = 1;
        }
        strbuf_putc(out, ' ');
        strbuf_add(out, text, word);
        column += 1 + word;
        text += word + strspn(text + word, " ");
    }
    strbuf_putc(out, '\n');
}

/* The same lines, each behind a #. */
static void add_out(struct strbuf *out, const char *lines)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n") + 1;

        strbuf_putc(out, '#');
        strbuf_add(out, lines, length);
        lines += length;
    }
}

static void add_key(struct strbuf *out, const struct config_key *key)
{
    bool is_type = strcmp(key->name, "type") == 0;
    const char *example = is_type ? "type = \"hvm\"" : key->example;
    cleanup_free char *type = explain_type(key);
    cleanup_free char *sentences = explain_sentences(key);
    cleanup_free char *comment = mem_printf("%s Type: %s.", sentences, type);
    cleanup_free char *laid = lay_out(example);

    assert_non_null(laid);
    strbuf_putc(out, '\n');
    add_comment(out, comment);
    cleanup_free char *with = mem_printf("%s%s", out->text, laid);
    if (is_spotless(with))
        strbuf_puts(out, laid);
    else
        add_out(out, laid);
}

static char *make_full(void)
{
    struct strbuf out = { 0 };

    strbuf_puts(&out, top);
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);
        const char *heading = explain_heading(key);

        if (heading != NULL)
            strbuf_printf(&out, "\n# ---- %s ----\n", heading);
        if (key->state != KEY_IGNORED)
            add_key(&out, key);
    }
    return strbuf_take(&out);
}

static char *find_file(void)
{
    const char *source = getenv("top_srcdir");

    return mem_printf("%s/config-examples/full.cfg", source ? source : ".");
}

static void the_file_has_the_table(void **state)
{
    cleanup_free char *path = find_file();
    cleanup_free char *wanted = make_full();
    cleanup_free char *text = NULL;
    size_t length;

    assert_int_equal(io_read_file(path, 1 << 20, &text, &length, NULL), 0);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s is not what the table says; write it anew with "
                 "test_config_full --update %s",
                 path, path);
}

static void it_is_spotless_and_laid_out(void **state)
{
    cleanup_free char *full = make_full();
    cleanup_free char *laid = lay_out(full);

    assert_true(is_spotless(full));
    assert_string_equal(full, laid);
}

/* More would be a sign that the guest is not the right one. */
static void few_keys_are_commented_out(void **state)
{
    cleanup_free char *full = make_full();
    unsigned int set = 0, out = 0;

    for (size_t i = 0; i < config_key_count(); i++) {
        cleanup_free char *line = mem_printf("\n%s = ", config_key_at(i)->name);
        cleanup_free char *comment =
            mem_printf("\n#%s = ", config_key_at(i)->name);
        bool is_set = strstr(full, line) != NULL;
        bool is_out = strstr(full, comment) != NULL;

        if (config_key_at(i)->state == KEY_IGNORED)
            continue;
        if (is_set == is_out)
            fail_msg("'%s' is not there once", config_key_at(i)->name);
        set += is_set;
        out += is_out;
    }
    print_message("# %u keys set, %u commented out\n", set, out);
    assert_true(set > 2 * out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_has_the_table),
        cmocka_unit_test(it_is_spotless_and_laid_out),
        cmocka_unit_test(few_keys_are_commented_out),
    };

    if (argc == 3 && strcmp(argv[1], "--update") == 0) {
        cleanup_free char *full = make_full();

        return io_replace_file(argv[2], 0644, full, strlen(full), NULL) == 0
                   ? 0
                   : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
