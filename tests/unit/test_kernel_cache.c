/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel cache, with kernels packed by the tools that Debian has. A kernel
 * here is an ELF header and noise; a bzImage is a setup header around its
 * packed form.
 */
#include "bzimage.h"
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/proc.h"
#include "domain/kernel/kernel_cache.h"

#define MIB ((size_t)1 << 20)
#define VMLINUX (MIB / 4)

static const struct packer {
    const char *name;
    const char *argv[6]; /* packs standard input to standard output */
    bool appends_size;   /* Linux puts the unpacked size behind it */
} packers[] = {
    { "gzip", { "gzip", "-9c" }, false },
    { "xz", { "xz", "--check=crc32", "-c" }, true },
    { "lzma", { "xz", "--format=lzma", "-c" }, true },
    { "bzip2", { "bzip2", "-9c" }, true },
    { "zstd", { "zstd", "-q", "-c" }, true },
    { "lz4 (legacy)", { "lz4", "-l", "-q", "-c" }, true },
    { "lz4", { "lz4", "-9", "-q", "-c" }, true },
};
enum {
    PACKERS = sizeof(packers) / sizeof(packers[0]),
};

struct fixture {
    char *folder; /* below which all is */
    struct kernel_cache cache;
};

struct bytes {
    unsigned char *data;
    size_t length;
};

static void bytes_dispose(struct bytes *bytes)
{
    free(bytes->data);
}
#define cleanup_bytes __attribute__((cleanup(bytes_dispose)))

/* ---- what is packed ---- */

/* An ELF header and text that differs with the seed. */
static struct bytes make_vmlinux(unsigned int seed, size_t length)
{
    struct bytes kernel = { mem_zalloc(1, length), length };
    Elf64_Ehdr header = { .e_phentsize = sizeof(Elf64_Phdr) };

    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    memcpy(kernel.data, &header, sizeof(header));
    for (size_t i = sizeof(header); i < length; i++) {
        seed = seed * 1103515245u + 12345u;
        kernel.data[i] = (unsigned char)(i % 3 ? 'x' : seed >> 16);
    }
    return kernel;
}

static void write_file(const char *path, const void *data, size_t length)
{
    cleanup_error struct error err = ERROR_INIT;
    struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

    io_replace_file(path, 0600, data, length, &err);
    expect_no_error(&err);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static struct bytes pack(struct fixture *fixture, const struct packer *packer,
                         const struct bytes *kernel)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result = { 0 };
    cleanup_free char *plain = mem_printf("%s/plain", fixture->folder);

    write_file(plain, kernel->data, kernel->length);
    cleanup_close int input = open(plain, O_RDONLY | O_CLOEXEC);
    struct proc proc = { .argv = packer->argv,
                         .input_fd = input,
                         .keep = 64 * MIB };
    proc_run_ok(&proc, &result, &err);
    expect_no_error(&err);
    unlink(plain);
    struct bytes packed = { (unsigned char *)steal(result.out.text),
                            result.out.length };
    return packed;
}

/* A bzImage around a payload. */
static struct bytes make_bzimage(const struct bytes *packed, size_t unpacked,
                                 bool append_size)
{
    size_t payload = packed->length + (append_size ? 4 : 0);
    struct bytes image = { mem_zalloc(1, BZIMAGE_SETUP + 4096 + payload + 100),
                           BZIMAGE_SETUP + 4096 + payload + 100 };
    unsigned char *head = image.data;

    bzimage_head(head, 4096, (uint32_t)payload);
    memcpy(head + BZIMAGE_SETUP + 4096, packed->data, packed->length);
    if (append_size)
        bzimage_put32(head + BZIMAGE_SETUP + 4096 + packed->length,
                      (uint32_t)unpacked);
    return image;
}

/* A file in the fixture's folder; the caller's. */
static char *kernel_file(struct fixture *fixture, const char *name,
                         const struct bytes *image)
{
    char *path = mem_printf("%s/%s", fixture->folder, name);

    write_file(path, image->data, image->length);
    return path;
}

static char *bzimage_file(struct fixture *fixture, const char *name,
                          const struct packer *packer, unsigned int seed)
{
    cleanup_bytes struct bytes kernel = make_vmlinux(seed, VMLINUX);
    cleanup_bytes struct bytes packed = pack(fixture, packer, &kernel);
    cleanup_bytes struct bytes image =
        make_bzimage(&packed, kernel.length, packer->appends_size);

    return kernel_file(fixture, name, &image);
}

static void expect_content(const char *path, const struct bytes *kernel)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *text = NULL;
    size_t length;

    io_read_file(path, 64 * MIB, &text, &length, &err);
    expect_no_error(&err);
    assert_int_equal(length, kernel->length);
    assert_memory_equal(text, kernel->data, length);
}

/* ---- the fixture ---- */

