/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/evacuate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "domain/transfer/spread.h"
#include "domain/transfer/transport.h"
#include "host/domains.h"
#include "show/show.h"
#include "show/table.h"
#include "xn/fleet.h"

/* More at once share the same wire and processors. */
#define JOBS 2

struct traveller {
    struct domain_info *info;
    size_t host;          /* of the list; SPREAD_NOWHERE: none has room */
    int64_t began, ended; /* ms; 0: not yet */
    bool there;
};

struct evacuation {
    struct fleet fleet;
    struct invocation *inv;
    char *const *hosts;
    VEC(struct traveller) list; /* side by side with the order's items */
};

/* -- one of them ----------------------------------------------------------- */

/* What migrate takes, and is handed on to each run of it. */
static const char *const values[] = { "ssh",          "compress",
                                      "bwlimit",      "stall-timeout",
                                      "max-downtime", "max-rounds" };

static char **words_of(void *arg, size_t place)
{
    struct evacuation *all = arg;
    struct traveller *traveller = &all->list.items[place];
    VEC(char *) words = VEC_INIT;

    VEC_PUSH(&words, mem_strdup("migrate"));
    if (invocation_count(all->inv, "json") > 0)
        VEC_PUSH(&words, mem_strdup("--quiet"));
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const char *value = invocation_value(all->inv, values[i]);
        if (value != NULL)
            VEC_PUSH(&words, mem_printf("--%s=%s", values[i], value));
    }
    if (invocation_count(all->inv, "abort-if-busy") > 0)
        VEC_PUSH(&words, mem_strdup("--abort-if-busy"));
    VEC_PUSH(&words, mem_strdup("--"));
    VEC_PUSH(&words, mem_printf("%u", traveller->info->domid));
    VEC_PUSH(&words, mem_strdup(all->hosts[traveller->host]));
    VEC_PUSH(&words, NULL);
    traveller->began = clock_now_ms();
    return words.items;
}

static bool ended(void *arg, size_t place, bool ok)
{
    struct evacuation *all = arg;

    all->list.items[place].ended = clock_now_ms();
    all->list.items[place].there = ok;
    return false;
}

/* -- where each goes ------------------------------------------------------- */

static int compare_sizes(const void *a, const void *b)
{
    const struct domain_info *one = a, *other = b;

    return one->memory > other->memory ? -1 : one->memory < other->memory;
}

static bool can_go(const struct domain_info *info)
{
    return info->domid != 0 && info->name != NULL && !info->never_stop &&
           !info->dying && !info->shutdown;
}

/* A single host need not be asked: each guest is refused there for itself. */
static int ask_room(const struct evacuation *all, int count, uint64_t *room,
                    struct error *err)
{
    const char *command = invocation_value(all->inv, "ssh");

    room[0] = UINT64_MAX;
    for (int i = 0; i < count && count > 1; i++) {
        cleanup_proc_result struct proc_result result = { 0 };
        if (transport_ask(command, all->hosts[i], "--room", TRANSPORT_ANSWER_MS,
                          &result, err) < 0)
            return -1;
        result.out.text[strcspn(result.out.text, "\n")] = '\0';
        if (!number_parse_u64(result.out.text, UINT64_MAX - 1, &room[i]))
            return error_set(err, ERR_HOST, "%s gave no answer", all->hosts[i]);
    }
    return 0;
}

static void add_traveller(struct evacuation *all, struct domain_info *info,
                          size_t host)
{
    VEC_PUSH(&all->list, ((struct traveller){ .info = info, .host = host }));
    size_t place = order_add(&all->fleet.order, info->name);
    if (host == SPREAD_NOWHERE)
        order_end(&all->fleet.order, place);
}

static void assign(struct evacuation *all, struct domain_list *list,
                   uint64_t *room, size_t hosts)
{
    size_t guests = list->items.count;
    cleanup_free uint64_t *needs = mem_zalloc(guests + 1, sizeof(*needs));
    cleanup_free size_t *places = mem_zalloc(guests + 1, sizeof(*places));

    for (size_t i = 0; i < guests; i++)
        needs[i] = list->items.items[i].memory;
    spread(needs, guests, room, hosts, places);
    for (size_t i = 0; i < guests; i++)
        add_traveller(all, &list->items.items[i], places[i]);
}

