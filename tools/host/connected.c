/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/connected.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <xenstore.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/vec.h"
#include "host/backends.h"
#include "host/no_answer.h"

static const char *const kinds[] = { "vbd", "vif" };

struct state_node {
    char *path; /* owned */
    bool connected;
};

struct state_nodes {
    struct xs_handle *xs; /* a connection of its own */
    VEC(struct state_node) list;
};

/* NULL in *value: there is no such node, or it went meanwhile. */
static int read_node(struct state_nodes *nodes, const char *path, char **value,
                     struct error *err)
{
    unsigned int length;

    *value = xs_read(nodes->xs, XBT_NULL, path, &length);
    return *value != NULL || errno == ENOENT ? 0 : no_answer(err);
}

static int add_device(struct state_nodes *nodes, const char *record,
                      struct error *err)
{
    cleanup_free char *place = mem_printf("%s/backend", record);
    cleanup_free char *backend = NULL;

    if (read_node(nodes, place, &backend, err) < 0)
        return -1;
    if (backend != NULL)
        VEC_PUSH(&nodes->list, ((struct state_node){
                                   mem_printf("%s/state", backend), false }));
    return 0;
}

static int add_kind(struct state_nodes *nodes, uint32_t domid, const char *kind,
                    struct error *err)
{
    unsigned int count = 0;
    cleanup_free char *folder = mem_printf("/libxl/%u/device/%s", domid, kind);
    cleanup_free char **devids =
        xs_directory(nodes->xs, XBT_NULL, folder, &count);

    if (devids == NULL && errno != ENOENT)
        return no_answer(err);
    for (unsigned int i = 0; devids != NULL && i < count; i++) {
        cleanup_free char *record = mem_printf("%s/%s", folder, devids[i]);
        if (add_device(nodes, record, err) < 0)
            return -1;
    }
    return 0;
}

static int open_nodes(struct state_nodes *nodes, uint32_t domid,
                      struct error *err)
{
    nodes->xs = xs_open(0);
    if (nodes->xs == NULL)
        return no_answer(err);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (add_kind(nodes, domid, kinds[i], err) < 0)
            return -1;
    return 0;
}

static void close_nodes(struct state_nodes *nodes)
{
    VEC_EACH (&nodes->list, node)
        free(node->path);
    VEC_DISPOSE(&nodes->list);
    if (nodes->xs != NULL)
        xs_close(nodes->xs);
}
#define cleanup_nodes __attribute__((cleanup(close_nodes)))

static int look(struct state_nodes *nodes, struct state_node *node,
                struct error *err)
{
    cleanup_free char *text = NULL;
    uint64_t state;

    if (read_node(nodes, node->path, &text, err) < 0)
        return -1;
    node->connected = text != NULL &&
                      number_parse_u64(text, BACKEND_CLOSED, &state) &&
                      state == BACKEND_CONNECTED;
    return 0;
}

static unsigned int count_connected(const struct state_nodes *nodes)
{
    unsigned int count = 0;

    VEC_EACH (&nodes->list, node)
        count += node->connected;
    return count;
}

int connected_count(uint32_t domid, unsigned int *count, struct error *err)
{
    cleanup_nodes struct state_nodes nodes = { 0 };

    if (open_nodes(&nodes, domid, err) < 0)
        return -1;
    VEC_EACH (&nodes.list, node)
        if (look(&nodes, node, err) < 0)
            return -1;
    *count = count_connected(&nodes);
    return 0;
}

/* Each watch fires at once, so that each is looked at once. */
static int watch(struct state_nodes *nodes, struct error *err)
{
    VEC_EACH (&nodes->list, node)
        if (!xs_watch(nodes->xs, node->path, node->path))
            return no_answer(err);
    return 0;
}

/* Looks at what changed; a driver domain may write faster than that. */
static int take_events(struct state_nodes *nodes, int64_t end,
                       struct error *err)
{
    do {
        cleanup_free char **event = xs_check_watch(nodes->xs);

        if (event == NULL)
            return errno == EAGAIN ? 0 : no_answer(err);
        VEC_EACH (&nodes->list, node)
            if (strcmp(node->path, event[XS_WATCH_TOKEN]) == 0 &&
                look(nodes, node, err) < 0)
                return -1;
    } while (!clock_is_past(end));
    return 0;
}

int connected_await(uint32_t domid, unsigned int wanted, int wait_ms,
                    struct error *err)
{
    int64_t end = clock_deadline(wait_ms);
    cleanup_nodes struct state_nodes nodes = { 0 };

    if (open_nodes(&nodes, domid, err) < 0 || watch(&nodes, err) < 0)
        return -1;
    if (wanted > nodes.list.count)
        wanted = (unsigned int)nodes.list.count;
    struct pollfd waiting = { .fd = xs_fileno(nodes.xs), .events = POLLIN };
    for (;;) {
        if (take_events(&nodes, end, err) < 0)
            return -1;
        if (count_connected(&nodes) >= wanted)
            return 1;
        if (clock_is_past(end))
            return 0;
        poll(&waiting, 1, clock_left_ms(end));
    }
}
