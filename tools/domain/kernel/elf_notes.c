/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/elf_notes.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <xen/elfnote.h>

#include "base/mem.h"

/* Nobody has more; Linux' notes are some hundred bytes. */
#define NOTES_LIMIT (UINT64_C(1) << 20)
#define SECTIONS_LIMIT 4096

#define NOTE_NAME "Xen"
#define OLD_SECTION "__xen_guest" /* what there was before notes */

static bool read_at(int fd, uint64_t offset, void *bytes, uint64_t length)
{
    return offset <= INT64_MAX &&
           pread(fd, bytes, length, (off_t)offset) == (ssize_t)length;
}

/* Name and descriptor are each filled up to four bytes. */
static uint64_t padded(uint32_t size)
{
    return ((uint64_t)size + 3) & ~UINT64_C(3);
}

/* Notes one after the other; true if one of them is Xen's. */
static bool scan_notes(const char *bytes, uint64_t length,
                       struct elf_notes *notes)
{
    bool found = false;
    Elf64_Nhdr note;

    while (length >= sizeof(note)) {
        memcpy(&note, bytes, sizeof(note));
        uint64_t name = padded(note.n_namesz);
        uint64_t whole = sizeof(note) + name + padded(note.n_descsz);
        if (sizeof(note) + name > length)
            break;
        if (note.n_namesz == sizeof(NOTE_NAME) &&
            memcmp(bytes + sizeof(note), NOTE_NAME, sizeof(NOTE_NAME)) == 0) {
            found = true;
            notes->pv |= note.n_type == XEN_ELFNOTE_XEN_VERSION;
            notes->pvh |= note.n_type == XEN_ELFNOTE_PHYS32_ENTRY;
        }
        if (whole > length)
            break;
        bytes += whole;
        length -= whole;
    }
    return found;
}

/* False if they cannot be read. */
static bool take_notes(int fd, uint64_t offset, uint64_t length,
                       struct elf_notes *notes, bool *found)
{
    if (length > NOTES_LIMIT)
        return false;
    cleanup_free char *bytes = mem_zalloc(length + 1, 1);
    if (!read_at(fd, offset, bytes, length))
        return false;
    *found |= scan_notes(bytes, length, notes);
    return true;
}

static bool scan_segments(int fd, const Elf64_Ehdr *header,
                          struct elf_notes *notes, bool *found)
{
    for (unsigned int i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        if (!read_at(fd, header->e_phoff + i * sizeof(segment), &segment,
                     sizeof(segment)))
            return false;
        if (segment.p_type == PT_NOTE &&
            !take_notes(fd, segment.p_offset, segment.p_filesz, notes, found))
            return false;
    }
    return true;
}

static bool is_called(int fd, const Elf64_Shdr *names,
                      const Elf64_Shdr *section, const char *name)
{
    char text[sizeof(OLD_SECTION)];

    return read_at(fd, names->sh_offset + section->sh_name, text,
                   sizeof(text)) &&
           memcmp(text, name, sizeof(text)) == 0;
}

static bool read_section(int fd, const Elf64_Ehdr *header, unsigned int i,
                         Elf64_Shdr *section)
{
    return read_at(fd, header->e_shoff + i * sizeof(*section), section,
                   sizeof(*section));
}

static bool scan_sections(int fd, const Elf64_Ehdr *header,
                          struct elf_notes *notes)
{
    Elf64_Shdr names, section;
    bool found = false;

    if (header->e_shnum == 0)
        return true;
    if (header->e_shentsize != sizeof(section) ||
        header->e_shnum > SECTIONS_LIMIT ||
        !read_section(fd, header, header->e_shstrndx, &names))
        return false;
    for (unsigned int i = 0; i < header->e_shnum; i++) {
        if (!read_section(fd, header, i, &section))
            return false;
        if (section.sh_type == SHT_NOTE &&
            !take_notes(fd, section.sh_offset, section.sh_size, notes, &found))
            return false;
        notes->pv |= is_called(fd, &names, &section, OLD_SECTION);
    }
    return true;
}

bool elf_notes_read(int fd, struct elf_notes *notes)
{
    Elf64_Ehdr header;
    bool found = false;

    *notes = (struct elf_notes){ 0 };
    if (!read_at(fd, 0, &header, sizeof(header)) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_phentsize != sizeof(Elf64_Phdr) ||
        !scan_segments(fd, &header, notes, &found))
        return false;
    return found || scan_sections(fd, &header, notes);
}
