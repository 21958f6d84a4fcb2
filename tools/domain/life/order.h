/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may begin when, among guests that wait for others: start_after and
 * start_delay of their configurations, forwards when the host starts,
 * backwards when it stops. Pure.
 */
#ifndef XENITH_DOMAIN_LIFE_ORDER_H
#define XENITH_DOMAIN_LIFE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

#define ORDER_NONE SIZE_MAX

enum order_stage {
    ORDER_WAITING,
    ORDER_RUNNING, /* it was begun */
    ORDER_ENDED,   /* well or not: those after it may begin */
};

struct order_item {
    char *name;         /* owned */
    VEC(char *) names;  /* that it waits for; owned */
    VEC(size_t) before; /* the same as places, after order_resolve */
    int64_t delay_ms;   /* between the last one before it and itself */
    int64_t due_ms;     /* CLOCK_NEVER while it waits for others */
    enum order_stage stage;
};

/* Zeroed: empty. */
struct order {
    VEC(struct order_item) items;
};

/* Returns its place. */
size_t order_add(struct order *order, const char *name);
/* One that is never added is not waited for. */
void order_add_before(struct order *order, size_t place, const char *name);

/*
 * After the last one was added. ERR_CONFIG if some wait for each other, with
 * their names.
 */
int order_resolve(struct order *order, struct error *err);

/* Everyone now waits for those that waited for it. After order_resolve. */
void order_reverse(struct order *order);

/*
 * The next that may begin, which is then running, or ORDER_NONE; then
 * *wake_ms is when to ask again even if none ends: CLOCK_NEVER or a point on
 * the clock of now_ms.
 */
size_t order_next(struct order *order, int64_t now_ms, int64_t *wake_ms);
void order_end(struct order *order, size_t place);
/* One that runs has not even begun; nobody after it may. */
void order_again(struct order *order, size_t place);

/* How many did not end yet. */
size_t order_left(const struct order *order);

void order_dispose(struct order *order);
#define cleanup_order __attribute__((cleanup(order_dispose)))

#endif