static int collect(struct evacuation *all, int count, struct domain_list *list,
                   struct error *err)
{
    cleanup_free uint64_t *room = mem_zalloc((size_t)count, sizeof(*room));
    size_t kept = 0;

    if (domain_list_read(list, DOMAIN_NAMES, err) < 0 ||
        domain_list_drop_stubs(list, err) < 0 ||
        ask_room(all, count, room, err) < 0)
        return -1;
    for (size_t i = 0; i < list->items.count; i++) {
        struct domain_info *info = &list->items.items[i];
        if (can_go(info))
            list->items.items[kept++] = *info;
        else
            domain_info_dispose(info);
    }
    list->items.count = kept;
    if (kept > 0)
        qsort(list->items.items, kept, sizeof(*list->items.items),
              compare_sizes);
    assign(all, list, room, (size_t)count);
    return order_resolve(&all->fleet.order, err);
}

/* -- what became of them --------------------------------------------------- */

static const char *result_of(const struct traveller *traveller)
{
    if (traveller->host == SPREAD_NOWHERE)
        return "no room";
    if (traveller->ended == 0)
        return traveller->began > 0 ? "interrupted" : "not tried";
    return traveller->there ? "migrated" : "failed";
}

static double seconds_of(const struct traveller *traveller)
{
    return traveller->ended > 0
               ? (double)(traveller->ended - traveller->began) / 1000
               : 0;
}

static const char *host_of(const struct evacuation *all,
                           const struct traveller *traveller)
{
    return traveller->host == SPREAD_NOWHERE ? NULL
                                             : all->hosts[traveller->host];
}

static void print_json(const struct evacuation *all)
{
    struct json_writer *json = show_json_begin("evacuate");

    json_key(json, "domains");
    json_begin_array(json);
    VEC_EACH (&all->list, traveller) {
        json_begin_object(json);
        json_add_string(json, "name", traveller->info->name);
        json_add_uint(json, "memory", traveller->info->memory);
        json_add_string(json, "host", host_of(all, traveller));
        json_add_string(json, "result", result_of(traveller));
        json_add_double(json, "seconds", seconds_of(traveller));
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static void print_table(const struct evacuation *all)
{
    static const struct table_column columns[] = {
        { .name = "Name" },
        { .name = "MiB", .flags = TABLE_RIGHT },
        { .name = "To" },
        { .name = "Result" },
        { .name = "Seconds", .flags = TABLE_RIGHT },
    };
    cleanup_table struct table *table = table_new(columns, 5);

    VEC_EACH (&all->list, traveller) {
        table_add_row(table, NULL);
        table_cell(table, traveller->info->name);
        table_cellf(table, "%llu",
                    (unsigned long long)(traveller->info->memory >> 20));
        table_cell(table, host_of(all, traveller));
        table_cell(table, result_of(traveller));
        table_cellf(table, "%.1f", seconds_of(traveller));
    }
    table_print(table);
}

/* What nobody was tried for fails, too. */
static int judge(const struct evacuation *all, int rc, struct error *err)
{
    size_t missing = 0;

    VEC_EACH (&all->list, traveller)
        missing += !traveller->there;
    if (missing == 0 || (rc < 0 && err->kind != ERR_FAILED))
        return rc;
    error_dispose(err);
    return error_set(err, ERR_FAILED, "%zu of %zu guests are still here",
                     missing, all->list.count);
}

int evacuate(struct invocation *inv, char *const *hosts, int count,
             struct error *err)
{
    struct evacuation all = {
        .fleet = { .done = "migrated",
                   .apart = true,
                   .words = words_of,
                   .ended = ended,
                   .jobs = JOBS },
        .inv = inv,
        .hosts = hosts,
    };
    cleanup_domain_list struct domain_list list = { 0 };

    all.fleet.arg = &all;
    int rc = fleet_read_options(inv, &all.fleet, err);
    if (rc == 0)
        rc = collect(&all, count, &list, err);
    if (rc == 0) {
        rc = fleet_run(&all.fleet, err);
        if (invocation_count(inv, "json") > 0)
            print_json(&all);
        else
            print_table(&all);
        rc = judge(&all, rc, err);
    }
    order_dispose(&all.fleet.order);
    VEC_DISPOSE(&all.list);
    return rc;
}
