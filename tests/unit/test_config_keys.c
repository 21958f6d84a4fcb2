/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys is whole: what a row promises holds. */
#include "config_unit.h"

#include <ctype.h>
#include <stdio.h>

#include "config/explain.h"
#include "config/subkey.h"

static void every_row_is_complete_and_unique(void **state)
{
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);
        cleanup_free char *types = explain_type(key);

        print_message("# %s\n", key->name);
        assert_ptr_equal(config_key_find(key->name), key);
        assert_non_null(key->help);
        assert_true(isupper((unsigned char)key->help[0]));
        assert_true(key->guests != 0);
        assert_true(*types != '\0');
        assert_int_not_equal(key->set, SET_UNSUPPORTED);
        assert_true(key->set != SET_ENUM || key->words != NULL);
        assert_true(key->state != KEY_NEWER || key->since != NULL);
    }
}

static const char *guest_word(const struct config_key *key)
{
    return key->guests & GUEST_PV    ? "pv"
           : key->guests & GUEST_PVH ? "pvh"
           : key->guests & GUEST_HVM ? "hvm"
                                     : "pv";
}

/* The example of a row is read without an error, and has an effect on a guest
 * that the row names. */
static void every_example_is_valid(void **state)
{
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);
        cleanup_free char *text = NULL;
        struct loaded loaded;
        bool own_kernel = strcmp(key->name, "kernel") == 0 ||
                          strcmp(key->name, "firmware") == 0 ||
                          strcmp(key->name, "bootloader") == 0;

        if (key->example == NULL || strcmp(key->name, "builder") == 0 ||
            strcmp(key->name, "include") == 0)
            continue;
        text =
            mem_printf("%s%s%s%s%s%s%s\n%s\n",
                       strcmp(key->name, "name") ? "name = \"t\"; " : "",
                       strcmp(key->name, "type") ? "type = \"" : "",
                       strcmp(key->name, "type") ? guest_word(key) : "",
                       strcmp(key->name, "type") ? "\"; " : "",
                       own_kernel ? "" : "kernel = \"/k\"; ",
                       strcmp(key->name, "vcpus") ? "vcpus = 2; " : "",
                       strcmp(key->name, "memory") && strcmp(key->name, "vnuma")
                           ? "memory = 64"
                           : "",
                       key->example);
        loaded_text(&loaded, text, strlen(text));
        if (loaded.rc != 0 && strcmp(key->name, "firmware") != 0)
            fail_msg("%s\n%s", text, loaded.said.text);
        if (key->guests != GUEST_ARM)
            assert_null(strstr(loaded.said.text, "' has no effect on a"));
        loaded_dispose(&loaded);
    }
}

/* The parsers' tables know what there is; what it is must be told of each. */
static void every_setting_is_explained(void **state)
{
    const char *name;

    for (size_t i = 0; i < config_key_count(); i++) {
        const char *key = config_key_at(i)->name;

        for (size_t k = 0; (name = config_setting_name(key, k)) != NULL; k++) {
            const struct config_subkey *setting = config_subkey_find(key, name);
            cleanup_free char *type = config_subkey_type(key, name);

            if (setting == NULL)
                fail_msg("nothing is known of %s.%s", key, name);
            assert_true(isalpha((unsigned char)setting->help[0]));
            assert_true(*type != '\0');
        }
    }
    assert_null(config_subkey_find("vif", "colour"));
    assert_string_equal(config_subkey_find("disk", "grant_usage")->since,
                        "4.19");
    assert_string_equal(config_subkey_near("vif", "brigde"), "bridge");
}

static void a_near_key_is_offered(void **state)
{
    assert_string_equal(config_key_near("memmory"), "memory");
    assert_string_equal(config_key_near("bootlaoder"), "bootloader");
    assert_null(config_key_near("qwertyuiop"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_unique),
        cmocka_unit_test(every_example_is_valid),
        cmocka_unit_test(every_setting_is_explained),
        cmocka_unit_test(a_near_key_is_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
