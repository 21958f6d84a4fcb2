/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generator of configurations: few files use every key and setting, valid
 * ones are read without an error, and spoilt ones end in errors or in a
 * domain. tests/oracle/same_as_xl.py compares them with what xl reads.
 */
#include "config_unit.h"

#include "generate.h"

static void few_files_use_every_key_and_setting(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        cleanup_strbuf struct strbuf missing = { 0 };
        struct generator *generator = generator_new(seed);

        for (int i = 0; i < GENERATOR_COVERS; i++)
            free(generator_file(generator));
        if (!generator_is_complete(generator, &missing))
            fail_msg("seed %u used none of:%s", (unsigned int)seed,
                     missing.text);
        generator_free(generator);
    }
}

static void a_seed_gives_the_same_files(void **state)
{
    struct generator *one = generator_new(7);
    struct generator *other = generator_new(7);

    for (int i = 0; i < 20; i++) {
        cleanup_free char *first = generator_file(one);
        cleanup_free char *second = generator_file(other);

        assert_string_equal(first, second);
    }
    generator_free(one);
    generator_free(other);
}

static void valid_files_are_read_without_an_error(void **state)
{
    struct generator *generator = generator_new(3);

    for (int i = 0; i < 500; i++) {
        cleanup_free char *text = generator_file(generator);
        struct loaded loaded;

        loaded_text(&loaded, text, strlen(text));
        if (loaded.rc != 0)
            fail_msg("%s\n%s", text, loaded.said.text);
        loaded_dispose(&loaded);
    }
    generator_free(generator);
}

static void spoilt_files_end_in_errors_or_in_a_domain(void **state)
{
    struct generator *generator = generator_new(4);
    int refused = 0;

    for (int i = 0; i < 2000; i++) {
        cleanup_free char *text = generator_spoilt(generator);
        struct loaded loaded;

        loaded_text(&loaded, text, strlen(text));
        assert_int_equal(loaded.rc, loaded.diags.errors > 0 ? -1 : 0);
        refused += loaded.rc != 0;
        loaded_dispose(&loaded);
    }
    assert_in_range(refused, 200, 1800);
    generator_free(generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_files_use_every_key_and_setting),
        cmocka_unit_test(a_seed_gives_the_same_files),
        cmocka_unit_test(valid_files_are_read_without_an_error),
        cmocka_unit_test(spoilt_files_end_in_errors_or_in_a_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
