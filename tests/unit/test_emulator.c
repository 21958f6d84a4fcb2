/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether one QEMU takes what another wrote. */
#include "unit.h"

#include "domain/transfer/emulator.h"

static void versions_are_read_as_qemu_prints_them(void **state)
{
    static const char *const none[] = { "",     "QEMU emulator version ",
                                        "7",    "7.",
                                        "x7.2", "version 99999999999.1" };
    unsigned int major = 0, minor = 0;

    assert_true(emulator_parse_version(
        "QEMU emulator version 7.2.9 (Debian 1:7.2+dfsg-7+deb12u5)\n"
        "Copyright (c) 2003-2022\n",
        &major, &minor));
    assert_int_equal(major, 7);
    assert_int_equal(minor, 2);
    assert_true(
        emulator_parse_version("10.0.3Debian 1:10.0\r\n", &major, &minor));
    assert_int_equal(major, 10);
    assert_int_equal(minor, 0);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(emulator_parse_version(none[i], &major, &minor));
}

/* A guest's QEMU, the other host's, and whether that takes it. */
struct pair {
    const char *machine;
    unsigned int theirs[2], ours[2];
    const char *reasons, *notes;
};

static const struct pair pairs[] = {
    { "xenfv", { 7, 2 }, { 7, 2 }, "", "" },
    { "pc", { 7, 2 }, { 7, 2 }, "", "" },
    /* Newer takes older. */
    { "pc",
      { 5, 2 },
      { 7, 2 },
      "",
      "its QEMU /q is 7.2, the guest's is 5.2\n" },
    { "xenfv",
      { 5, 2 },
      { 7, 2 },
      "",
      "its QEMU /q is 7.2, the guest's is 5.2\n" },
    /* Each minor version has another "pc". */
    { "pc",
      { 7, 2 },
      { 7, 1 },
      "its QEMU /q is 7.1, the guest's is 7.2, too new a machine for it: pc\n",
      "" },
    /* The machine of Xen is the same since 5.0. */
    { "xenfv",
      { 7, 2 },
      { 5, 0 },
      "",
      "its QEMU /q is 5.0, the guest's is 7.2\n" },
    { "xenfv",
      { 7, 2 },
      { 4, 2 },
      "its QEMU /q is 4.2, the guest's is 7.2, too new a machine for it: "
      "xenfv\n",
      "" },
    { "xenfv",
      { 4, 2 },
      { 4, 1 },
      "its QEMU /q is 4.1, the guest's is 4.2, too new a machine for it: "
      "xenfv\n",
      "" },
    /* What does not tell is doubted, not refused. */
    { "xenfv",
      { 7, 2 },
      { 0, 0 },
      "",
      "whether its QEMU can take the guest's is not known: its own does not "
      "tell its version\n" },
    { "xenfv",
      { 0, 0 },
      { 7, 2 },
      "",
      "whether its QEMU can take the guest's is not known: the guest's does "
      "not tell its version\n" },
};

static void expect_said(const struct emulator *theirs,
                        const struct emulator *ours, const char *reasons,
                        const char *notes)
{
    cleanup_answer struct answer got = { 0 };

    emulator_compare(theirs, ours, &got);
    assert_string_equal(got.reasons.text ? got.reasons.text : "", reasons);
    assert_string_equal(got.notes.text ? got.notes.text : "", notes);
}

static void a_qemu_takes_the_machines_that_it_knows(void **state)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct pair *pair = &pairs[i];
        const struct emulator theirs = { .major = pair->theirs[0],
                                         .minor = pair->theirs[1],
                                         .machine = (char *)pair->machine };
        const struct emulator ours = { .major = pair->ours[0],
                                       .minor = pair->ours[1],
                                       .machine = (char *)pair->machine,
                                       .path = (char *)"/q" };

        expect_said(&theirs, &ours, pair->reasons, pair->notes);
    }
}

static void another_firmware_is_a_note(void **state)
{
    const struct emulator theirs = { .major = 7,
                                     .minor = 2,
                                     .machine = (char *)"xenfv",
                                     .firmware = (char *)"seabios-1" };
    struct emulator ours = theirs;

    expect_said(&theirs, &ours, "", "");
    ours.firmware = (char *)"seabios-2";
    expect_said(&theirs, &ours, "",
                "its firmware is another: the guest has it from its next start "
                "on\n");
    ours.firmware = NULL;
    expect_said(&theirs, &ours, "", "");
}

static void a_guest_without_qemu_needs_none(void **state)
{
    const struct emulator none = { 0 };
    const struct emulator some = { .major = 7, .machine = (char *)"xenfv" };

    expect_said(&none, &some, "", "");
    expect_said(&some, &none, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_read_as_qemu_prints_them),
        cmocka_unit_test(a_qemu_takes_the_machines_that_it_knows),
        cmocka_unit_test(another_firmware_is_a_note),
        cmocka_unit_test(a_guest_without_qemu_needs_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
