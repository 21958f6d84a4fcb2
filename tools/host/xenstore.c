/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers carry the req_id of the question. A host whose xenstored lives in a
 * domain has no socket: there libxenstore asks one by one.
 */
#include "host/xenstore.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "host/no_answer.h"
#include "host/store_wire.h"

/* Questions on their way at any time: few enough for any socket buffer. */
#define BATCH_BYTES (16u << 10)
#define BATCH_COUNT 256u

/*
 * Puts as many questions as a batch holds into out; *first becomes the next
 * one. xenstored drops a client that sends too long a path: that is not sent.
 * Returns how many questions there are in out.
 */
static size_t fill_batch(struct xenstore_reads *reads, size_t *first,
                         struct strbuf *out)
{
    size_t i = *first, sent = 0;

    for (; i < reads->list.count && sent < BATCH_COUNT; i++) {
        struct xenstore_read *read = &reads->list.items[i];
        struct store_wire_part path = store_wire_text(read->path);

        if (path.length > XENSTORE_ABS_PATH_MAX) {
            read->errnum = EINVAL;
            continue;
        }
        if (sent > 0 && out->length + path.length > BATCH_BYTES)
            break;
        (void)!store_wire_add(out, XS_READ, (uint32_t)i, XBT_NULL, &path, 1);
        sent++;
    }
    *first = i;
    return sent;
}

static int take_answer(int fd, struct store_wire_inbox *inbox,
                       struct xenstore_reads *reads)
{
    struct xsd_sockmsg header;
    cleanup_free char *value = NULL;

    if (store_wire_take(fd, inbox, &header, &value) < 0)
        return -1;
    if (header.req_id >= reads->list.count ||
        (header.type != XS_READ && header.type != XS_ERROR)) {
        errno = EPROTO;
        return -1;
    }
    struct xenstore_read *read = &reads->list.items[header.req_id];
    if (header.type == XS_ERROR) {
        read->errnum = store_wire_errno(value);
        return 0;
    }
    free(read->value);
    read->value = steal(value);
    read->length = header.len;
    read->errnum = 0;
    return 0;
}

int xenstore_reads_run_on(int fd, struct xenstore_reads *reads)
{
    cleanup_free struct store_wire_inbox *inbox =
        MEM_NEW(struct store_wire_inbox);

    for (size_t first = 0; first < reads->list.count;) {
        cleanup_strbuf struct strbuf out = { 0 };
        size_t sent = fill_batch(reads, &first, &out);
        if (io_write_all(fd, out.text, out.length) < 0)
            return -1;
        inbox->answers = sent;
        while (inbox->answers > 0)
            if (take_answer(fd, inbox, reads) < 0)
                return -1;
    }
    return 0;
}

/* Where xenstored is a domain. */
static int run_one_by_one(struct xenstore_reads *reads)
{
    struct xs_handle *xs = xs_open(0);

    if (xs == NULL)
        return -1;
    VEC_EACH (&reads->list, read) {
        unsigned int length = 0;
        free(read->value);
        read->value = xs_read(xs, XBT_NULL, read->path, &length);
        read->length = length;
        read->errnum = read->value != NULL ? 0 : errno;
    }
    xs_close(xs);
    return 0;
}

int xenstore_reads_run(struct xenstore_reads *reads, struct error *err)
{
    if (reads->list.count == 0)
        return 0;
    cleanup_close int fd = store_wire_connect();
    int rc = fd >= 0            ? xenstore_reads_run_on(fd, reads)
             : reads->by_socket ? -1
                                : run_one_by_one(reads);
    if (rc < 0)
        return no_answer(err);
    return 0;
}