static int set_up(void **state)
{
    struct fixture *fixture = MEM_NEW(struct fixture);

    fixture->folder = mem_strdup("unit-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->cache.folder = mem_printf("%s/cache/kernels", fixture->folder);
    fixture->cache.limit = 2 * VMLINUX + VMLINUX / 2;
    fixture->cache.kernel_limit = 4 * MIB;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    const char *const argv[] = { "rm", "-rf", fixture->folder, NULL };
    struct proc proc = { .argv = argv };
    cleanup_error struct error err = ERROR_INIT;

    proc_run_ok(&proc, NULL, &err);
    expect_no_error(&err);
    free((char *)fixture->cache.folder);
    free(fixture->folder);
    free(fixture);
    return 0;
}

/* The copy of a kernel, which must succeed. */
static void use(struct fixture *fixture, const char *path,
                struct kernel_copy *copy)
{
    cleanup_error struct error err = ERROR_INIT;

    kernel_cache_use(&fixture->cache, path, copy, &err);
    expect_no_error(&err);
}

static void expect_refused(struct fixture *fixture, const char *path,
                           const char *why)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *part = mem_printf("%s/part", fixture->cache.folder);
    struct kernel_copy copy;

    assert_int_equal(kernel_cache_use(&fixture->cache, path, &copy, &err), -1);
    if (strstr(err.message, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, err.message);
    assert_null(copy.path);
    assert_int_equal(access(part, F_OK), -1);
}

static size_t count_kernels(struct fixture *fixture)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_kernel_cache_list struct kernel_cache_list list;

    kernel_cache_list(&fixture->cache, &list, &err);
    expect_no_error(&err);
    return list.items.count;
}

/* Lets a file be old enough for the cache to take note of it. */
static void settle(void)
{
    struct timespec pause = { .tv_sec = 3, .tv_nsec = 100000000 };

    nanosleep(&pause, NULL);
}

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

/* ---- the cache ---- */

static void the_second_use_unpacks_nothing(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    struct stat first, second;
    struct kernel_copy copy;

    use(fixture, path, &copy);
    assert_int_equal(fstat(copy.fd, &first), 0);
    kernel_copy_release(&copy);
    use(fixture, path, &copy);
    assert_int_equal(fstat(copy.fd, &second), 0);
    kernel_copy_release(&copy);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(count_kernels(fixture), 1);
}

static void the_same_content_elsewhere_is_the_same_kernel(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *one = bzimage_file(fixture, "one", &packers[0], 1);
    cleanup_free char *two = bzimage_file(fixture, "two", &packers[0], 1);
    struct kernel_copy copy;

    use(fixture, one, &copy);
    kernel_copy_release(&copy);
    use(fixture, two, &copy);
    kernel_copy_release(&copy);
    assert_int_equal(count_kernels(fixture), 1);
}

/* Same name, same size, same time of modification. */
static void a_file_that_changed_is_another_kernel(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes one = make_vmlinux(1, 65536);
    cleanup_bytes struct bytes two = make_vmlinux(2, 65536);
    const struct packer stored = { "gzip", { "gzip", "-1c" }, false };
    cleanup_bytes struct bytes first = pack(fixture, &stored, &one);
    cleanup_bytes struct bytes second = pack(fixture, &stored, &two);
    struct kernel_copy copy;

    cleanup_free char *path = kernel_file(fixture, "vmlinuz", &first);
    settle();
    use(fixture, path, &copy);
    expect_content(copy.path, &one);
    kernel_copy_release(&copy);
    free(kernel_file(fixture, "vmlinuz", &second));
    use(fixture, path, &copy);
    expect_content(copy.path, &two);
    kernel_copy_release(&copy);
}

/* The noted file is known without being read: its bytes do not matter. */
static void a_noted_file_is_not_read_again(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_kernel_cache_list struct kernel_cache_list list;
    cleanup_free char *secret = mem_printf("%s/secret", fixture->cache.folder);
    struct kernel_copy copy;

    settle();
    use(fixture, path, &copy);
    kernel_copy_release(&copy);
    kernel_cache_list(&fixture->cache, &list, &err);
    expect_no_error(&err);
    assert_int_equal(list.items.count, 1);
    assert_int_equal(list.items.items[0].files.count, 1);
    assert_string_equal(list.items.items[0].files.items[0], path);
    assert_int_equal(list.bytes, VMLINUX);

    /* With another secret its content would have another key. */
    assert_int_equal(unlink(secret), 0);
    use(fixture, path, &copy);
    assert_non_null(copy.path);
    kernel_copy_release(&copy);
    assert_int_equal(access(secret, F_OK), -1);
}

