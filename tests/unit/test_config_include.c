/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * include: files read in place of the line, with places in the right file,
 * and an end to whatever includes itself. And `strict`, which is on its way.
 */
#include "config_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static char folder[] = "/tmp/xenith-include-XXXXXX";

static void put(const char *name, const char *text)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, name);

    assert_int_equal(io_replace_file(path, 0644, text, strlen(text), NULL), 0);
}

/* Loads folder/name, and takes the folder out of what is said. */
static void load_with(struct loaded *loaded, const char *name,
                      struct config_source source)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, name);
    struct strbuf said = { 0 };
    char *at;

    source.path = path;
    loaded_source(loaded, &source);
    for (char *p = loaded->said.text;; p = at + strlen(folder) + 1) {
        at = strstr(p, folder);
        strbuf_add(&said, p, at != NULL ? (size_t)(at - p) : strlen(p));
        if (at == NULL)
            break;
    }
    strbuf_dispose(&loaded->said);
    loaded->said = said;
}

static void load(struct loaded *loaded, const char *name)
{
    load_with(loaded, name, (struct config_source){ 0 });
}

static void what_comes_after_the_line_wins(void **state)
{
    struct loaded loaded;

    put("common.cfg", "kernel = '/k'\nmemory = 64\nvcpus = 2\n"
                      "disk = [ '/a,raw,xvda,r' ]\n");
    put("web.cfg", "vcpus = 1\ninclude = 'common.cfg'\nname = 'web'\n"
                   "memory = 128\ndisk += [ '/b,raw,xvdb,w' ]\n");
    load(&loaded, "web.cfg");
    assert_string_equal(loaded.said.text, "");
    assert_int_equal(loaded.rc, 0);
    assert_int_equal(loaded.spec.config.b_info.target_memkb, 128 * 1024);
    assert_int_equal(loaded.spec.config.b_info.max_vcpus, 2);
    assert_int_equal(loaded.spec.config.num_disks, 2);
    assert_string_equal(loaded.spec.config.disks[1].vdev, "xvdb");
    loaded_dispose(&loaded);
}

static void names_are_relative_to_their_own_file(void **state)
{
    cleanup_free char *sub = mem_printf("%s/sub", folder);
    cleanup_free char *whole =
        mem_printf("include=['sub/a.cfg','%s/c.cfg']\n", folder);
    struct loaded loaded;

    mkdir(sub, 0755);
    put("sub/a.cfg", "name = 'a'\ninclude = [ 'b.cfg' ]\n");
    put("sub/b.cfg", "kernel = '/k'\n");
    put("c.cfg", "memory = 64\n");
    put("top.cfg", whole);
    load(&loaded, "top.cfg");
    assert_string_equal(loaded.said.text, "");
    assert_string_equal(loaded.spec.config.c_info.name, "a");
    assert_string_equal(loaded.spec.config.b_info.kernel, "/k");
    assert_int_equal(loaded.spec.config.b_info.target_memkb, 64 * 1024);
    loaded_dispose(&loaded);
}

static void a_link_includes_what_is_beside_it_or_its_target(void **state)
{
    cleanup_free char *real = mem_printf("%s/real", folder);
    cleanup_free char *link = mem_printf("%s/linked.cfg", folder);
    struct loaded loaded;

    mkdir(real, 0755);
    put("real/linked.cfg", "name = 'l'\ninclude = [ 'target.cfg' ]\n");
    put("real/target.cfg", "kernel = '/target'\nmemory = 64\n");
    assert_int_equal(symlink("real/linked.cfg", link), 0);
    load(&loaded, "linked.cfg");
    assert_string_equal(loaded.said.text, "");
    assert_string_equal(loaded.spec.config.b_info.kernel, "/target");
    loaded_dispose(&loaded);
    /* What is beside the link comes first. */
    put("target.cfg", "kernel = '/link'\nmemory = 64\n");
    load(&loaded, "linked.cfg");
    assert_string_equal(loaded.spec.config.b_info.kernel, "/link");
    loaded_dispose(&loaded);
}

