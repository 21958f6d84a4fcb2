/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/handover.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "stream/bytes.h"

/* xl.h of Xen 4.17: the banner goes without its NUL, the others with it. */
static const char banner_plain[] =
    "xl migration receiver ready, send binary domain data.\n";
static const char banner_frames[] =
    "xn migration receiver 0 ready, send a Xenith stream. \n";
static const char ready[] = "domain received, ready to unpause";
static const char permission[] = "domain is yours, you are cleared to unpause";
static const char gone[] = "my copy is gone";
static const char report[] = "my copy unpause results are as follows";

#define BANNER_LENGTH (sizeof(banner_plain) - 1)
/* Where in banner_frames the version is, a digit. */
#define BANNER_VERSION (sizeof("xn migration receiver ") - 1)

/* Begins no message that it could come before. */
static const char life = '.';

/* How much of something unexpected is shown. */
#define SHOWN_MAX 40

_Static_assert(sizeof(banner_frames) == sizeof(banner_plain),
               "a sender reads either before it knows which");
_Static_assert(HANDOVER_VERSION < 10, "its place in the banner is one digit");

/* -- one message ----------------------------------------------------------- */

struct wait {
    int64_t until;
    bool heeds_interrupts;
};

/* Until the descriptor can be read or written, or has an error. */
static int wait_for(const struct handover_wire *wire, int fd, short events,
                    const struct wait *wait, struct error *err)
{
    for (;;) {
        struct pollfd fds[] = {
            { .fd = fd, .events = events },
            { .fd = wait->heeds_interrupts ? interrupt_fd() : -1,
              .events = POLLIN },
        };
        int count = poll(fds, 2, clock_left_ms(wait->until));
        if (count < 0 && errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "%s", wire->peer);
        if (count <= 0 && clock_is_past(wait->until))
            return error_set(err, ERR_TIMEOUT, "%s does not answer",
                             wire->peer);
        if (count > 0 && fds[1].revents != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        if (count > 0 && fds[0].revents != 0)
            return 0;
    }
}

/* A pipe that can be written to takes PIPE_BUF bytes at once. */
static int write_until(const struct handover_wire *wire, const void *bytes,
                       size_t length, const struct wait *wait,
                       struct error *err)
{
    const char *from = bytes;

    while (length > 0) {
        if (wait_for(wire, wire->out, POLLOUT, wait, err) < 0)
            return -1;
        ssize_t done =
            write(wire->out, from, length < PIPE_BUF ? length : PIPE_BUF);
        if (done < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (done < 0)
            return error_set_errno(err, ERR_FAILED, errno, "telling %s",
                                   wire->peer);
        from += done;
        length -= (size_t)done;
    }
    return 0;
}

static int read_until(const struct handover_wire *wire, void *bytes,
                      size_t length, const struct wait *wait, const char *what,
                      struct error *err)
{
    char *to = bytes;

    while (length > 0) {
        if (wait_for(wire, wire->in, POLLIN, wait, err) < 0)
            return error_context(err, "waiting for %s", what);
        ssize_t got = read(wire->in, to, length);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return error_set_errno(err, ERR_FAILED, errno, "%s of %s", what,
                                   wire->peer);
        if (got == 0)
            return error_set(err, ERR_FAILED,
                             "%s: the connection ended before %s", wire->peer,
                             what);
        to += got;
        length -= (size_t)got;
    }
    return 0;
}

/* Shows the printable beginning of what came: often a shell's greeting. */
static int refuse(const struct handover_wire *wire, const char *bytes,
                  size_t length, const char *what, struct error *err)
{
    char shown[SHOWN_MAX + 1] = "";

    for (size_t i = 0; i < length && i < SHOWN_MAX; i++)
        shown[i] = isprint((unsigned char)bytes[i]) ? bytes[i] : '?';
    return error_set(err, ERR_FAILED, "%s said '%s' instead of %s", wire->peer,
                     shown, what);
}

static int expect(const struct handover_wire *wire, const char *message,
                  size_t length, const struct wait *wait, const char *what,
                  struct error *err)
{
    char got[sizeof(banner_plain)];

    if (read_until(wire, got, length, wait, what, err) < 0)
        return -1;
    if (memcmp(got, message, length) != 0)
        return refuse(wire, got, length, what, err);
    return 0;
}

static struct wait for_ms(int64_t milliseconds)
{
    return (struct wait){ .until = clock_deadline(milliseconds),
                          .heeds_interrupts = true };
}

int handover_write(const struct handover_wire *wire, const void *bytes,
                   size_t length, struct error *err)
{
    struct wait wait = for_ms(wire->patience.answer);

    return write_until(wire, bytes, length, &wait, err);
}

/* -- questions and answers ------------------------------------------------- */

int handover_say_text(const struct handover_wire *wire, const char *text,
                      size_t length, struct error *err)
{
    uint8_t head[4];

    bytes_put_le32(head, (uint32_t)length);
    if (handover_write(wire, head, sizeof(head), err) < 0)
        return -1;
    return handover_write(wire, text, length, err);
}

int handover_hear_text(const struct handover_wire *wire, const char *what,
                       char **text, struct error *err)
{
    struct wait wait = for_ms(wire->patience.answer);
    uint8_t head[4];

    if (read_until(wire, head, sizeof(head), &wait, what, err) < 0)
        return -1;
    size_t length = bytes_get_le32(head);
    if (length > HANDOVER_TEXT_MAX)
        return error_set(err, ERR_FAILED, "%s: %s has %zu bytes, too many",
                         wire->peer, what, length);
    cleanup_free char *got = mem_zalloc(1, length + 1);
    if (read_until(wire, got, length, &wait, what, err) < 0)
        return -1;
    *text = got;
    got = NULL;
    return 0;
}

/* -- the receiver ---------------------------------------------------------- */

int handover_say_banner(const struct handover_wire *wire, unsigned int version,
                        struct error *err)
{
    char banner[sizeof(banner_frames)];

    if (version == 0)
        return handover_write(wire, banner_plain, BANNER_LENGTH, err);
    memcpy(banner, banner_frames, sizeof(banner));
    banner[BANNER_VERSION] = (char)('0' + version);
    return handover_write(wire, banner, BANNER_LENGTH, err);
}

void handover_show_life(const struct handover_wire *wire)
{
    struct pollfd room = { .fd = wire->out, .events = POLLOUT };

    if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0)
        (void)!write(wire->out, &life, 1);
}

int handover_await_state(const struct handover_wire *wire, struct error *err)
{
    struct wait wait = for_ms(wire->patience.answer);

    return wait_for(wire, wire->in, POLLIN, &wait, err);
}

int handover_ask(const struct handover_wire *wire, struct error *err)
{
    struct wait wait = for_ms(wire->patience.answer);

    if (write_until(wire, ready, sizeof(ready), &wait, err) < 0)
        return -1;
    return expect(wire, permission, sizeof(permission), &wait,
                  "the permission to start", err);
}

int handover_report(const struct handover_wire *wire, bool runs,
                    struct error *err)
{
    struct wait wait = { .until = clock_deadline(wire->patience.answer) };
    char message[sizeof(report) + 1];

    memcpy(message, report, sizeof(report));
    message[sizeof(report)] = runs ? 0 : 1;
    return write_until(wire, message, sizeof(message), &wait, err);
}

int handover_hear_gone(const struct handover_wire *wire, struct error *err)
{
    struct wait wait = for_ms(wire->patience.answer);

    return expect(wire, gone, sizeof(gone), &wait,
                  "the word that it has let the guest go", err);
}

int handover_give_back(const struct handover_wire *wire, struct error *err)
{
    struct wait wait = { .until = clock_deadline(wire->patience.answer) };

    return write_until(wire, permission, sizeof(permission), &wait, err);
}

/* -- the sender ------------------------------------------------------------ */

/* -1: it is none. */
static int version_of(const char *banner)
{
    char common[sizeof(banner_frames)];

    if (memcmp(banner, banner_plain, BANNER_LENGTH) == 0)
        return 0;
    memcpy(common, banner, BANNER_LENGTH);
    common[BANNER_VERSION] = banner_frames[BANNER_VERSION];
    if (memcmp(common, banner_frames, BANNER_LENGTH) != 0 ||
        !isdigit((unsigned char)banner[BANNER_VERSION]))
        return -1;
    return banner[BANNER_VERSION] - '0';
}

int handover_hear_banner(const struct handover_wire *wire,
                         unsigned int *version, struct error *err)
{
    struct wait wait = for_ms(wire->patience.banner);
    char got[BANNER_LENGTH];

    if (read_until(wire, got, sizeof(got), &wait, "its greeting", err) < 0)
        return -1;
    int number = version_of(got);
    if (number == 0 ||
        (number >= HANDOVER_VERSION_MIN && number <= HANDOVER_VERSION)) {
        *version = (unsigned int)number;
        return 0;
    }
    if (number > 0)
        return error_set(err, ERR_FAILED,
                         "%s speaks version %d of the handshake, and this "
                         "host %d to %d",
                         wire->peer, number, HANDOVER_VERSION_MIN,
                         HANDOVER_VERSION);
    refuse(wire, got, sizeof(got), "its greeting", err);
    error_hint(err, "nothing may print when root's shell starts there");
    return -1;
}

/* Yields what follows the signs of life, its first byte. */
static int outlive_signs(const struct handover_wire *wire, struct wait *wait,
                         const char *what, char *first, struct error *err)
{
    int64_t end = wait->until;

    do {
        int64_t next = clock_deadline(wire->patience.life);
        if (wire->patience.life > 0)
            wait->until = next < end ? next : end;
        if (read_until(wire, first, 1, wait, what, err) < 0)
            return -1;
    } while (*first == life);
    wait->until = end;
    return 0;
}

int handover_hear_ready(const struct handover_wire *wire, struct error *err)
{
    static const char what[] = "the word that it has the guest";
    struct wait wait = for_ms(wire->patience.ready);
    char got[sizeof(ready)];

    if (outlive_signs(wire, &wait, what, got, err) < 0 ||
        read_until(wire, got + 1, sizeof(got) - 1, &wait, what, err) < 0)
        return -1;
    if (memcmp(got, ready, sizeof(ready)) != 0)
        return refuse(wire, got, sizeof(got), what, err);
    return 0;
}

int handover_say_gone(const struct handover_wire *wire, struct error *err)
{
    struct wait wait = { .until = clock_deadline(wire->patience.answer) };

    return write_until(wire, gone, sizeof(gone), &wait, err);
}

/* It failed there, and may yet be destroyed there. */
static enum handover_end take_back(const struct handover_wire *wire,
                                   char status, struct error *err)
{
    struct wait wait = { .until = clock_deadline(wire->patience.ready) };

    if (expect(wire, permission, sizeof(permission), &wait,
               "the permission to go on here", err) < 0)
        return HANDOVER_UNKNOWN;
    error_set(err, ERR_FAILED, "%s could not start it (status %d)", wire->peer,
              status);
    return HANDOVER_BACK;
}

enum handover_end handover_give(const struct handover_wire *wire,
                                struct error *err)
{
    struct wait wait = { .until = clock_deadline(wire->patience.answer) };
    char status;

    /* It is shorter than PIPE_BUF: none of it goes out where this fails. */
    if (write_until(wire, permission, sizeof(permission), &wait, err) < 0)
        return HANDOVER_KEPT;
    wait.until = clock_deadline(wire->patience.answer);
    if (expect(wire, report, sizeof(report), &wait, "its report", err) < 0 ||
        read_until(wire, &status, 1, &wait, "its report", err) < 0)
        return HANDOVER_UNKNOWN;
    return status == 0 ? HANDOVER_DONE : take_back(wire, status, err);
}
