/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/transfer/codec.h"
#include "stream/xl.h"

/* Reads what is before libxl's part of it. */
static int read_header(struct source *source, struct error *err)
{
    if (xl_header_read(source->fd, &source->config_json, err) == 0)
        return 0;
    error_context(err, "%s", source->path);
    source_blame(source, err);
    return -1;
}

static int start_through(struct source *source, int in,
                         const struct codec_request *request, struct error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    source->fd = ends[0];
    int rc = codec_start(request, in, ends[1], &source->codec, err);
    close(ends[1]);
    return rc;
}

int source_open(struct source *source, int in, const char *path,
                const struct figures *figures, struct error *err)
{
    bool device = io_is_block_device(in);
    const struct codec_request unpack = { .task = CODEC_UNPACK,
                                          .ignore_rest = device,
                                          .figures = figures };

    *source = SOURCE_INIT;
    source->path = path;
    source->rest = device ? SOURCE_ANYTHING : SOURCE_NOTHING;
    int rc = start_through(source, in, &unpack, err);
    if (rc == 0)
        rc = read_header(source, err);
    if (rc < 0)
        source_dispose(source);
    return rc;
}

int source_open_wire(struct source *source, int in, bool frames,
                     unsigned int stall, struct error *err)
{
    const struct codec_request receive = { .task = frames ? CODEC_RECEIVE
                                                          : CODEC_RECEIVE_PLAIN,
                                           .stall = stall };

    *source = SOURCE_INIT;
    source->path = "what came";
    source->rest = frames ? SOURCE_NOTHING : SOURCE_LATER;
    int rc = start_through(source, in, &receive, err);
    if (rc == 0)
        rc = read_header(source, err);
    if (rc < 0)
        source_dispose(source);
    return rc;
}

/* Its end is seen, or the codec would wait for somebody to read it. */
static bool goes_on(const struct source *source)
{
    char more;

    return source->rest == SOURCE_LATER || read(source->fd, &more, 1) > 0;
}

int source_finish(struct source *source, struct error *err)
{
    struct codec_report report;

    if (source->codec.pid == 0)
        return 0;
    if (goes_on(source)) {
        if (source->rest == SOURCE_NOTHING)
            return error_set(err, ERR_CONFIG, "%s: there is more after its end",
                             source->path);
        codec_abandon(&source->codec);
        return 0;
    }
    if (codec_finish(&source->codec, &report, err) < 0)
        return error_context(err, "%s", source->path);
    return 0;
}

void source_blame(struct source *source, struct error *err)
{
    struct error cause = ERROR_INIT;
    struct codec_report report;

    if (source->codec.pid == 0)
        return;
    /* What it had to say it said before its output ended. */
    kill(source->codec.pid, SIGTERM);
    if (codec_finish(&source->codec, &report, &cause) < 0 &&
        (cause.kind == ERR_CONFIG || cause.kind == ERR_TIMEOUT)) {
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
