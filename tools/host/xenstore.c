/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket protocol is that of xen/io/xs_wire.h: a header of four 32 bit
 * words in the machine's order, then len bytes; for XS_READ the path with its
 * NUL one way, the bare value the other way. Answers carry the req_id of the
 * question, and no watch is ever set here, so nothing else can arrive. A host
 * whose xenstored lives in a domain has no socket: there libxenstore asks one
 * by one.
 */
#include "host/xenstore.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <xenstore.h>
#include <xenstore_lib.h>

#include <xen/io/xs_wire.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* Questions on their way at any time: few enough for any socket buffer. */
#define BATCH_BYTES (16u << 10)
#define BATCH_COUNT 256u
/* xenstored answers in microseconds; one that hangs is as good as none. */
#define PATIENCE_SECONDS 30

static int connect_socket(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
    const char *path = xs_daemon_socket();
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || path == NULL || strlen(path) >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return io_steal_fd(&fd);
}

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
        size_t length = strlen(read->path) + 1;
        if (length > XENSTORE_ABS_PATH_MAX) {
            read->errnum = EINVAL;
            continue;
        }
        if (sent > 0 && out->length + length > BATCH_BYTES)
            break;
        struct xsd_sockmsg header = {
            .type = XS_READ,
            .req_id = (uint32_t)i,
            .len = (uint32_t)length,
        };
        strbuf_add(out, (const char *)&header, sizeof(header));
        strbuf_add(out, read->path, length);
        sent++;
    }
    *first = i;
    return sent;
}

/* What was received and not yet used. */
struct inbox {
    char bytes[32u << 10];
    size_t begin;
    size_t end;
    size_t answers; /* of which not even the header was taken */
};

/*
 * xenstored writes each header and each value by itself. All that is sure to
 * come is waited for at once, in place of waking up for each of them.
 */
static ssize_t receive(int fd, struct inbox *inbox, size_t length)
{
    size_t sure = length + inbox->answers * sizeof(struct xsd_sockmsg);

    if (sure > sizeof(inbox->bytes))
        sure = sizeof(inbox->bytes);
    return recv(fd, inbox->bytes, sure, MSG_WAITALL);
}

static int take_bytes(int fd, struct inbox *inbox, void *to, size_t length)
{
    char *out = to;

    while (length > 0) {
        if (inbox->begin == inbox->end) {
            ssize_t got = receive(fd, inbox, length);
            if (got < 0 && errno == EINTR)
                continue;
            if (got == 0)
                errno = ECONNRESET;
            if (got <= 0)
                return -1;
            inbox->begin = 0;
            inbox->end = (size_t)got;
        }
        size_t part = inbox->end - inbox->begin;
        if (part > length)
            part = length;
        memcpy(out, inbox->bytes + inbox->begin, part);
        inbox->begin += part;
        out += part;
        length -= part;
    }
    return 0;
}

static int error_number(const char *name)
{
    for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
        if (strcmp(xsd_errors[i].errstring, name) == 0)
            return xsd_errors[i].errnum;
    return EINVAL;
}

static int take_answer(int fd, struct inbox *inbox,
                       struct xenstore_reads *reads)
{
    struct xsd_sockmsg header;

    inbox->answers--;
    if (take_bytes(fd, inbox, &header, sizeof(header)) < 0)
        return -1;
    if (header.len > XENSTORE_PAYLOAD_MAX ||
        header.req_id >= reads->list.count ||
        (header.type != XS_READ && header.type != XS_ERROR)) {
        errno = EPROTO;
        return -1;
    }
    cleanup_free char *value = mem_zalloc(header.len + 1, 1);
    if (take_bytes(fd, inbox, value, header.len) < 0)
        return -1;
    struct xenstore_read *read = &reads->list.items[header.req_id];
    if (header.type == XS_ERROR) {
        read->errnum = error_number(value);
        return 0;
    }
    free(read->value);
    read->value = steal(value);
    read->length = header.len;
    read->errnum = 0;
    return 0;
}

static int run_on_socket(int fd, struct xenstore_reads *reads)
{
    cleanup_free struct inbox *inbox = MEM_NEW(struct inbox);

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
    cleanup_close int fd = connect_socket();
    int rc = fd >= 0 ? run_on_socket(fd, reads) : run_one_by_one(reads);
    if (rc < 0)
        return error_set_errno(err, ERR_HOST, errno,
                               "xenstored does not answer");
    return 0;
}
