/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What creates under way count on, whoever of them was killed. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/memory_claim.h"
#include "unit.h"

#define FOLDER "claims"
#define FIRST "0f8c1e0a-6f5e-4a53-9d9f-0d3c2f8a7b61"
#define SECOND "7f8c1e0a-6f5e-4a53-9d9f-0d3c2f8a7b62"

/* The domain of FIRST has so much by now. */
static uint64_t first_uses;

static uint64_t used_kib(void *arg, const char *uuid)
{
    return strcmp(uuid, FIRST) == 0 ? first_uses : 0;
}

static uint64_t sum(void)
{
    struct error err = ERROR_INIT;
    uint64_t kib;

    memory_claims_sum(FOLDER, used_kib, NULL, &kib, &err);
    expect_no_error(&err);
    return kib;
}

static struct memory_claim claim(const char *uuid, uint64_t kib)
{
    struct memory_claim made = MEMORY_CLAIM_INIT;
    struct error err = ERROR_INIT;

    memory_claim_make(&made, FOLDER, uuid, kib, &err);
    expect_no_error(&err);
    return made;
}

static int set_up(void **state)
{
    cleanup_close int lock = memory_claims_lock(FOLDER, NULL);

    first_uses = 0;
    return lock >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    return rmdir(FOLDER);
}

static void claims_add_up_until_they_are_released(void **state)
{
    assert_int_equal(sum(), 0);
    struct memory_claim first = claim(FIRST, 1000);
    struct memory_claim second = claim(SECOND, 24);
    assert_int_equal(sum(), 1024);
    memory_claim_release(&first);
    assert_int_equal(sum(), 24);
    memory_claim_release(&second);
    memory_claim_release(&second);
    assert_int_equal(sum(), 0);
}

static void what_is_taken_by_now_is_not_claimed_twice(void **state)
{
    struct memory_claim first = claim(FIRST, 1000);

    first_uses = 400;
    assert_int_equal(sum(), 600);
    first_uses = 1001;
    assert_int_equal(sum(), 0);
    memory_claim_release(&first);
}

/* FIRST is claimed by a process that is killed. */
static void claim_and_die(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        claim(FIRST, 1000);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void a_killed_create_claims_nothing(void **state)
{
    claim_and_die();
    assert_int_equal(access(FOLDER "/" FIRST, F_OK), 0);
    assert_int_equal(sum(), 0);
    assert_int_equal(access(FOLDER "/" FIRST, F_OK), -1);
}

static void only_the_claims_of_the_dead_are_dropped(void **state)
{
    struct memory_claim held = claim(SECOND, 24);

    claim_and_die();
    memory_claims_drop_stale(FOLDER);
    assert_int_equal(access(FOLDER "/" FIRST, F_OK), -1);
    assert_int_equal(access(FOLDER "/" SECOND, F_OK), 0);
    memory_claim_release(&held);
}

static void one_domain_is_claimed_for_once(void **state)
{
    struct memory_claim first = claim(FIRST, 1000);
    struct memory_claim again = MEMORY_CLAIM_INIT;
    struct error err = ERROR_INIT;

    assert_int_equal(memory_claim_make(&again, FOLDER, FIRST, 1, &err), -1);
    expect_error(&err, ERR_STATE, "a domain with UUID " FIRST " is being made");
    assert_int_equal(sum(), 1000);
    memory_claim_release(&first);
}

/* The lock makes the look at the memory and the claim one step. */
static void who_comes_second_waits(void **state)
{
    int lock = memory_claims_lock(FOLDER, NULL);
    struct memory_claim first = MEMORY_CLAIM_INIT;
    pid_t pid = fork();
    int status;

    assert_true(lock >= 0);
    if (pid == 0) {
        close(lock);
        cleanup_close int own = memory_claims_lock(FOLDER, NULL);
        uint64_t kib = 0;
        memory_claims_sum(FOLDER, used_kib, NULL, &kib, NULL);
        _exit(own >= 0 && kib == 1000 ? 0 : 1);
    }
    usleep(50000);
    first = claim(FIRST, 1000);
    close(lock);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    memory_claim_release(&first);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(claims_add_up_until_they_are_released),
    TEST(what_is_taken_by_now_is_not_claimed_twice),
    TEST(a_killed_create_claims_nothing),
    TEST(only_the_claims_of_the_dead_are_dropped),
    TEST(one_domain_is_claimed_for_once),
    TEST(who_comes_second_waits),
};

UNIT_MAIN(tests)
