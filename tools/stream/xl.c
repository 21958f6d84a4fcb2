/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/xl.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/bytes.h"

/* xl's own are of a few KiB. */
#define CONFIG_MAX ((uint32_t)16 << 20)

void xl_header_make(const char *config_json, struct strbuf *out)
{
    uint8_t header[XL_HEADER_LENGTH + 4];
    uint32_t length = (uint32_t)strlen(config_json) + 1;

    memcpy(header, XL_MAGIC, XL_MAGIC_LENGTH);
    bytes_put_le32(header + 32, XL_BYTEORDER);
    bytes_put_le32(header + 36, XL_FLAG_JSON | XL_FLAG_STREAM_V2);
    bytes_put_le32(header + 40, 0);
    bytes_put_le32(header + 44, 4 + length);
    bytes_put_le32(header + 48, length);
    strbuf_add(out, (const char *)header, sizeof(header));
    strbuf_add(out, config_json, length);
}

static int read_exactly(int fd, void *to, size_t length, struct error *err)
{
    for (size_t got = 0; got < length;) {
        ssize_t here = read(fd, (char *)to + got, length - got);
        if (here < 0 && errno == EINTR)
            continue;
        if (here < 0)
            return error_set_errno(err, ERR_FAILED, errno, "cannot read");
        if (here == 0)
            return error_set(err, ERR_CONFIG, "it is cut short");
        got += (size_t)here;
    }
    return 0;
}

/* Checks the fixed part and says how long the configuration and the rest are */
static int check_header(const uint8_t header[XL_HEADER_LENGTH],
                        uint32_t *optional, struct error *err)
{
    if (memcmp(header, XL_MAGIC, XL_MAGIC_LENGTH) != 0)
        return error_set(err, ERR_CONFIG, "this is no saved guest");
    uint32_t flags = bytes_get_le32(header + 36);
    if (bytes_get_le32(header + 32) != XL_BYTEORDER ||
        (flags & ~XL_FLAGS_KNOWN) != 0 || (flags & XL_FLAG_STREAM_V2) == 0)
        return error_set(err, ERR_CONFIG,
                         "it was saved by an xl that is too old or too new");
    *optional = bytes_get_le32(header + 44);
    if ((flags & XL_FLAG_JSON) == 0 || *optional < 5 || *optional > CONFIG_MAX)
        return error_set(err, ERR_CONFIG, "there is no configuration in it");
    return 0;
}

int xl_header_read(int fd, char **config_json, struct error *err)
{
    uint8_t header[XL_HEADER_LENGTH];
    uint32_t optional = 0;

    if (read_exactly(fd, header, sizeof(header), err) < 0 ||
        check_header(header, &optional, err) < 0)
        return -1;
    /* All of it, as what is behind the configuration has to be skipped. */
    cleanup_free char *data = mem_zalloc(1, optional);
    if (read_exactly(fd, data, optional, err) < 0)
        return -1;
    uint32_t length = bytes_get_le32(data);
    if (length == 0 || length > optional - 4)
        return error_set(err, ERR_CONFIG,
                         "the length of its configuration is wrong");
    *config_json = mem_strndup(data + 4, length);
    return 0;
}
