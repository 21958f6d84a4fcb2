/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The question whether a host could take a guest: there and back, and lies. */
#include "unit.h"

#include "domain/transfer/preflight.h"

static void a_question_comes_as_it_was_asked(void **state)
{
    const struct preflight_question asked = { .xen_major = 4,
                                              .xen_minor = 17,
                                              .only = true,
                                              .stall = 30,
                                              .config =
                                                  (char *)"{\"a\": \"\\n\"}" };
    cleanup_free char *text = preflight_question_format(&asked);
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(preflight_question_parse(text, &got, &err), 0);
    assert_int_equal(got.xen_major, 4);
    assert_int_equal(got.xen_minor, 17);
    assert_true(got.only);
    assert_int_equal(got.stall, 30);
    assert_string_equal(got.config, asked.config);
}

static void what_a_newer_sender_adds_is_passed_over(void **state)
{
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(
        preflight_question_parse("{\"xen_major\":4,\"xen_minor\":18,"
                                 "\"only\":false,\"stall\":0,\"config\":\"{}\","
                                 "\"cpuid\":[1,2]}",
                                 &got, &err),
        0);
    assert_false(got.only);
}

static void a_question_that_is_not_whole_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"xen_major\":4,\"xen_minor\":17,\"only\":false,\"stall\":0}",
        "{\"xen_major\":4,\"xen_minor\":17,\"only\":1,\"stall\":0,"
        "\"config\":\"\"}",
        "{\"xen_major\":-4,\"xen_minor\":17,\"only\":true,\"stall\":0,"
        "\"config\":\"\"}",
        "{\"xen_major\":4,\"xen_minor\":17,\"only\":true,\"stall\":86401,"
        "\"config\":\"\"}",
        "{\"xen_major\":4,\"xen_minor\":17,\"only\":true,\"stall\":0,"
        "\"config\":{}}",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct preflight_question got = { 0 };
        struct error err = ERROR_INIT;

        assert_int_equal(preflight_question_parse(texts[i], &got, &err), -1);
        assert_true(error_is_set(&err));
        error_dispose(&err);
        preflight_question_dispose(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_comes_as_it_was_asked),
        cmocka_unit_test(what_a_newer_sender_adds_is_passed_over),
        cmocka_unit_test(a_question_that_is_not_whole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
