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

/* -- needs ----------------------------------------------------------------- */

static void fill_needs(struct needs *needs)
{
    struct disk_identity *disk;

    needs->host = mem_strdup("boot host1");
    needs->memory_kib = 131072;
    needs->connected = 2;
    needs->cpu = (struct cpu_features){ .vendor = "AuthenticAMD",
                                        .count = 3,
                                        .words = { 1, 0xffffffff, 7 } };
    disk = VEC_ADD(&needs->disks);
    *disk = (struct disk_identity){ .place = DISK_BLOCK, .size = 1u << 30 };
    disk_identity_add(disk, "wwid", "naa.6001");
    disk_identity_add(disk, "id", "wwn-0x6001");
    disk = VEC_ADD(&needs->disks);
    *disk = (struct disk_identity){ .place = DISK_UNKNOWN };
    needs->emulator.major = 7;
    needs->emulator.minor = 2;
    needs->emulator.machine = mem_strdup("pc");
    needs->emulator.firmware = mem_strdup("seabios-1");
}

static void expect_needs(const struct needs *got)
{
    assert_string_equal(got->host, "boot host1");
    assert_int_equal(got->memory_kib, 131072);
    assert_int_equal(got->connected, 2);
    assert_string_equal(got->cpu.vendor, "AuthenticAMD");
    assert_int_equal(got->cpu.count, 3);
    assert_int_equal(got->cpu.words[1], 0xffffffff);
    assert_int_equal(got->disks.count, 2);
    assert_int_equal(got->disks.items[0].place, DISK_BLOCK);
    assert_int_equal(got->disks.items[0].size, 1u << 30);
    assert_int_equal(got->disks.items[0].names.count, 2);
    assert_string_equal(got->disks.items[0].names.items[1].kind, "id");
    assert_string_equal(got->disks.items[0].names.items[1].value, "wwn-0x6001");
    assert_int_equal(got->disks.items[1].place, DISK_UNKNOWN);
    assert_int_equal(got->emulator.minor, 2);
    assert_string_equal(got->emulator.machine, "pc");
    assert_string_equal(got->emulator.firmware, "seabios-1");
}

static void what_the_guest_needs_goes_along(void **state)
{
    cleanup_preflight_question struct preflight_question asked = {
        .xen_major = 4, .xen_minor = 17, .notes = true
    };
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct error err = ERROR_INIT;

    asked.config = mem_strdup("{}");
    fill_needs(&asked.needs);
    cleanup_free char *text = preflight_question_format(&asked);
    assert_int_equal(preflight_question_parse(text, &got, &err), 0);
    assert_true(got.notes);
    expect_needs(&got.needs);
}

#define QUESTION(needs)                                             \
    "{\"xen_major\":4,\"xen_minor\":17,\"only\":false,\"stall\":0," \
    "\"config\":\"{}\"" needs "}"

static void expect_no_needs(const struct preflight_question *got)
{
    assert_false(got->notes);
    assert_null(got->needs.host);
    assert_int_equal(got->needs.memory_kib, 0);
    assert_int_equal(got->needs.connected, 0);
    assert_int_equal(got->needs.cpu.count, 0);
    assert_int_equal(got->needs.disks.count, 0);
    assert_null(got->needs.emulator.machine);
}

static void an_older_sender_needs_nothing(void **state)
{
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(preflight_question_parse(QUESTION(""), &got, &err), 0);
    expect_no_needs(&got);
}

/* What is not understood is as if it had not been said. */
static void needs_of_other_kinds_are_passed_over(void **state)
{
    static const char *const texts[] = {
        QUESTION(",\"notes\":7,\"needs\":[]"),
        QUESTION(",\"needs\":{\"cpu\":[],\"disks\":{},\"emulator\":3}"),
        QUESTION(",\"needs\":{\"cpu\":{\"vendor\":\"much too long a "
                 "name\",\"features\":\"all\"}}"),
        QUESTION(",\"needs\":{\"cpu\":{\"features\":[-1]}}"),
        QUESTION(",\"needs\":{\"cpu\":{\"features\":[1,4294967296]}}"),
        QUESTION(",\"needs\":{\"host\":{},\"disks\":null}"),
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_preflight_question struct preflight_question got = { 0 };
        struct error err = ERROR_INIT;

        assert_int_equal(preflight_question_parse(texts[i], &got, &err), 0);
        expect_no_needs(&got);
    }
}

