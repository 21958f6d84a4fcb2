/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The own keys, from a configuration to JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/own_json.h"

static const char all_keys[] =
    "name = \"web\"\nkernel = \"/boot/vmlinuz\"\ntype = \"pvh\"\n"
    "autostart = 1\nstart_after = [ \"db\", \"dns\" ]\nstart_delay = 5\n"
    "stop_action = \"migrate:host2\"\nrestart_limit = 3\n"
    "console_log = \"4m\"\nlog_level = \"debug\"\n"
    "log_outputs = [ \"journal\", \"file\" ]\nhooks = \"announce\"\n";

static const char all_json[] =
    "{\"autostart\":true,\"start_after\":[\"db\",\"dns\"],\"start_delay\":5,"
    "\"stop_action\":\"migrate\",\"stop_migrate_to\":\"host2\","
    "\"restart_limit\":3,\"console_log\":4194304,\"log_level\":\"debug\","
    "\"log_outputs\":[\"file\",\"journal\"],\"hooks\":[\"announce\"]}";

static void load(struct domain_spec *spec, const char *text)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct config_source source = {
        .path = "web.cfg",
        .text = text,
        .length = strlen(text),
    };

    domain_spec_init(spec);
    assert_int_equal(config_load(&source, NULL, NULL, spec, &diags, NULL), 0);
}

static void expect_json(const struct domain_spec *spec, const char *wanted)
{
    cleanup_free char *got = own_to_json(&spec->own);

    assert_string_equal(got, wanted);
}

static void each_key_goes_there_and_back(void **state)
{
    cleanup_domain_spec struct domain_spec spec, again;

    load(&spec, all_keys);
    expect_json(&spec, all_json);
    domain_spec_init(&again);
    assert_int_equal(
        own_from_json(all_json, strlen(all_json), &again.own, NULL), 0);
    expect_json(&again, all_json);
}

static void keys_that_are_not_set_are_not_there(void **state)
{
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    expect_json(&spec, "{}");
    assert_int_equal(own_from_json("{}", 2, &spec.own, NULL), 0);
    expect_json(&spec, "{}");
}

static void no_console_log_is_not_the_default(void **state)
{
    static const char text[] = "{\"console_log\":0}";
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    assert_int_equal(own_from_json(text, strlen(text), &spec.own, NULL), 0);
    assert_true(spec.own.console_log_off);
    expect_json(&spec, text);
}

static void strange_members_are_passed_over(void **state)
{
    static const char text[] =
        "{\"restart_limit\":-5,\"start_after\":\"db\",\"stop_action\":\"fly\","
        "\"hooks\":[1,\"a\"],\"colour\":{},"
        "\"log_outputs\":[1,\"fax\"]}";
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    assert_int_equal(own_from_json(text, strlen(text), &spec.own, NULL), 0);
    expect_json(&spec, "{\"hooks\":[\"a\"]}");
}

static void what_is_no_json_is_an_error(void **state)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_error struct error err = ERROR_INIT;

    domain_spec_init(&spec);
    assert_int_equal(own_from_json("{", 1, &spec.own, &err), -1);
    assert_non_null(strstr(err.message, "own keys"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_goes_there_and_back),
        cmocka_unit_test(keys_that_are_not_set_are_not_there),
        cmocka_unit_test(no_console_log_is_not_the_default),
        cmocka_unit_test(strange_members_are_passed_over),
        cmocka_unit_test(what_is_no_json_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
