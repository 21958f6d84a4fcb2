/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/known.h"

#include <string.h>

#include "base/near.h"

static const char *name_at(struct config_names names, size_t i)
{
    return *(const char *const *)((const char *)names.rows + i * names.size);
}

static void check(const struct config_assignment *set,
                  struct config_names names, enum config_severity severity,
                  struct config_diags *diags)
{
    struct near near = near_begin(set->key);

    for (size_t i = 0; i < names.count; i++) {
        if (strcmp(name_at(names, i), set->key) == 0)
            return;
        near_offer(&near, name_at(names, i));
    }
    config_diag_unknown_key(diags, severity, &set->place, set->key,
                            near_best(&near));
}

void config_check_known(const struct config_tree *tree,
                        struct config_names names,
                        enum config_severity severity,
                        struct config_diags *diags)
{
    const struct config_assignment *set = config_tree_first(tree);

    for (; set != NULL; set = set->next)
        if (set->last)
            check(set, names, severity, diags);
}
