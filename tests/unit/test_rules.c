/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watch rules in xnd's loop: when a program runs and when not, and what a
 * change of the rules does. xenstore is played, and so are the workers: they
 * are noted, and end when a test says so. Rules are only believed where root
 * alone can change them, so others skip all of it.
 */
#include "unit.h"

#include <libxl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "domain/hooks/hooks.h"
#include "played_xenstore.h"
#include "xnd/journal.h"
#include "xnd/rules.h"
#include "xnd/worker.h"

#define HOST ((uint32_t)INVALID_DOMID)

/* ---- the rest of xnd ---- */

struct run {
    char *rule, *domid; /* owned; domid NULL: the host's */
    worker_ended *ended;
    void *arg;
    bool over;
};

static VEC(struct run) runs;
static bool stopped;

int worker_spawn(struct xnd *xnd, const struct worker_start *start, int *pid,
                 struct error *err)
{
    bool is_rule = strcmp(start->words[1], "carry-out") == 0;
    const char *domid = start->words[is_rule ? 3 : 2];
    struct run run = {
        .rule = mem_strdup(is_rule ? start->words[2] : "devices"),
        .domid = domid != NULL ? mem_strdup(domid) : NULL,
        .ended = start->ended,
        .arg = start->arg,
    };

    VEC_PUSH(&runs, run);
    return 0;
}

const struct hook_place hook_place_of_host;
static bool has_hooks; /* the host */

bool hooks_any(const struct hook_place *place, enum hook_event event,
               char *const *own)
{
    return has_hooks && event == HOOK_DEVICE_REMOVED;
}

void xnd_stop(struct xnd *xnd, bool failed)
{
    stopped = failed;
}

void journal(const char *format, ...)
{
}

void journal_warn(const char *format, ...)
{
}

/* ---- a fixture ---- */

static void put_rule(const char *name, const char *watch, unsigned int every)
{
    cleanup_free char *path = mem_printf(PATHS_WATCH_RULES "/%s.rule", name);
    cleanup_free char *text =
        mem_printf("watch = \"%s\"\nrun = \"/bin/true\"\nuser = \"root\"\n"
                   "every = %u\n",
                   watch, every);

    if (geteuid() != 0)
        skip();
    assert_int_equal(io_replace_file(path, 0600, text, strlen(text), NULL), 0);
}

static void drop_rule(const char *name)
{
    cleanup_free char *path = mem_printf(PATHS_WATCH_RULES "/%s.rule", name);

    assert_int_equal(unlink(path), 0);
}

static void turn(struct xnd *xnd)
{
    for (int i = 0; i < 4; i++)
        uv_run(&xnd->loop, UV_RUN_NOWAIT);
}

/* Lets the loop go on until so many programs were started. */
static void wait_for_runs(struct xnd *xnd, size_t count)
{
    int64_t deadline = clock_deadline(5000);

    while (runs.count < count && !clock_is_past(deadline)) {
        uv_run(&xnd->loop, UV_RUN_NOWAIT);
        clock_sleep_ms(5);
    }
    assert_int_equal(runs.count, count);
}

static void stay_quiet(struct xnd *xnd, int64_t ms)
{
    int64_t deadline = clock_deadline(ms);
    size_t count = runs.count;

    while (!clock_is_past(deadline)) {
        uv_run(&xnd->loop, UV_RUN_NOWAIT);
        clock_sleep_ms(5);
    }
    assert_int_equal(runs.count, count);
}

static void end_run(struct xnd *xnd, size_t place)
{
    struct run *run = &runs.items[place];

    run->over = true;
    run->ended(xnd, run->arg, true);
}

static void expect_run(size_t place, const char *rule, const char *domid)
{
    assert_string_equal(runs.items[place].rule, rule);
    if (domid == NULL)
        assert_null(runs.items[place].domid);
    else
        assert_string_equal(runs.items[place].domid, domid);
}

static int begin(void **state)
{
    struct xnd *xnd = MEM_NEW(struct xnd);

    stopped = has_hooks = false;
    if (geteuid() == 0 && io_make_dirs(PATHS_WATCH_RULES, 0700, NULL) < 0)
        return -1;
    uv_loop_init(&xnd->loop);
    *state = xnd;
    return 0;
}

