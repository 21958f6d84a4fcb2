/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two processes in a row: one makes plain bytes of whatever it is, the other,
 * unless these are wanted, frames of them.
 */
#include "domain/transfer/image_convert.h"

#include <errno.h>
#include <fcntl.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/newfile.h"

struct convert {
    struct proc_child decoder;
    struct proc_child encoder;
};

static int start(struct convert *convert, int in, int out, const char *compress,
                 struct error *err)
{
    const struct codec_request unpack = { .task = CODEC_UNPACK };
    const struct codec_request pack = { .task = CODEC_PACK,
                                        .compress = compress };
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    int rc = codec_start(&unpack, in, ends[1], &convert->decoder, err);
    if (rc == 0)
        rc = codec_start(&pack, ends[0], out, &convert->encoder, err);
    close(ends[0]);
    close(ends[1]);
    return rc;
}

/*
 * What the encoder says comes first: where it cannot write, the decoder cannot
 * either. An encoder whose input only ended early is content.
 */
static int finish(struct convert *convert, bool plain, const char *from,
                  const char *to, struct codec_report *report,
                  struct error *err)
{
    struct codec_report read = { 0 };

    if (!plain && codec_finish(&convert->encoder, report, err) < 0)
        return error_context(err, "%s", to);
    if (codec_finish(&convert->decoder, &read, err) < 0)
        return error_context(err, "%s", from);
    if (!plain && !report->complete)
        return error_set(err, ERR_CONFIG,
                         "%s: it is not whole, or no saved guest", from);
    if (plain)
        *report =
            (struct codec_report){ .bytes = read.bytes, .carried = read.bytes };
    return 0;
}

int image_convert(int in, const char *from, const char *to, bool plain,
                  const char *compress, struct codec_report *report,
                  struct error *err)
{
    struct convert convert = { .decoder = PROC_CHILD_INIT,
                               .encoder = PROC_CHILD_INIT };
    const struct codec_request unpack = { .task = CODEC_UNPACK };
    struct newfile file;

    if (interrupt_install(err) < 0 || newfile_open(&file, to, err) < 0)
        return -1;
    int rc = plain ? codec_start(&unpack, in, file.fd, &convert.decoder, err)
                   : start(&convert, in, file.fd, compress, err);
    if (rc == 0)
        rc = finish(&convert, plain, from, to, report, err);
    codec_abandon(&convert.decoder);
    codec_abandon(&convert.encoder);
    if (rc == 0)
        rc = newfile_publish(&file, err);
    newfile_dispose(&file);
    return rc;
}
