/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "made_qemu.h"

#include <sys/socket.h>
#include <sys/un.h>

static void hear(struct made_qemu *qemu, int fd)
{
    size_t length = 0;
    ssize_t got;

    while (length < sizeof(qemu->heard) - 1 &&
           (got = recv(fd, qemu->heard + length,
                       sizeof(qemu->heard) - 1 - length, 0)) > 0)
        length += (size_t)got;
    qemu->heard[length] = '\0';
}

static void *serve(void *data)
{
    struct made_qemu *qemu = data;

    for (const char *const *words = qemu->words; *words != NULL; words++) {
        cleanup_close int fd = accept(qemu->listener, NULL, NULL);
        (void)send(fd, *words, strlen(*words), MSG_NOSIGNAL);
        if (!qemu->hangs_up)
            hear(qemu, fd);
    }
    return NULL;
}

void made_qemu_start(struct made_qemu *qemu, const char *const *words,
                     bool hangs_up)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    *qemu = (struct made_qemu){ .folder = "qemu-XXXXXX",
                                .words = words,
                                .hangs_up = hangs_up };
    assert_non_null(mkdtemp(qemu->folder));
    qemu->path = mem_printf("%s/qmp-libxenstat-7", qemu->folder);
    assert_true(strlen(qemu->path) < sizeof(address.sun_path));
    strcpy(address.sun_path, qemu->path);
    qemu->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(qemu->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(qemu->listener, 1), 0);
    assert_int_equal(pthread_create(&qemu->thread, NULL, serve, qemu), 0);
}

void made_qemu_end(struct made_qemu *qemu)
{
    pthread_join(qemu->thread, NULL);
    close(qemu->listener);
    unlink(qemu->path);
    rmdir(qemu->folder);
    free(qemu->path);
}