static int end(void **state)
{
    struct xnd *xnd = *state;

    rules_close(xnd);
    turn(xnd);
    for (size_t i = 0; i < runs.count; i++)
        if (!runs.items[i].over)
            end_run(xnd, i);
    turn(xnd);
    assert_int_equal(uv_loop_close(&xnd->loop), 0);
    VEC_EACH (&runs, run) {
        free(run->rule);
        free(run->domid);
    }
    VEC_DISPOSE(&runs);
    played_reset();
    free(xnd);
    return system("rm -rf '" XENITH_CONFDIR "'") == 0 ? 0 : -1;
}

static struct xnd *open_rules(void **state)
{
    struct xnd *xnd = *state;

    if (geteuid() != 0)
        skip();
    rules_open(xnd);
    turn(xnd);
    return xnd;
}

static void reload(struct xnd *xnd, size_t expected)
{
    cleanup_error struct error err = ERROR_INIT;
    size_t count;

    assert_int_equal(rules_reload(xnd, &count, &err), 0);
    assert_int_equal(count, expected);
    turn(xnd);
}

/* ---- when a program runs ---- */

static void a_change_of_the_host_runs_it(void **state)
{
    put_rule("h", "/tool/x", 1);
    struct xnd *xnd = open_rules(state);

    assert_int_equal(runs.count, 0); /* there is no node yet */
    played_write("/tool/x", "1");
    turn(xnd);
    assert_int_equal(runs.count, 1);
    expect_run(0, "h", NULL);
}

static void a_node_that_is_there_is_news(void **state)
{
    put_rule("h", "/tool/x", 1);
    played_write("/tool/x", "1");
    open_rules(state);
    assert_int_equal(runs.count, 1);
}

static void each_guest_has_its_own(void **state)
{
    put_rule("g", "~/data/x", 1);
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    rules_watch_guest(xnd, 6, false);
    played_write("/local/domain/6/data/x", "1");
    played_write("/local/domain/7/data/x", "1");
    turn(xnd);
    assert_int_equal(runs.count, 1);
    expect_run(0, "g", "6");
    rules_unwatch_guest(xnd, 5);
    played_write("/local/domain/5/data/x", "1");
    turn(xnd);
    assert_int_equal(runs.count, 1);
    assert_int_equal(played_watches("/local/domain/5/data/x"), 0);
}

static void changes_meanwhile_make_one_run_after_the_pause(void **state)
{
    put_rule("h", "/tool/x", 1);
    struct xnd *xnd = open_rules(state);

    played_write("/tool/x", "1");
    turn(xnd);
    int64_t began = clock_now_ms();
    for (int i = 0; i < 50; i++)
        played_write("/tool/x", "2");
    stay_quiet(xnd, 50); /* the first runs still */
    end_run(xnd, 0);
    wait_for_runs(xnd, 2);
    assert_true(clock_now_ms() - began >= 900);
    end_run(xnd, 1);
    stay_quiet(xnd, 50);
}

static void so_many_run_at_the_same_time(void **state)
{
    put_rule("g", "~/x", 1);
    struct xnd *xnd = open_rules(state);

    for (uint32_t domid = 1; domid <= 10; domid++) {
        cleanup_free char *path = mem_printf("/local/domain/%u/x", domid);
        rules_watch_guest(xnd, domid, false);
        played_write(path, "1");
    }
    turn(xnd);
    assert_int_equal(runs.count, 8);
    end_run(xnd, 0);
    end_run(xnd, 1);
    wait_for_runs(xnd, 10);
}

static void one_that_ends_after_its_guest_is_fine(void **state)
{
    put_rule("g", "~/x", 1);
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    played_write("/local/domain/5/x", "1");
    turn(xnd);
    rules_unwatch_guest(xnd, 5);
    turn(xnd);
    end_run(xnd, 0);
    turn(xnd);
    assert_int_equal(runs.count, 1);
}

static void without_xenstored_xnd_ends(void **state)
{
    put_rule("h", "/tool/x", 1);
    struct xnd *xnd = open_rules(state);

    played_die(true);
    turn(xnd);
    assert_true(stopped);
}

/* ---- other rules ---- */

static void a_new_rule_is_about_guests_that_are_there(void **state)
{
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    put_rule("g", "~/x", 1);
    put_rule("h", "/tool/x", 1);
    reload(xnd, 2);
    assert_int_equal(played_watches("/local/domain/5/x"), 1);
    played_write("/local/domain/5/x", "1");
    played_write("/tool/x", "1");
    turn(xnd);
    assert_int_equal(runs.count, 2);
}

