/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

int64_t clock_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_deadline(int64_t milliseconds)
{
    int64_t now = clock_now_ms();

    if (milliseconds < 0 || milliseconds > CLOCK_NEVER - now)
        return CLOCK_NEVER;
    return now + milliseconds;
}

int clock_left_ms(int64_t deadline)
{
    if (deadline == CLOCK_NEVER)
        return -1;
    int64_t now = clock_now_ms();
    if (now >= deadline)
        return 0;
    return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

bool clock_is_past(int64_t deadline)
{
    return deadline != CLOCK_NEVER && clock_now_ms() >= deadline;
}

void clock_sleep_ms(int64_t milliseconds)
{
    struct timespec left = {
        .tv_sec = milliseconds / 1000,
        .tv_nsec = milliseconds % 1000 * 1000000,
    };

    if (milliseconds <= 0)
        return;
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}