static void disks_of_other_kinds_are_unknown(void **state)
{
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(
        preflight_question_parse(
            QUESTION(",\"needs\":{\"disks\":[7,{\"place\":\"moon\","
                     "\"size\":-1,\"names\":[3,{\"kind\":\"id\"}]}]}"),
            &got, &err),
        0);
    assert_int_equal(got.needs.disks.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(got.needs.disks.items[i].place, DISK_UNKNOWN);
        assert_int_equal(got.needs.disks.items[i].size, 0);
        assert_int_equal(got.needs.disks.items[i].names.count, 0);
    }
}

/* A Xen to come may have more features than there is room for. */
static void words_of_features_are_bounded(void **state)
{
    cleanup_preflight_question struct preflight_question got = { 0 };
    struct strbuf text = { 0 };
    struct error err = ERROR_INIT;

    strbuf_puts(&text, "{\"xen_major\":4,\"xen_minor\":17,\"only\":false,"
                       "\"stall\":0,\"config\":\"{}\",\"needs\":{\"cpu\":"
                       "{\"features\":[1");
    for (int i = 1; i < 1000; i++)
        strbuf_puts(&text, ",9");
    strbuf_puts(&text, "]}}}");
    assert_int_equal(preflight_question_parse(text.text, &got, &err), 0);
    assert_int_equal(got.needs.cpu.count, CPU_WORDS);
    assert_int_equal(got.needs.cpu.words[CPU_WORDS - 1], 9);
    strbuf_dispose(&text);
}

static void this_host_knows_itself(void **state)
{
    cleanup_needs struct needs needs = { .host = needs_name_host() };

    assert_true(needs_are_of_this_host(&needs));
    needs.host[0] = needs.host[0] == 'x' ? 'y' : 'x';
    assert_false(needs_are_of_this_host(&needs));
    free(needs.host);
    needs.host = NULL;
    assert_false(needs_are_of_this_host(&needs));
}

/* -- answers --------------------------------------------------------------- */

static const char *text_of(const struct strbuf *text)
{
    return text->text != NULL ? text->text : "";
}

static void expect_answer(const char *text, const char *reasons,
                          const char *notes)
{
    cleanup_answer struct answer got = { 0 };

    answer_parse(text, &got);
    assert_string_equal(text_of(&got.reasons), reasons);
    assert_string_equal(text_of(&got.notes), notes);
}

static void notes_are_told_from_reasons(void **state)
{
    cleanup_answer struct answer said = { 0 };
    cleanup_strbuf struct strbuf newer = { 0 }, older = { 0 };

    answer_add(&said, true, "no bridge %s", "br0");
    answer_add(&said, false, "slow\nand more");
    answer_add(&said, true, "no disk");
    answer_format(&said, true, &newer);
    assert_string_equal(newer.text,
                        "no bridge br0\nno disk\nnote: slow and more\n");
    expect_answer(newer.text, "no bridge br0\nno disk\n", "slow and more\n");
    /* Who does not know notes would take them for reasons. */
    answer_format(&said, false, &older);
    assert_string_equal(older.text, "no bridge br0\nno disk\n");
}

static void notes_alone_are_no_refusal(void **state)
{
    cleanup_answer struct answer said = { 0 };
    cleanup_strbuf struct strbuf older = { 0 };

    answer_add(&said, false, "slow");
    answer_format(&said, false, &older);
    assert_int_equal(older.length, 0);
    expect_answer("", "", "");
    expect_answer("note: slow\n\nnote: \n", "", "slow\n");
    expect_answer("without an end", "without an end\n", "");
}

static void nothing_in_them_moves_a_terminal(void **state)
{
    expect_answer("no\r\033[2Jdisk\nnote: s\bl\x7fow\n", "no  [2Jdisk\n",
                  "s l ow\n");
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
        cmocka_unit_test(what_the_guest_needs_goes_along),
        cmocka_unit_test(an_older_sender_needs_nothing),
        cmocka_unit_test(needs_of_other_kinds_are_passed_over),
        cmocka_unit_test(disks_of_other_kinds_are_unknown),
        cmocka_unit_test(words_of_features_are_bounded),
        cmocka_unit_test(this_host_knows_itself),
        cmocka_unit_test(notes_are_told_from_reasons),
        cmocka_unit_test(notes_alone_are_no_refusal),
        cmocka_unit_test(nothing_in_them_moves_a_terminal),
        cmocka_unit_test(what_a_newer_sender_adds_is_passed_over),
        cmocka_unit_test(a_question_that_is_not_whole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
