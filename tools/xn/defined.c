/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/defined.h"

#include <string.h>

#include "base/mem.h"
#include "xn/load.h"

/* Mistakes in it are for whoever uses it to tell. */
static bool names_it(const char *path, const char *name)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_domain_spec struct domain_spec spec;
    struct config_source source = { .path = path };

    domain_spec_init(&spec);
    (void)!load_domain_silently(NULL, &source, NULL, false, &spec, &diags,
                                NULL);
    const char *own = spec.config.c_info.name;
    return own != NULL && strcmp(own, name) == 0;
}

static char *look_into(const struct managed *managed, const char *name,
                       bool automatic)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };

    if (managed_list(managed, automatic, &paths, NULL) < 0)
        return NULL;
    VEC_EACH (&paths.list, path)
        if (names_it(*path, name))
            return mem_strdup(*path);
    return NULL;
}

int defined_find(const struct managed *managed, const char *name, char **path,
                 struct error *err)
{
    if (managed_find(managed, name, path, NULL) == 0)
        return 0;
    *path = look_into(managed, name, true);
    if (*path == NULL)
        *path = look_into(managed, name, false);
    return *path != NULL ? 0 : managed_find(managed, name, path, err);
}
