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

/* -- changes --------------------------------------------------------------- */

/* What was saved, what its file says without and with changes, what results. */
struct change {
    const char *saved, *before, *after, *changed;
};

static const struct change changes[] = {
    /* What only libxl knows stays, and what was set anew is so. */
    { "{\"a\":1,\"filled\":7}", "{\"a\":1}", "{\"a\":2}",
      "{\"a\":2,\"filled\":7}" },
    { "{\"a\":1,\"b\":{\"c\":3,\"d\":4}}", "{\"a\":1,\"b\":{\"c\":3}}",
      "{\"a\":1,\"b\":{\"c\":5}}", "{\"a\":1,\"b\":{\"c\":5,\"d\":4}}" },
    /* What a file says differently from libxl is no change. */
    { "{\"a\":\"libxl's\"}", "{\"a\":\"ours\"}", "{\"a\":\"ours\"}",
      "{\"a\":\"libxl's\"}" },
    /* Members come and go. */
    { "{\"a\":1}", "{\"a\":1}", "{}", "{}" },
    { "{}", "{}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}" },
    { "{\"a\":{\"x\":1}}", "{}", "{\"a\":{\"b\":1}}",
      "{\"a\":{\"x\":1,\"b\":1}}" },
    /* Of a list only the items that differ; all, if there are others. */
    { "{\"l\":[{\"a\":1,\"id\":5},{\"a\":2,\"id\":6}]}",
      "{\"l\":[{\"a\":1},{\"a\":2}]}", "{\"l\":[{\"a\":1},{\"a\":3}]}",
      "{\"l\":[{\"a\":1,\"id\":5},{\"a\":3}]}" },
    { "{\"l\":[{\"a\":1,\"id\":5}]}", "{\"l\":[{\"a\":1}]}",
      "{\"l\":[{\"a\":1},{\"a\":2}]}", "{\"l\":[{\"a\":1},{\"a\":2}]}" },
    { "{\"l\":[0]}", "{\"l\":[0,1]}", "{\"l\":[0,1]}", "{\"l\":[0]}" },
    /* Another kind of value. */
    { "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}", "{\"a\":2}", "{\"a\":2}" },
};

static void only_what_differs_is_changed(void **state)
{
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const struct change *change = &changes[i];
        struct error err = ERROR_INIT;

        cleanup_free char *got = saved_config_change(
            change->saved, change->before, change->after, &err);
        expect_no_error(&err);
        assert_string_equal(got, change->changed);
    }
}

static void a_change_of_rubbish_is_refused(void **state)
{
    struct error err = ERROR_INIT;

    assert_null(saved_config_change("{}", "{}", "{", &err));
    assert_true(error_is_set(&err));
    error_dispose(&err);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_differs_is_changed),
    cmocka_unit_test(a_change_of_rubbish_is_refused),
    cmocka_unit_test(own_keys_come_back),
    cmocka_unit_test(without_own_keys_it_is_libxls_alone),
    cmocka_unit_test(what_is_no_configuration_is_refused),
};

UNIT_MAIN(tests)
