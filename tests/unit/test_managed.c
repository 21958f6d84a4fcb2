/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding guests by their names, and the links that start them. */
#include "unit.h"

#include <limits.h>
#include <sys/stat.h>

#include "domain/life/managed.h"

struct fixture {
    struct managed managed;
    char folder[32];
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    strcpy(f->folder, "managed-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->managed.folder = f->folder;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *command = mem_printf("rm -r %s", f->folder);

    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static char *path_of(const struct fixture *f, const char *name)
{
    return mem_printf("%s/%s", f->folder, name);
}

static void write_file(const struct fixture *f, const char *name)
{
    cleanup_free char *path = path_of(f, name);

    assert_int_equal(io_replace_file(path, 0644, "", 0, NULL), 0);
}

static void make_folder(const struct fixture *f, const char *name)
{
    cleanup_free char *path = path_of(f, name);

    assert_int_equal(mkdir(path, 0755), 0);
}

static void expect_found(const struct fixture *f, const char *name,
                         const char *wanted)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = NULL;
    cleanup_free char *full = path_of(f, wanted);

    assert_int_equal(managed_find(&f->managed, name, &path, &err), 0);
    assert_string_equal(path, full);
}

static void a_name_is_found(void **state)
{
    struct fixture *f = *state;

    write_file(f, "web.cfg");
    expect_found(f, "web", "web.cfg");
    expect_found(f, "web.cfg", "web.cfg");
    make_folder(f, "auto");
    write_file(f, "auto/web");
    expect_found(f, "web", "auto/web");
}

static void a_name_that_is_none_is_an_error(void **state)
{
    struct fixture *f = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = NULL;

    make_folder(f, "web"); /* no file */
    assert_int_equal(managed_find(&f->managed, "web", &path, &err), -1);
    expect_error(&err, ERR_NODOMAIN, "no guest 'web' is defined");
}

static void a_path_is_taken_as_it_is(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *path = NULL;

    assert_int_equal(managed_find(&f->managed, "/srv/web.cfg", &path, NULL), 0);
    assert_string_equal(path, "/srv/web.cfg");
}

static void a_link_is_made_and_taken_away(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *path = path_of(f, "web.cfg");
    cleanup_free char *link = path_of(f, "auto/web.cfg");
    cleanup_free char *wanted = NULL, *end = NULL;
    bool changed;

    write_file(f, "web.cfg");
    assert_int_equal(managed_enable(&f->managed, path, &changed, NULL), 0);
    assert_true(changed);
    wanted = realpath(path, NULL);
    end = realpath(link, NULL);
    assert_string_equal(end, wanted);
    assert_int_equal(managed_enable(&f->managed, path, &changed, NULL), 0);
    assert_false(changed);
    assert_int_equal(managed_disable(&f->managed, "web", &changed, NULL), 0);
    assert_true(changed);
    assert_int_not_equal(access(link, F_OK), 0);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(managed_disable(&f->managed, "web", &changed, NULL), 0);
    assert_false(changed);
}

static void another_guest_of_that_name_stays(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *first = path_of(f, "web.cfg");
    cleanup_free char *second = path_of(f, "other/web.cfg");
    cleanup_error struct error err = ERROR_INIT;
    bool changed;

    make_folder(f, "other");
    write_file(f, "web.cfg");
    write_file(f, "other/web.cfg");
    assert_int_equal(managed_enable(&f->managed, first, &changed, NULL), 0);
    assert_int_equal(managed_enable(&f->managed, second, &changed, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
}

static void a_configuration_itself_is_never_removed(void **state)
{
    struct fixture *f = *state;
    cleanup_error struct error err = ERROR_INIT;
    bool changed;

    make_folder(f, "auto");
    write_file(f, "auto/web.cfg");
    assert_int_equal(managed_disable(&f->managed, "web", &changed, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
    expect_found(f, "web", "auto/web.cfg");
}

static void expect_list(const struct fixture *f, bool automatic,
                        const char *first, const char *second)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };
    cleanup_free char *one = path_of(f, first);
    cleanup_free char *two = path_of(f, second);

    assert_int_equal(managed_list(&f->managed, automatic, &paths, NULL), 0);
    assert_int_equal(paths.list.count, 2);
    assert_string_equal(paths.list.items[0], one);
    assert_string_equal(paths.list.items[1], two);
}

static void the_lists_leave_out_what_is_no_guest(void **state)
{
    static const char *const names[] = {
        "web.cfg",   "db.cfg",          "xl.conf",     ".hidden.cfg",
        "web.cfg~",  "auto/web",        "auto/db.cfg", "auto/.keep",
        "auto/web~", "auto/a.dpkg-old",
    };
    struct fixture *f = *state;

    make_folder(f, "auto");
    make_folder(f, "auto/folder");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        write_file(f, names[i]);
    expect_list(f, false, "db.cfg", "web.cfg");
    expect_list(f, true, "auto/db.cfg", "auto/web");
}

static void without_the_folder_there_are_none(void **state)
{
    struct fixture *f = *state;
    cleanup_managed_paths struct managed_paths paths = { 0 };

    assert_int_equal(managed_list(&f->managed, true, &paths, NULL), 0);
    assert_int_equal(paths.list.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_name_is_found),
    TEST(a_name_that_is_none_is_an_error),
    TEST(a_path_is_taken_as_it_is),
    TEST(a_link_is_made_and_taken_away),
    TEST(another_guest_of_that_name_stays),
    TEST(a_configuration_itself_is_never_removed),
    TEST(the_lists_leave_out_what_is_no_guest),
    TEST(without_the_folder_there_are_none),
};

UNIT_MAIN(tests)
