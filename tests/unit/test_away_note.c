/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is on disk of a migration, whoever was killed. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "domain/transfer/away_note.h"
#include "domain/transfer/taken_note.h"

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
    leave_behind(false, "old command that is much longer than the new one");
    leave_behind(false, "new");
    expect_note(false, "new");
}

/* A failure of the second would have it go on here while it runs there. */
static void what_may_run_elsewhere_does_not_go_again(void **state)
{
    struct away_note note = make_note("new");
    struct error err = ERROR_INIT;

    leave_behind(true, "old");
    assert_int_equal(away_note_begin(&note, &err), -1);
    expect_error(&err, ERR_STATE,
                 "it may run on host2, where it was sent and which did not "
                 "report");
    away_note_dispose(&note);
    expect_note(true, "old");
}

static void what_may_run_elsewhere_is_found_by_name_and_uuid(void **state)
{
    static const char other[] = "11111111-6f5e-4a53-9d9f-0d3c2f8a7b61";
    struct error err = ERROR_INIT;

    leave_behind(false, NULL);
    assert_int_equal(away_note_check("web", UUID, &err), 0);
    leave_behind(true, NULL);
    assert_int_equal(away_note_check("web", other, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
    assert_string_equal(err.hint, "this finds out, and settles it: xn migrate "
                                  "--recover " UUID);
    error_dispose(&err);
    assert_int_equal(away_note_check("db", UUID, &err), -1);
    error_dispose(&err);
    assert_int_equal(away_note_check("db", other, &err), 0);
    assert_int_equal(away_note_check(NULL, other, &err), 0);
    expect_note(true, NULL);
}

static void one_that_nobody_is_at_tells_whose_the_guest_is(void **state)
{
    struct away_note note = make_note(NULL);
    struct error err = ERROR_INIT;

    assert_int_equal(away_note_look(UUID), AWAY_NOTE_NONE);
    assert_int_equal(away_note_begin(&note, &err), 0);
    assert_int_equal(away_note_look(UUID), AWAY_NOTE_HELD);
    away_note_dispose(&note);
    assert_int_equal(away_note_look(UUID), AWAY_NOTE_LEFT);
    leave_behind(true, NULL);
    assert_int_equal(away_note_look(UUID), AWAY_NOTE_NONE);
    expect_note(true, NULL);
}

static void a_word_leads_to_its_note(void **state)
{
    struct error err = ERROR_INIT;
    char *uuid;

    leave_behind(true, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(away_note_find(i == 0 ? "web" : UUID, &uuid, &err), 1);
        assert_string_equal(uuid, UUID);
        free(uuid);
    }
    assert_int_equal(away_note_find("db", &uuid, &err), 0);
    assert_null(uuid);
    expect_note(true, NULL);
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
    assert_int_equal(away_note_list_read(&left, &err), 0);
    assert_int_equal(left.items.count, 1);
    assert_string_equal(left.items.items[0].name, "web");
    assert_true(left.items.items[0].given);
    assert_true(left.items.items[0].fd >= 0);
    away_note_end(&left.items.items[0]);
    assert_int_equal(away_note_begin(&note, &err), 0);
    assert_int_equal(away_note_list_read(&held, &err), 0);
    assert_int_equal(held.items.count, 1);
    assert_int_equal(held.items.items[0].fd, -1);
    assert_false(held.items.items[0].given);
    away_note_end(&note);
    away_note_dispose(&note);
}

/* -- the receiver's -------------------------------------------------------- */

static struct taken_note make_taken(bool paused)
{
    return (struct taken_note){ .fd = -1,
                                .uuid = mem_strdup(UUID),
                                .name = mem_strdup("web"),
                                .paused = paused,
                                .supervised = true };
}

static void expect_taken(bool starts, bool done, bool held)
{
    struct error err = ERROR_INIT;
    struct taken_note note;

    assert_int_equal(taken_note_read(&note, UUID, &err), 1);
    assert_string_equal(note.name, "web");
    assert_true(note.supervised);
    assert_int_equal(note.starts, starts);
    assert_int_equal(note.done, done);
    assert_int_equal(note.fd < 0, held);
    taken_note_dispose(&note);
}

static void what_was_taken_is_known_until_it_is_settled(void **state)
{
    struct taken_note note = make_taken(false), none;
    struct error err = ERROR_INIT;

    assert_int_equal(taken_note_read(&none, UUID, &err), 0);
    assert_int_equal(taken_note_begin(&note, &err), 0);
    expect_no_error(&err);
    expect_taken(false, false, true);
    assert_int_equal(taken_note_starts(&note, &err), 0);
    expect_taken(true, false, true);
    assert_int_equal(taken_note_done(&note, &err), 0);
    taken_note_dispose(&note);
    expect_taken(true, true, false);
    taken_note_settle(UUID);
    assert_int_equal(taken_note_read(&none, UUID, &err), 0);
}

/* The next one to look starts it, or leaves it paused as was asked for. */
static void a_killed_receiver_leaves_what_is_to_be_done(void **state)
{
    struct taken_note note = make_taken(true), left;
    struct error err = ERROR_INIT;

    assert_int_equal(taken_note_begin(&note, &err), 0);
    taken_note_dispose(&note);
    assert_int_equal(taken_note_read(&left, UUID, &err), 1);
    assert_true(left.paused && left.supervised && !left.plain);
    assert_true(left.fd >= 0 && !left.starts && !left.done);
    taken_note_dispose(&left);
    taken_note_settle(UUID);
}

/* A paused guest is done without a start. */
static void half_a_line_says_nothing(void **state)
{
    static const char head[] = "{\"name\":\"web\",\"paused\":true,"
                               "\"supervised\":false,\"plain\":true}\n";
    static const struct {
        const char *rest;
        bool starts, done;
    } rows[] = {
        { "", false, false },
        { "done\n", false, true },
        { "starts\n", true, false },
        { "starts", false, false },
        { "starts\ndone\n", true, true },
        { "starts\ndon", true, false },
        { "done\nstarts\n", false, false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cleanup_free char *text = mem_printf("%s%s", head, rows[i].rest);
        cleanup_taken_note struct taken_note note = TAKEN_NOTE_INIT;

        taken_note_parse(&note, text);
        assert_true(note.paused && note.plain && !note.supervised);
        assert_int_equal(note.starts, rows[i].starts);
        assert_int_equal(note.done, rows[i].done);
    }
}

/* Earlier versions wrote nothing into it; such a guest may have run. */
static void an_empty_one_has_nothing_left_to_do(void **state)
{
    static const char *const texts[] = { "", "{", "{}\n", "[]\ndone\n" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_taken_note struct taken_note note = TAKEN_NOTE_INIT;

        taken_note_parse(&note, texts[i]);
        assert_true(note.starts && note.done);
    }
}

static void all_that_was_taken_is_listed(void **state)
{
    cleanup_taken_note_list struct taken_note_list list = { 0 };
    struct taken_note note = make_taken(false);
    struct error err = ERROR_INIT;

    leave_behind(true, NULL); /* none of them */
    assert_int_equal(taken_note_begin(&note, &err), 0);
    assert_int_equal(taken_note_list_read(&list, &err), 0);
    assert_int_equal(list.items.count, 1);
    assert_string_equal(list.items.items[0].uuid, UUID);
    assert_int_equal(list.items.items[0].fd, -1);
    taken_note_settle(UUID);
    taken_note_dispose(&note);
    expect_note(true, NULL);
}

static void nothing_but_a_uuid_becomes_a_file(void **state)
{
    struct error err = ERROR_INIT;
    struct taken_note taken;
    struct away_note note;

    assert_int_equal(taken_note_read(&taken, "../passwd", &err), -1);
    expect_error(&err, ERR_USAGE, "'../passwd' is no UUID");
    assert_int_equal(away_note_open(&note, "../passwd", &err), -1);
    expect_error(&err, ERR_USAGE, "'../passwd' is no UUID");
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
        cmocka_unit_test(what_may_run_elsewhere_does_not_go_again),
        cmocka_unit_test(what_may_run_elsewhere_is_found_by_name_and_uuid),
        cmocka_unit_test(one_that_nobody_is_at_tells_whose_the_guest_is),
        cmocka_unit_test(a_word_leads_to_its_note),
        cmocka_unit_test(who_is_at_it_is_not_disturbed),
        cmocka_unit_test(all_of_them_are_listed),
        cmocka_unit_test(what_was_taken_is_known_until_it_is_settled),
        cmocka_unit_test(a_killed_receiver_leaves_what_is_to_be_done),
        cmocka_unit_test(half_a_line_says_nothing),
        cmocka_unit_test(an_empty_one_has_nothing_left_to_do),
        cmocka_unit_test(all_that_was_taken_is_listed),
        cmocka_unit_test(nothing_but_a_uuid_becomes_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
