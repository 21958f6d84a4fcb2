/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where two domains differ, and what is no difference. */
#include "config_unit.h"

#include "config/compare.h"

#define BASE "name = \"a\"; kernel = \"/k\"; memory = 64\n"

static void forget_uuid(struct domain_spec *spec)
{
    memset(&spec->config.c_info.uuid, 0, sizeof(spec->config.c_info.uuid));
}

/* "memory 64 128, kernel - "/k"": the differences in their order. */
static void check(const char *a, const char *b, const char *wanted)
{
    struct config_differences cleanup_config_differences found = { 0 };
    struct strbuf text = { 0 };
    struct loaded left, right;

    loaded_text(&left, a, strlen(a));
    loaded_text(&right, b, strlen(b));
    if (strstr(a, "uuid") == NULL)
        forget_uuid(&left.spec);
    if (strstr(b, "uuid") == NULL)
        forget_uuid(&right.spec);
    assert_int_equal(left.rc, 0);
    assert_int_equal(right.rc, 0);
    config_compare(&left.spec, &right.spec, &found);
    VEC_EACH (&found.list, one)
        strbuf_printf(&text, "%s%s %s %s", text.length > 0 ? ", " : "",
                      one->key->name, one->a ? one->a : "-",
                      one->b ? one->b : "-");
    assert_string_equal(text.text != NULL ? text.text : "", wanted);
    strbuf_dispose(&text);
    loaded_dispose(&left);
    loaded_dispose(&right);
}

static void values_that_differ_are_found(void **state)
{
    check(BASE, BASE, "");
    check(BASE, BASE "memory = 128", "memory 64 128");
    check(BASE, BASE "vcpus = 2; name = \"b\"", "name \"a\" \"b\", vcpus - 2");
    check(BASE "vif = [ \"bridge=x\" ]", BASE "vif = []",
          "vif [ \"bridge=x\" ] -");
    check(BASE "autostart = 1", BASE, "autostart 1 -");
}

static void the_same_in_other_words_is_the_same(void **state)
{
    check(BASE, "memory = 0x40; kernel = '/k'; name = 'a'; type = 'pv'", "");
    check(BASE "root = \"/dev/a\"; extra = \"b\"",
          BASE "cmdline = \"root=/dev/a b\"", "");
    check(BASE "disk = [ \"phy:/dev/a,xvda,w\" ]",
          BASE "disk = [ \"vdev=xvda,target=/dev/a\" ]", "");
    check(BASE "maxmem = 64", BASE, "");
}

static void a_default_that_is_named_is_no_difference(void **state)
{
    check(BASE "cpu_weight = 256; cap = 0", BASE, "");
    check(BASE, BASE "on_reboot = \"restart\"", "");
    check(BASE "cpu_weight = 257", BASE, "cpu_weight 257 -");
}

static void what_xen_chooses_is_no_difference(void **state)
{
    static const char uuid[] =
        BASE "uuid = \"5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f11\"";
    static const char vif[] = BASE "vif = [ \"mac=00:16:3e:01:02:03\" ]";

    check(BASE, uuid, "");
    check(uuid, BASE, "");
    check(BASE "uuid = \"5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f12\"", uuid,
          "uuid \"5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f12\" "
          "\"5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f11\"");
    check(vif, BASE "vif = [ \"\" ]", "");
    check(vif, BASE "vif = [ \"mac=00:16:3e:01:02:04\" ]",
          "vif [ \"mac=00:16:3e:01:02:03\" ] "
          "[ \"mac=00:16:3e:01:02:04\" ]");
    check(BASE "videoram = 8", BASE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_differ_are_found),
        cmocka_unit_test(the_same_in_other_words_is_the_same),
        cmocka_unit_test(a_default_that_is_named_is_no_difference),
        cmocka_unit_test(what_xen_chooses_is_no_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
