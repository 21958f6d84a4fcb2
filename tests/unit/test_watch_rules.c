/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watch rules: what a file may say, and what its program is given. */
#include "unit.h"

#include <libxl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "domain/hooks/watch_run.h"

static int load(const char *text, struct watchrule *rule, struct strbuf *said)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = scratch_path("x.rule");

    assert_int_equal(io_replace_file(path, 0600, text, strlen(text), NULL), 0);
    int rc = watchrule_read(path, rule, &diags, &err);
    config_diags_render(&diags, 0, said);
    scratch_remove(path);
    return rc;
}

static void all_keys_are_read(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct watchrule rule = { 0 };

    assert_int_equal(load("watch = \"~/data/report\"\n"
                          "run = [ \"/bin/cat\", \"-n\" ]\n"
                          "user = \"nobody\"\nevery = 7\ntimeout = 3\n",
                          &rule, &said),
                     0);
    assert_true(rule.of_guest);
    assert_string_equal(rule.path, "data/report");
    assert_int_equal(rule.command.count, 2);
    assert_string_equal(rule.command.items[1], "-n");
    assert_string_equal(rule.user, "nobody");
    assert_int_equal(rule.every, 7);
    assert_int_equal(rule.timeout, 3);
    watchrule_dispose(&rule);
}

static void a_host_path_and_defaults(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct watchrule rule = { 0 };

    assert_int_equal(load("watch = \"/tool/x\"\nrun = \"/bin/true\"\n"
                          "user = \"root\"\n",
                          &rule, &said),
                     0);
    assert_false(rule.of_guest);
    assert_string_equal(rule.path, "/tool/x");
    assert_int_equal(rule.every, WATCHRULE_EVERY);
    assert_int_equal(rule.timeout, WATCHRULE_TIMEOUT);
    watchrule_dispose(&rule);
}

static void mistakes_are_told(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "", "a rule needs 'watch'" },
        { "watch = \"/x\"\nrun = \"/bin/true\"\n", "a rule needs 'user'" },
        { "watch = \"data/x\"\n", "it must be a path of xenstore" },
        { "watch = \"/a b\"\n", "it must be a path of xenstore" },
        { "watch = \"/a//b\"\n", "it must be a path of xenstore" },
        { "watch = \"~/\"\n", "it must be a path of xenstore" },
        { "watch = \"~/../0/x\"\n", "it must be a path of xenstore" },
        { "run = \"true\"\n", "it must be an absolute path" },
        { "run = []\n", "it must be an absolute path" },
        { "every = 0\n", "it must be seconds" },
        { "timeout = \"soon\"\n", "it must be seconds" },
        { "wach = \"/x\"\n", "did you mean 'watch'?" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cleanup_strbuf struct strbuf said = { 0 };
        struct watchrule rule = { 0 };
        assert_int_equal(load(rows[i].text, &rule, &said), -1);
        if (strstr(said.text, rows[i].said) == NULL)
            fail_msg("%s: said %s", rows[i].text, said.text);
        watchrule_dispose(&rule);
    }
}

/* A folder with one rule, x.rule, and a program beside it. */
struct fixture {
    char *folder, *rule, *program;
};

static void put(const char *path, mode_t mode, const char *text)
{
    assert_int_equal(io_replace_file(path, mode, text, strlen(text), NULL), 0);
}

static int begin(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    cleanup_free char *relative = scratch_path("x.rule");

    f->rule = relative[0] == '/' ? mem_strdup(relative)
                                 : mem_printf("%s/%s", getenv("PWD"), relative);
    f->folder = mem_strdup(f->rule);
    *strrchr(f->folder, '/') = '\0';
    f->program = mem_printf("%s/program", f->folder);
    cleanup_free char *text =
        mem_printf("watch = \"~/data/x\"\nrun = [ \"%s\", \"word\" ]\n"
                   "user = \"root\"\ntimeout = 1\n",
                   f->program);
    put(f->rule, 0644, text);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    unlink(f->program);
    scratch_remove(f->rule);
    free(f->rule);
    free(f->folder);
    free(f->program);
    free(f);
    return 0;
}

static const struct watch_entry *only(const struct watch_list *list)
{
    assert_int_equal(list->items.count, 1);
    return &list->items.items[0];
}

static void what_others_can_change_is_left_out(void **state)
{
    struct fixture *f = *state;
    cleanup_watch_list struct watch_list list = { 0 }, again = { 0 };

    if (geteuid() != 0)
        skip();
    put(f->program, 0777, "#!/bin/sh\n");
    assert_int_equal(chmod(f->program, 0777), 0);
    assert_int_equal(watch_list_read(&list, f->folder, NULL), 0);
    assert_non_null(strstr(only(&list)->fault, "can be written by others"));
    assert_int_equal(chmod(f->program, 0755), 0);
    assert_int_equal(chmod(f->rule, 0666), 0);
    assert_int_equal(watch_list_read(&again, f->folder, NULL), 0);
    assert_non_null(strstr(only(&again)->fault, "x.rule: not run"));
}

static void a_missing_folder_has_none(void **state)
{
    cleanup_watch_list struct watch_list list = { 0 };

    assert_int_equal(watch_list_read(&list, "no/such", NULL), 0);
    assert_int_equal(list.items.count, 0);
}

static void what_a_guest_wrote_is_data(void **state)
{
    char name[] = "x", value[] = "$(id)\n\"\x80";
    struct watch_entry entry = { .name = name };
    struct watch_change change = { .path = "/local/domain/5/data/x",
                                   .value = value,
                                   .length = 10,
                                   .domid = 5,
                                   .name = "web" };
    cleanup_json_value struct json_value *json = NULL;
    uint64_t number = 0;

    cleanup_free char *text = watch_document(&entry, &change);
    assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
    assert_string_equal(json_as_string(json_get(json, "value")),
                        "$(id)\n\"\xef\xbf\xbd");
    assert_true(json_as_uint(json_get(json, "length"), &number));
    assert_int_equal(number, 10);
    const struct json_value *domain = json_get(json, "domain");
    assert_string_equal(json_as_string(json_get(domain, "name")), "web");
}

static void a_node_of_the_host_that_is_gone(void **state)
{
    char name[] = "x";
    struct watch_entry entry = { .name = name };
    struct watch_change change = { .path = "/tool/x", .domid = INVALID_DOMID };

    cleanup_free char *text = watch_document(&entry, &change);
    assert_non_null(strstr(text, "\"value\":null"));
    assert_null(strstr(text, "domain"));
    assert_null(strstr(text, "length"));
}

#define RULE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_keys_are_read),
    cmocka_unit_test(a_host_path_and_defaults),
    cmocka_unit_test(mistakes_are_told),
    RULE_TEST(what_others_can_change_is_left_out),
    cmocka_unit_test(a_missing_folder_has_none),
    cmocka_unit_test(what_a_guest_wrote_is_data),
    cmocka_unit_test(a_node_of_the_host_that_is_gone),
};

UNIT_MAIN(tests)
