/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU pools of the host. */
#include <libxl_utils.h>

#include "base/mem.h"
#include "host/cpupool.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

/* One by one, as xl lists them: "0,1,3". */
static void show_cpus(const libxl_bitmap *cpus)
{
    const char *separator = "";
    int cpu;

    libxl_for_each_set_bit(cpu, *cpus)
    {
        show_printf("%s%d", separator, cpu);
        separator = ",";
    }
}

static void show_pool(const libxl_cpupoolinfo *pool, bool cpus)
{
    cleanup_free char *name = format_name(pool->pool_name);

    show_printf("%-19s", name);
    if (cpus)
        show_cpus(&pool->cpumap);
    else
        show_printf("%3d %9s       y       %4u",
                    libxl_bitmap_count_set(&pool->cpumap),
                    libxl_scheduler_to_string(pool->sched), pool->n_dom);
    show_printf("\n");
}

static void add_pool(struct json_writer *json, const libxl_cpupoolinfo *pool)
{
    int cpu;

    json_begin_object(json);
    json_add_uint(json, "id", pool->poolid);
    json_add_string(json, "name", pool->pool_name);
    json_add_string(json, "scheduler", libxl_scheduler_to_string(pool->sched));
    json_add_uint(json, "domains", pool->n_dom);
    json_key(json, "cpus");
    json_begin_array(json);
    libxl_for_each_set_bit(cpu, pool->cpumap) json_int(json, cpu);
    json_end_array(json);
    json_end_object(json);
}

static void show_json(const libxl_cpupoolinfo *pools, int count)
{
    struct json_writer *json = show_json_begin("cpupool-list");

    json_key(json, "pools");
    json_begin_array(json);
    for (int i = 0; i < count; i++)
        add_pool(json, &pools[i]);
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    bool cpus = invocation_count(inv, "cpus") > 0;

    if (cpupool_list_read(inv->host, &list, err) < 0)
        return -1;
    const libxl_cpupoolinfo *pools = list.items;
    int count = list.count;
    if (inv->word_count > 0) {
        pools = cpupool_find(&list, inv->words[0], err);
        count = 1;
    }
    if (pools == NULL)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        show_json(pools, count);
        return 0;
    }
    show_printf("%-19s%s\n", "Name",
                cpus ? "CPU list" : "CPUs   Sched     Active   Domain count");
    for (int i = 0; i < count; i++)
        show_pool(&pools[i], cpus);
    return 0;
}

static const struct option_row options[] = {
    { 'c', "cpus", OPTION_FLAG, NULL, "Lists the CPUs of each pool instead" },
    OPTION_JSON,
    { 0 },
};

const struct command command_cpupool_list = {
    .name = "cpupool-list",
    .summary = "Lists the CPU pools, or the one named",
    .words = "[POOL]",
    .max_words = 1,
    .completes = WORD_POOL,
    .options = options,
    .run = run,
};
