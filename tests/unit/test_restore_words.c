/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a command line is a file, and what changes the configuration. */
#include "unit.h"

#include "xn/restore_words.h"

/* Words that belong together, and what they are. */
struct line {
    const char *words[5];
    bool as_xl;
    const char *config, *path;
    const char *overrides[4];
};

static const struct line lines[] = {
    { { "web.img" }, false, NULL, "web.img", { NULL } },
    { { "web.cfg", "web.img" }, false, "web.cfg", "web.img", { NULL } },
    { { "web.img", "name=copy", "disk+=['/b,raw,xvdb']" },
      false,
      NULL,
      "web.img",
      { "name=copy", "disk+=['/b,raw,xvdb']" } },
    { { "memory=64", "web.cfg", "vcpus=1", "-" },
      false,
      "web.cfg",
      "-",
      { "memory=64", "vcpus=1" } },
    /* A path with a '=' is a path. */
    { { "/srv/day=1.img" }, false, NULL, "/srv/day=1.img", { NULL } },
    { { "./day=1" }, false, NULL, "./day=1", { NULL } },
    { { "=x" }, false, NULL, "=x", { NULL } },
    { { "on_crash=\"preserve\"", "a+b=c" },
      false,
      NULL,
      "a+b=c",
      { "on_crash=\"preserve\"" } },
    /* As xl takes them. */
    { { "name=copy" }, true, NULL, "name=copy", { NULL } },
    { { "web.cfg", "name=copy" }, true, "web.cfg", "name=copy", { NULL } },
};

static int count_words(const char *const *words)
{
    int count = 0;

    while (count < 5 && words[count] != NULL)
        count++;
    return count;
}

static void expect_text(const char *got, const char *wanted)
{
    if (wanted == NULL)
        assert_null(got);
    else
        assert_string_equal(got, wanted);
}

static void words_are_told_apart(void **state)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct line *line = &lines[i];
        cleanup_restore_words struct restore_words got = { 0 };
        struct error err = ERROR_INIT;

        restore_words_sort(line->words, count_words(line->words), line->as_xl,
                           &got, &err);
        expect_no_error(&err);
        expect_text(got.config, line->config);
        expect_text(got.path, line->path);
        for (size_t j = 0; j < got.overrides.count; j++)
            expect_text(got.overrides.items[j], line->overrides[j]);
    }
}

static void a_line_without_an_image_is_refused(void **state)
{
    static const char *const none[] = { "name=copy" };
    static const char *const three[] = { "a", "b", "c" };
    cleanup_restore_words struct restore_words got = { 0 }, more = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(restore_words_sort(none, 1, false, &got, &err), -1);
    assert_string_equal(err.hint, "xn restore [CONFIG] FILE [KEY=VALUE ...]");
    expect_error(&err, ERR_USAGE, "restore takes a FILE, and maybe a CONFIG");
    assert_int_equal(restore_words_sort(three, 3, true, &more, &err), -1);
    assert_string_equal(err.hint, "xl restore [CONFIG] FILE");
    error_dispose(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_told_apart),
        cmocka_unit_test(a_line_without_an_image_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
