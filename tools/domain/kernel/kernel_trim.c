/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/kernel_trim.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENTS_MAX 64
#define BLOCK ((size_t)64 << 10)

struct elf {
    int fd;
    uint64_t size;
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS_MAX];
};

static bool read_at(int fd, void *to, size_t length, uint64_t offset)
{
    return pread(fd, to, length, (off_t)offset) == (ssize_t)length;
}

static bool write_at(int fd, const void *from, size_t length, uint64_t offset)
{
    return pwrite(fd, from, length, (off_t)offset) == (ssize_t)length;
}

static bool is_inside(const struct elf *elf, uint64_t offset, uint64_t length)
{
    return offset <= elf->size && length <= elf->size - offset;
}

/* False if it is not of the kind that can be trimmed. */
static bool read_headers(struct elf *elf)
{
    Elf64_Ehdr *header = &elf->header;
    bool has_notes = false;

    if (!read_at(elf->fd, header, sizeof(*header), 0) ||
        memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_phentsize != sizeof(Elf64_Phdr) ||
        header->e_phnum > SEGMENTS_MAX ||
        !read_at(elf->fd, elf->segments, header->e_phnum * sizeof(Elf64_Phdr),
                 header->e_phoff))
        return false;
    for (unsigned int i = 0; i < header->e_phnum; i++) {
        const Elf64_Phdr *segment = &elf->segments[i];
        if (!is_inside(elf, segment->p_offset, segment->p_filesz))
            return false;
        has_notes |= segment->p_type == PT_NOTE;
    }
    return has_notes;
}

/* How many of the bytes are there without the zeros at their end. */
static size_t without_zeros(const unsigned char *bytes, size_t length)
{
    while (length > 0 && bytes[length - 1] == 0)
        length--;
    return length;
}

static int trim_segment(const struct elf *elf, Elf64_Phdr *segment,
                        struct error *err)
{
    unsigned char block[BLOCK];

    while (segment->p_filesz > 0) {
        size_t length =
            segment->p_filesz < BLOCK ? (size_t)segment->p_filesz : BLOCK;
        uint64_t before = segment->p_filesz - length;

        if (!read_at(elf->fd, block, length, segment->p_offset + before))
            return error_set_errno(err, ERR_FAILED, errno, "read");
        size_t left = without_zeros(block, length);
        segment->p_filesz = before + left;
        if (left > 0)
            break;
    }
    return 0;
}

static int write_back(struct elf *elf, uint64_t end, struct error *err)
{
    Elf64_Ehdr *header = &elf->header;
    size_t length = header->e_phnum * sizeof(Elf64_Phdr);

    header->e_shoff = 0;
    header->e_shnum = 0;
    header->e_shstrndx = SHN_UNDEF;
    if (!write_at(elf->fd, elf->segments, length, header->e_phoff) ||
        !write_at(elf->fd, header, sizeof(*header), 0) ||
        ftruncate(elf->fd, (off_t)end) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "write");
    return 0;
}

int kernel_trim(int fd, struct error *err)
{
    struct elf elf = { .fd = fd };
    struct stat status;

    if (fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "stat");
    elf.size = (uint64_t)status.st_size;
    if (!read_headers(&elf))
        return 0;
    uint64_t end = elf.header.e_phoff + elf.header.e_phnum * sizeof(Elf64_Phdr);
    for (unsigned int i = 0; i < elf.header.e_phnum; i++) {
        Elf64_Phdr *segment = &elf.segments[i];
        if (segment->p_type == PT_LOAD && trim_segment(&elf, segment, err) < 0)
            return -1;
        uint64_t ends = segment->p_offset + segment->p_filesz;
        end = ends > end ? ends : end;
    }
    return write_back(&elf, end, err);
}
