/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `xn gc` takes for nobody's. Xen and xenstore are played here: `domains`
 * are those that there are, `nodes` the paths of the store; files are in a
 * folder of the test's own.
 */
#include "unit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "domain/gc/leftovers.h"
#include "host/prune.h"

#define LIVE "11111111-1111-1111-1111-111111111111"
#define RENAMED "22222222-2222-2222-2222-222222222222"
#define DEAD "33333333-3333-3333-3333-333333333333"

/* ---- Xen ---- */

static struct {
    uint32_t domid;
    const char *uuid, *vm_path;
} domains[8];
static size_t domain_count;

/* Calls of domain_list_read until another domain is there; 0: never. */
static unsigned int until_birth;
static uint32_t born;

static void add_domain(uint32_t domid, const char *uuid, const char *vm_path)
{
    domains[domain_count].domid = domid;
    domains[domain_count].uuid = uuid;
    domains[domain_count++].vm_path = vm_path;
}

int domain_list_read(struct domain_list *list, unsigned int details,
                     struct error *err)
{
    if (until_birth > 0 && --until_birth == 0)
        add_domain(born, RENAMED, NULL);
    for (size_t i = 0; i < domain_count; i++) {
        struct domain_info info = { .domid = domains[i].domid };
        assert_true(uuid_parse_text(domains[i].uuid, info.uuid));
        if (domains[i].vm_path != NULL)
            info.vm_path = mem_strdup(domains[i].vm_path);
        VEC_PUSH(&list->items, info);
    }
    return 0;
}

void domain_list_dispose(struct domain_list *list)
{
    VEC_EACH (&list->items, info)
        free(info->vm_path);
    VEC_DISPOSE(&list->items);
}

/* ---- xenstore ---- */

static const char *nodes[32];
static struct strbuf removed;

int prune_children(const char *path, struct prune_names *names,
                   struct error *err)
{
    size_t length = strlen(path);

    for (size_t i = 0; nodes[i] != NULL; i++) {
        const char *rest = nodes[i] + length;
        if (strncmp(nodes[i], path, length) == 0 && *rest == '/' &&
            strchr(rest + 1, '/') == NULL)
            VEC_PUSH(&names->list, mem_strdup(rest + 1));
    }
    return 0;
}

void prune_names_dispose(struct prune_names *names)
{
    VEC_EACH (&names->list, name)
        free(*name);
    VEC_DISPOSE(&names->list);
}

int prune_node_if(const char *path, bool (*may)(void *data), void *data,
                  bool *done, struct error *err)
{
    *done = may(data);
    if (*done)
        strbuf_printf(&removed, "%s\n", path);
    return 0;
}

/* ---- files ---- */

struct fixture {
    char *root; /* of all that follows */
    char *paths[8];
    struct leftover_places places;
    struct leftovers found;
};

static const char *const folders[] = { "userdata", "sockets", "locks", "claims",
                                       "net",      "proc",    "dev" };

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    char root[] = "leftovers-XXXXXX";

    assert_non_null(mkdtemp(root));
    f->root = mem_strdup(root);
    for (size_t i = 0; i < 7; i++) {
        f->paths[i] = mem_printf("%s/%s", root, folders[i]);
        assert_int_equal(mkdir(f->paths[i], 0700), 0);
    }
    f->paths[7] = mem_printf("%s/block-claims", root);
    f->places = (struct leftover_places){
        .userdata = f->paths[0],
        .sockets = f->paths[1],
        .locks = f->paths[2],
        .claims = f->paths[3],
        .interfaces = f->paths[4],
        .processes = f->paths[5],
        .loops = f->paths[6],
        .block_claims = f->paths[7],
    };
    memset(nodes, 0, sizeof(nodes));
    domain_count = 0;
    until_birth = 0;
    add_domain(0, "00000000-0000-0000-0000-000000000000", NULL);
    add_domain(4, LIVE, "/vm/" LIVE);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *command = mem_printf("rm -r '%s'", f->root);

    leftovers_dispose(&f->found);
    strbuf_dispose(&removed);
    removed = (struct strbuf){ 0 };
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own */
    for (size_t i = 0; i < 8; i++)
        free(f->paths[i]);
    free(f->root);
    free(f);
    return 0;
}

/* A file of the fixture, so many seconds old; its path is the caller's. */
static char *put(struct fixture *f, const char *name, const char *bytes,
                 size_t length, int age)
{
    char *path = mem_printf("%s/%s", f->root, name);
    struct timespec times[2];
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(io_write_all(fd, bytes, length), 0);
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age;
    times[1] = times[0];
    assert_int_equal(futimens(fd, times), 0);
    return path;
}

static void find(struct fixture *f)
{
    leftovers_dispose(&f->found);
    f->found = (struct leftovers){ 0 };
    assert_int_equal(leftovers_find(&f->places, &f->found, NULL), 0);
}

