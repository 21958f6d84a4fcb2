/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entry points around parser and filling: files, overrides of the command
 * line, the domain_spec and its JSON.
 */
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/parse.h"

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

static struct config_text *open_text(const struct config_source *source,
                                     struct error *err)
{
    const char *name = source->path != NULL ? source->path : "(text)";
    size_t length;
    char *bytes;

    if (source->text == NULL) {
        if (io_read_file(source->path, CONFIG_MAX_BYTES, &bytes, &length, err) <
            0)
            return NULL;
        if (strcmp(source->path, "-") == 0)
            name = "standard input";
        return config_text_adopt(name, bytes, length, 0);
    }
    if (source->length > CONFIG_MAX_BYTES) {
        error_set(err, ERR_CONFIG, "%s: longer than %d MiB", name,
                  CONFIG_MAX_BYTES / 1024 / 1024);
        return NULL;
    }
    return config_text_new(name, source->text, source->length, 0);
}

static void parse_overrides(const struct config_source *source,
                            struct config_tree *tree,
                            struct config_diags *diags)
{
    for (unsigned int i = 0; source->overrides[i] != NULL; i++) {
        cleanup_free char *name = mem_printf("command line argument %u", i + 1);
        const char *word = source->overrides[i];
        struct config_text *text =
            config_text_new(name, word, strlen(word), i + 1);

        config_tree_parse(tree, text, diags);
        config_text_unref(text);
    }
}

int config_read(const struct config_source *source, struct config_tree **tree,
                struct config_diags *diags, struct error *err)
{
    struct config_text *text = open_text(source, err);

    *tree = NULL;
    if (text == NULL)
        return -1;
    *tree = config_tree_new();
    config_tree_parse(*tree, text, diags);
    config_text_unref(text);
    if (source->overrides != NULL)
        parse_overrides(source, *tree, diags);
    return 0;
}

int config_load(const struct config_source *source,
                const struct xlconf *defaults,
                const struct config_host_facts *facts, struct domain_spec *spec,
                struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;
    int rc;

    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    rc = config_fill(tree, defaults, facts, spec, diags);
    config_diags_sort(diags);
    if (rc == 0)
        return 0;
    return error_set(err, ERR_CONFIG, "%s: %zu error%s in the configuration",
                     config_text_name(config_tree_text(tree)), diags->errors,
                     diags->errors == 1 ? "" : "s");
}
