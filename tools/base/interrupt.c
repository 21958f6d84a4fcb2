/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t first_signal;
static int wake_fd = -1;

static void note_signal(int number)
{
    int saved_errno = errno;
    uint64_t one = 1;

    if (first_signal == 0)
        first_signal = number;
    ssize_t written = write(wake_fd, &one, sizeof(one));
    (void)written;
    errno = saved_errno;
}

int interrupt_install(struct error *err)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = note_signal,
                                .sa_flags = SA_RESTART };

    if (wake_fd < 0)
        wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "eventfd");
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction old;
        sigaction(signals[i], NULL, &old);
        /* nohup(1) asks for this; a shell's & does the same to SIGINT, but
         * whoever then sends one means it. */
        if (signals[i] == SIGHUP && old.sa_handler == SIG_IGN)
            continue;
        sigaction(signals[i], &action, NULL);
    }
    return 0;
}

int interrupt_fd(void)
{
    return wake_fd;
}

int interrupt_signal(void)
{
    return first_signal;
}

void interrupt_clear(void)
{
    uint64_t count;
    ssize_t got = read(wake_fd, &count, sizeof(count));

    (void)got;
    first_signal = 0;
}
