/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/codec.h"
#include "stream/xl.h"

int source_open(struct source *source, int in, const char *path,
                struct error *err)
{
    int ends[2];

    *source = SOURCE_INIT;
    source->path = path;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    source->fd = ends[0];
    int rc = codec_start_decoder(in, ends[1], &source->codec, err);
    close(ends[1]);
    if (rc == 0 && xl_header_read(source->fd, &source->config_json, err) < 0) {
        rc = error_context(err, "%s", path);
        source_blame(source, err);
    }
    if (rc < 0)
        source_dispose(source);
    return rc;
}

int source_finish(struct source *source, struct error *err)
{
    struct codec_report report;
    char more;

    /* Its end is seen, or the codec would wait for somebody to read it. */
    ssize_t got = read(source->fd, &more, 1);
    if (got > 0)
        return error_set(err, ERR_CONFIG, "%s: there is more after its end",
                         source->path);
    if (codec_finish(&source->codec, &report, err) < 0)
        return error_context(err, "%s", source->path);
    return 0;
}

void source_blame(struct source *source, struct error *err)
{
    struct error cause = ERROR_INIT;
    struct codec_report report;

    /* What it had to say it said before its output ended. */
    if (source->codec.pid > 0)
        kill(source->codec.pid, SIGTERM);
    if (codec_finish(&source->codec, &report, &cause) < 0 &&
        cause.kind == ERR_CONFIG) {
        error_dispose(err);
        *err = cause;
        error_context(err, "%s", source->path);
        return;
    }
    error_dispose(&cause);
}

void source_dispose(struct source *source)
{
    io_cleanup_close(&source->fd);
    codec_abandon(&source->codec);
    free(source->config_json);
    *source = SOURCE_INIT;
}
