/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "played_xenstore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <xenstore.h>

#include "base/mem.h"
#include "base/vec.h"

struct pair {
    char *path;
    char *text; /* a node's value, a watch's token; owned, as path */
};

struct xs_handle {
    int fd; /* counts what waits */
};

static struct {
    VEC(struct pair) nodes;
    VEC(struct pair) watches;
    VEC(struct pair) waiting;
    struct xs_handle handle;
    bool dead;
} played = { .handle.fd = -1 };

static struct pair pair_of(const char *path, const char *text)
{
    return (struct pair){ .path = mem_strdup(path), .text = mem_strdup(text) };
}

static void pair_free(struct pair *pair)
{
    free(pair->path);
    free(pair->text);
}

static void count_waiting(void)
{
    uint64_t one = 1, all;

    (void)!read(played.handle.fd, &all, sizeof(all));
    if (played.waiting.count > 0 || played.dead)
        (void)!write(played.handle.fd, &one, sizeof(one));
}

static void fire(const char *path, const char *token)
{
    VEC_PUSH(&played.waiting, pair_of(path, token));
    count_waiting();
}

/* On the node itself or above it. */
static bool covers(const char *watched, const char *path)
{
    size_t length = strlen(watched);

    return strncmp(watched, path, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

static struct pair *find_node(const char *path)
{
    VEC_EACH (&played.nodes, node)
        if (strcmp(node->path, path) == 0)
            return node;
    return NULL;
}

void played_write(const char *path, const char *value)
{
    struct pair *node = find_node(path);

    if (node != NULL) {
        pair_free(node);
        *node = played.nodes.items[--played.nodes.count];
    }
    if (value != NULL)
        VEC_PUSH(&played.nodes, pair_of(path, value));
    VEC_EACH (&played.watches, watch)
        if (covers(watch->path, path))
            fire(path, watch->text);
}

unsigned int played_watches(const char *path)
{
    unsigned int count = 0;

    VEC_EACH (&played.watches, watch)
        count += strcmp(watch->path, path) == 0;
    return count;
}

void played_die(bool dead)
{
    played.dead = dead;
    if (played.handle.fd >= 0)
        count_waiting();
}

void played_reset(void)
{
    VEC_EACH (&played.nodes, node)
        pair_free(node);
    VEC_EACH (&played.watches, watch)
        pair_free(watch);
    VEC_EACH (&played.waiting, event)
        pair_free(event);
    VEC_DISPOSE(&played.nodes);
    VEC_DISPOSE(&played.watches);
    VEC_DISPOSE(&played.waiting);
    played.dead = false;
}

/* ---- as xenstore.h has them ---- */

static bool answers(void)
{
    if (played.dead)
        errno = ECONNRESET;
    return !played.dead;
}

struct xs_handle *xs_open(unsigned long flags)
{
    if (!answers())
        return NULL;
    played.handle.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return &played.handle;
}

void xs_close(struct xs_handle *handle)
{
    close(handle->fd);
    handle->fd = -1;
}

int xs_fileno(struct xs_handle *handle)
{
    return handle->fd;
}

bool xs_watch(struct xs_handle *handle, const char *path, const char *token)
{
    if (!answers())
        return false;
    VEC_EACH (&played.watches, watch)
        if (strcmp(watch->path, path) == 0 && strcmp(watch->text, token) == 0) {
            errno = EEXIST;
            return false;
        }
    VEC_PUSH(&played.watches, pair_of(path, token));
    fire(path, token);
    return true;
}

bool xs_unwatch(struct xs_handle *handle, const char *path, const char *token)
{
    VEC_EACH (&played.watches, watch)
        if (strcmp(watch->path, path) == 0 && strcmp(watch->text, token) == 0) {
            pair_free(watch);
            *watch = played.watches.items[--played.watches.count];
            return true;
        }
    errno = ENOENT;
    return false;
}

/* One block, as the library's: two pointers, then the texts. */
char **xs_check_watch(struct xs_handle *handle)
{
    if (!answers())
        return NULL;
    if (played.waiting.count == 0) {
        errno = EAGAIN;
        return NULL;
    }
    struct pair first = played.waiting.items[0];
    memmove(played.waiting.items, played.waiting.items + 1,
            --played.waiting.count * sizeof(first));
    count_waiting();
    size_t path = strlen(first.path) + 1, token = strlen(first.text) + 1;
    char **event = mem_zalloc(1, 2 * sizeof(char *) + path + token);
    event[XS_WATCH_PATH] = (char *)(event + 2);
    event[XS_WATCH_TOKEN] = event[XS_WATCH_PATH] + path;
    memcpy(event[XS_WATCH_PATH], first.path, path);
    memcpy(event[XS_WATCH_TOKEN], first.text, token);
    pair_free(&first);
    return event;
}

void *xs_read(struct xs_handle *handle, xs_transaction_t transaction,
              const char *path, unsigned int *length)
{
    const struct pair *node = answers() ? find_node(path) : NULL;

    if (node == NULL) {
        errno = played.dead ? ECONNRESET : ENOENT;
        return NULL;
    }
    *length = (unsigned int)strlen(node->text);
    return mem_strdup(node->text);
}
