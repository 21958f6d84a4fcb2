/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstore's watches, and what guests do with control/shutdown: those whose
 * numbers stand in XEN_POLITE ("5 8") empty it and go down; those in XEN_LATE
 * empty it when somebody begins a transaction; the others are deaf.
 */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <xenstore.h>

enum { MOST = 16, LONGEST = 64 };

struct watch {
    char path[LONGEST], token[LONGEST];
};

struct xs_handle {
    int fd; /* counts what waits */
    struct watch watches[MOST], waiting[MOST];
    size_t watch_count, waiting_count;
    struct xs_handle *next;
};

static struct xs_handle *handles;

static struct {
    char word[LONGEST];
    bool down;
} guests[DOMAINS];

struct xs_handle *xs_open(unsigned long flags)
{
    struct xs_handle *handle = calloc(1, sizeof(*handle));

    handle->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    handle->next = handles;
    handles = handle;
    return handle;
}

void xs_close(struct xs_handle *handle)
{
    struct xs_handle **place = &handles;

    while (*place != handle)
        place = &(*place)->next;
    *place = handle->next;
    close(handle->fd);
    free(handle);
}

int xs_fileno(struct xs_handle *handle)
{
    return handle->fd;
}

static void fire(struct xs_handle *handle, const struct watch *watch)
{
    if (handle->waiting_count == MOST)
        abort();
    handle->waiting[handle->waiting_count++] = *watch;
    eventfd_write(handle->fd, 1);
}

static void fire_all(const char *path)
{
    for (struct xs_handle *handle = handles; handle != NULL;
         handle = handle->next)
        for (size_t i = 0; i < handle->watch_count; i++)
            if (strcmp(handle->watches[i].path, path) == 0)
                fire(handle, &handle->watches[i]);
}

bool xs_watch(struct xs_handle *handle, const char *path, const char *token)
{
    struct watch *watch = &handle->watches[handle->watch_count++];

    if (handle->watch_count > MOST)
        abort();
    snprintf(watch->path, LONGEST, "%s", path);
    snprintf(watch->token, LONGEST, "%s", token);
    fire(handle, watch);
    return true;
}

bool xs_unwatch(struct xs_handle *handle, const char *path, const char *token)
{
    for (size_t i = 0; i < handle->watch_count; i++)
        if (strcmp(handle->watches[i].path, path) == 0 &&
            strcmp(handle->watches[i].token, token) == 0) {
            handle->watches[i] = handle->watches[--handle->watch_count];
            return true;
        }
    errno = ENOENT;
    return false;
}

/* As the library, in one piece. */
char **xs_check_watch(struct xs_handle *handle)
{
    eventfd_t one;

    if (handle->waiting_count == 0) {
        errno = EAGAIN;
        return NULL;
    }
    eventfd_read(handle->fd, &one);
    char **event = calloc(1, 2 * sizeof(*event) + sizeof(struct watch));
    struct watch *first = memcpy(event + 2, handle->waiting, sizeof(*first));
    memmove(handle->waiting, handle->waiting + 1,
            --handle->waiting_count * sizeof(*first));
    event[XS_WATCH_PATH] = first->path;
    event[XS_WATCH_TOKEN] = first->token;
    return event;
}

/* ---- control/shutdown ---- */

/* The place of the domain whose node it is; DOMAINS: of none. */
static int place_of(const char *path)
{
    char wanted[LONGEST];

    for (int i = 0; i < DOMAINS; i++) {
        snprintf(wanted, sizeof(wanted), "/local/domain/%u/control/shutdown",
                 (unsigned int)made_domains[i].id);
        if (strcmp(wanted, path) == 0)
            return i;
    }
    return DOMAINS;
}

static bool is_in(const char *list, int place)
{
    unsigned long domid;
    char *end;

    for (; list != NULL && *list != '\0'; list = end) {
        domid = strtoul(list, &end, 10);
        if (end == list)
            return false;
        if (domid == made_domains[place].id)
            return true;
    }
    return false;
}

const char *control_word(const char *path)
{
    int place = place_of(path);

    return place < DOMAINS ? guests[place].word : NULL;
}

void control_write(const char *path, const char *word, unsigned int length)
{
    int place = place_of(path);

    if (place == DOMAINS)
        return;
    snprintf(guests[place].word, LONGEST, "%.*s", (int)length, word);
    if (length > 0 && is_in(getenv("XEN_POLITE"), place)) {
        guests[place].word[0] = '\0';
        guests[place].down = true;
        fire_all("@releaseDomain");
    }
    fire_all(path);
}

void control_be_late(void)
{
    for (int i = 0; i < DOMAINS; i++)
        if (is_in(getenv("XEN_LATE"), i))
            guests[i].word[0] = '\0';
}

bool is_down(int place)
{
    return guests[place].down;
}
