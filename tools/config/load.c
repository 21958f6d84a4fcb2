/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry point of reading and filling; the domain_spec and its JSON. */
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/tree.h"

void domain_spec_init(struct domain_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    libxl_domain_config_init(&spec->config);
    spec->own.restart_limit = OWN_RESTART_UNSET;
}

void domain_spec_dispose(struct domain_spec *spec)
{
    libxl_domain_config_dispose(&spec->config);
    libxl_string_list_dispose(&spec->own.start_after);
    libxl_string_list_dispose(&spec->own.hooks);
    free(spec->own.stop_migrate_to);
    free(spec->own.log_level);
    memset(&spec->own, 0, sizeof(spec->own));
}

char *domain_spec_to_json(struct domain_spec *spec)
{
    /* libxl uses the context for a message on failure only. */
    return libxl_domain_config_to_json(NULL, &spec->config);
}

int config_verdict(const struct config_tree *tree, struct config_diags *diags,
                   struct error *err)
{
    config_diags_sort(diags);
    if (diags->errors == 0)
        return 0;
    return error_set(err, ERR_CONFIG, "%s: %zu error%s in the configuration",
                     config_text_name(config_tree_text(tree)), diags->errors,
                     diags->errors == 1 ? "" : "s");
}

int config_load(const struct config_source *source,
                const struct xlconf *defaults,
                const struct config_host_facts *facts, struct domain_spec *spec,
                struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;

    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    config_fill(tree, defaults, facts, spec, diags);
    if (source->strict)
        config_diags_promote(diags);
    return config_verdict(tree, diags, err);
}
