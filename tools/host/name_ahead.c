/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/name_ahead.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define DOMAINS "/local/domain/"

static bool is_name(const char *path)
{
    const char *id = path + strlen(DOMAINS);

    if (strncmp(path, DOMAINS, strlen(DOMAINS)) != 0)
        return false;
    size_t digits = strspn(id, "0123456789");
    return digits > 0 && strcmp(id + digits, "/name") == 0;
}

static void forget(struct name_ahead *ahead)
{
    xenstore_reads_dispose(&ahead->reads);
    ahead->reads = (struct xenstore_reads){ 0 };
    ahead->next = 0;
}

/* libxl asks in the order of ids, in which xenstored mostly lists them. */
static const struct xenstore_read *find(struct name_ahead *ahead,
                                        const char *path)
{
    size_t count = ahead->reads.list.count;

    for (size_t i = 0; i < count; i++) {
        size_t place = (ahead->next + i) % count;
        if (strcmp(ahead->reads.list.items[place].path, path) == 0) {
            ahead->next = place + 1;
            return &ahead->reads.list.items[place];
        }
    }
    return NULL;
}

bool name_ahead_find(struct name_ahead *ahead, const char *path, char **value,
                     unsigned int *length)
{
    const struct xenstore_read *read = find(ahead, path);

    if (read == NULL)
        return false;
    *value = NULL;
    if (read->value == NULL) {
        errno = read->errnum;
        return true;
    }
    *value = mem_copy_text(read->value, read->length);
    if (length != NULL)
        *length = (unsigned int)read->length;
    return true;
}

bool name_ahead_asked(struct name_ahead *ahead, const char *path)
{
    bool again = ahead->begun;

    ahead->begun = path != NULL && is_name(path);
    if (!ahead->begun && (again || ahead->reads.list.count > 0))
        forget(ahead);
    return ahead->begun && again && ahead->reads.list.count == 0;
}

int name_ahead_read(struct name_ahead *ahead, int fd, char *const *ids,
                    unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        xenstore_reads_add(&ahead->reads, DOMAINS "%s/name", ids[i]);
    int rc = xenstore_reads_run_on(fd, &ahead->reads);
    if (rc < 0)
        forget(ahead);
    return rc;
}
