/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "deadline.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

static void *watch(void *argument)
{
    struct deadline *deadline = argument;

    pthread_mutex_lock(&deadline->lock);
    while (!deadline->is_in_time && !clock_is_past(deadline->end))
        thread_wait(&deadline->changed, &deadline->lock, deadline->end);
    if (!deadline->is_in_time)
        deadline->passed(deadline->data, deadline->doing);
    pthread_mutex_unlock(&deadline->lock);
    return NULL;
}

int deadline_begin(struct deadline *deadline, int64_t milliseconds,
                   deadline_passed *passed, void *data, struct error *err)
{
    *deadline = (struct deadline){
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .end = clock_deadline(milliseconds),
        .doing = mem_strdup("beginning"),
        .passed = passed,
        .data = data,
    };
    thread_cond_init(&deadline->changed);
    int cause = thread_start(&deadline->thread, watch, deadline);
    if (cause == 0)
        return 0;
    free(deadline->doing);
    return error_set_errno(err, ERR_FAILED, cause, "deadline");
}

void deadline_end(struct deadline *deadline)
{
    pthread_mutex_lock(&deadline->lock);
    deadline->is_in_time = true;
    pthread_cond_signal(&deadline->changed);
    pthread_mutex_unlock(&deadline->lock);
    pthread_join(deadline->thread, NULL);
    pthread_cond_destroy(&deadline->changed);
    free(deadline->doing);
}

void deadline_note(struct deadline *deadline, const char *format, ...)
{
    va_list args;

    if (deadline == NULL)
        return;
    va_start(args, format);
    char *doing = mem_vprintf(format, args);
    va_end(args);
    pthread_mutex_lock(&deadline->lock);
    free(deadline->doing);
    deadline->doing = doing;
    pthread_mutex_unlock(&deadline->lock);
}