/* "KIND WHAT END" for each, WHAT without the fixture's folder. */
static void expect_found(struct fixture *f, const char *wanted)
{
    cleanup_strbuf struct strbuf got = { 0 };
    size_t length = strlen(f->root);

    strbuf_puts(&got, "");
    VEC_EACH (&f->found.list, leftover) {
        const char *what = leftover->what;
        if (strncmp(what, f->root, length) == 0)
            what += length;
        strbuf_printf(&got, "%s %s %s\n", leftover_kind_name(leftover->kind),
                      what, leftover_end_name(leftover->end));
    }
    assert_string_equal(got.text, wanted);
}

static void sweep(struct fixture *f)
{
    assert_int_equal(leftovers_remove(&f->places, &f->found, NULL), 0);
}

/* ---- nodes ---- */

static void nodes_of_domains_that_are_gone(void **state)
{
    struct fixture *f = *state;
    static const char *const all[] = {
        "/local/domain/0",
        "/local/domain/4",
        "/local/domain/5",
        "/local/domain/05",
        "/local/domain/x",
        "/local/domain/32752",
        "/local/domain/0/backend/vbd",
        "/local/domain/0/backend/vbd/4",
        "/local/domain/0/backend/vbd/6",
        "/local/domain/0/error/backend/vbd",
        "/local/domain/0/error/backend/vbd/4",
        "/local/domain/0/error/backend/vbd/8",
        "/local/domain/0/device-model/7",
        "/libxl/4",
        "/libxl/5",
        "/vm/" LIVE,
        "/vm/" DEAD,
        "/vm/nonsense",
    };

    memcpy(nodes, all, sizeof(all));
    find(f);
    expect_found(f, "node /local/domain/0/backend/vbd/6 found\n"
                    "node /local/domain/0/error/backend/vbd/8 found\n"
                    "node /local/domain/0/device-model/7 found\n"
                    "node /local/domain/5 found\n"
                    "node /libxl/5 found\n"
                    "node /vm/" DEAD " found\n");
    assert_string_equal(f->found.list.items[3].why, "Xen has no domain 5");
    assert_int_equal(removed.length, 0); /* it only looked */
    sweep(f);
    assert_string_equal(removed.text, "/local/domain/0/backend/vbd/6\n"
                                      "/local/domain/0/error/backend/vbd/8\n"
                                      "/local/domain/0/device-model/7\n"
                                      "/local/domain/5\n"
                                      "/libxl/5\n"
                                      "/vm/" DEAD "\n");
}

static void a_vm_that_a_domain_refers_to_stays(void **state)
{
    struct fixture *f = *state;

    add_domain(9, LIVE, "/vm/" RENAMED);
    nodes[0] = "/vm/" RENAMED;
    find(f);
    expect_found(f, "");
}

/* Between the first look at Xen and the last. */
static void a_domain_that_comes_while_we_look_is_not_touched(void **state)
{
    struct fixture *f = *state;

    nodes[0] = "/local/domain/5";
    born = 5;
    until_birth = 2;
    find(f);
    expect_found(f, "");
}

/* After the look before the removal, within its transaction. */
static void a_domain_that_comes_at_the_last_moment_is_not_touched(void **state)
{
    struct fixture *f = *state;

    nodes[0] = "/local/domain/5";
    find(f);
    expect_found(f, "node /local/domain/5 found\n");
    born = 5;
    until_birth = 2;
    sweep(f);
    expect_found(f, "node /local/domain/5 spared\n");
    assert_int_equal(removed.length, 0);
}

/* ---- files ---- */

static void userdata_of_domains_that_are_gone(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {
        "userdata/userdata-d.5." DEAD ".libxl-json", /* the one */
        "userdata/userdata-d.4." DEAD ".libxl-json", /* 4 lives */
        "userdata/userdata-d.5." LIVE ".libxl-json", /* so does this UUID */
        "userdata/userdata-d.5.nonsense.x",
        "userdata/userdata-d.5." DEAD,
        "userdata/save.5." DEAD ".x",
        "userdata/web.img",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        free(put(f, names[i], "{}", 2, 3600));
    free(put(f, "userdata/userdata-d.6." DEAD ".young", "{}", 2, 5));
    find(f);
    expect_found(f,
                 "userdata /userdata/userdata-d.5." DEAD ".libxl-json found\n");
    sweep(f);
    expect_found(f, "userdata /userdata/userdata-d.5." DEAD
                    ".libxl-json removed\n");
    find(f);
    expect_found(f, "");
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
        cleanup_free char *path = mem_printf("%s/%s", f->root, names[i]);
        assert_int_equal(access(path, F_OK), 0);
    }
}

static void sockets_of_device_models_that_are_gone(void **state)
{
    struct fixture *f = *state;

    free(put(f, "sockets/qmp-libxl-5", "", 0, 3600));
    free(put(f, "sockets/qmp-libxl-4", "", 0, 3600));
    free(put(f, "sockets/xenconsoled.pid", "", 0, 3600));
    find(f);
    expect_found(f, "socket /sockets/qmp-libxl-5 found\n");
    sweep(f);
    expect_found(f, "socket /sockets/qmp-libxl-5 removed\n");
}

