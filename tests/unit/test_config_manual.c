/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys in docs/man/xn.cfg.pod are those of the table of keys. The part of
 * the manual between its two marks is made from the table:
 *
 *     test_config_manual --update FILE    writes it anew
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "config/explain.h"

#define BEGIN_MARK "=for comment keys begin; made from tools/config/keys\n"
#define END_MARK "=for comment keys end\n"

static void add_key(struct strbuf *pod, const struct config_key *key)
{
    cleanup_free char *type = explain_type(key);
    cleanup_free char *sentences = explain_sentences(key);

    strbuf_printf(pod, "=item B<%s> = I<%s>\n\n%s\n\n", key->name, type,
                  sentences);
    if (key->example != NULL)
        strbuf_printf(pod, "    %s\n\n", key->example);
}

/* Keys that do nothing, in one place. */
static void add_ignored(struct strbuf *pod)
{
    strbuf_puts(pod, "=head2 Keys that are ignored\n\n"
                     "They stand in old files. Each is warned of.\n\n"
                     "=over 4\n\n");
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);

        if (key->state != KEY_IGNORED)
            continue;
        cleanup_free char *sentences = explain_sentences(key);
        strbuf_printf(pod, "=item B<%s>\n\n%s\n\n", key->name, sentences);
    }
    strbuf_puts(pod, "=back\n\n");
}

static void make_pod(struct strbuf *pod)
{
    const char *back = "";

    for (size_t i = 0; i < config_key_count(); i++) {
        const char *heading = explain_heading(config_key_at(i));

        if (config_key_at(i)->state == KEY_IGNORED)
            continue;
        if (heading != NULL) {
            strbuf_printf(pod, "%s=head2 %s\n\n=over 4\n\n", back, heading);
            back = "=back\n\n";
        }
        add_key(pod, config_key_at(i));
    }
    strbuf_puts(pod, back);
    add_ignored(pod);
}

/* The file's text; *begin and *end are the part between the marks. */
static char *read_manual(const char *path, char **begin, char **end)
{
    char *text = NULL;
    size_t length;

    if (io_read_file(path, 1 << 24, &text, &length, NULL) < 0)
        return NULL;
    *begin = strstr(text, BEGIN_MARK);
    *end = strstr(text, END_MARK);
    if (*begin == NULL || *end == NULL) {
        free(text);
        return NULL;
    }
    *begin += strlen(BEGIN_MARK "\n");
    return text;
}

static void the_manual_has_the_table(void **state)
{
    const char *top = getenv("top_srcdir");
    cleanup_free char *path =
        mem_printf("%s/docs/man/xn.cfg.pod", top != NULL ? top : ".");
    cleanup_strbuf struct strbuf pod = { 0 };
    char *begin = NULL, *end = NULL;
    cleanup_free char *text = read_manual(path, &begin, &end);

    assert_non_null(text);
    make_pod(&pod);
    *end = '\0';
    if (strcmp(begin, pod.text) != 0)
        fail_msg("%s is not what the table says; write it anew with "
                 "test_config_manual --update %s",
                 path, path);
}

static int update(const char *path)
{
    cleanup_strbuf struct strbuf pod = { 0 };
    char *begin = NULL, *end = NULL;
    cleanup_free char *text = read_manual(path, &begin, &end);
    FILE *file = text != NULL ? fopen(path, "w") : NULL;

    if (file == NULL) {
        fprintf(stderr, "%s: not a manual with marks, or not writable\n", path);
        return 1;
    }
    make_pod(&pod);
    fwrite(text, 1, (size_t)(begin - text), file);
    fputs(pod.text, file);
    fputs(end, file);
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_has_the_table),
    };

    if (argc == 3 && strcmp(argv[1], "--update") == 0)
        return update(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
