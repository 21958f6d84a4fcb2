/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/mark.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/no_answer.h"
#include "host/xenstore.h"

#define SINCE_PATH "/libxl/%u/xenith/since"
#define SHORT_LIVES_PATH "/libxl/%u/xenith/short-lives"
#define DEVICES_PATH "/libxl/%u/xenith/devices"
/* libxl writes it for every domain it makes, and removes it with the rest. */
#define TYPE_PATH "/libxl/%u/type"

static bool write_number(struct xs_handle *xs, xs_transaction_t t,
                         const char *path, uint64_t number)
{
    cleanup_free char *value = mem_printf("%llu", (unsigned long long)number);

    return xs_write(xs, t, path, value, (unsigned int)strlen(value));
}

/* false with errno; ENOENT if the domain is gone. */
typedef bool write_nodes(struct xs_handle *xs, xs_transaction_t t,
                         uint32_t domid, const void *arg);

static bool is_there(struct xs_handle *xs, xs_transaction_t t, uint32_t domid)
{
    cleanup_free char *path = mem_printf(TYPE_PATH, domid);
    cleanup_free char *type = xs_read(xs, t, path, NULL);

    return type != NULL;
}

static bool write_mark(struct xs_handle *xs, xs_transaction_t t, uint32_t domid,
                       const void *arg)
{
    const struct mark *mark = arg;
    cleanup_free char *since_path = mem_printf(SINCE_PATH, domid);
    cleanup_free char *lives_path = mem_printf(SHORT_LIVES_PATH, domid);
    cleanup_free char *mark_path = mem_printf(MARK_PATH, domid);

    return is_there(xs, t, domid) &&
           write_number(xs, t, since_path, (uint64_t)mark->since_ms) &&
           write_number(xs, t, lives_path, mark->short_lives) &&
           write_number(xs, t, mark_path, 1);
}

static bool write_devices(struct xs_handle *xs, xs_transaction_t t,
                          uint32_t domid, const void *arg)
{
    cleanup_free char *path = mem_printf(DEVICES_PATH, domid);

    return is_there(xs, t, domid) &&
           xs_write(xs, t, path, arg, (unsigned int)strlen(arg));
}

/* One transaction, begun again for as long as others get in between. */
static bool write_whole(struct xs_handle *xs, uint32_t domid,
                        write_nodes *write, const void *arg)
{
    for (;;) {
        xs_transaction_t t = xs_transaction_start(xs);
        if (t == XBT_NULL)
            return false;
        bool written = write(xs, t, domid, arg);
        int cause = errno;
        if (xs_transaction_end(xs, t, !written) && written)
            return true;
        if (!written) {
            errno = cause;
            return false;
        }
        if (errno != EAGAIN)
            return false;
    }
}

static struct xs_handle *open_store(struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    if (xs == NULL)
        no_answer(err);
    return xs;
}

static int write_for(uint32_t domid, write_nodes *write, const void *arg,
                     const char *what, struct error *err)
{
    struct xs_handle *xs = open_store(err);

    if (xs == NULL)
        return -1;
    bool written = write_whole(xs, domid, write, arg);
    int cause = errno;
    xs_close(xs);
    if (written)
        return 0;
    if (cause == ENOENT)
        return error_set(err, ERR_NODOMAIN, "domain %u is gone", domid);
    return error_set_errno(err, ERR_HOST, cause, "%s of domain %u", what,
                           domid);
}

int mark_write(uint32_t domid, const struct mark *mark, struct error *err)
{
    return write_for(domid, write_mark, mark, "the supervisor's mark", err);
}

int mark_write_devices(uint32_t domid, const char *text, struct error *err)
{
    return write_for(domid, write_devices, text, "the list of devices", err);
}

int mark_read_devices(uint32_t domid, char **text, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t place = xenstore_reads_add(&reads, DEVICES_PATH, domid);

    *text = NULL;
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    const char *value = xenstore_reads_value(&reads, place);
    if (value != NULL)
        *text = mem_strdup(value);
    return 0;
}

int mark_read(uint32_t domid, struct mark *mark, bool *found, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t mark_place = xenstore_reads_add(&reads, MARK_PATH, domid);
    size_t since_place = xenstore_reads_add(&reads, SINCE_PATH, domid);
    size_t lives_place = xenstore_reads_add(&reads, SHORT_LIVES_PATH, domid);
    uint64_t since = 0;

    *mark = (struct mark){ 0 };
    *found = false;
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    if (xenstore_reads_value(&reads, mark_place) == NULL)
        return 0;
    *found = true;
    const char *text = xenstore_reads_value(&reads, since_place);
    if (text != NULL && number_parse_u64(text, INT64_MAX, &since))
        mark->since_ms = (int64_t)since;
    text = xenstore_reads_value(&reads, lives_place);
    if (text != NULL)
        number_parse_u32(text, &mark->short_lives);
    return 0;
}

int mark_remove(uint32_t domid, struct error *err)
{
    cleanup_free char *path = mem_printf(MARK_PATH, domid);
    struct xs_handle *xs = open_store(err);

    if (xs == NULL)
        return -1;
    bool removed = xs_rm(xs, XBT_NULL, path);
    int cause = errno;
    xs_close(xs);
    if (!removed && cause != ENOENT)
        return error_set_errno(err, ERR_HOST, cause, "%s", path);
    return 0;
}
