/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a hook's time, seen also while it is stuck in a call of the
 * kernel's, as on a path of a file server that does not answer: a thread beside
 * it watches the clock.
 */
#ifndef XENITH_HOOKS_DEADLINE_H
#define XENITH_HOOKS_DEADLINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Called in the thread, with what the hook was at. */
typedef void deadline_passed(void *data, const char *doing);

struct deadline {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t end;
    bool is_in_time;
    char *doing; /* owned */
    deadline_passed *passed;
    void *data;
};

/* Starts it. With an error there is none, and none to end. */
int deadline_begin(struct deadline *deadline, int64_t milliseconds,
                   deadline_passed *passed, void *data, struct error *err);

/* From here on it does not pass any more. */
void deadline_end(struct deadline *deadline);

/* What is done next, as "looking for a.img"; a deadline of NULL is fine. */
void deadline_note(struct deadline *deadline, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