static void mistakes_are_shown_in_the_file_they_are_in(void **state)
{
    struct loaded loaded;

    put("part.cfg", "memmory = 1\non_crash = 'sleep'\nmemory = 64\n");
    put("main.cfg", "name = 't'\ninclude = [ 'part.cfg' ]\nkernel = '/k'\n"
                    "vcpus = [ ]\n");
    load(&loaded, "main.cfg");
    assert_string_equal(
        loaded.said.text,
        "main.cfg:4:9: warning: 'vcpus' must be a whole number from 0 to "
        "8192; it is ignored\n"
        "part.cfg:1:1: warning: unknown key 'memmory' is ignored\n"
        "  hint: did you mean 'memory'?\n"
        "part.cfg:2:12: error: 'sleep' is not an action\n"
        "  hint: it is one of destroy, restart, rename-restart, preserve, "
        "coredump-destroy, coredump-restart, soft-reset\n");
    loaded_dispose(&loaded);
}

static void a_loop_is_refused_where_it_closes(void **state)
{
    struct loaded loaded;

    put("one.cfg", "name = 't'\nkernel = '/k'\ninclude = 'two.cfg'\n");
    put("two.cfg", "include = [ './one.cfg' ]\n");
    load(&loaded, "one.cfg");
    assert_string_equal(loaded.said.text,
                        "two.cfg:1:13: error: cannot include ./one.cfg: it "
                        "is being read\n"
                        "  hint: it would include itself without an end\n");
    loaded_dispose(&loaded);
    /* The same file twice, one after the other, is no loop. */
    put("one.cfg", "name = 't'\nkernel = '/k'\ninclude = ['m','m']\n");
    put("m", "memory = 64\n");
    load(&loaded, "one.cfg");
    assert_string_equal(loaded.said.text, "");
    loaded_dispose(&loaded);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    struct loaded loaded;

    put("x.cfg", "name = 't'\nkernel = '/k'\n"
                 "include = [ 'none.cfg', [ 'a' ], '.' ]\n");
    load(&loaded, "x.cfg");
    assert_string_equal(loaded.said.text,
                        "x.cfg:3:13: error: cannot include none.cfg: No "
                        "such file or directory\n"
                        "x.cfg:3:25: error: cannot include a list\n"
                        "  hint: include = [ \"common.cfg\" ]\n"
                        "x.cfg:3:34: error: cannot include .: Is a "
                        "directory\n");
    assert_int_equal(loaded.rc, -1);
    loaded_dispose(&loaded);
}

static void depth_and_number_are_bounded(void **state)
{
    struct loaded loaded;

    for (int i = 0; i < 20; i++) {
        cleanup_free char *name = mem_printf("deep%d", i);
        cleanup_free char *text = mem_printf("include='deep%d'\n", i + 1);

        put(name, text);
    }
    put("deep20", "");
    put("x.cfg", "name = 't'\nkernel = '/k'\ninclude = 'deep0'\n");
    load(&loaded, "x.cfg");
    assert_string_equal(loaded.said.text,
                        "deep15:1:9: error: cannot include deep16: more than "
                        "16 files deep\n");
    loaded_dispose(&loaded);
    /* Ten times ten times ...: 10^8 files if nothing stopped it. */
    for (int i = 0; i < 8; i++) {
        cleanup_free char *name = mem_printf("wide%d", i);
        cleanup_free char *text = mem_printf(
            "include=['wide%d','wide%d','wide%d','wide%d','wide%d']\n"
            "include=['wide%d','wide%d','wide%d','wide%d','wide%d']\n",
            i + 1, i + 1, i + 1, i + 1, i + 1, i + 1, i + 1, i + 1, i + 1,
            i + 1);

        put(name, text);
    }
    put("wide8", "");
    put("x.cfg", "name = 't'\nkernel = '/k'\ninclude = 'wide0'\n");
    load(&loaded, "x.cfg");
    assert_int_equal(loaded.rc, -1);
    assert_non_null(strstr(loaded.said.text, "more than 1000 files"));
    loaded_dispose(&loaded);
}

static void what_would_be_waited_for_is_not_included(void **state)
{
    cleanup_free char *pipe = mem_printf("%s/pipe", folder);
    struct loaded loaded;

    assert_int_equal(mkfifo(pipe, 0600), 0);
    put("x.cfg", "name = 't'\nkernel = '/k'\n"
                 "include = [ 'pipe', '/dev/zero' ]\n");
    load(&loaded, "x.cfg");
    assert_string_equal(loaded.said.text,
                        "x.cfg:3:13: error: cannot include pipe: it is no "
                        "file\n"
                        "x.cfg:3:21: error: cannot include /dev/zero: it is "
                        "no file\n");
    loaded_dispose(&loaded);
    unlink(pipe);
}

