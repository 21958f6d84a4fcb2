/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The language of CPU lists is that of cpus.c; here are its other doors. */
#include "config/cpulist.h"

#include <string.h>

#include <libxl_utils.h>

#include "config/fill.h"

int config_cpu_list(const char *text, const struct config_host_facts *facts,
                    libxl_bitmap *map, struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct fill fill = { .facts = facts, .diags = &diags };
    struct config_value value = { .type = CONFIG_ATOM };

    value.u.atom.text = (char *)text;
    value.u.atom.length = (uint32_t)strlen(text);
    libxl_bitmap_init(map);
    fill_bitmap_alloc(map, fill_host_cpus(&fill));
    if (fill_cpu_list(&fill, &value, map))
        return 0;
    libxl_bitmap_dispose(map);
    VEC_EACH (&diags.list, diag) {
        if (diag->severity != CONFIG_ERROR)
            continue;
        error_set(err, ERR_USAGE, "%s", diag->message);
        if (diag->hint != NULL)
            error_hint(err, "%s", diag->hint);
        return -1;
    }
    return error_set(err, ERR_USAGE, "'%s' is no list of CPUs", text);
}

static int limit_by(const char *mask_text,
                    const struct config_host_facts *facts, libxl_bitmap *map,
                    struct error *err)
{
    libxl_bitmap mask;

    if (mask_text == NULL)
        return 0;
    if (config_cpu_list(mask_text, facts, &mask, err) < 0)
        return error_context(err, "xl.conf");
    for (uint32_t byte = 0; byte < map->size && byte < mask.size; byte++)
        map->map[byte] &= mask.map[byte];
    libxl_bitmap_dispose(&mask);
    return 0;
}

int config_cpu_limit(const struct xlconf *defaults, bool pv,
                     const struct config_host_facts *facts, libxl_bitmap *map,
                     struct error *err)
{
    const char *typed = pv ? defaults->vm_pv_cpumask : defaults->vm_hvm_cpumask;

    if (limit_by(defaults->vm_cpumask, facts, map, err) < 0 ||
        limit_by(typed, facts, map, err) < 0)
        return -1;
    if (!libxl_bitmap_is_empty(map))
        return 0;
    error_set(err, ERR_STATE, "no CPU is left that xl.conf allows");
    error_hint(err, "-i takes no account of its vm.cpumask");
    return -1;
}
