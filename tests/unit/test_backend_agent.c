/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backend agent, with a xenstore that is played and scripts that note how
 * they were called. An agent that is closed and opened again is one that was
 * restarted.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "backend/agent.h"
#include "backend/note.h"
#include "backend/qdisk.h"
#include "base/clock.h"
#include "base/log.h"
#include "played_xenstore.h"

#define VIF "backend/vif/3/0"
#define FRONT "/local/domain/3/device/vif/0"

static struct {
    char *folder; /* of this test, absolute */
    char *run;
    char *program; /* stands for every script, and QEMU */
    char *said;
    struct agent_place place;
    struct agent *agent;
} unit;

static char *choose(const char *kind, const char *script, struct error *err)
{
    if (strcmp(script, "/etc/xen/scripts/refused") == 0) {
        error_set(err, ERR_CONFIG, "not to be run");
        return NULL;
    }
    return mem_strdup(unit.program);
}

/* "fail-0" and "hang-0" in the folder are for device 0. */
static const char script[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\"\n"
    "device=${XENBUS_PATH##*/}\n"
    "echo \"$* $XENBUS_PATH $vif\" >>said\n"
    "while [ -e \"hang-$device\" ]; do sleep 0.01; done\n"
    "[ ! -e \"fail-$device\" ] || { echo 'no bridge' >&2; exit 1; }\n";

static void put_file(const char *name, const char *text, mode_t mode)
{
    cleanup_free char *path = mem_printf("%s/%s", unit.folder, name);
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

    assert_true(fd >= 0);
    assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
}

static void drop_file(const char *name)
{
    cleanup_free char *path = mem_printf("%s/%s", unit.folder, name);

    unlink(path);
}

static int begin(void **state)
{
    cleanup_free char *here = realpath(".", NULL);

    unit.folder = mem_printf("%s/agent-XXXXXX", here);
    if (mkdtemp(unit.folder) == NULL)
        return -1;
    unit.run = mem_printf("%s/run", unit.folder);
    unit.program = mem_printf("%s/script", unit.folder);
    unit.said = mem_printf("%s/said", unit.folder);
    unit.place = (struct agent_place){ .run_folder = unit.run,
                                       .qemu = unit.program,
                                       .choose = choose };
    put_file("script", script, 0755);
    played_write("domid", "5");
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int end(void **state)
{
    cleanup_free char *command = mem_printf("rm -r '%s'", unit.folder);

    agent_close(unit.agent);
    unit.agent = NULL;
    played_reset();
    free(unit.run);
    free(unit.program);
    free(unit.said);
    int rc = system(command); /* NOLINT(cert-env33-c) */
    free(unit.folder);
    return rc;
}

/* Until nothing runs and nothing has come for a while. */
static void settle(void)
{
    int64_t deadline = clock_deadline(20000);
    int quiet = 0;

    while (quiet < 3) {
        struct error err = ERROR_INIT;
        assert_false(clock_is_past(deadline));
        int rc = agent_turn(unit.agent, 10, &err);
        expect_no_error(&err);
        assert_int_equal(rc, 0);
        quiet = agent_is_busy(unit.agent) ? 0 : quiet + 1;
    }
}

static void open_agent(void)
{
    struct error err = ERROR_INIT;
    int rc = agent_open(&unit.agent, &unit.place, &err);

    expect_no_error(&err);
    assert_int_equal(rc, 0);
}

static void start_agent(void)
{
    open_agent();
    settle();
}

static void stop_agent(void)
{
    agent_close(unit.agent);
    unit.agent = NULL;
}

/* What the scripts were told since the last time. */
static void expect_said(const char *lines)
{
    cleanup_free char *text = io_read_tail(unit.said, 65536);

    assert_string_equal(text != NULL ? text : "", lines);
    unlink(unit.said);
}

static void put(const char *folder, const char *key, const char *value)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);

    played_write(path, value);
}

static const char *get(const char *folder, const char *key)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);
    const char *value = played_read(path);

    return value != NULL ? value : "(none)";
}

/* As the toolstack writes it, and the kernel's backend after that. */
static void make_device(const char *folder, const char *front,
                        const char *state)
{
    put(front, "state", "1");
    put(folder, "frontend", front);
    put(folder, "online", "1");
    put(folder, "script", "/etc/xen/scripts/its-own");
    put(folder, "bridge", "xenbr0");
    put(folder, "state", state);
}

static void make_vif(const char *state)
{
    make_device(VIF, FRONT, state);
}

