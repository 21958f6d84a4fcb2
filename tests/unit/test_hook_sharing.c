/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may share what disk, under whatever name. */
#include "hook_disks.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void a_writer_tolerates_nobody(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    disks_expect_refused(fixture, 2, path, "w", "is in use by domain 1");
    disks_expect_refused(fixture, 3, path, "r", "domain 1, which writes to it");
}

static void readers_tolerate_each_other(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "r");
    disks_give(fixture, 2, path, "r");
    disks_expect_refused(fixture, 3, path, "w", "is in use by domain ");
}

static void forced_sharing_asks_nobody(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    disks_give(fixture, 2, path, "w!");
}

static void the_same_file_under_another_name_is_the_same(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    cleanup_free char *hard = disks_path(fixture, "hard.img");
    cleanup_free char *soft = disks_path(fixture, "soft.img");

    assert_int_equal(link(path, hard), 0);
    assert_int_equal(symlink(path, soft), 0);
    disks_give(fixture, 1, path, "w");
    disks_expect_refused(fixture, 2, hard, "w", "is in use by domain 1");
    disks_expect_refused(fixture, 3, soft, "r", "is in use by domain 1");
}

/* A loop device that somebody else made, given as a block device. */
static void the_same_file_through_another_loop_device_is_the_same(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    cleanup_free char *node = NULL;

    cleanup_close int file = open(path, O_RDWR | O_CLOEXEC);
    cleanup_close int loop = loop_attach(file, path, false, &node, NULL);
    assert_true(loop >= 0);
    disks_give(fixture, 1, node, "w");
    assert_null(disks_stored(fixture, 1, "node"));
    disks_expect_refused(fixture, 2, path, "w", "is in use by domain 1");
}

static void the_same_guest_may_have_it_twice(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    memory_set(&fixture->memory, "/local/domain/2", "vm", "/vm/1");
    disks_give(fixture, 2, path, "w");
    /* A device model's domain works for its guest. */
    memory_set(&fixture->memory, "/local/domain/3", "target", "1");
    disks_give(fixture, 3, path, "w");
}

/* Xen's own script gave it, so no list but the kernel's has it. */
static void a_disk_of_another_toolstack_counts(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    assert_int_equal(unlink(fixture->place.file), 0);
    disks_expect_refused(fixture, 2, path, "w", "is in use by domain 1");
}

/* Its backend is still there, but xenstore knows of no such disk. */
static void what_xenstore_does_not_know_stops_nobody(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    VEC_EACH (&fixture->memory.nodes, node)
        if (strncmp(node->path, "backend/vbd/1/", 14) == 0)
            node->path[0] = 'x';
    disks_give(fixture, 2, path, "w");
}

static void a_guest_that_is_gone_stops_nobody(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    disks_close(fixture, 1); /* killed: no hook ran */
    disks_give(fixture, 2, path, "w");
    cleanup_claims struct claims claims;
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 1);
}

static void what_dom0_has_mounted_is_not_given_to_a_writer(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    cleanup_free char *node = NULL;
    struct stat status;

    cleanup_close int file = open(path, O_RDWR | O_CLOEXEC);
    cleanup_close int loop = loop_attach(file, path, false, &node, NULL);
    assert_int_equal(fstat(loop, &status), 0);
    cleanup_free char *read_only = mem_printf(
        "36 35 %u:%u / /mnt ro - ext3 /dev/loop ro,errors=continue\n",
        major(status.st_rdev), minor(status.st_rdev));
    cleanup_free char *writable =
        mem_printf("36 35 %u:%u / /mnt ro shared:1 - ext3 /dev/loop rw\n",
                   major(status.st_rdev), minor(status.st_rdev));

    disks_write(fixture->place.mounts, read_only);
    disks_expect_refused(fixture, 1, path, "w", "is mounted in this host");
    disks_expect_refused(fixture, 1, node, "w", "is mounted in this host");
    cleanup_free char *btrfs =
        mem_printf("36 35 0:40 / /mnt rw - btrfs %s rw,subvol=/\n", node);
    disks_write(fixture->place.mounts, btrfs);
    disks_expect_refused(fixture, 2, path, "r", "is mounted in this host");
    disks_write(fixture->place.mounts, writable);
    disks_expect_refused(fixture, 2, path, "r", "is mounted in this host");
    disks_write(fixture->place.mounts, read_only);
    disks_give(fixture, 3, path, "r");
}

/* ---- the list ---- */

static void the_list_survives_what_it_cannot_read(void **state)
{
    struct disks *fixture = *state;
    cleanup_claims struct claims claims;

    disks_write(fixture->place.file, "1/51712 7:3 2049:12 w\n"
                                     "nonsense\n"
                                     "2/51728 8:1 - r\n"
                                     "3/51712 7:4 2049:13 w!\n");
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 3);
    assert_int_equal(claims.items.items[0].file.inode, 12);
    assert_int_equal(claims.items.items[1].device, makedev(8, 1));
    assert_false(claims.items.items[1].has_file);
    assert_int_equal(claims.items.items[2].mode, CLAIM_SHARED);
    claims_remove(&claims, 1, 51712);
    assert_int_equal(claims_save(&claims, NULL), 0);
    claims_close(&claims);
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 2);
}

static void modes_are_read_as_xen_reads_them(void **state)
{
    assert_int_equal(claim_parse_mode("r"), CLAIM_READ);
    assert_int_equal(claim_parse_mode("w"), CLAIM_WRITE);
    assert_int_equal(claim_parse_mode("rw"), CLAIM_WRITE);
    assert_int_equal(claim_parse_mode("w!"), CLAIM_SHARED);
    assert_int_equal(claim_parse_mode("!"), CLAIM_READ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISKS_TEST(a_writer_tolerates_nobody),
        DISKS_TEST(readers_tolerate_each_other),
        DISKS_TEST(forced_sharing_asks_nobody),
        DISKS_TEST(the_same_file_under_another_name_is_the_same),
        DISKS_TEST(the_same_file_through_another_loop_device_is_the_same),
        DISKS_TEST(the_same_guest_may_have_it_twice),
        DISKS_TEST(a_disk_of_another_toolstack_counts),
        DISKS_TEST(what_xenstore_does_not_know_stops_nobody),
        DISKS_TEST(a_guest_that_is_gone_stops_nobody),
        DISKS_TEST(what_dom0_has_mounted_is_not_given_to_a_writer),
        DISKS_TEST(the_list_survives_what_it_cannot_read),
        DISKS_TEST(modes_are_read_as_xen_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