static void the_least_recently_used_goes_first(void **state)
{
    struct fixture *fixture = *state;
    struct timespec old[2] = { { .tv_sec = 5000 }, { .tv_sec = 5000 } };
    char *paths[3];
    cleanup_free char *oldest = NULL;
    struct kernel_copy copy;

    for (unsigned int i = 0; i < 3; i++) {
        cleanup_free char *name = mem_printf("vmlinuz-%u", i);
        paths[i] = bzimage_file(fixture, name, &packers[4], i);
        use(fixture, paths[i], &copy);
        if (i == 0)
            oldest = mem_strdup(copy.path);
        /* Each one older than the next; three do not fit. */
        old[0].tv_sec = old[1].tv_sec = 5000 + i;
        if (i < 2)
            assert_int_equal(futimens(copy.fd, old), 0);
        kernel_copy_release(&copy);
        free(paths[i]);
    }
    assert_int_equal(count_kernels(fixture), 2);
    assert_int_equal(access(oldest, F_OK), -1);
}

static void a_kernel_in_use_is_not_removed(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *one = bzimage_file(fixture, "one", &packers[0], 1);
    cleanup_free char *two = bzimage_file(fixture, "two", &packers[0], 2);
    struct kernel_cache_cleared cleared;
    struct kernel_copy used, unused;

    use(fixture, one, &used);
    use(fixture, two, &unused);
    kernel_copy_release(&unused);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    expect_no_error(&err);
    assert_int_equal(cleared.removed, 1);
    assert_int_equal(cleared.in_use, 1);
    assert_int_equal(cleared.bytes, VMLINUX);
    assert_int_equal(access(used.path, F_OK), 0);
    kernel_copy_release(&used);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    assert_int_equal(cleared.removed, 1);
    assert_int_equal(count_kernels(fixture), 0);
}

static void a_cache_that_was_never_used_is_empty(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_cache_cleared cleared;

    assert_int_equal(count_kernels(fixture), 0);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    expect_no_error(&err);
    assert_int_equal(cleared.removed, 0);
}

/* Half made by a process that was killed. */
static void a_part_that_was_left_is_written_anew(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes kernel = make_vmlinux(1, VMLINUX);
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_free char *part = mem_printf("%s/part", fixture->cache.folder);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_bytes struct bytes left = make_vmlinux(9, 2 * VMLINUX);
    struct kernel_copy copy;

    io_make_dirs(fixture->cache.folder, 0700, &err);
    write_file(part, left.data, left.length);
    use(fixture, path, &copy);
    expect_content(copy.path, &kernel);
    kernel_copy_release(&copy);
    assert_int_equal(access(part, F_OK), -1);
}

static void a_cache_that_cannot_be_written_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_copy copy;

    /* A file where the folder would be, as root may write anywhere. */
    cleanup_free char *parent = mem_printf("%s/cache", fixture->folder);
    write_file(parent, "", 0);
    assert_int_equal(kernel_cache_use(&fixture->cache, path, &copy, &err), -1);
    assert_non_null(strstr(err.message, fixture->cache.folder));
    assert_null(copy.path);
}

#define RACERS 8

/* One of several processes that start at once; what it gets must be whole. */
static int race(struct fixture *fixture, const char *path)
{
    struct kernel_copy copy;
    struct stat status;

    if (kernel_cache_use(&fixture->cache, path, &copy, NULL) < 0 ||
        fstat(copy.fd, &status) < 0 || (size_t)status.st_size != VMLINUX)
        return 1;
    kernel_copy_release(&copy);
    return 0;
}

static void creates_at_once_unpack_once(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[1], 1);
    pid_t pids[RACERS];

    for (int i = 0; i < RACERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(race(fixture, path));
    }
    for (int i = 0; i < RACERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(count_kernels(fixture), 1);
}

static void an_interrupt_ends_the_wait_for_the_lock(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    struct kernel_copy copy;

    interrupt_install(&err);
    io_make_dirs(fixture->cache.folder, 0700, &err);
    expect_no_error(&err);
    cleanup_close int lock =
        open(fixture->cache.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    raise(SIGTERM);
    assert_int_equal(kernel_cache_use(&fixture->cache, path, &copy, &err), -1);
    expect_error(&err, ERR_FAILED, "interrupted");
    interrupt_clear();
}

#define CACHE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        CACHE_TEST(the_second_use_unpacks_nothing),
        CACHE_TEST(the_same_content_elsewhere_is_the_same_kernel),
        CACHE_TEST(a_file_that_changed_is_another_kernel),
        CACHE_TEST(a_noted_file_is_not_read_again),
        CACHE_TEST(the_least_recently_used_goes_first),
        CACHE_TEST(a_kernel_in_use_is_not_removed),
        CACHE_TEST(a_cache_that_was_never_used_is_empty),
        CACHE_TEST(a_part_that_was_left_is_written_anew),
        CACHE_TEST(a_cache_that_cannot_be_written_is_an_error),
        CACHE_TEST(creates_at_once_unpack_once),
        CACHE_TEST(an_interrupt_ends_the_wait_for_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
