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
    unsigned int opened;
};

static struct {
    VEC(struct pair) nodes;
    VEC(struct pair) watches;
    VEC(struct pair) waiting;
    VEC(struct pair) owners;  /* of nodes that others than we own: "DOMID" */
    VEC(struct pair) writers; /* others who may write a node: "DOMID" */
    struct xs_handle handle;
    bool dead, keeps;
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

static void fire_above(const char *path)
{
    VEC_EACH (&played.watches, watch)
        if (covers(watch->path, path))
            fire(path, watch->text);
}

/* As a value "" where there are only nodes below it. */
static const char *find_value(const char *path)
{
    const struct pair *node = find_node(path);

    if (node != NULL)
        return node->text;
    VEC_EACH (&played.nodes, below)
        if (covers(path, below->path))
            return "";
    return NULL;
}

const char *played_read(const char *path)
{
    return find_value(path);
}

void played_own(const char *path, unsigned int domid)
{
    cleanup_free char *text = mem_printf("%u", domid);

    VEC_PUSH(&played.owners, pair_of(path, text));
}

void played_let_write(const char *path, unsigned int domid)
{
    cleanup_free char *text = mem_printf("%u", domid);

    VEC_PUSH(&played.writers, pair_of(path, text));
}

void played_keep(bool keeps)
{
    played.keeps = keeps;
}

bool played_remove(const char *path)
{
    size_t kept = 0, count = played.nodes.count;

    for (size_t i = 0; i < count; i++) {
        struct pair *node = &played.nodes.items[i];
        if (covers(path, node->path))
            pair_free(node);
        else
            played.nodes.items[kept++] = *node;
    }
    played.nodes.count = kept;
    if (kept == count)
        return false;
    fire_above(path);
    return true;
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
    fire_above(path);
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

static void forget_watches(void)
{
    VEC_EACH (&played.watches, watch)
        pair_free(watch);
    VEC_EACH (&played.waiting, event)
        pair_free(event);
    VEC_DISPOSE(&played.watches);
    VEC_DISPOSE(&played.waiting);
}

void played_reset(void)
{
    VEC_EACH (&played.nodes, node)
        pair_free(node);
    VEC_EACH (&played.owners, owner)
        pair_free(owner);
    VEC_DISPOSE(&played.nodes);
    VEC_DISPOSE(&played.owners);
    VEC_EACH (&played.writers, writer)
        pair_free(writer);
    VEC_DISPOSE(&played.writers);
    forget_watches();
    played.dead = played.keeps = false;
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
    if (played.handle.opened++ == 0)
        played.handle.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return &played.handle;
}

void xs_close(struct xs_handle *handle)
{
    if (--handle->opened > 0)
        return;
    close(handle->fd);
    handle->fd = -1;
    forget_watches();
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
    const char *value = answers() ? find_value(path) : NULL;

    if (value == NULL) {
        errno = played.dead ? ECONNRESET : ENOENT;
        return NULL;
    }
    *length = (unsigned int)strlen(value);
    return mem_strdup(value);
}

bool xs_write(struct xs_handle *handle, xs_transaction_t transaction,
              const char *path, const void *data, unsigned int length)
{
    cleanup_free char *text = mem_copy_text(data, length);

    if (!answers())
        return false;
    played_write(path, text);
    return true;
}

bool xs_rm(struct xs_handle *handle, xs_transaction_t transaction,
           const char *path)
{
    if (!answers())
        return false;
    errno = played.keeps ? EACCES : ENOENT;
    return !played.keeps && played_remove(path);
}

static bool is_listed(char *const *names, unsigned int count, const char *name)
{
    for (unsigned int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* One block, as the library's: pointers, then the texts. */
static char **pack(char *const *names, unsigned int count)
{
    size_t length = count * sizeof(char *);

    for (unsigned int i = 0; i < count; i++)
        length += strlen(names[i]) + 1;
    char **block = mem_zalloc(1, length + 1);
    char *next = (char *)(block + count);
    for (unsigned int i = 0; i < count; i++) {
        block[i] = strcpy(next, names[i]);
        next += strlen(next) + 1;
    }
    return block;
}

char **xs_directory(struct xs_handle *handle, xs_transaction_t transaction,
                    const char *path, unsigned int *count)
{
    VEC(char *) names = VEC_INIT;
    size_t length = strlen(path);

    *count = 0;
    if (!answers() || find_value(path) == NULL) {
        errno = played.dead ? ECONNRESET : ENOENT;
        return NULL;
    }
    VEC_EACH (&played.nodes, node) {
        if (!covers(path, node->path) || node->path[length] == '\0')
            continue;
        const char *name = node->path + length + 1;
        cleanup_free char *own = mem_strndup(name, strcspn(name, "/"));
        if (!is_listed(names.items, (unsigned int)names.count, own))
            VEC_PUSH(&names, steal(own));
    }
    *count = (unsigned int)names.count;
    char **block = pack(names.items, *count);
    VEC_EACH (&names, name)
        free(*name);
    VEC_DISPOSE(&names);
    return block;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *handle,
                                          xs_transaction_t transaction,
                                          const char *path, unsigned int *count)
{
    if (!answers() || find_value(path) == NULL) {
        errno = played.dead ? ECONNRESET : ENOENT;
        return NULL;
    }
    struct xs_permissions *perms =
        mem_zalloc(1 + played.writers.count, sizeof(*perms));
    VEC_EACH (&played.owners, owner)
        if (strcmp(owner->path, path) == 0)
            perms->id = (unsigned int)atoi(owner->text);
    *count = 1;
    VEC_EACH (&played.writers, writer)
        if (strcmp(writer->path, path) == 0)
            perms[(*count)++] =
                (struct xs_permissions){ .id = (unsigned int)atoi(writer->text),
                                         .perms = XS_PERM_WRITE };
    return perms;
}

/* Nobody else writes meanwhile: nothing has to be kept apart. */
xs_transaction_t xs_transaction_start(struct xs_handle *handle)
{
    return answers() ? 1 : XBT_NULL;
}

bool xs_transaction_end(struct xs_handle *handle, xs_transaction_t transaction,
                        bool abort)
{
    return answers();
}
