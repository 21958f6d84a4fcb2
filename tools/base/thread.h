/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What POSIX threads take several lines for. */
#ifndef XENITH_BASE_THREAD_H
#define XENITH_BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* Starts one that takes no signals: they are for its maker. 0 or an errno. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/* A condition for thread_wait. */
void thread_cond_init(pthread_cond_t *cond);

/* Until it is signalled, or the deadline (base/clock.h); or for no reason. */
void thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline);

#endif
