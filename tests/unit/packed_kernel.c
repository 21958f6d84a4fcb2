/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packed_kernel.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "bzimage.h"

const struct packer packers[PACKERS] = {
    { "gzip", { "gzip", "-9c" }, false },
    { "xz", { "xz", "--check=crc32", "-c" }, true },
    { "lzma", { "xz", "--format=lzma", "-c" }, true },
    { "bzip2", { "bzip2", "-9c" }, true },
    { "zstd", { "zstd", "-q", "-c" }, true },
    { "lz4 (legacy)", { "lz4", "-l", "-q", "-c" }, true },
    { "lz4", { "lz4", "-9", "-q", "-c" }, true },
};

void bytes_dispose(struct bytes *bytes)
{
    free(bytes->data);
}

/* ---- what is packed ---- */

struct bytes make_vmlinux(unsigned int seed, size_t length)
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

void write_file(const char *path, const void *data, size_t length)
{
    cleanup_error struct error err = ERROR_INIT;
    struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

    io_replace_file(path, 0600, data, length, &err);
    expect_no_error(&err);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

struct bytes pack(struct fixture *fixture, const struct packer *packer,
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

struct bytes make_bzimage(const struct bytes *packed, size_t unpacked,
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

char *kernel_file(struct fixture *fixture, const char *name,
                  const struct bytes *image)
{
    char *path = mem_printf("%s/%s", fixture->folder, name);

    write_file(path, image->data, image->length);
    return path;
}

char *bzimage_file(struct fixture *fixture, const char *name,
                   const struct packer *packer, unsigned int seed)
{
    cleanup_bytes struct bytes kernel = make_vmlinux(seed, VMLINUX);
    cleanup_bytes struct bytes packed = pack(fixture, packer, &kernel);
    cleanup_bytes struct bytes image =
        make_bzimage(&packed, kernel.length, packer->appends_size);

    return kernel_file(fixture, name, &image);
}

void expect_content(const char *path, const struct bytes *kernel)
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

int set_up(void **state)
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

int tear_down(void **state)
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

void use(struct fixture *fixture, const char *path, struct kernel_copy *copy)
{
    cleanup_error struct error err = ERROR_INIT;

    kernel_cache_use(&fixture->cache, path, copy, &err);
    expect_no_error(&err);
}

void expect_refused(struct fixture *fixture, const char *path, const char *why)
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

size_t count_kernels(struct fixture *fixture)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_kernel_cache_list struct kernel_cache_list list;

    kernel_cache_list(&fixture->cache, &list, &err);
    expect_no_error(&err);
    return list.items.count;
}
