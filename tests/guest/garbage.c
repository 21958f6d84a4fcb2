/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "garbage.h"

#include "bytes.h"
#include "words.h"

#define SECOND UINT64_C(1000000000)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PATH_SIZE 64

static const char *const devices[] = { "device/vbd/51712/", "device/vbd/51728/",
                                       "device/vif/0/" };
static const char *const nodes[] = { "state",         "ring-ref",
                                     "event-channel", "protocol",
                                     "backend",       "backend-id",
                                     "mac",           "more/and/more" };
/* Of a number that has no divisor in common with those: all meet. */
static const char *const values[] = {
    "6",
    "garbage",
    "4",
    "-7",
    "1",
    "",
    "5",
    "../../0/device",
    "/local/domain/0/backend/vbd/0/51712",
    "99999999999999999999",
    "3",
};

bool garbage_obey(struct garbage *garbage, const char *word, size_t length)
{
    return word_rate(word, length, "garbage=", &garbage->rate);
}

static void write_one(struct garbage *garbage, struct store *store)
{
    size_t number = garbage->next++;
    const char *device = devices[number % COUNT(devices)];
    const char *node = nodes[number / COUNT(devices) % COUNT(nodes)];
    size_t length = strlen(device);
    char path[PATH_SIZE];

    memcpy(path, device, length);
    memcpy(path + length, node, strlen(node) + 1);
    store_write(store, path, values[number % COUNT(values)]);
}

void garbage_run(struct garbage *garbage, struct store *store, uint64_t now)
{
    uint64_t past = now - garbage->since, most = SECOND / 10;

    garbage->since = now;
    garbage->owed += garbage->rate * (past < most ? past : most);
    for (; garbage->owed >= SECOND; garbage->owed -= SECOND)
        write_one(garbage, store);
}
