/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is on disk of a migration, whoever was killed. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "domain/transfer/away_note.h"

#define UUID "0f8c1e0a-6f5e-4a53-9d9f-0d3c2f8a7b61"
#define PATH "migrate/" UUID

static struct away_note make_note(const char *command)
{
    return (struct away_note){ .fd = -1,
                               .uuid = mem_strdup(UUID),
                               .name = mem_strdup("web"),
                               .host = mem_strdup("host2"),
                               .command =
                                   command ? mem_strdup(command) : NULL };
}

/* Somebody begins, goes so far, and is killed. */
static void leave_behind(bool given, const char *command)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct away_note note = make_note(command);
        bool done = away_note_begin(&note, NULL) == 0 &&
                    (!given || away_note_give(&note, false, NULL) == 0);
        _exit(done ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void expect_note(bool given, const char *command)
{
    struct error err = ERROR_INIT;
    struct away_note note;

    assert_int_equal(away_note_open(&note, UUID, &err), 1);
    assert_string_equal(note.name, "web");
    assert_string_equal(note.host, "host2");
    if (command == NULL)
        assert_null(note.command);
    else
        assert_string_equal(note.command, command);
    assert_int_equal(note.given, given);
    away_note_end(&note);
    away_note_dispose(&note);
}

static void it_tells_whether_permission_was_given(void **state)
{
    struct stat status;

    leave_behind(false, NULL);
    assert_int_equal(stat(PATH, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    expect_note(false, NULL);
    leave_behind(true, "ssh -p 2222");
    expect_note(true, "ssh -p 2222");
    assert_int_equal(access(PATH, F_OK), -1);
}

static void a_receiver_without_notes_is_told_apart(void **state)
{
    struct away_note note = make_note(NULL), later;
    struct error err = ERROR_INIT;

    assert_int_equal(away_note_begin(&note, &err), 0);
    assert_int_equal(away_note_give(&note, true, &err), 0);
    away_note_dispose(&note);
    assert_int_equal(away_note_open(&later, UUID, &err), 1);
    expect_no_error(&err);
    assert_true(later.given);
    assert_true(later.plain);
    away_note_end(&later);
    away_note_dispose(&later);
}

/* One that was cut in the middle of the word was not given. */
static void half_a_word_is_no_permission(void **state)
{
    leave_behind(true, NULL);
    struct stat status;
    assert_int_equal(stat(PATH, &status), 0);
    assert_int_equal(truncate(PATH, status.st_size - 1), 0);
    expect_note(false, NULL);
}

static void a_later_migration_begins_anew(void **state)
{
    leave_behind(true, "old command that is much longer than the new one");
    leave_behind(false, "new");
    expect_note(false, "new");
}

static void who_is_at_it_is_not_disturbed(void **state)
{
    struct away_note note = make_note(NULL), other;
    struct error err = ERROR_INIT;

    assert_int_equal(away_note_begin(&note, &err), 0);
    assert_int_equal(away_note_open(&other, UUID, &err), -1);
    expect_error(&err, ERR_STATE, "it is being migrated just now");
    struct away_note twin = make_note(NULL);
    assert_int_equal(away_note_begin(&twin, &err), -1);
    expect_error(&err, ERR_STATE, "it is being migrated just now");
    away_note_dispose(&twin);
    away_note_end(&note);
    away_note_dispose(&note);
    assert_int_equal(away_note_open(&other, UUID, &err), 0);
    expect_no_error(&err);
}

static void all_of_them_are_listed(void **state)
{
    cleanup_away_note_list struct away_note_list left = { 0 }, held = { 0 };
    struct away_note note = make_note(NULL);
    struct error err = ERROR_INIT;

    leave_behind(true, NULL);
    assert_int_equal(away_note_take(UUID, &err), 0);
    assert_int_equal(away_note_list_read(&left, &err), 0);
    assert_int_equal(left.items.count, 1);
    assert_string_equal(left.items.items[0].name, "web");
    assert_true(left.items.items[0].given);
    assert_true(left.items.items[0].fd >= 0);
    io_cleanup_close(&left.items.items[0].fd);
    assert_int_equal(away_note_begin(&note, &err), 0);
    assert_int_equal(away_note_list_read(&held, &err), 0);
    assert_int_equal(held.items.count, 1);
    assert_int_equal(held.items.items[0].fd, -1);
    assert_false(held.items.items[0].given);
    away_note_settle(UUID);
    away_note_end(&note);
    away_note_dispose(&note);
}

static void what_was_taken_is_known_until_it_is_settled(void **state)
{
    struct error err = ERROR_INIT;

    assert_false(away_note_is_taken(UUID));
    assert_int_equal(away_note_take(UUID, &err), 0);
    expect_no_error(&err);
    assert_true(away_note_is_taken(UUID));
    away_note_settle(UUID);
    assert_false(away_note_is_taken(UUID));
}

static void nothing_but_a_uuid_becomes_a_file(void **state)
{
    struct error err = ERROR_INIT;
    struct away_note note;

    assert_int_equal(away_note_take("../passwd", &err), -1);
    expect_error(&err, ERR_USAGE, "'../passwd' is no UUID");
    assert_int_equal(away_note_open(&note, "../passwd", &err), -1);
    expect_error(&err, ERR_USAGE, "'../passwd' is no UUID");
    assert_false(away_note_is_taken(".."));
}

static int teardown(void **state)
{
    return rmdir("migrate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_whether_permission_was_given),
        cmocka_unit_test(a_receiver_without_notes_is_told_apart),
        cmocka_unit_test(half_a_word_is_no_permission),
        cmocka_unit_test(a_later_migration_begins_anew),
        cmocka_unit_test(who_is_at_it_is_not_disturbed),
        cmocka_unit_test(all_of_them_are_listed),
        cmocka_unit_test(what_was_taken_is_known_until_it_is_settled),
        cmocka_unit_test(nothing_but_a_uuid_becomes_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
