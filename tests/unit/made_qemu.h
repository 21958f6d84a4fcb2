/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A QEMU, as far as somebody who asks it over QMP can tell. */
#ifndef XENITH_TESTS_MADE_QEMU_H
#define XENITH_TESTS_MADE_QEMU_H

#include <pthread.h>

#include "unit.h"

#define QEMU_GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define QEMU_AGREED "{\"return\": {}}\r\n"

/* Says its next words to whoever connects, and waits for them to go. */
struct made_qemu {
    char folder[32];
    char *path; /* of its socket, that of domain 7 */
    int listener;
    const char *const *words; /* for each connection; ended by a NULL */
    bool hangs_up;            /* without waiting */
    char heard[1024];         /* in the last connection */
    pthread_t thread;
};

void made_qemu_start(struct made_qemu *qemu, const char *const *words,
                     bool hangs_up);
/* Once all words were said. */
void made_qemu_end(struct made_qemu *qemu);

#endif
