/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/store_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/io.h"
#include "base/mem.h"

/* xenstored answers in microseconds; one that hangs is as good as none. */
#define PATIENCE_SECONDS 30

struct store_wire_part store_wire_text(const char *text)
{
    return (struct store_wire_part){ .bytes = text,
                                     .length = strlen(text) + 1 };
}

int store_wire_connect(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
    const char *path = xs_daemon_socket();
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (path == NULL || strlen(path) >= sizeof(address.sun_path)) {
        errno = ENOENT;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    /* What is sent at a time has room in any socket: that never blocks. */
    return io_steal_fd(&fd);
}

int store_wire_add(struct strbuf *out, enum xsd_sockmsg_type type,
                   uint32_t request, xs_transaction_t t,
                   const struct store_wire_part *parts, size_t count)
{
    struct xsd_sockmsg header = { .type = type, .req_id = request, .tx_id = t };
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += parts[i].length;
    if (length > XENSTORE_PAYLOAD_MAX) {
        errno = E2BIG;
        return -1;
    }
    header.len = (uint32_t)length;
    strbuf_add(out, (const char *)&header, sizeof(header));
    for (size_t i = 0; i < count; i++)
        strbuf_add(out, parts[i].bytes, parts[i].length);
    return 0;
}

/*
 * xenstored writes each header and each value by itself. All that is sure to
 * come is waited for at once, in place of waking up for each of them.
 */
static ssize_t receive(int fd, struct store_wire_inbox *inbox, size_t length)
{
    size_t sure = length + inbox->answers * sizeof(struct xsd_sockmsg);

    if (sure > sizeof(inbox->bytes))
        sure = sizeof(inbox->bytes);
    return recv(fd, inbox->bytes, sure, MSG_WAITALL);
}

static int take_bytes(int fd, struct store_wire_inbox *inbox, void *to,
                      size_t length)
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

int store_wire_take(int fd, struct store_wire_inbox *inbox,
                    struct xsd_sockmsg *header, char **value)
{
    inbox->answers--;
    if (take_bytes(fd, inbox, header, sizeof(*header)) < 0)
        return -1;
    if (header->len > XENSTORE_PAYLOAD_MAX) {
        errno = EPROTO;
        return -1;
    }
    cleanup_free char *bytes = mem_zalloc(header->len + 1, 1);
    if (take_bytes(fd, inbox, bytes, header->len) < 0)
        return -1;
    *value = steal(bytes);
    return 0;
}

int store_wire_errno(const char *name)
{
    for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
        if (strcmp(xsd_errors[i].errstring, name) == 0)
            return xsd_errors[i].errnum;
    return EINVAL;
}
