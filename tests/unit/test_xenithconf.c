/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenith.conf: its keys, and that mistakes in it are told. */
#include "unit.h"

#include "base/strbuf.h"
#include "config/xenithconf.h"

/* Reads a file of this text; what is wrong with it is put into said. */
static int load(const char *text, struct xenithconf *conf, struct strbuf *said)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = scratch_path("conf");

    xenithconf_init(conf);
    assert_int_equal(io_replace_file(path, 0600, text, strlen(text), NULL), 0);
    int rc = xenithconf_read(path, conf, &diags, &err);
    config_diags_render(&diags, 0, said);
    scratch_remove(path);
    return rc;
}

static void all_keys_are_read(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct xenithconf conf;

    assert_int_equal(load("log_level = \"debug\"\n"
                          "log_outputs = [ \"file\", \"journal\" ]\n"
                          "console_log = \"512k\"\n"
                          "hook_timeout = 7\n"
                          "script_timeout = 5\n"
                          "bootloader_confined = 0\n"
                          "bootloader_timeout = 11\n",
                          &conf, &said),
                     0);
    assert_int_equal(conf.log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(conf.log_outputs, LOG_TO_FILE | LOG_TO_JOURNAL);
    assert_int_equal(conf.console_log, 512 << 10);
    assert_int_equal(conf.hook_timeout, 7);
    assert_int_equal(conf.script_timeout, 5);
    assert_false(conf.bootloader_confined);
    assert_int_equal(conf.bootloader_timeout, 11);
}

static void a_boot_loader_is_confined_unless_the_file_says_no(void **state)
{
    static const char *const texts[] = { "", "bootloader_confined = 1\n",
                                         "bootloader_confined = \"no\"\n",
                                         "bootloader_confined = []\n" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf said = { 0 };
        struct xenithconf conf;
        assert_int_equal(load(texts[i], &conf, &said), i < 2 ? 0 : -1);
        assert_true(conf.bootloader_confined);
        assert_int_equal(conf.bootloader_timeout, 300);
        if (i >= 2)
            assert_non_null(strstr(said.text, "0 or 1"));
    }
}

static void one_output_needs_no_list(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct xenithconf conf;

    assert_int_equal(load("log_outputs = \"syslog\"\n", &conf, &said), 0);
    assert_int_equal(conf.log_outputs, LOG_TO_SYSLOG);
}

static void a_missing_file_is_fine(void **state)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xenithconf conf;

    xenithconf_init(&conf);
    assert_int_equal(xenithconf_read("no/such", &conf, &diags, NULL), 0);
    assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
    assert_int_equal(conf.log_outputs, 0);
    assert_int_equal(conf.console_log, 4 << 20);
}

static void mistakes_are_told_and_the_rest_holds(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct xenithconf conf;

    assert_int_equal(load("log_level = \"loud\"\n"
                          "log_outputs = [ \"file\", \"fax\" ]\n"
                          "console_logs = 5\n"
                          "hook_timeout = 0\n"
                          "script_timeout = 39\n"
                          "console_log = \"1m\"\n",
                          &conf, &said),
                     -1);
    assert_non_null(strstr(said.text, "error, warn, info or debug"));
    assert_non_null(strstr(said.text, "file, stderr, syslog or journal"));
    assert_non_null(strstr(said.text, "did you mean 'console_log'?"));
    assert_non_null(strstr(said.text, "seconds, from 1 to 3600"));
    assert_non_null(strstr(said.text, "seconds, from 1 to 38"));
    assert_int_equal(conf.script_timeout, 30);
    assert_int_equal(conf.hook_timeout, 60);
    assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
    assert_int_equal(conf.log_outputs, LOG_TO_FILE);
    assert_int_equal(conf.console_log, 1 << 20);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_keys_are_read),
    cmocka_unit_test(a_boot_loader_is_confined_unless_the_file_says_no),
    cmocka_unit_test(one_output_needs_no_list),
    cmocka_unit_test(a_missing_file_is_fine),
    cmocka_unit_test(mistakes_are_told_and_the_rest_holds),
};

UNIT_MAIN(tests)
