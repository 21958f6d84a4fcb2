/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/order.h"

#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"

size_t order_add(struct order *order, const char *name)
{
    struct order_item item = {
        .name = mem_strdup(name),
        .due_ms = CLOCK_NEVER,
    };

    VEC_PUSH(&order->items, item);
    return order->items.count - 1;
}

void order_add_before(struct order *order, size_t place, const char *name)
{
    VEC_PUSH(&order->items.items[place].names, mem_strdup(name));
}

static size_t find(const struct order *order, const char *name)
{
    for (size_t i = 0; i < order->items.count; i++)
        if (strcmp(order->items.items[i].name, name) == 0)
            return i;
    return ORDER_NONE;
}

/* ---- loops ---- */

/* The way through the guests that led to the one looked at. */
struct path {
    VEC(size_t) places;
};

static int fail_loop(const struct order *order, const struct path *path,
                     size_t first, struct error *err)
{
    cleanup_strbuf struct strbuf names = { 0 };

    for (size_t i = first; i < path->places.count; i++)
        strbuf_printf(&names, "%s waits for ",
                      order->items.items[path->places.items[i]].name);
    strbuf_puts(&names, order->items.items[path->places.items[first]].name);
    return error_set(err, ERR_CONFIG, "start_after goes round: %s", names.text);
}

/* Depth first; done: those from which no loop can be reached. */
static int visit(const struct order *order, size_t place, struct path *path,
                 bool *done, struct error *err)
{
    for (size_t i = 0; i < path->places.count; i++)
        if (path->places.items[i] == place)
            return fail_loop(order, path, i, err);
    if (done[place])
        return 0;
    VEC_PUSH(&path->places, place);
    VEC_EACH (&order->items.items[place].before, before)
        if (visit(order, *before, path, done, err) < 0)
            return -1;
    path->places.count--;
    done[place] = true;
    return 0;
}

static int check_loops(const struct order *order, struct error *err)
{
    cleanup_free bool *done = mem_zalloc(order->items.count + 1, sizeof(*done));
    struct path path = { 0 };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < order->items.count; i++)
        rc = visit(order, i, &path, done, err);
    VEC_DISPOSE(&path.places);
    return rc;
}

int order_resolve(struct order *order, struct error *err)
{
    VEC_EACH (&order->items, item)
        VEC_EACH (&item->names, name) {
            size_t place = find(order, *name);
            if (place != ORDER_NONE)
                VEC_PUSH(&item->before, place);
        }
    return check_loops(order, err);
}

void order_reverse(struct order *order)
{
    size_t count = order->items.count;
    struct order_item *items = order->items.items;
    struct order reversed = { 0 };

    for (size_t i = 0; i < count; i++)
        order_add(&reversed, items[i].name);
    for (size_t i = 0; i < count; i++)
        VEC_EACH (&items[i].before, before)
            VEC_PUSH(&reversed.items.items[*before].before, i);
    order_dispose(order);
    *order = reversed;
}

/* ---- running it ---- */

static bool is_free(const struct order *order, const struct order_item *item)
{
    VEC_EACH (&item->before, before)
        if (order->items.items[*before].stage != ORDER_ENDED)
            return false;
    return true;
}

size_t order_next(struct order *order, int64_t now_ms, int64_t *wake_ms)
{
    *wake_ms = CLOCK_NEVER;
    for (size_t i = 0; i < order->items.count; i++) {
        struct order_item *item = &order->items.items[i];
        if (item->stage != ORDER_WAITING || !is_free(order, item))
            continue;
        if (item->due_ms == CLOCK_NEVER)
            item->due_ms = now_ms + item->delay_ms;
        if (item->due_ms <= now_ms) {
            item->stage = ORDER_RUNNING;
            return i;
        }
        if (item->due_ms < *wake_ms)
            *wake_ms = item->due_ms;
    }
    return ORDER_NONE;
}

void order_end(struct order *order, size_t place)
{
    order->items.items[place].stage = ORDER_ENDED;
}

void order_again(struct order *order, size_t place)
{
    order->items.items[place].stage = ORDER_WAITING;
}

size_t order_left(const struct order *order)
{
    size_t left = 0;

    VEC_EACH (&order->items, item)
        left += item->stage != ORDER_ENDED;
    return left;
}

void order_dispose(struct order *order)
{
    VEC_EACH (&order->items, item) {
        free(item->name);
        VEC_EACH (&item->names, name)
            free(*name);
        VEC_DISPOSE(&item->names);
        VEC_DISPOSE(&item->before);
    }
    VEC_DISPOSE(&order->items);
}
