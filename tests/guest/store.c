/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include "bytes.h"

#define INDEX(counter) ((counter) % XENSTORE_RING_SIZE)

static uint32_t load(const uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

static void advance(uint32_t *counter)
{
    __atomic_store_n(counter, *counter + 1, __ATOMIC_RELEASE);
}

static void send(struct store *store, const void *bytes, size_t length)
{
    struct xenstore_domain_interface *ring = store->machine->store;
    const char *next = bytes;

    while (length > 0) {
        if (ring->req_prod - load(&ring->req_cons) == XENSTORE_RING_SIZE) {
            machine_notify(store->machine->store_port);
            machine_wait(store->machine, 0);
            continue;
        }
        ring->req[INDEX(ring->req_prod)] = *next++;
        advance(&ring->req_prod);
        length--;
    }
}

/* What does not fit into size is thrown away. */
static void receive(struct store *store, void *bytes, size_t size,
                    size_t length)
{
    struct xenstore_domain_interface *ring = store->machine->store;
    char *to = bytes;

    for (size_t i = 0; i < length;) {
        if (load(&ring->rsp_prod) == ring->rsp_cons) {
            machine_notify(store->machine->store_port);
            machine_wait(store->machine, 0);
            continue;
        }
        if (i < size)
            to[i] = ring->rsp[INDEX(ring->rsp_cons)];
        advance(&ring->rsp_cons);
        i++;
    }
}

/* One message; value is ended by a zero. */
static uint32_t take_message(struct store *store, char value[STORE_VALUE_SIZE])
{
    struct xsd_sockmsg header;

    receive(store, &header, sizeof(header), sizeof(header));
    receive(store, value, STORE_VALUE_SIZE - 1, header.len);
    value[header.len < STORE_VALUE_SIZE ? header.len : 0] = '\0';
    machine_notify(store->machine->store_port);
    if (header.type == XS_WATCH_EVENT)
        store->changed = true;
    return header.type;
}

/* The path with its zero, then the second string with so many bytes. */
static void call(struct store *store, uint32_t type, const char *path,
                 const char *second, size_t length,
                 char value[STORE_VALUE_SIZE])
{
    size_t path_length = strlen(path) + 1;
    struct xsd_sockmsg header = { .type = type,
                                  .len = (uint32_t)(path_length + length) };
    uint32_t got;

    send(store, &header, sizeof(header));
    send(store, path, path_length);
    send(store, second, length);
    machine_notify(store->machine->store_port);
    do
        got = take_message(store, value);
    while (got == XS_WATCH_EVENT);
    if (got != type)
        value[0] = '\0';
}

void store_watch(struct store *store, const char *path)
{
    char value[STORE_VALUE_SIZE];

    call(store, XS_WATCH, path, "w", sizeof("w"), value);
}

void store_look(struct store *store)
{
    struct xenstore_domain_interface *ring = store->machine->store;
    char value[STORE_VALUE_SIZE];

    while (load(&ring->rsp_prod) != ring->rsp_cons)
        take_message(store, value);
}

bool store_has_news(const struct store *store)
{
    const struct xenstore_domain_interface *ring = store->machine->store;

    return store->changed || load(&ring->rsp_prod) != ring->rsp_cons;
}

void store_forget(struct store *store)
{
    struct xenstore_domain_interface *ring = store->machine->store;

    ring->rsp_cons = load(&ring->rsp_prod);
}

void store_read(struct store *store, const char *path,
                char value[STORE_VALUE_SIZE])
{
    call(store, XS_READ, path, "", 0, value);
}

void store_write(struct store *store, const char *path, const char *value)
{
    char answer[STORE_VALUE_SIZE];

    call(store, XS_WRITE, path, value, strlen(value), answer);
}