static void more_than_may_be_read_is_not_read(void **state)
{
    cleanup_free char *big = mem_printf("%s/big", folder);
    cleanup_strbuf struct strbuf text = { 0 };
    struct loaded loaded;

    put("big", "");
    assert_int_equal(truncate(big, (off_t)1 << 40), 0);
    strbuf_puts(&text, "name = 't'\nkernel = '/k'\n");
    for (int i = 0; i < 2000; i++)
        strbuf_puts(&text, "include = 'big'\n");
    put("x.cfg", text.text);
    load(&loaded, "x.cfg");
    assert_non_null(strstr(loaded.said.text,
                           "x.cfg:3:11: error: cannot include big: more than "
                           "64 MiB altogether\n"));
    assert_non_null(strstr(loaded.said.text, "x.cfg:1002:11: error: cannot "
                                             "include big: more than 64"));
    assert_int_equal(loaded.diags.errors, 2000);
    loaded_dispose(&loaded);
    unlink(big);
}

static void standard_input_is_not_included(void **state)
{
    struct loaded loaded;

    loaded_text(&loaded, "include='-'", strlen("include='-'"));
    assert_non_null(strstr(loaded.said.text, "cannot include ./-: No such"));
    loaded_dispose(&loaded);
}

static void as_xl_the_key_means_nothing(void **state)
{
    struct loaded loaded;

    put("x.cfg", "name = 't'\nkernel = '/k'\ninclude = 'none.cfg'\n");
    load_with(&loaded, "x.cfg", (struct config_source){ .plain = true });
    assert_string_equal(loaded.said.text, "");
    assert_int_equal(loaded.rc, 0);
    loaded_dispose(&loaded);
}

static void the_command_line_includes_too(void **state)
{
    cleanup_free char *word = mem_printf("include='%s/common.cfg'", folder);
    const char *const overrides[] = { word, "vcpus=1", NULL };
    struct loaded loaded;

    put("common.cfg", "kernel = '/k'\nvcpus = 2\nmemory = 64\n");
    put("x.cfg", "name = 't'\nkernel = '/other'\n");
    load_with(&loaded, "x.cfg",
              (struct config_source){ .overrides = overrides });
    assert_string_equal(loaded.said.text, "");
    assert_string_equal(loaded.spec.config.b_info.kernel, "/k");
    assert_int_equal(loaded.spec.config.b_info.max_vcpus, 1);
    loaded_dispose(&loaded);
}

static void strict_makes_errors_of_warnings(void **state)
{
    struct loaded loaded;

    put("x.cfg", "name = 't'\nkernel = '/k'\nmemory = 64\nmemmory = 1\n");
    load(&loaded, "x.cfg");
    assert_int_equal(loaded.rc, 0);
    assert_int_equal(loaded.diags.warnings, 1);
    loaded_dispose(&loaded);
    load_with(&loaded, "x.cfg", (struct config_source){ .strict = true });
    assert_int_equal(loaded.rc, -1);
    assert_non_null(strstr(loaded.said.text, "x.cfg:4:1: error: unknown key"));
    assert_non_null(strstr(loaded.err.message, "x.cfg: 1 error in the"));
    loaded_dispose(&loaded);
}

static int begin(void **state)
{
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int end(void **state)
{
    cleanup_free char *command = mem_printf("rm -r %s", folder);

    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_after_the_line_wins),
        cmocka_unit_test(names_are_relative_to_their_own_file),
        cmocka_unit_test(a_link_includes_what_is_beside_it_or_its_target),
        cmocka_unit_test(mistakes_are_shown_in_the_file_they_are_in),
        cmocka_unit_test(a_loop_is_refused_where_it_closes),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
        cmocka_unit_test(depth_and_number_are_bounded),
        cmocka_unit_test(what_would_be_waited_for_is_not_included),
        cmocka_unit_test(more_than_may_be_read_is_not_read),
        cmocka_unit_test(standard_input_is_not_included),
        cmocka_unit_test(as_xl_the_key_means_nothing),
        cmocka_unit_test(the_command_line_includes_too),
        cmocka_unit_test(strict_makes_errors_of_warnings),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