static void one_that_waits_from_before_is_connected(void **state)
{
    make_vif("2");
    start_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    assert_string_equal(get(VIF, "hotplug-status"), "connected");
}

static void one_that_comes_later_is_connected_once(void **state)
{
    start_agent();
    make_vif("1");
    settle();
    expect_said("");
    put(VIF, "state", "2");
    settle();
    put(VIF, "state", "4");
    settle();
    expect_said("online type_if=vif " VIF " vif3.0\n");
}

static void a_disk_has_words_of_its_own(void **state)
{
    make_device("backend/vbd/3/51712", "/local/domain/3/device/vbd/51712", "2");
    start_agent();
    expect_said("add backend/vbd/3/51712 \n");
}

static void a_restart_leaves_connected_ones_alone(void **state)
{
    make_vif("2");
    start_agent();
    put(VIF, "state", "4");
    settle();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    stop_agent();
    start_agent();
    expect_said("");
    assert_string_equal(get(VIF, "state"), "4");
    /* One of another agent, that left us no note. */
    stop_agent();
    make_device("backend/vif/4/0", "/local/domain/4/device/vif/0", "2");
    put("backend/vif/4/0", "hotplug-status", "connected");
    start_agent();
    expect_said("");
}

static void one_that_closed_meanwhile_is_undone(void **state)
{
    make_vif("2");
    start_agent();
    stop_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    put(VIF, "online", "0");
    put(VIF, "state", "6");
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("backend"));
}

static void one_that_closes_now_is_undone(void **state)
{
    make_vif("2");
    start_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    put(VIF, "online", "0");
    put(VIF, "state", "5");
    settle();
    expect_said("");
    put(VIF, "state", "6");
    settle();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("backend"));
}

/* The toolstack did not wait for us. */
static void one_whose_folder_went_meanwhile_is_undone(void **state)
{
    make_vif("2");
    start_agent();
    stop_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    played_remove(VIF);
    put("libxl", "", "");
    start_agent();
    expect_said("offline type_if=vif libxl/xenith/vif/3/0 vif3.0\n");
    assert_null(played_read("libxl/xenith"));
    assert_null(played_read("backend"));
    stop_agent();
    start_agent();
    expect_said("");
}

static void one_whose_guest_is_gone_is_undone(void **state)
{
    make_vif("6");
    played_remove(FRONT);
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("backend"));
}

/* The kernel is given time to see it; Dom0 expects it to. */
static void a_guest_that_ends_now_is_waited_for(void **state)
{
    make_vif("2");
    start_agent();
    played_remove(FRONT);
    put(VIF, "online", "0");
    put(VIF, "state", "5");
    settle();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    put(VIF, "state", "6");
    settle();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
}

static void a_failure_is_told_and_tried_again_by_the_next_agent(void **state)
{
    put_file("fail-0", "", 0600);
    make_vif("2");
    start_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
    assert_string_equal(get(VIF, "hotplug-status"), "error");
    assert_non_null(strstr(get(VIF, "hotplug-error"), "no bridge"));
    put(VIF, "mtu", "1500");
    settle();
    expect_said("");
    stop_agent();
    drop_file("fail-0");
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n"
                "online type_if=vif " VIF " vif3.0\n");
    assert_string_equal(get(VIF, "hotplug-status"), "connected");
    assert_string_equal(get(VIF, "hotplug-error"), "(none)");
}

static void a_failed_undoing_keeps_nothing(void **state)
{
    put_file("fail-0", "", 0600);
    make_vif("6");
    put(VIF, "online", "0");
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("backend"));
}

static void a_folder_that_may_not_go_is_no_reason_to_go_on(void **state)
{
    struct error err = ERROR_INIT;

    make_vif("6");
    played_remove(FRONT);
    played_keep(true);
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n");
    put(VIF, "mtu", "1500");
    settle();
    expect_said("");
    int64_t begun = clock_now_ms();
    assert_int_equal(agent_turn(unit.agent, 100, &err), 0);
    assert_true(clock_now_ms() - begun >= 90);
}

/* Killed while the script ran, or before it said what became of it. */
static void what_a_killed_agent_began_is_undone_and_done(void **state)
{
    struct backend_name name = { .kind = "vif", .domid = 3 };
    cleanup_free char *notes = mem_printf("%s/backends", unit.run);
    cleanup_backend_nodes struct backend_nodes nodes = { 0 };

    make_vif("2");
    backend_nodes_add(&nodes, "script", "/etc/xen/scripts/its-own");
    assert_int_equal(note_write(notes, &name, DUE_NOTED_BEGUN, &nodes, NULL),
                     0);
    start_agent();
    expect_said("offline type_if=vif " VIF " vif3.0\n"
                "online type_if=vif " VIF " vif3.0\n");
    assert_string_equal(get(VIF, "hotplug-status"), "connected");
}