/* Of a domain that lives, too: the lock itself says that nobody has it. */
static void locks_that_nobody_holds(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *held = put(f, "locks/xenconsole.5", "", 0, 0);
    cleanup_close int fd = open(held, O_RDWR);

    free(put(f, "locks/xenconsole.4", "", 0, 0));
    free(put(f, "locks/xl", "", 0, 0));
    assert_int_equal(flock(fd, LOCK_EX), 0);
    find(f);
    expect_found(f, "lock /locks/xenconsole.4 found\n");
    sweep(f);
    expect_found(f, "lock /locks/xenconsole.4 removed\n");
    assert_int_equal(access(held, F_OK), 0);
}

static void a_lock_that_is_taken_meanwhile_stays(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *path = put(f, "locks/xenconsole.4", "", 0, 0);

    find(f);
    cleanup_close int fd = open(path, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    sweep(f);
    expect_found(f, "lock /locks/xenconsole.4 spared\n");
    assert_int_equal(access(path, F_OK), 0);
}

static void claims_of_memory_that_nobody_holds(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *held = put(f, "claims/" LIVE, "1024", 4, 3600);
    cleanup_close int fd = open(held, O_RDWR);

    free(put(f, "claims/" DEAD, "1024", 4, 3600));
    assert_int_equal(flock(fd, LOCK_EX), 0);
    find(f);
    expect_found(f, "memory-claim /claims/" DEAD " found\n");
    sweep(f);
    expect_found(f, "memory-claim /claims/" DEAD " removed\n");
    assert_int_equal(access(held, F_OK), 0);
}

/* ---- what is only told ---- */

static void interfaces_are_told(void **state)
{
    struct fixture *f = *state;

    free(put(f, "net/vif5.0", "", 0, 0));
    free(put(f, "net/vif5.1-emu", "", 0, 0));
    free(put(f, "net/vif4.0", "", 0, 0));
    free(put(f, "net/vif5.0-other", "", 0, 0));
    free(put(f, "net/eth0", "", 0, 0));
    find(f);
    assert_int_equal(f->found.list.count, 2);
    VEC_EACH (&f->found.list, leftover) {
        assert_int_equal(leftover->kind, LEFTOVER_INTERFACE);
        assert_true(leftover_is_only_told(leftover));
    }
    sweep(f);
    VEC_EACH (&f->found.list, leftover)
        assert_int_equal(leftover->end, LEFTOVER_FOUND);
}

static void put_process(struct fixture *f, const char *pid, const char *words,
                        size_t length)
{
    cleanup_free char *folder = mem_printf("%s/proc/%s", f->root, pid);
    cleanup_free char *name = mem_printf("proc/%s/cmdline", pid);

    assert_int_equal(mkdir(folder, 0700), 0);
    free(put(f, name, words, length, 0));
}

static void device_models_are_told_with_their_domain(void **state)
{
    struct fixture *f = *state;
    static const char dead[] = "/usr/bin/qemu\0-xen-domid\0"
                               "5\0-name\0web";
    static const char live[] = "/usr/bin/qemu\0-xen-domid\0"
                               "4\0-name\0db";
    static const char cut[] = "/usr/bin/qemu\0-xen-domid";
    static const char other[] = "vi\0xen-domid\0"
                                "5";

    put_process(f, "100", dead, sizeof(dead));
    put_process(f, "101", live, sizeof(live));
    put_process(f, "102", cut, sizeof(cut));
    put_process(f, "103", other, sizeof(other));
    put_process(f, "self", dead, sizeof(dead));
    find(f);
    expect_found(f, "process 100 found\n");
    assert_string_equal(f->found.list.items[0].why,
                        "/usr/bin/qemu serves domain 5, which Xen does not "
                        "have; kill 100");
    sweep(f);
    expect_found(f, "process 100 found\n");
}

/* ---- loop devices ---- */

/* Files in their place have no other behind them: nothing is believed. */
static void a_loop_device_that_has_another_file_is_not_ours(void **state)
{
    struct fixture *f = *state;
    static const char list[] = "5/51712 7:3 2049:1234 w\n"
                               "4/51712 7:4 2049:1235 w\n"
                               "5/51728 8:1 - r\nrubbish\n";

    free(put(f, "block-claims", list, strlen(list), 0));
    free(put(f, "dev/loop3", "", 0, 0));
    find(f);
    expect_found(f, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(nodes_of_domains_that_are_gone),
    TEST(a_vm_that_a_domain_refers_to_stays),
    TEST(a_domain_that_comes_while_we_look_is_not_touched),
    TEST(a_domain_that_comes_at_the_last_moment_is_not_touched),
    TEST(userdata_of_domains_that_are_gone),
    TEST(sockets_of_device_models_that_are_gone),
    TEST(locks_that_nobody_holds),
    TEST(a_lock_that_is_taken_meanwhile_stays),
    TEST(claims_of_memory_that_nobody_holds),
    TEST(interfaces_are_told),
    TEST(device_models_are_told_with_their_domain),
    TEST(a_loop_device_that_has_another_file_is_not_ours),
};

UNIT_MAIN(tests)
