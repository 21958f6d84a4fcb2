/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The head of a saved guest under arbitrary bytes: xl's header with its
 * configuration, and what `xn image` finds in a file. The first byte puts a
 * right beginning before the rest, so that its lengths are reached.
 */
#include "fuzz_stream.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "stream/bytes.h"
#include "stream/inspect.h"
#include "stream/xl.h"

static void read_header(int fd, size_t size)
{
    cleanup_error struct error err = ERROR_INIT;
    char *config = NULL;

    int rc = xl_header_read(fd, &config, &err);
    if ((rc < 0) != error_is_set(&err) || (rc == 0) != (config != NULL))
        abort();
    if (config != NULL && strlen(config) >= size)
        abort();
    free(config);
}

static void look_into(int fd, bool whole)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    const struct decode_options options = { .history_max = 1 << 20 };
    cleanup_error struct error err = ERROR_INIT;

    json_begin_object(json);
    if ((inspect(&options, whole, fd, json, &err) < 0) != error_is_set(&err))
        abort();
    json_end_object(json);
}

/* XL_FLAG_STREAM_V2 and so on stay the input's. */
static void mend(uint8_t *bytes, size_t size)
{
    if (size < XL_HEADER_LENGTH)
        return;
    memcpy(bytes, XL_MAGIC, XL_MAGIC_LENGTH);
    bytes_put_le32(bytes + 32, XL_BYTEORDER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_close int fd = memfd_create("image", MFD_CLOEXEC);

    if (size == 0 || fd < 0)
        return 0;
    cleanup_free uint8_t *bytes = take_input(data, &size, mend);
    if (io_write_all(fd, bytes, size) < 0 || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    read_header(fd, size);
    if (lseek(fd, 0, SEEK_SET) == 0)
        look_into(fd, (data[0] & 2) != 0);
    return 0;
}
