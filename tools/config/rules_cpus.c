/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules between keys: processors and scheduling. */
#include "config/rules.h"

#include <libxl_utils.h>

static bool many_vcpus(struct fill *fill)
{
    return fill->guest != GUEST_PV && fill->b_info->max_vcpus > 128;
}

/* xl makes the guest, and no vCPU of it is online. */
static bool no_vcpus(struct fill *fill)
{
    long number;

    return fill_quiet_number(fill_value(fill, "vcpus"), &number) && number == 0;
}

/* A cap is in percent of one CPU, and a vCPU runs on one at a time. */
static bool cap_above_vcpus(struct fill *fill)
{
    int vcpus = fill->b_info->max_vcpus;

    return fill->b_info->sched_params.cap > 100 * (vcpus > 0 ? vcpus : 1);
}

static bool odd_weight(struct fill *fill)
{
    int weight = fill->b_info->sched_params.weight;

    return weight == 0 || weight > 65535;
}

static bool more_lists_than_vcpus(struct fill *fill, const char *key)
{
    const struct config_value *value = fill_value(fill, key);
    int vcpus = fill->b_info->max_vcpus;

    return vcpus > 0 && value->type == CONFIG_LIST &&
           value->u.list.count > (size_t)vcpus;
}

static bool more_hard_lists(struct fill *fill)
{
    return more_lists_than_vcpus(fill, "cpus");
}

static bool more_soft_lists(struct fill *fill)
{
    return more_lists_than_vcpus(fill, "cpus_soft");
}

static bool maps_differ(const libxl_bitmap *one, const libxl_bitmap *other)
{
    for (uint32_t i = 0; i < one->size && i < other->size; i++)
        if (one->map[i] & other->map[i])
            return false;
    return true;
}

/*
 * Is there a vCPU that prefers nothing of what it may run on? A list that is
 * empty is one of nodes, where the host is not known.
 */
static bool soft_outside_hard(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    for (int i = 0; i < b_info->num_vcpu_hard_affinity &&
                    i < b_info->num_vcpu_soft_affinity;
         i++)
        if (!libxl_bitmap_is_empty(&b_info->vcpu_hard_affinity[i]) &&
            !libxl_bitmap_is_empty(&b_info->vcpu_soft_affinity[i]) &&
            maps_differ(&b_info->vcpu_hard_affinity[i],
                        &b_info->vcpu_soft_affinity[i]))
            return true;
    return false;
}

const struct config_rule cpu_rules[] = {
    { "cap", cap_above_vcpus, "'cap' is more than all vCPUs can use",
      "it is in percent of one CPU: at most 100 for each vCPU" },
    { "cpu_weight", odd_weight, "'cpu_weight' is not from 1 to 65535", NULL },
    { "cpus", more_hard_lists, "there are more lists in 'cpus' than vCPUs",
      "the last ones are ignored" },
    { "cpus_soft", more_soft_lists,
      "there are more lists in 'cpus_soft' than vCPUs",
      "the last ones are ignored" },
    { "cpus_soft", soft_outside_hard,
      "a vCPU prefers CPUs that 'cpus' does not let it run on",
      "name CPUs that are in 'cpus', too" },
    { "vcpus", no_vcpus, "'vcpus' is 0: no vCPU of the guest is online",
      "it is from 1 on" },
    { "vcpus", many_vcpus,
      "this Xen gives HVM and PVH guests at most 128 vCPUs", NULL },
    { NULL },
};
