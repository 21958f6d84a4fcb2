/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk that QEMU serves is a block node called by the disk's name and its
 * format's, "xvda-qcow2" (qemu/hw/block/xen-block.c).
 */
#include "device/resize_qemu.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "host/qmp.h"

#define PATIENCE_MS 30000

static bool is_node_of(const char *node, const char *vdev)
{
    size_t length = strlen(vdev);

    return node != NULL && strncmp(node, vdev, length) == 0 &&
           node[length] == '-';
}

/* What it says of the disk, as a part of answer; NULL: it serves no such one.
 */
static const struct json_value *find_disk(const struct json_value *answer,
                                          const char *vdev)
{
    const struct json_value *list = json_get(answer, "return");

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *inserted =
            json_get(json_item(list, i), "inserted");
        if (is_node_of(json_as_string(json_get(inserted, "node-name")), vdev))
            return inserted;
    }
    return NULL;
}

static int check_size(const struct json_value *disk, uint64_t bytes,
                      struct error *err)
{
    uint64_t size;

    if (!json_as_uint(json_get(json_get(disk, "image"), "virtual-size"), &size))
        return error_set(err, ERR_DEVICE, "QEMU does not tell its size");
    if (size > bytes)
        return error_set(err, ERR_CONFIG,
                         "it has %llu bytes already; what the guest has there "
                         "would be lost",
                         (unsigned long long)size);
    return 0;
}

int resize_by_qemu(const char *socket_path, const char *vdev, uint64_t bytes,
                   struct error *err)
{
    int64_t deadline = clock_deadline(PATIENCE_MS);
    cleanup_json_value struct json_value *answer = NULL, *done = NULL;
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    if (qmp_ask(socket_path, "query-block", NULL, deadline, &answer, err) < 0)
        return -1;
    const struct json_value *disk = find_disk(answer, vdev);
    if (disk == NULL)
        return error_set(err, ERR_STATE,
                         "QEMU does not serve it yet: the guest has not "
                         "connected to it");
    if (check_size(disk, bytes, err) < 0)
        return -1;
    json_begin_object(json);
    json_add_string(json, "node-name",
                    json_as_string(json_get(disk, "node-name")));
    json_add_uint(json, "size", bytes);
    json_end_object(json);
    return qmp_ask(socket_path, "block_resize", json_text(json, NULL), deadline,
                   &done, err);
}