static void a_rule_that_is_gone_watches_nothing(void **state)
{
    put_rule("g", "~/x", 1);
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    drop_rule("g");
    reload(xnd, 0);
    assert_int_equal(played_watches("/local/domain/5/x"), 0);
    rules_watch_guest(xnd, 6, false);
    assert_int_equal(played_watches("/local/domain/6/x"), 0);
}

static void a_rule_that_stays_goes_on_where_it_was(void **state)
{
    put_rule("h", "/tool/x", 1);
    played_write("/tool/x", "1");
    struct xnd *xnd = open_rules(state);

    assert_int_equal(runs.count, 1);
    played_write("/tool/x", "2"); /* while it runs */
    turn(xnd);
    put_rule("other", "/tool/y", 1);
    reload(xnd, 2);
    assert_int_equal(played_watches("/tool/x"), 1);
    stay_quiet(xnd, 50); /* it is no news that the node is there */
    end_run(xnd, 0);
    wait_for_runs(xnd, 2); /* nor is what came before forgotten */
    expect_run(1, "h", NULL);
}

static void another_pause_holds_from_then_on(void **state)
{
    put_rule("h", "/tool/x", 3600);
    struct xnd *xnd = open_rules(state);

    put_rule("h", "/tool/x", 1);
    reload(xnd, 1);
    played_write("/tool/x", "1");
    turn(xnd);
    end_run(xnd, 0);
    played_write("/tool/x", "2");
    wait_for_runs(xnd, 2);
}

static void another_node_is_watched_in_place_of_the_first(void **state)
{
    put_rule("h", "/tool/x", 1);
    struct xnd *xnd = open_rules(state);

    put_rule("h", "/tool/y", 1);
    reload(xnd, 1);
    assert_int_equal(played_watches("/tool/x"), 0);
    played_write("/tool/y", "1");
    turn(xnd);
    assert_int_equal(runs.count, 1);
}

static void a_rule_that_became_wrong_is_left_out(void **state)
{
    put_rule("h", "/tool/x", 1);
    put_rule("i", "/tool/i", 1);
    struct xnd *xnd = open_rules(state);

    put_rule("h", "no path", 1);
    reload(xnd, 1);
    assert_int_equal(played_watches("/tool/x"), 0);
    assert_int_equal(played_watches("/tool/i"), 1);
    put_rule("h", "/tool/x", 1);
    reload(xnd, 2);
    assert_int_equal(played_watches("/tool/x"), 1);
}

static void the_rules_stay_when_xenstored_does_not_answer(void **state)
{
    struct xnd *xnd = open_rules(state);
    cleanup_error struct error err = ERROR_INIT;
    size_t count;

    put_rule("h", "/tool/x", 1);
    played_die(true);
    assert_int_equal(rules_reload(xnd, &count, &err), -1);
    assert_int_equal(err.kind, ERR_HOST);
    played_die(false);
    reload(xnd, 1);
    assert_int_equal(played_watches("/tool/x"), 1);
}

/* ---- devices ---- */

static void devices_are_watched_for_hooks_of_the_host(void **state)
{
    struct xnd *xnd = open_rules(state);

    has_hooks = true;
    played_write("/libxl/5/device", "");
    rules_watch_guest(xnd, 5, false);
    turn(xnd);
    assert_int_equal(runs.count, 1); /* notes what there is */
    expect_run(0, "devices", "5");
    end_run(xnd, 0);
    played_write("/libxl/5/device/vbd/51728", "");
    played_write("/libxl/5/device/vbd/51728/backend", "x");
    wait_for_runs(xnd, 2);
    rules_unwatch_guest(xnd, 5);
    assert_int_equal(played_watches("/libxl/5/device"), 0);
}

static void devices_are_watched_for_hooks_of_the_guest(void **state)
{
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, true);
    rules_watch_guest(xnd, 6, false);
    assert_int_equal(played_watches("/libxl/5/device"), 1);
    assert_int_equal(played_watches("/libxl/6/device"), 0);
}

static void hooks_that_come_later_are_found_by_a_reload(void **state)
{
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    assert_int_equal(played_watches("/libxl/5/device"), 0);
    has_hooks = true;
    reload(xnd, 0);
    reload(xnd, 0);
    assert_int_equal(played_watches("/libxl/5/device"), 1);
}

/* ---- files ---- */

static void wait_for_watch(struct xnd *xnd, const char *path,
                           unsigned int count)
{
    int64_t deadline = clock_deadline(5000);

    while (played_watches(path) != count && !clock_is_past(deadline)) {
        uv_run(&xnd->loop, UV_RUN_NOWAIT);
        clock_sleep_ms(5);
    }
    assert_int_equal(played_watches(path), count);
}

