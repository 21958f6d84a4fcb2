/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenstore: the library, and the socket behind it. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>

static const struct {
    const char *path, *value;
} nodes[] = {
    { "/local/domain/0/name", "Domain-0" },
    { "/local/domain/3/name", "web" },
    { "/local/domain/5/name", "a-domain-with-quite-a-long-name-of-its-own" },
    { "/local/domain/8/name", "rt1" },
    /* web's disk, CD drive, vif, TPM, keyboard and channel */
    { "/libxl/3/device/vbd/51712", "" },
    { "/libxl/3/device/vbd/51712/frontend",
      "/local/domain/3/device/vbd/51712" },
    { "/libxl/3/device/vbd/51712/backend",
      "/local/domain/0/backend/vbd/3/51712" },
    { "/libxl/3/device/vbd/51712/params", "/srv/a.img" },
    { "/libxl/3/device/vbd/51712/type", "phy" },
    { "/libxl/3/device/vbd/51712/dev", "xvda" },
    { "/libxl/3/device/vbd/51712/removable", "0" },
    { "/libxl/3/device/vbd/51712/mode", "w" },
    { "/libxl/3/device/vbd/51712/device-type", "disk" },
    { "/local/domain/3/device/vbd/51712/state", "4" },
    { "/local/domain/3/device/vbd/51712/event-channel", "7" },
    { "/local/domain/3/device/vbd/51712/ring-ref", "8" },
    { "/libxl/3/device/vbd/5632", "" },
    { "/libxl/3/device/vbd/5632/frontend", "/local/domain/3/device/vbd/5632" },
    { "/libxl/3/device/vbd/5632/backend",
      "/local/domain/0/backend/qdisk/3/5632" },
    { "/libxl/3/device/vbd/5632/params", "" },
    { "/libxl/3/device/vbd/5632/type", "qdisk" },
    { "/libxl/3/device/vbd/5632/dev", "hdc" },
    { "/libxl/3/device/vbd/5632/removable", "1" },
    { "/libxl/3/device/vbd/5632/mode", "r" },
    { "/libxl/3/device/vbd/5632/device-type", "cdrom" },
    { "/local/domain/3/device/vbd/5632/state", "garbage" },
    { "/libxl/3/device/vif/0", "" },
    { "/libxl/3/device/vif/0/frontend", "/local/domain/3/device/vif/0" },
    { "/libxl/3/device/vif/0/backend", "/local/domain/0/backend/vif/3/0" },
    { "/libxl/3/device/vif/0/handle", "0" },
    { "/libxl/3/device/vif/0/mac", "00:16:3e:01:02:03" },
    { "/libxl/3/device/vif/0/bridge", "br0" },
    { "/local/domain/3/device/vif/0/state", "1" },
    { "/libxl/3/device/vtpm/0", "" },
    { "/libxl/3/device/vtpm/0/frontend", "/local/domain/3/device/vtpm/0" },
    { "/libxl/3/device/vtpm/0/backend", "/local/domain/0/backend/vtpm/3/0" },
    { "/libxl/3/device/vtpm/0/uuid", "01234567-89ab-cdef-0123-456789abcdef" },
    { "/local/domain/3/device/vtpm/0/state", "3" },
    { "/libxl/3/device/vkbd/0", "" },
    { "/libxl/3/device/vkbd/0/frontend", "/local/domain/3/device/vkbd/0" },
    { "/libxl/3/device/vkbd/0/backend", "/local/domain/0/backend/vinput/3/0" },
    { "/libxl/3/device/vkbd/0/backend-type", "linux" },
    { "/libxl/3/device/vkbd/0/unique-id", "pad" },
    { "/local/domain/3/device/vkbd/0/state", "4" },
    { "/local/pool/0/name", "Pool-0" },
    { "/local/pool/1/name", "rt" },
    { "/local/pool/2/name", "old" },
};

