/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootloader/result.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* libxl takes items of twice PATH_MAX. */
#define ANSWER_BYTES 16384
#define ARGS_BYTES 4096

#define KERNEL "boot_kernel"
#define RAMDISK "boot_ramdisk"

int result_place_open(struct result_place *place, const char *directory,
                      const char *output, struct error *err)
{
    *place = RESULT_PLACE_INIT;
    place->directory = directory;
    place->folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->folder < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s", directory);
    place->output = open(output, O_WRONLY | O_CLOEXEC);
    if (place->output < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s", output);
    return 0;
}

void result_place_close(struct result_place *place)
{
    io_cleanup_close(&place->folder);
    io_cleanup_close(&place->output);
}

/* ---- the answer ---- */

struct answer {
    const char *kernel, *ramdisk; /* names in ROOM_OUT; NULL: not told */
    const char *args;
};

/* A name without a folder, in ROOM_OUT; NULL if it is none. */
static const char *file_name(const char *path)
{
    static const char folder[] = ROOM_OUT "/";
    const char *name = path + strlen(folder);

    if (strncmp(path, folder, strlen(folder)) != 0 || *name == '\0' ||
        *name == '.' || strchr(name, '/') != NULL)
        return NULL;
    return name;
}

static int take_file(const char *item, const char *path, const char **name,
                     struct error *err)
{
    const char *found = file_name(path);

    if (found == NULL || *name != NULL)
        return error_set(err, ERR_DEVICE,
                         "the boot loader's answer '%s' is no single file of "
                         "its folder",
                         item);
    *name = found;
    return 0;
}

static const char *after(const char *item, const char *word)
{
    size_t length = strlen(word);

    return strncmp(item, word, length) == 0 ? item + length : NULL;
}

static int take_item(struct answer *answer, const char *item, struct error *err)
{
    const char *rest;

    if ((rest = after(item, "kernel ")) != NULL)
        return take_file("kernel", rest, &answer->kernel, err);
    if ((rest = after(item, "ramdisk ")) != NULL)
        return take_file("ramdisk", rest, &answer->ramdisk, err);
    if ((rest = after(item, "args ")) == NULL)
        return 0; /* libxl does not know it either */
    if (strlen(rest) >= ARGS_BYTES)
        return error_set(err, ERR_DEVICE,
                         "the kernel's arguments on the disk are longer than "
                         "%d bytes",
                         ARGS_BYTES - 1);
    answer->args = rest;
    return 0;
}

/* text has ANSWER_BYTES + 1, the last of them a NUL; answer points into it. */
static int read_answer(int fd, char *text, struct answer *answer,
                       struct error *err)
{
    ssize_t length = pread(fd, text, ANSWER_BYTES, 0);

    if (length < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "the answer");
    if (length == ANSWER_BYTES)
        return error_set(err, ERR_DEVICE,
                         "the boot loader's answer is longer than %d bytes",
                         ANSWER_BYTES - 1);
    for (char *item = text; item < text + length; item += strlen(item) + 1)
        if (take_item(answer, item, err) < 0)
            return -1;
    if (answer->kernel == NULL)
        return error_set(err, ERR_DEVICE, "the boot loader found no kernel");
    return 0;
}

/* ---- the files ---- */

static int copy_bytes(int from, int to, uint64_t *left, const char *name,
                      struct error *err)
{
    cleanup_free char *block = mem_zalloc(1, 1 << 16);
    ssize_t got;

    while ((got = read(from, block, 1 << 16)) > 0) {
        if ((uint64_t)got > *left)
            return error_set(err, ERR_DEVICE,
                             "kernel and ramdisk on the disk are larger than "
                             "%llu MiB together",
                             (unsigned long long)(ROOM_BYTES >> 20));
        *left -= (uint64_t)got;
        if (io_write_all(to, block, (size_t)got) < 0)
            return error_set_errno(err, ERR_DEVICE, errno, "%s", name);
    }
    return got < 0 ? error_set_errno(err, ERR_DEVICE, errno, "%s", name) : 0;
}

/* Nothing runs in the room any more, but what it left there may be anything. */
static int copy_file(const struct room *room, const char *from,
                     const struct result_place *place, const char *to,
                     uint64_t *left, struct error *err)
{
    struct stat status;
    cleanup_close int source =
        openat(room->out, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (source < 0 || fstat(source, &status) < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s of the boot loader",
                               to);
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return error_set(err, ERR_DEVICE,
                         "%s of the boot loader is empty, or no file", to);
    cleanup_close int target =
        openat(place->folder, to,
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (target < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "%s/%s",
                               place->directory, to);
    return copy_bytes(source, target, left, to, err);
}

static int copy_files(const struct room *room, const struct answer *answer,
                      const struct result_place *place, struct error *err)
{
    uint64_t left = ROOM_BYTES;

    if (copy_file(room, answer->kernel, place, KERNEL, &left, err) < 0)
        return -1;
    if (answer->ramdisk == NULL)
        return 0;
    return copy_file(room, answer->ramdisk, place, RAMDISK, &left, err);
}

/* ---- both, for libxl ---- */

static int write_answer(const struct answer *answer,
                        const struct result_place *place, struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_printf(&text, "kernel %s/" KERNEL, place->directory);
    strbuf_add(&text, "", 1);
    if (answer->ramdisk != NULL) {
        strbuf_printf(&text, "ramdisk %s/" RAMDISK, place->directory);
        strbuf_add(&text, "", 1);
    }
    if (answer->args != NULL) {
        strbuf_printf(&text, "args %s", answer->args);
        strbuf_add(&text, "", 1);
    }
    if (ftruncate(place->output, 0) < 0 ||
        io_write_all(place->output, text.text, text.length) < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "the answer");
    return 0;
}

int result_take(const struct room *room, const struct result_place *place,
                struct error *err)
{
    cleanup_free char *text = mem_zalloc(1, ANSWER_BYTES + 1);
    struct answer answer = { 0 };

    if (read_answer(room->result, text, &answer, err) < 0)
        return -1;
    if (copy_files(room, &answer, place, err) == 0 &&
        write_answer(&answer, place, err) == 0)
        return 0;
    unlinkat(place->folder, KERNEL, 0);
    unlinkat(place->folder, RAMDISK, 0);
    return -1;
}
