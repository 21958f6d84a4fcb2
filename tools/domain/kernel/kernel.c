/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/kernel.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/kernel/elf_notes.h"
#include "domain/kernel/unpack.h"

/* Offsets of the Linux/x86 boot protocol's header. */
#define BOOT_FLAG 0x1fe
#define BOOT_MAGIC 0x202
#define BOOT_VERSION 0x206
#define BOOT_SETUP_SECTS 0x1f1
#define BOOT_PAYLOAD_OFFSET 0x248
#define BOOT_PAYLOAD_LENGTH 0x24c
#define BOOT_HEADER_SIZE 0x250

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_SEARCH 8192

#define SIZE_WORD 4 /* of the unpacked size, at a payload's end */

struct probe {
    int fd;
    uint64_t size;
    unsigned char head[BOOT_HEADER_SIZE];
    size_t head_length;
};

static uint32_t get_le32(const unsigned char *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof(value));
    return le32toh(value);
}

static bool is_bzimage(const struct probe *probe)
{
    const unsigned char *head = probe->head;

    return probe->head_length == BOOT_HEADER_SIZE && head[BOOT_FLAG] == 0x55 &&
           head[BOOT_FLAG + 1] == 0xaa &&
           memcmp(head + BOOT_MAGIC, "HdrS", 4) == 0;
}

/* Where the setup header says the payload is; false if it does not. */
static bool find_payload(const struct probe *probe, struct kernel_image *image)
{
    const unsigned char *head = probe->head;
    unsigned int version = head[BOOT_VERSION] | head[BOOT_VERSION + 1] << 8;
    unsigned int sectors = head[BOOT_SETUP_SECTS];

    if (version < 0x208)
        return false;
    uint64_t setup = ((sectors ? sectors : 4) + 1) * UINT64_C(512);
    uint64_t offset = setup + get_le32(head + BOOT_PAYLOAD_OFFSET);
    uint64_t length = get_le32(head + BOOT_PAYLOAD_LENGTH);
    if (length < SIZE_WORD || offset + length > probe->size)
        return false;
    image->payload_offset = offset;
    image->payload_length = length;
    return true;
}

/* Every compressor of Linux' build ends the payload with the unpacked size. */
static uint64_t unpacked_size(const struct probe *probe,
                              const struct kernel_image *image)
{
    uint64_t end = image->payload_offset + image->payload_length;
    unsigned char word[SIZE_WORD];

    if (pread(probe->fd, word, sizeof(word), (off_t)(end - sizeof(word))) !=
        (ssize_t)sizeof(word))
        return 0;
    return get_le32(word);
}

static uint64_t elf_span(const struct probe *probe)
{
    Elf64_Ehdr header;
    uint64_t low = UINT64_MAX, high = 0;

    if (probe->head_length < sizeof(header) ||
        probe->head[EI_CLASS] != ELFCLASS64 ||
        probe->head[EI_DATA] != ELFDATA2LSB)
        return 0;
    memcpy(&header, probe->head, sizeof(header));
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > 64)
        return 0;
    for (unsigned int i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        uint64_t offset = header.e_phoff + i * sizeof(segment);
        if (offset > probe->size ||
            pread(probe->fd, &segment, sizeof(segment), (off_t)offset) !=
                (ssize_t)sizeof(segment))
            return 0;
        if (segment.p_type != PT_LOAD ||
            segment.p_memsz > UINT64_MAX - segment.p_paddr)
            continue;
        low = segment.p_paddr < low ? segment.p_paddr : low;
        uint64_t end = segment.p_paddr + segment.p_memsz;
        high = end > high ? end : high;
    }
    return high > low ? high - low : 0;
}

/* Multiboot Specification 0.6.96, 3.1: in the first 8 KiB, at a multiple of 4.
 */
static bool is_multiboot(const struct probe *probe)
{
    cleanup_free unsigned char *bytes = mem_zalloc(MULTIBOOT_SEARCH, 1);
    ssize_t got = pread(probe->fd, bytes, MULTIBOOT_SEARCH, 0);

    for (ssize_t at = 0; at + 4 <= got; at += 4)
        if (get_le32(bytes + at) == MULTIBOOT_MAGIC)
            return true;
    return false;
}

static void classify_elf(const struct probe *probe, struct kernel_image *image)
{
    struct elf_notes notes;

    image->format = KERNEL_ELF;
    image->least_bytes = elf_span(probe);
    bool known = elf_notes_read(probe->fd, &notes);
    image->boots_pv = !known || notes.pv;
    image->boots_pvh = !known || notes.pvh;
    image->boots_qemu = is_multiboot(probe);
}

static void classify(const struct probe *probe, struct kernel_image *image)
{
    image->file_bytes = probe->size;
    if (probe->head_length > EI_NIDENT &&
        memcmp(probe->head, ELFMAG, SELFMAG) == 0) {
        classify_elf(probe, image);
    } else if (is_bzimage(probe)) {
        image->format = KERNEL_BZIMAGE;
        image->boots_pv = image->boots_pvh = image->boots_qemu = true;
        if (find_payload(probe, image))
            image->least_bytes = unpacked_size(probe, image);
    } else if (unpack_recognize(probe->head, probe->head_length, NULL)) {
        image->format = KERNEL_COMPRESSED;
        image->boots_pv = image->boots_pvh = true;
        image->payload_length = probe->size;
    }
}

static int explain_unknown(const char *path, struct error *err)
{
    error_set(err, ERR_CONFIG,
              "%s: not bootable: neither a bzImage nor an ELF file", path);
    error_hint(err, "'file %s' may tell what it is", path);
    return -1;
}

int kernel_probe_fd(int fd, const char *path, struct kernel_image *image,
                    struct error *err)
{
    struct probe probe = { .fd = fd };
    struct stat status;

    *image = (struct kernel_image){ 0 };
    if (fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERR_CONFIG, "%s: not a regular file", path);
    ssize_t got = pread(fd, probe.head, sizeof(probe.head), 0);
    if (got < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    probe.size = (uint64_t)status.st_size;
    probe.head_length = (size_t)got;
    classify(&probe, image);
    if (image->format == KERNEL_UNKNOWN)
        return explain_unknown(path, err);
    return 0;
}

int kernel_probe(const char *path, struct kernel_image *image,
                 struct error *err)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *image = (struct kernel_image){ 0 };
    if (fd < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return kernel_probe_fd(fd, path, image, err);
}
