/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/cpupool.h"

#include <libxl_utils.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/known.h"

static const char *const keys[] = { "name", "sched", "nodes", "cpus" };

void cpupool_spec_dispose(struct cpupool_spec *spec)
{
    free(spec->name);
    libxl_bitmap_dispose(&spec->cpus);
    *spec = (struct cpupool_spec){ 0 };
}

static void read_nodes(struct fill *fill, const struct config_value *list,
                       libxl_bitmap *cpus)
{
    const struct config_host_facts *facts = fill->facts;
    const struct config_value *item = NULL;
    long node;
    uint32_t cpu;

    while ((item = fill_item(fill, "nodes", list, item)) != NULL) {
        if (!fill_is_number(item, &node) || node < 0 ||
            (facts->node_cpus != NULL && node >= facts->nr_nodes))
            fill_error(fill, item, NULL, "'%s' is no NUMA node of this host",
                       item->u.atom.text);
        else if (facts->node_cpus != NULL)
            libxl_for_each_set_bit(cpu, facts->node_cpus[node])
                libxl_bitmap_set(cpus, (int)cpu);
    }
}

/* A list of CPUs, or a string that lists them. */
static void read_cpus(struct fill *fill, const struct config_value *value,
                      libxl_bitmap *cpus)
{
    const struct config_value *item = NULL;

    if (value->type == CONFIG_ATOM) {
        fill_cpu_list(fill, value, cpus);
        return;
    }
    while ((item = fill_item(fill, "cpus", value, item)) != NULL)
        fill_cpu_list(fill, item, cpus);
}

/* xl takes the nodes where both are set. */
static void read_choice(struct fill *fill, struct cpupool_spec *spec)
{
    const struct config_value *nodes = fill_list(fill, "nodes");
    const struct config_value *cpus = fill_value(fill, "cpus");

    libxl_bitmap_init(&spec->cpus);
    fill_bitmap_alloc(&spec->cpus, fill_host_cpus(fill));
    if (nodes != NULL) {
        spec->choice = CPUPOOL_NODES;
        read_nodes(fill, nodes, &spec->cpus);
        if (cpus != NULL)
            fill_warn(fill, cpus, NULL, "'cpus' is ignored beside 'nodes'");
    } else if (cpus != NULL) {
        spec->choice = CPUPOOL_CPUS;
        read_cpus(fill, cpus, &spec->cpus);
    }
}

static void read_spec(struct fill *fill, struct cpupool_spec *spec)
{
    int number;

    config_check_known(fill->tree, CONFIG_NAMES(keys), CONFIG_WARNING,
                       fill->diags);
    fill_replace(fill, "name", &spec->name);
    if (fill_enum(fill, "sched", libxl_scheduler_string_table, &number))
        spec->scheduler = (libxl_scheduler)number;
    read_choice(fill, spec);
}

int config_load_cpupool(const struct config_source *source,
                        const struct config_host_facts *facts,
                        struct cpupool_spec *spec, struct config_diags *diags,
                        struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;
    struct fill fill = { .facts = facts, .diags = diags };

    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    fill.tree = tree;
    read_spec(&fill, spec);
    return config_verdict(tree, diags, err);
}
