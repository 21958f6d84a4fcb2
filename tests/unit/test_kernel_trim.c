/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel without its zeros: the same where it is loaded, less in its file. */
#include "unit.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/kernel/kernel_trim.h"

#define TEXT 0x1000
#define DATA 0x2000 /* much of which is zero, as .bss is written out */
#define DATA_LENGTH 0x40000
#define DATA_USED 0x123
#define NOTES 0x1800
#define SECTIONS (DATA + DATA_LENGTH)
#define LENGTH (SECTIONS + 0x200)

struct image {
    unsigned char bytes[LENGTH];
};

static Elf64_Ehdr *header_of(struct image *image)
{
    return (Elf64_Ehdr *)image->bytes;
}

static Elf64_Phdr *segments_of(struct image *image)
{
    return (Elf64_Phdr *)(image->bytes + sizeof(Elf64_Ehdr));
}

static struct image *make_image(void)
{
    struct image *image = MEM_NEW(struct image);
    Elf64_Ehdr *header = header_of(image);
    Elf64_Phdr *segments = segments_of(image);

    memcpy(header->e_ident, ELFMAG, SELFMAG);
    header->e_ident[EI_CLASS] = ELFCLASS64;
    header->e_ident[EI_DATA] = ELFDATA2LSB;
    header->e_phoff = sizeof(*header);
    header->e_phentsize = sizeof(*segments);
    header->e_phnum = 3;
    header->e_shoff = SECTIONS;
    header->e_shnum = 8;
    header->e_shstrndx = 7;
    segments[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                                .p_offset = TEXT,
                                .p_filesz = 0x1000,
                                .p_memsz = 0x1000 };
    segments[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
                                .p_offset = DATA,
                                .p_filesz = DATA_LENGTH,
                                .p_memsz = DATA_LENGTH + 0x1000 };
    segments[2] = (Elf64_Phdr){
        .p_type = PT_NOTE, .p_offset = NOTES, .p_filesz = 0x80, .p_memsz = 0x80
    };
    memset(image->bytes + TEXT, 't', 0x1000);
    memset(image->bytes + DATA, 'd', DATA_USED);
    memset(image->bytes + SECTIONS, 's', 0x200);
    return image;
}

static int file_of(const struct image *image)
{
    int fd = memfd_create("kernel", MFD_CLOEXEC);

    assert_int_equal(io_write_all(fd, image->bytes, LENGTH), 0);
    return fd;
}

/* The file's length after it was trimmed; its bytes in trimmed. */
static off_t trim(const struct image *image, struct image *trimmed)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_close int fd = file_of(image);
    struct stat status;

    assert_int_equal(kernel_trim(fd, &err), 0);
    assert_int_equal(fstat(fd, &status), 0);
    memset(trimmed, 0, sizeof(*trimmed));
    assert_int_equal(pread(fd, trimmed->bytes, LENGTH, 0), status.st_size);
    return status.st_size;
}

static void zeros_and_sections_go_and_all_else_stays(void **state)
{
    cleanup_free struct image *image = make_image();
    cleanup_free struct image *got = MEM_NEW(struct image);

    assert_int_equal(trim(image, got), DATA + DATA_USED);
    assert_int_equal(segments_of(got)[1].p_filesz, DATA_USED);
    assert_int_equal(segments_of(got)[1].p_memsz, DATA_LENGTH + 0x1000);
    assert_memory_equal(&segments_of(got)[0], &segments_of(image)[0],
                        sizeof(Elf64_Phdr));
    assert_memory_equal(&segments_of(got)[2], &segments_of(image)[2],
                        sizeof(Elf64_Phdr));
    assert_int_equal(header_of(got)->e_shnum, 0);
    assert_int_equal(header_of(got)->e_shoff, 0);
    assert_memory_equal(got->bytes + TEXT, image->bytes + TEXT,
                        DATA + DATA_LENGTH - TEXT);
}

static void a_segment_of_zeros_alone_has_nothing_in_the_file(void **state)
{
    cleanup_free struct image *image = make_image();
    cleanup_free struct image *got = MEM_NEW(struct image);

    memset(image->bytes + DATA, 0, DATA_LENGTH);
    assert_int_equal(trim(image, got), DATA);
    assert_int_equal(segments_of(got)[1].p_filesz, 0);
}

static void expect_untouched(const struct image *image)
{
    cleanup_free struct image *got = MEM_NEW(struct image);

    assert_int_equal(trim(image, got), LENGTH);
    assert_memory_equal(got->bytes, image->bytes, LENGTH);
}

/* Xen finds their notes through the sections. */
static void without_a_segment_of_notes_it_stays(void **state)
{
    cleanup_free struct image *image = make_image();

    segments_of(image)[2].p_type = PT_NULL;
    expect_untouched(image);
}

static void what_lies_about_its_lengths_stays(void **state)
{
    cleanup_free struct image *image = make_image();

    segments_of(image)[1].p_filesz = LENGTH;
    expect_untouched(image);
    segments_of(image)[1].p_filesz = UINT64_MAX;
    expect_untouched(image);
    segments_of(image)[1].p_filesz = DATA_LENGTH;
    header_of(image)->e_phnum = 65;
    expect_untouched(image);
    header_of(image)->e_phnum = 3;
    header_of(image)->e_phoff = UINT64_MAX;
    expect_untouched(image);
}

static void another_class_stays(void **state)
{
    cleanup_free struct image *image = make_image();

    header_of(image)->e_ident[EI_CLASS] = ELFCLASS32;
    expect_untouched(image);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(zeros_and_sections_go_and_all_else_stays),
    cmocka_unit_test(a_segment_of_zeros_alone_has_nothing_in_the_file),
    cmocka_unit_test(without_a_segment_of_notes_it_stays),
    cmocka_unit_test(what_lies_about_its_lengths_stays),
    cmocka_unit_test(another_class_stays),
};

UNIT_MAIN(tests)
