/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who holds the host's memory, what would free it, and whether FILE fits. */
#include <inttypes.h>

#include "base/mem.h"
#include "domain/memory_account.h"
#include "domain/memory_need.h"
#include "show/show.h"
#include "show/table.h"
#include "xn/command.h"
#include "xn/load.h"

/* All there is to show. */
struct explained {
    struct memory_account account;
    struct memory_ways ways;
    const char *file; /* NULL: none was given */
    struct memory_need need;
    bool fits; /* now, or with what Dom0 may give */
};

/* ---- text ---- */

static void add_row(struct table *table, const char *holder,
                    const uint32_t *domid, uint64_t bytes)
{
    table_add_row(table, NULL);
    table_cell(table, holder);
    if (domid != NULL)
        table_cellf(table, "%u", *domid);
    else
        table_cell(table, NULL);
    table_cellf(table, "%" PRIu64, bytes >> 20);
}

static void show_holders(const struct memory_account *account)
{
    static const struct table_column columns[] = {
        { .name = "HOLDER", .flags = TABLE_TRUNCATE },
        { .name = "ID", .flags = TABLE_RIGHT },
        { .name = "MIB", .flags = TABLE_RIGHT },
    };
    cleanup_table struct table *table = table_new(columns, 3);

    add_row(table, "Xen itself", NULL, memory_account_of_xen(account));
    VEC_EACH (&account->holders, holder)
        add_row(table, holder->name != NULL ? holder->name : "(no name)",
                &holder->domid, holder->memory);
    add_row(table, "free", NULL, account->free);
    add_row(table, "all together", NULL, account->total);
    table_print(table);
}

static void show_way(const struct memory_way *way)
{
    const struct memory_holder *holder = way->holder;
    bool named = holder != NULL && holder->name != NULL;
    cleanup_free char *name = show_safe(named ? holder->name : "(no name)");
    uint32_t domid = holder != NULL ? holder->domid : 0;
    uint64_t mib = way->bytes >> 20;

    switch (way->kind) {
    case MEMORY_WIPING:
        show_printf("%6" PRIu64 " MiB of it are being wiped: a moment\n", mib);
        break;
    case MEMORY_CLAIMED:
        show_printf("%6" PRIu64 " MiB of it are promised to guests that are "
                    "being made: xn claims\n",
                    mib);
        break;
    case MEMORY_DYING:
        show_printf("%6" PRIu64 " MiB come once %s (%u) is gone: xn doctor\n",
                    mib, name, domid);
        break;
    case MEMORY_BALLOONING:
        show_printf("%6" PRIu64 " MiB are to be given back by %s (%u), which "
                    "did not do so yet\n",
                    mib, name, domid);
        break;
    case MEMORY_OF_DOMAIN_0:
        show_printf("%6" PRIu64 " MiB at the very most could be taken from "
                    "domain 0: xn mem-set 0 MIB\n",
                    mib);
        break;
    }
}

static void show_need(const struct explained *all)
{
    const struct memory_need *need = &all->need;
    cleanup_free char *file = show_safe(all->file);
    uint64_t needed = (need->needed_kib + 1023) >> 10;
    uint64_t available = need->free_kib >> 10;

    show_printf("\n%s takes %" PRIu64 " MiB: ", file, needed);
    if (needed <= available)
        show_printf("it fits\n");
    else if (all->fits)
        show_printf("short by %" PRIu64 " MiB, which domain 0 is asked for\n",
                    needed - available);
    else
        show_printf("short by %" PRIu64 " MiB\n", needed - available);
}

static void show_text(const struct explained *all)
{
    show_holders(&all->account);
    show_printf("\n%" PRIu64 " MiB can be given to a new guest now.\n",
                memory_account_available(&all->account) >> 20);
    if (all->account.shared > 0)
        show_printf("%6" PRIu64 " MiB are saved by shared pages\n",
                    all->account.shared >> 20);
    VEC_EACH (&all->ways.list, way)
        show_way(way);
    if (all->file != NULL)
        show_need(all);
}

/* ---- JSON ---- */

static void add_holders(struct json_writer *json,
                        const struct memory_account *account)
{
    json_key(json, "domains");
    json_begin_array(json);
    VEC_EACH (&account->holders, holder) {
        json_begin_object(json);
        json_add_uint(json, "domid", holder->domid);
        json_add_string(json, "name", holder->name);
        json_add_uint(json, "memory", holder->memory);
        json_add_uint(json, "claimed", holder->claimed);
        if (holder->target != 0)
            json_add_uint(json, "target", holder->target);
        json_add_bool(json, "dying", holder->dying);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_ways(struct json_writer *json, const struct memory_ways *ways)
{
    json_key(json, "ways");
    json_begin_array(json);
    VEC_EACH (&ways->list, way) {
        json_begin_object(json);
        json_add_string(json, "kind", memory_way_name(way->kind));
        json_add_uint(json, "bytes", way->bytes);
        if (way->holder != NULL)
            json_add_uint(json, "domid", way->holder->domid);
        json_end_object(json);
    }
    json_end_array(json);
}

static void show_json(const struct explained *all)
{
    const struct memory_account *account = &all->account;
    struct json_writer *json = show_json_begin("explain-memory");

    json_add_uint(json, "total", account->total);
    json_add_uint(json, "free", account->free);
    json_add_uint(json, "available", memory_account_available(account));
    json_add_uint(json, "xen", memory_account_of_xen(account));
    json_add_uint(json, "shared", account->shared);
    add_holders(json, account);
    add_ways(json, &all->ways);
    if (all->file != NULL) {
        json_key(json, "file");
        json_begin_object(json);
        json_add_string(json, "path", all->file);
        json_add_uint(json, "needed", all->need.needed_kib * 1024);
        json_add_uint(json, "available", all->need.free_kib * 1024);
        json_add_bool(json, "fits", all->fits);
        json_end_object(json);
    }
    show_json_end(json);
}

/* ---- */

static int measure_file(const struct invocation *inv, struct explained *all,
                        struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_xlconf struct xlconf defaults;
    struct config_source source = { .path = all->file };

    xlconf_init(&defaults);
    domain_spec_init(&spec);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        load_domain(inv->settings, inv->host, &source, &defaults, false, true,
                    &spec, err) < 0 ||
        memory_need_measure(inv->host, &spec, &defaults, &all->need, err) < 0)
        return -1;
    uint64_t there = all->need.free_kib * 1024;
    if (all->need.may_balloon)
        there += memory_account_of_dom0(&all->account);
    all->fits = there >= all->need.needed_kib * 1024;
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct explained all = {
        .file = inv->word_count > 0 ? inv->words[0] : NULL,
    };

    int rc = memory_account_read(inv->host, &all.account, err);
    if (rc == 0 && all.file != NULL)
        rc = measure_file(inv, &all, err);
    if (rc == 0) {
        memory_account_find_ways(&all.account, &all.ways);
        if (invocation_count(inv, "json") > 0)
            show_json(&all);
        else
            show_text(&all);
        if (all.file != NULL && !all.fits)
            inv->exit_status = ERR_SPACE;
    }
    VEC_DISPOSE(&all.ways.list);
    memory_account_dispose(&all.account);
    return rc;
}

const struct command command_explain_memory = {
    .name = "explain-memory",
    .ours = true,
    .summary = "Tells who holds the host's memory and what would free it",
    .words = "[FILE]",
    .more = "FILE is a guest's configuration: how much it takes and whether it "
            "fits (exit\n"
            "status 9 if not).",
    .max_words = 1,
    .completes = WORD_FILE,
    .options = json_option,
    .run = run,
};