/* A parent of nodes is there without being named, and empty. */
static const char *find_node(const char *path)
{
    const char *found = NULL;
    size_t length = strlen(path);

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        if (strcmp(nodes[i].path, path) == 0)
            return nodes[i].value;
        if (strncmp(nodes[i].path, path, length) == 0 &&
            nodes[i].path[length] == '/')
            found = "";
    }
    return found;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned int *len)
{
    const char *value = control_word(path);

    if (value == NULL)
        value = find_node(path);
    if (value == NULL) {
        errno = ENOENT;
        return NULL;
    }
    if (len != NULL)
        *len = (unsigned int)strlen(value);
    return strdup(value);
}

char *xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
    char *path;

    return asprintf(&path, "/local/domain/%u", domid) < 0 ? NULL : path;
}

/* The length of the name of a child of path that a node begins with, or 0. */
static size_t child_length(const char *node, const char *path)
{
    size_t length = strlen(path);

    if (strncmp(node, path, length) != 0 || node[length] != '/')
        return 0;
    return strcspn(node + length + 1, "/");
}

/* Nodes of one parent stand together. As the library, in one piece. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned int *count)
{
    enum { MOST = 32, LONGEST = 32 };
    char **names = calloc(1, MOST * (sizeof(*names) + LONGEST));
    char *text = (char *)(names + MOST);
    size_t skip = strlen(path) + 1;

    *count = 0;
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        size_t length = child_length(nodes[i].path, path);

        if (length == 0 || length >= LONGEST || *count == MOST ||
            (*count > 0 && strlen(names[*count - 1]) == length &&
             memcmp(names[*count - 1], nodes[i].path + skip, length) == 0))
            continue;
        names[*count] = memcpy(text, nodes[i].path + skip, length);
        text += length + 1;
        ++*count;
    }
    if (*count > 0 || find_node(path) != NULL)
        return names;
    free(names);
    errno = ENOENT;
    return NULL;
}

/* Of domain 3 xenstored tells nothing, as if it had just gone. */
char *xs_control_command(struct xs_handle *h, const char *cmd, void *data,
                         unsigned int len)
{
    char *text = NULL;

    if (strcmp(cmd, "quota") != 0 || len < 2 || strcmp(data, "3") == 0) {
        errno = ENOENT;
        return NULL;
    }
    if (asprintf(&text,
                 "Domain %s:\nnodes           :       35\n"
                 "watches         :        4\ntransactions    :        1\n"
                 "outstanding     :        0\nmemory          :     4711\n",
                 (const char *)data) < 0)
        return NULL;
    return text;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
              const void *data, unsigned int len)
{
    if (strstr(path, "/uuid") == NULL)
        record("xs_write %s %.*s\n", path, (int)len, (const char *)data);
    control_write(path, data, len);
    return true;
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    return true;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    record("xs_rm %s\n", path);
    return true;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
    control_be_late();
    return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
    return true;
}

static bool answer(int fd)
{
    struct xsd_sockmsg header;
    char path[XENSTORE_PAYLOAD_MAX + 1] = "";

    if (recv(fd, &header, sizeof(header), MSG_WAITALL) != sizeof(header) ||
        header.len > XENSTORE_PAYLOAD_MAX ||
        recv(fd, path, header.len, MSG_WAITALL) != (ssize_t)header.len)
        return false;
    const char *value = header.type == XS_READ ? find_node(path) : NULL;
    if (value == NULL) {
        header.type = XS_ERROR;
        value = "ENOENT";
    }
    header.len = (uint32_t)strlen(value) + (header.type == XS_ERROR);
    return send(fd, &header, sizeof(header), MSG_NOSIGNAL) > 0 &&
           send(fd, value, header.len, MSG_NOSIGNAL) >= 0;
}

static void *serve(void *arg)
{
    int fd = (int)(intptr_t)arg;

    while (answer(fd))
        continue;
    close(fd);
    return NULL;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    const struct sockaddr_un *path = (const struct sockaddr_un *)address;
    pthread_t thread;
    int ends[2];

    if (path->sun_family != AF_UNIX ||
        strstr(path->sun_path, "xenstored") == NULL)
        return fail(ECONNREFUSED);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        dup3(ends[0], fd, O_CLOEXEC) < 0)
        return -1;
    close(ends[0]);
    if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)ends[1]) != 0)
        return fail(EAGAIN);
    pthread_detach(thread);
    return 0;
}
