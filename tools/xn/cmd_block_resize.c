/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"
#include "device/list.h"
#include "device/resize.h"
#include "xn/device.h"

static int read_size(const struct invocation *inv, uint64_t *bytes,
                     struct error *err)
{
    uint64_t kib;

    *bytes = 0;
    if (inv->word_count < 2)
        return 0;
    if (!number_parse_size_kib(inv->words[1], &kib) || kib == 0 ||
        kib > INT64_MAX / 1024) {
        error_set(err, ERR_USAGE, "'%s' is no size", inv->words[1]);
        error_hint(err, "a number of MiB, or one with t, g, m, k or b");
        return -1;
    }
    *bytes = kib * 1024;
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_device_list struct device_list list = { 0 };
    struct device_owner owner = device_owner_of(inv);
    uint64_t bytes;

    if (read_size(inv, &bytes, err) < 0)
        return -1;
    device_list_read(&list, &device_disk, &owner);
    const libxl_device_disk *disk =
        device_list_need(&list, &owner, inv->words[0], err);
    if (disk == NULL)
        return -1;
    return disk_resize(&owner, disk, bytes, err);
}

const struct command command_block_resize = {
    .name = "block-resize",
    .ours = true,
    .summary = "Lets a domain see that a disk has become larger",
    .words = "DOMAIN DISK [SIZE]",
    .more = "SIZE is in MiB, or has a unit: 512, 2g. With it the image file "
            "grows first.",
    .min_words = 2,
    .max_words = 3,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_disk,
    .run = run,
};
