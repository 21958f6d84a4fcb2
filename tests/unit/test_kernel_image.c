/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel's file says of itself, and that a lie in it is not believed. */
#include "bzimage.h"
#include "unit.h"

#include <elf.h>
#include <stddef.h>

#include <xen/elfnote.h>

#include "domain/kernel/kernel.h"
#include "domain/plan.h"
#include "domain/steps.h"

static char *write_image(const void *bytes, size_t length)
{
    cleanup_error struct error err = ERROR_INIT;
    char *path = scratch_path("kernel");

    assert_int_equal(io_replace_file(path, 0600, bytes, length, &err), 0);
    return path;
}

/* A bzImage whose payload ends with its size. */
static size_t make_bzimage(unsigned char *image, uint32_t unpacked)
{
    memset(image, 0, 4096);
    bzimage_head(image, 0, 256);
    bzimage_put32(image + BZIMAGE_SETUP + 256 - 4, unpacked);
    return BZIMAGE_SETUP + 256;
}

static void a_bzimage_tells_its_unpacked_size(void **state)
{
    unsigned char image[4096];
    struct kernel_image found;
    cleanup_error struct error err = ERROR_INIT;
    size_t length = make_bzimage(image, 60u << 20);
    cleanup_free char *path = write_image(image, length);

    assert_int_equal(kernel_probe(path, &found, &err), 0);
    assert_int_equal(found.format, KERNEL_BZIMAGE);
    assert_int_equal(found.least_bytes, 60u << 20);
    scratch_remove(path);
}

static void a_bzimage_whose_payload_is_cut_has_no_size(void **state)
{
    unsigned char image[4096];
    struct kernel_image found;
    size_t length = make_bzimage(image, 60u << 20);
    cleanup_free char *path = write_image(image, length - 1);

    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.least_bytes, 0);
    scratch_remove(path);
}

/* An ELF of one segment of one note. */
struct noted {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Nhdr note;
    char name[4];
    uint32_t value;
    char rest[1024];
};

static char *write_noted(const char *name, uint32_t type)
{
    struct noted image = {
        .header = { .e_phoff = offsetof(struct noted, segment),
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 1 },
        .segment = { .p_type = PT_NOTE,
                     .p_offset = offsetof(struct noted, note),
                     .p_filesz = sizeof(Elf64_Nhdr) + 8 },
        .note = { .n_namesz = 4, .n_descsz = 4, .n_type = type },
    };

    memcpy(image.name, name, sizeof(image.name));
    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    return write_image(&image, sizeof(image));
}

/* With this kernel; what the step says. */
static int check_kernel(libxl_domain_type type, char *path, struct error *err)
{
    struct domain_spec cleanup_domain_spec spec;
    struct create create = { .spec = &spec };

    domain_spec_init(&spec);
    spec.config.c_info.type = type;
    spec.config.b_info.kernel = mem_strdup(path);
    return step_check_kernel(&create, 0, err);
}

static void expect_boots(char *path, bool pv, bool pvh, bool hvm)
{
    cleanup_free char *kept = path;

    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_PV, path, NULL),
                     pv ? 0 : -1);
    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_PVH, path, NULL),
                     pvh ? 0 : -1);
    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_HVM, path, NULL),
                     hvm ? 0 : -1);
    scratch_remove(path);
}

static void a_kernel_boots_as_what_it_says(void **state)
{
    unsigned char image[4096];
    size_t length = make_bzimage(image, 60u << 20);

    expect_boots(write_noted("Xen", XEN_ELFNOTE_XEN_VERSION), true, false,
                 false);
    expect_boots(write_noted("Xen", XEN_ELFNOTE_PHYS32_ENTRY), false, true,
                 false);
    expect_boots(write_noted("GNU", XEN_ELFNOTE_XEN_VERSION), false, false,
                 false);
    /* What is inside is seen once it is unpacked. */
    expect_boots(write_image(image, length), true, true, true);
    expect_boots(write_image("\037\213\010\0", 4), true, true, false);
    /* A program: QEMU takes that of another boot protocol. */
    memset(image, 0, sizeof(image));
    memcpy(image, ELFMAG, SELFMAG);
    image[EI_CLASS] = ELFCLASS32;
    bzimage_put32(image + 4092, 0x1badb002);
    expect_boots(write_image(image, sizeof(image)), true, true, true);
}

static void an_own_program_is_no_kernel(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(
        check_kernel(LIBXL_DOMAIN_TYPE_PVH, (char *)"/proc/self/exe", &err),
        -1);
    expect_error(&err, ERR_CONFIG,
                 "kernel: /proc/self/exe: not bootable as pvh: an ELF file "
                 "without the note of Xen that says so");
    error_dispose(&err);
    assert_int_equal(
        check_kernel(LIBXL_DOMAIN_TYPE_HVM, (char *)"/proc/self/exe", &err),
        -1);
    expect_error(&err, ERR_CONFIG,
                 "kernel: /proc/self/exe: not bootable as hvm: QEMU takes a "
                 "bzImage");
}

static void an_elf_spans_its_segments(void **state)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segments[2];
        char rest[1024];
    } image = {
        .header = { .e_phoff = sizeof(Elf64_Ehdr),
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 2 },
        .segments = { { .p_type = PT_LOAD,
                        .p_paddr = 1 << 20,
                        .p_memsz = 4096 },
                      { .p_type = PT_LOAD,
                        .p_paddr = 3 << 20,
                        .p_memsz = 1 << 20 } },
    };
    struct kernel_image found;

    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    cleanup_free char *path = write_image(&image, sizeof(image));
    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.format, KERNEL_ELF);
    assert_int_equal(found.least_bytes, 3 << 20);
    scratch_remove(path);
}

static void an_elf_that_lies_about_segments_is_not_believed(void **state)
{
    Elf64_Ehdr header = { .e_phoff = UINT64_MAX - 8,
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = 60 };
    struct kernel_image found;

    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    cleanup_free char *path = write_image(&header, sizeof(header));
    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.least_bytes, 0);
    scratch_remove(path);
}

static void text_is_no_kernel(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_image found;
    cleanup_free char *path = write_image("root:x:0:0\n", 11);

    assert_int_equal(kernel_probe(path, &found, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "neither a bzImage nor an ELF"));
    scratch_remove(path);
}

static void compressed_and_special_files_are_told_apart(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_image found;
    cleanup_free char *path = write_image("\037\213\010\0", 4);

    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.format, KERNEL_COMPRESSED);
    scratch_remove(path);
    assert_int_equal(kernel_probe("/dev/null", &found, &err), -1);
    expect_error(&err, ERR_CONFIG, "/dev/null: not a regular file");
    assert_int_equal(kernel_probe("/nowhere/vmlinuz", &found, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "/nowhere/vmlinuz: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bzimage_tells_its_unpacked_size),
        cmocka_unit_test(a_bzimage_whose_payload_is_cut_has_no_size),
        cmocka_unit_test(a_kernel_boots_as_what_it_says),
        cmocka_unit_test(an_own_program_is_no_kernel),
        cmocka_unit_test(an_elf_spans_its_segments),
        cmocka_unit_test(an_elf_that_lies_about_segments_is_not_believed),
        cmocka_unit_test(text_is_no_kernel),
        cmocka_unit_test(compressed_and_special_files_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
