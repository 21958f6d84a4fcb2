/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels unpacked through the cache: each format by the tool that Debian has
 * for it, and what is broken or hostile.
 */
#include "packed_kernel.h"

/* ---- formats ---- */

static void every_format_of_a_bzimage_is_unpacked(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes kernel =
            make_vmlinux((unsigned int)i, VMLINUX);
        cleanup_free char *path = bzimage_file(fixture, packers[i].name,
                                               &packers[i], (unsigned int)i);
        struct kernel_copy copy;

        print_message("%s\n", packers[i].name);
        use(fixture, path, &copy);
        assert_non_null(copy.path);
        expect_content(copy.path, &kernel);
        kernel_copy_release(&copy);
    }
}

static void every_format_of_a_whole_file_is_unpacked(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes kernel = make_vmlinux(77, VMLINUX);
        cleanup_bytes struct bytes packed = pack(fixture, &packers[i], &kernel);
        cleanup_free char *path =
            kernel_file(fixture, packers[i].name, &packed);
        struct kernel_copy copy;

        use(fixture, path, &copy);
        assert_non_null(copy.path);
        expect_content(copy.path, &kernel);
        kernel_copy_release(&copy);
    }
}

/* As pigz -i, pbzip2 and others write them. */
static void streams_that_follow_each_other_are_one_kernel(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes kernel = make_vmlinux(5, VMLINUX);
    struct bytes first = { kernel.data, VMLINUX / 3 };
    struct bytes second = { kernel.data + VMLINUX / 3, VMLINUX - VMLINUX / 3 };

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes one = pack(fixture, &packers[i], &first);
        cleanup_bytes struct bytes two = pack(fixture, &packers[i], &second);
        struct bytes both = { mem_zalloc(1, one.length + two.length),
                              one.length + two.length };
        struct kernel_copy copy;

        memcpy(both.data, one.data, one.length);
        memcpy(both.data + one.length, two.data, two.length);
        cleanup_free char *path = kernel_file(fixture, packers[i].name, &both);
        use(fixture, path, &copy);
        expect_content(copy.path, &kernel);
        kernel_copy_release(&copy);
        free(both.data);
    }
}

static void an_elf_kernel_needs_no_copy(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes kernel = make_vmlinux(1, 4096);
    cleanup_free char *path = kernel_file(fixture, "vmlinux", &kernel);
    struct kernel_copy copy;

    use(fixture, path, &copy);
    assert_null(copy.path);
    assert_int_equal(access(fixture->cache.folder, F_OK), -1);
}

static void what_only_libxenguest_unpacks_is_left_to_it(void **state)
{
    struct fixture *fixture = *state;
    struct bytes lzo = { (unsigned char *)"\211LZO\0\r\n\032\n", 9 };
    cleanup_bytes struct bytes image = make_bzimage(&lzo, 4096, true);
    cleanup_free char *path = kernel_file(fixture, "vmlinuz", &image);
    struct kernel_copy copy;

    use(fixture, path, &copy);
    assert_null(copy.path);
}

/* ---- hostile and broken input ---- */

static void a_payload_that_is_cut_is_refused(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes kernel = make_vmlinux(3, VMLINUX);
        cleanup_bytes struct bytes packed = pack(fixture, &packers[i], &kernel);
        packed.length /= 2;
        cleanup_bytes struct bytes image =
            make_bzimage(&packed, kernel.length, true);
        cleanup_free char *path = kernel_file(fixture, packers[i].name, &image);

        expect_refused(fixture, path, packers[i].name);
    }
    assert_int_equal(count_kernels(fixture), 0);
}

static void a_payload_with_changed_bytes_is_refused(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes kernel = make_vmlinux(4, VMLINUX);
        cleanup_bytes struct bytes packed = pack(fixture, &packers[i], &kernel);
        memset(packed.data + packed.length / 2, 0x5a, 200);
        /* These have no checksum: some changes cannot be seen. */
        if (strcmp(packers[i].name, "lzma") == 0 ||
            strcmp(packers[i].name, "lz4 (legacy)") == 0)
            continue;
        cleanup_free char *path =
            kernel_file(fixture, packers[i].name, &packed);
        expect_refused(fixture, path, packers[i].name);
    }
}

static void noise_behind_a_magic_number_is_refused(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        cleanup_bytes struct bytes kernel = make_vmlinux(6, 65536);
        cleanup_bytes struct bytes packed = pack(fixture, &packers[i], &kernel);
        for (unsigned int seed = 0; seed < 6; seed++) {
            cleanup_bytes struct bytes noise = make_vmlinux(seed, 70000);
            memcpy(noise.data, packed.data, 16);
            cleanup_free char *path = kernel_file(fixture, "noise", &noise);
            struct kernel_copy copy;
            assert_int_equal(
                kernel_cache_use(&fixture->cache, path, &copy, NULL), -1);
        }
    }
}

static void a_bomb_stops_at_the_limit(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < PACKERS; i++) {
        struct bytes zeros = { mem_zalloc(1, 5 * MIB), 5 * MIB };
        cleanup_bytes struct bytes packed = pack(fixture, &packers[i], &zeros);
        cleanup_free char *path =
            kernel_file(fixture, packers[i].name, &packed);

        expect_refused(fixture, path, "unpacks to more than 4194304 bytes");
        free(zeros.data);
    }
}

static void a_file_that_is_too_large_is_not_read(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);

    assert_int_equal(truncate(path, 5 * MIB), 0);
    expect_refused(fixture, path, "larger than 4 MiB");
}

static void what_is_inside_must_be_an_elf_file(void **state)
{
    struct fixture *fixture = *state;
    struct bytes text = { (unsigned char *)"#!/bin/sh\necho hello\n", 21 };
    cleanup_bytes struct bytes packed = pack(fixture, &packers[0], &text);
    cleanup_free char *path = kernel_file(fixture, "text.gz", &packed);

    expect_refused(fixture, path, "what is inside");
    assert_int_equal(count_kernels(fixture), 0);
}

static void a_size_that_was_not_kept_is_refused(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes kernel = make_vmlinux(1, VMLINUX);
    cleanup_bytes struct bytes packed = pack(fixture, &packers[1], &kernel);
    cleanup_bytes struct bytes image =
        make_bzimage(&packed, VMLINUX + 4096, true);
    cleanup_free char *path = kernel_file(fixture, "vmlinuz", &image);

    expect_refused(fixture, path, "it unpacks to 262144 bytes and promises");
}

#define CACHE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    CACHE_TEST(every_format_of_a_bzimage_is_unpacked),
    CACHE_TEST(every_format_of_a_whole_file_is_unpacked),
    CACHE_TEST(streams_that_follow_each_other_are_one_kernel),
    CACHE_TEST(an_elf_kernel_needs_no_copy),
    CACHE_TEST(what_only_libxenguest_unpacks_is_left_to_it),
    CACHE_TEST(a_payload_that_is_cut_is_refused),
    CACHE_TEST(a_payload_with_changed_bytes_is_refused),
    CACHE_TEST(noise_behind_a_magic_number_is_refused),
    CACHE_TEST(a_bomb_stops_at_the_limit),
    CACHE_TEST(a_file_that_is_too_large_is_not_read),
    CACHE_TEST(what_is_inside_must_be_an_elf_file),
    CACHE_TEST(a_size_that_was_not_kept_is_refused),
};

UNIT_MAIN(tests)
