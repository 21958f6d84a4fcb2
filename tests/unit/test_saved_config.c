/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved domain keeps the own keys, in what libxl and xl still read. */
#include "unit.h"

#include "base/json.h"
#include "domain/transfer/saved_config.h"

static const char libxl_json[] = "{\n    \"c_info\": {\n        \"name\": "
                                 "\"web\"\n    }\n}\n";

static void own_keys_come_back(void **state)
{
    cleanup_domain_spec struct domain_spec spec, back;
    struct error err = ERROR_INIT;
    struct json_value *value = NULL;

    domain_spec_init(&spec);
    domain_spec_init(&back);
    spec.own.restart_limit = 3;
    spec.own.log_level = mem_strdup("debug");
    cleanup_free char *json = saved_config_make(libxl_json, &spec.own);
    saved_config_read_own(json, &back.own, &err);
    expect_no_error(&err);
    assert_int_equal(back.own.restart_limit, 3);
    assert_string_equal(back.own.log_level, "debug");
    /* What libxl wrote is still there. */
    json_parse(json, strlen(json), &value, &err);
    expect_no_error(&err);
    const struct json_value *info = json_get(value, "c_info");
    assert_string_equal(json_as_string(json_get(info, "name")), "web");
    json_value_free(value);
}

static void without_own_keys_it_is_libxls_alone(void **state)
{
    cleanup_domain_spec struct domain_spec spec;
    struct error err = ERROR_INIT;

    domain_spec_init(&spec);
    cleanup_free char *json = saved_config_make(libxl_json, &spec.own);
    assert_string_equal(json, libxl_json);
    saved_config_read_own(json, &spec.own, &err);
    expect_no_error(&err);
    assert_int_equal(spec.own.restart_limit, OWN_RESTART_UNSET);
}

static void what_is_no_configuration_is_refused(void **state)
{
    cleanup_domain_spec struct domain_spec spec;
    struct error err = ERROR_INIT;

    domain_spec_init(&spec);
    assert_int_equal(saved_config_read_own("{ broken", &spec.own, &err), -1);
    assert_true(error_is_set(&err));
    error_dispose(&err);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(own_keys_come_back),
    cmocka_unit_test(without_own_keys_it_is_libxls_alone),
    cmocka_unit_test(what_is_no_configuration_is_refused),
};

UNIT_MAIN(tests)