/* Detached and attached again while no agent was there. */
static void another_one_of_that_name_is_no_old_one(void **state)
{
    make_vif("2");
    start_agent();
    stop_agent();
    played_remove(VIF);
    make_vif("2");
    put(VIF, "bridge", "xenbr1");
    drop_file("said");
    start_agent();
    expect_said("offline type_if=vif libxl/xenith/vif/3/0 vif3.0\n"
                "online type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("libxl/xenith"));
}

static void a_wedged_script_keeps_no_other_waiting(void **state)
{
    put_file("hang-0", "", 0600);
    make_vif("2");
    make_device("backend/vif/4/1", "/local/domain/4/device/vif/1", "2");
    open_agent();
    int64_t deadline = clock_deadline(20000);
    while (strcmp(get("backend/vif/4/1", "hotplug-status"), "connected") != 0) {
        assert_false(clock_is_past(deadline));
        assert_int_equal(agent_turn(unit.agent, 10, NULL), 0);
    }
    assert_true(agent_is_busy(unit.agent));
    assert_string_equal(get(VIF, "hotplug-status"), "(none)");
    drop_file("hang-0");
    settle();
    assert_string_equal(get(VIF, "hotplug-status"), "connected");
}

/* Its end comes while it is connected: one after the other. */
static void scripts_of_one_device_do_not_overlap(void **state)
{
    put_file("hang-0", "", 0600);
    make_vif("2");
    open_agent();
    while (!agent_is_busy(unit.agent))
        assert_int_equal(agent_turn(unit.agent, 10, NULL), 0);
    put(VIF, "online", "0");
    put(VIF, "state", "6");
    for (int i = 0; i < 3; i++)
        assert_int_equal(agent_turn(unit.agent, 10, NULL), 0);
    drop_file("hang-0");
    settle();
    expect_said("online type_if=vif " VIF " vif3.0\n"
                "offline type_if=vif " VIF " vif3.0\n");
    assert_null(played_read("backend"));
}

static void what_another_domain_may_write_is_not_run(void **state)
{
    make_vif("2");
    played_own(VIF "/script", 3);
    start_agent();
    expect_said("");
    assert_string_equal(get(VIF, "hotplug-status"), "error");
    assert_non_null(strstr(get(VIF, "hotplug-error"), "not believed"));
}

static void nor_what_another_domain_was_let_write(void **state)
{
    make_vif("2");
    played_let_write(VIF, 3);
    start_agent();
    expect_said("");
    assert_non_null(strstr(get(VIF, "hotplug-error"), "not believed"));
}

/* Our own home is ours to write. */
static void what_we_own_ourselves_is_run(void **state)
{
    make_vif("2");
    played_own(VIF, 5);
    played_own(VIF "/script", 5);
    start_agent();
    expect_said("online type_if=vif " VIF " vif3.0\n");
}

static void what_may_not_be_run_costs_no_other(void **state)
{
    make_vif("2");
    put(VIF, "script", "/etc/xen/scripts/refused");
    make_device("backend/vif/4/1", "/local/domain/4/device/vif/1", "2");
    start_agent();
    expect_said("online type_if=vif backend/vif/4/1 vif4.1\n");
    assert_string_equal(get(VIF, "hotplug-error"), "not to be run");
    put(VIF, "online", "0");
    put(VIF, "state", "6");
    settle();
    assert_null(played_read(VIF));
}

static void other_kinds_are_cleared_up(void **state)
{
    make_device("backend/9pfs/3/0", "/local/domain/3/device/9pfs/0", "2");
    start_agent();
    assert_string_equal(get("backend/9pfs/3/0", "state"), "2");
    put("backend/9pfs/3/0", "online", "0");
    put("backend/9pfs/3/0", "state", "6");
    settle();
    assert_null(played_read("backend"));
    expect_said("");
}

static void a_xenstored_that_is_gone_ends_it(void **state)
{
    struct error err = ERROR_INIT;

    start_agent();
    played_die(true);
    assert_int_equal(agent_turn(unit.agent, 10, &err), -1);
    assert_int_equal(err.kind, ERR_HOST);
    error_dispose(&err);
}

static void there_is_one_agent(void **state)
{
    cleanup_close int first = -1, second = -1;
    struct error err = ERROR_INIT;

    assert_int_equal(agent_lock(unit.run, &first, NULL), 0);
    assert_int_equal(agent_lock(unit.run, &second, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
    error_dispose(&err);
    io_cleanup_close(&first);
    assert_int_equal(agent_lock(unit.run, &second, NULL), 0);
}

/* ---- disks that QEMU serves ---- */

#define QDISK "backend/qdisk/3/51712"

static void a_guest_has_one_qemu(void **state)
{
    make_device(QDISK, "/local/domain/3/device/vbd/51712", "1");
    make_device("backend/qdisk/3/51728", "/local/domain/3/device/vbd/51728",
                "1");
    start_agent();
    cleanup_free char *expected = mem_printf(
        "-xen-domid 3 -name domain-3 -xen-attach -M xenpv -display none "
        "-monitor none -serial none -parallel none -daemonize "
        "-pidfile %s/qdisk-3.pid  \n",
        unit.run);
    expect_said(expected);
}

/* A process that holds the file as QEMU does. */
static pid_t hold_pidfile(void)
{
    cleanup_free char *path = mem_printf("%s/qdisk-3.pid", unit.run);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int ready[2];
    char byte;

    assert_int_equal(io_make_dirs(unit.run, 0700, NULL), 0);
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        dprintf(fd, "%d\n", (int)getpid());
        fcntl(fd, F_OFD_SETLK, &lock);
        (void)!write(ready[1], "x", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void expect_killed(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void a_qemu_from_before_goes_with_the_last_disk(void **state)
{
    pid_t qemu = hold_pidfile();

    make_device(QDISK, "/local/domain/3/device/vbd/51712", "2");
    put("device-model", "3/state", "running");
    start_agent();
    expect_said("");
    assert_true(qdisk_is_served(unit.run, 3));
    put(QDISK, "online", "0");
    put(QDISK, "state", "6");
    settle();
    expect_killed(qemu);
    assert_null(played_read("backend"));
    assert_null(played_read("device-model/3"));
}

static void a_qemu_whose_guest_went_meanwhile_goes(void **state)
{
    pid_t qemu = hold_pidfile();

    start_agent();
    expect_killed(qemu);
}

/* Its number may be another process's by now. */
static void a_file_that_nobody_holds_kills_nobody(void **state)
{
    cleanup_free char *text = mem_printf("%d\n", (int)getpid());

    assert_int_equal(mkdir(unit.run, 0700), 0);
    put_file("run/qdisk-3.pid", text, 0600);
    assert_false(qdisk_is_served(unit.run, 3));
    start_agent();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

static const struct CMUnitTest tests[] = {
    TEST(one_that_waits_from_before_is_connected),
    TEST(one_that_comes_later_is_connected_once),
    TEST(a_disk_has_words_of_its_own),
    TEST(a_restart_leaves_connected_ones_alone),
    TEST(one_that_closed_meanwhile_is_undone),
    TEST(one_that_closes_now_is_undone),
    TEST(one_whose_folder_went_meanwhile_is_undone),
    TEST(one_whose_guest_is_gone_is_undone),
    TEST(a_guest_that_ends_now_is_waited_for),
    TEST(a_failure_is_told_and_tried_again_by_the_next_agent),
    TEST(a_failed_undoing_keeps_nothing),
    TEST(a_folder_that_may_not_go_is_no_reason_to_go_on),
    TEST(what_a_killed_agent_began_is_undone_and_done),
    TEST(another_one_of_that_name_is_no_old_one),
    TEST(a_wedged_script_keeps_no_other_waiting),
    TEST(scripts_of_one_device_do_not_overlap),
    TEST(what_another_domain_may_write_is_not_run),
    TEST(nor_what_another_domain_was_let_write),
    TEST(what_we_own_ourselves_is_run),
    TEST(what_may_not_be_run_costs_no_other),
    TEST(other_kinds_are_cleared_up),
    TEST(a_xenstored_that_is_gone_ends_it),
    TEST(there_is_one_agent),
    TEST(a_guest_has_one_qemu),
    TEST(a_qemu_from_before_goes_with_the_last_disk),
    TEST(a_qemu_whose_guest_went_meanwhile_goes),
    TEST(a_file_that_nobody_holds_kills_nobody),
};

UNIT_MAIN(tests)