static void a_file_that_changes_is_read(void **state)
{
    struct xnd *xnd = open_rules(state);

    put_rule("h", "/tool/x", 1);
    wait_for_watch(xnd, "/tool/x", 1);
    put_rule("h", "/tool/y", 1);
    wait_for_watch(xnd, "/tool/x", 0);
    assert_int_equal(played_watches("/tool/y"), 1);
    drop_rule("h");
    wait_for_watch(xnd, "/tool/y", 0);
}

static void a_folder_that_comes_later_is_read(void **state)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(rmdir(PATHS_WATCH_RULES), 0);
    struct xnd *xnd = open_rules(state);

    assert_int_equal(mkdir(PATHS_WATCH_RULES, 0700), 0);
    put_rule("h", "/tool/x", 1);
    wait_for_watch(xnd, "/tool/x", 1);
    put_rule("i", "/tool/y", 1);
    wait_for_watch(xnd, "/tool/y", 1);
}

static void put_hook(const char *folder, const char *name)
{
    cleanup_free char *parent = mem_printf(PATHS_HOOKS "%s", folder);
    cleanup_free char *path = mem_printf("%s/%s", parent, name);

    assert_int_equal(io_make_dirs(parent, 0700, NULL), 0);
    assert_int_equal(io_replace_file(path, 0700, "#!", 2, NULL), 0);
}

static void hooks_that_come_later_are_found_by_themselves(void **state)
{
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    has_hooks = true;
    put_hook("", "10-all");
    wait_for_watch(xnd, "/libxl/5/device", 1);
}

static void so_are_those_of_an_event_in_a_folder_that_comes_later(void **state)
{
    struct xnd *xnd = open_rules(state);

    rules_watch_guest(xnd, 5, false);
    put_hook("/prepare", "10-volumes");
    stay_quiet(xnd, 400); /* the folder came, without hooks for devices */
    assert_int_equal(played_watches("/libxl/5/device"), 0);
    has_hooks = true;
    put_hook("/device-removed", "10-a");
    wait_for_watch(xnd, "/libxl/5/device", 1);
    put_rule("h", "/tool/x", 1); /* and nothing else is forgotten */
    wait_for_watch(xnd, "/tool/x", 1);
    assert_int_equal(played_watches("/libxl/5/device"), 1);
}

static void one_that_becomes_a_program_is_found(void **state)
{
    struct xnd *xnd = open_rules(state);

    put_hook("/device-added", "10-a");
    stay_quiet(xnd, 400);
    rules_watch_guest(xnd, 5, false);
    assert_int_equal(played_watches("/libxl/5/device"), 0);
    has_hooks = true;
    assert_int_equal(chmod(PATHS_HOOKS "/device-added/10-a", 0755), 0);
    wait_for_watch(xnd, "/libxl/5/device", 1);
}

#define RULES_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
    RULES_TEST(a_change_of_the_host_runs_it),
    RULES_TEST(a_node_that_is_there_is_news),
    RULES_TEST(each_guest_has_its_own),
    RULES_TEST(changes_meanwhile_make_one_run_after_the_pause),
    RULES_TEST(so_many_run_at_the_same_time),
    RULES_TEST(one_that_ends_after_its_guest_is_fine),
    RULES_TEST(without_xenstored_xnd_ends),
    RULES_TEST(a_new_rule_is_about_guests_that_are_there),
    RULES_TEST(a_rule_that_is_gone_watches_nothing),
    RULES_TEST(a_rule_that_stays_goes_on_where_it_was),
    RULES_TEST(another_pause_holds_from_then_on),
    RULES_TEST(another_node_is_watched_in_place_of_the_first),
    RULES_TEST(a_rule_that_became_wrong_is_left_out),
    RULES_TEST(the_rules_stay_when_xenstored_does_not_answer),
    RULES_TEST(devices_are_watched_for_hooks_of_the_host),
    RULES_TEST(devices_are_watched_for_hooks_of_the_guest),
    RULES_TEST(hooks_that_come_later_are_found_by_a_reload),
    RULES_TEST(a_file_that_changes_is_read),
    RULES_TEST(a_folder_that_comes_later_is_read),
    RULES_TEST(hooks_that_come_later_are_found_by_themselves),
    RULES_TEST(so_are_those_of_an_event_in_a_folder_that_comes_later),
    RULES_TEST(one_that_becomes_a_program_is_found),
};

UNIT_MAIN(tests)
