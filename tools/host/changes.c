/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl keeps /libxl/DOMID/device/KIND/NUMBER for each device for as long as
 * it is attached; only Dom0 can write there. xenstored fires @introduceDomain
 * and @releaseDomain for domains that come, and that shut down or end.
 */
#include "host/changes.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/no_answer.h"

#define TOKEN_DOMAINS "domains"
#define TOKEN_LIBXL "libxl"
#define TOKEN_GUEST "guest/" /* and the domid */

struct changes {
    struct xs_handle *xs;
};

int changes_open(struct changes **changes, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    *changes = NULL;
    if (xs == NULL)
        return no_answer(err);
    if (!xs_watch(xs, "@introduceDomain", TOKEN_DOMAINS) ||
        !xs_watch(xs, "@releaseDomain", TOKEN_DOMAINS) ||
        !xs_watch(xs, "/libxl", TOKEN_LIBXL)) {
        no_answer(err);
        xs_close(xs);
        return -1;
    }
    *changes = MEM_NEW(struct changes);
    (*changes)->xs = xs;
    return 0;
}

void changes_close(struct changes *changes)
{
    if (changes == NULL)
        return;
    xs_close(changes->xs);
    free(changes);
}

int changes_fd(const struct changes *changes)
{
    return xs_fileno(changes->xs);
}

bool changes_parse_device_path(const char *path, uint32_t *domid)
{
    static const char before[] = "/libxl/", after[] = "/device/";

    if (strncmp(path, before, strlen(before)) != 0)
        return false;
    const char *number = path + strlen(before);
    cleanup_free char *text = mem_strndup(number, strcspn(number, "/"));
    return strncmp(number + strlen(text), after, strlen(after)) == 0 &&
           number_parse_u32(text, domid);
}

/* false: it is of no interest. */
static bool understand(const char *path, const char *token,
                       struct change *change)
{
    *change = (struct change){ .kind = CHANGE_DOMAINS };
    if (strcmp(token, TOKEN_DOMAINS) == 0)
        return true;
    if (strcmp(token, TOKEN_LIBXL) == 0) {
        change->kind = CHANGE_DEVICES;
        return changes_parse_device_path(path, &change->domid);
    }
    change->kind = CHANGE_GUEST;
    return strncmp(token, TOKEN_GUEST, strlen(TOKEN_GUEST)) == 0 &&
           number_parse_u32(token + strlen(TOKEN_GUEST), &change->domid);
}

int changes_next(struct changes *changes, struct change *change,
                 struct error *err)
{
    for (;;) {
        cleanup_free char **event = xs_check_watch(changes->xs);
        if (event == NULL)
            return errno == EAGAIN ? 0 : no_answer(err);
        if (understand(event[XS_WATCH_PATH], event[XS_WATCH_TOKEN], change))
            return 1;
    }
}

/* ---- one guest ---- */

struct guest_watch {
    char *path;
    char *token;
};

static struct guest_watch guest_watch_of(uint32_t domid)
{
    return (struct guest_watch){
        .path = mem_printf("/local/domain/%u", domid),
        .token = mem_printf(TOKEN_GUEST "%u", domid),
    };
}

static void guest_watch_dispose(struct guest_watch *watch)
{
    free(watch->path);
    free(watch->token);
}

int changes_watch_guest(struct changes *changes, uint32_t domid,
                        struct error *err)
{
    struct guest_watch watch = guest_watch_of(domid);
    bool done = xs_watch(changes->xs, watch.path, watch.token);
    int rc = done || errno == EEXIST ? 0 : no_answer(err);

    guest_watch_dispose(&watch);
    return rc;
}

void changes_unwatch_guest(struct changes *changes, uint32_t domid)
{
    struct guest_watch watch = guest_watch_of(domid);

    xs_unwatch(changes->xs, watch.path, watch.token); /* one without is fine */
    guest_watch_dispose(&watch);
}

/* ---- devices ---- */

void device_names_dispose(struct device_names *devices)
{
    VEC_EACH (&devices->list, name)
        free(*name);
    VEC_DISPOSE(&devices->list);
}

/* NULL with *count 0 where there is no such node. */
static int list_node(struct changes *changes, const char *path, char ***names,
                     unsigned int *count, struct error *err)
{
    *count = 0;
    *names = xs_directory(changes->xs, XBT_NULL, path, count);
    if (*names == NULL && errno != ENOENT)
        return no_answer(err);
    return 0;
}

static int list_kind(struct changes *changes, const char *folder,
                     const char *kind, struct device_names *devices,
                     struct error *err)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, kind);
    cleanup_free char **numbers = NULL;
    unsigned int count;

    if (list_node(changes, path, &numbers, &count, err) < 0)
        return -1;
    for (unsigned int i = 0; i < count; i++)
        VEC_PUSH(&devices->list, mem_printf("%s/%s", kind, numbers[i]));
    return 0;
}

int changes_list_devices(struct changes *changes, uint32_t domid,
                         struct device_names *devices, struct error *err)
{
    cleanup_free char *folder = mem_printf("/libxl/%u/device", domid);
    cleanup_free char **kinds = NULL;
    unsigned int count;

    if (list_node(changes, folder, &kinds, &count, err) < 0)
        return -1;
    for (unsigned int i = 0; i < count; i++)
        if (list_kind(changes, folder, kinds[i], devices, err) < 0)
            return -1;
    return 0;
}
