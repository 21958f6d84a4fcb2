/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "config/settings.h"
#include "config/sxp.h"
#include "domain/describe.h"
#include "domain/transfer/saved_config.h"
#include "show/show.h"

#define XL_CONF "/etc/xen/xl.conf"

char *load_render_diags(const struct config_diags *diags, bool errors_only,
                        int fd)
{
    struct strbuf text = { 0 };
    unsigned int flags = CONFIG_RENDER_QUOTE;

    if (errors_only)
        flags |= CONFIG_RENDER_ERRORS;
    if (show_colour(fd))
        flags |= CONFIG_RENDER_COLOUR;
    config_diags_render(diags, flags, &text);
    return strbuf_take(&text);
}

void load_print_diags(const struct config_diags *diags, bool errors_only)
{
    cleanup_free char *text =
        load_render_diags(diags, errors_only, STDERR_FILENO);

    fputs(text, stderr);
}

void load_words_sort(const struct invocation *inv, struct load_words *words)
{
    const char *named = invocation_value(inv, "defconfig");

    if (named != NULL)
        VEC_PUSH(&words->files, named);
    for (int i = 0; i < inv->word_count; i++) {
        if (strchr(inv->words[i], '=') != NULL)
            VEC_PUSH(&words->overrides, inv->words[i]);
        else
            VEC_PUSH(&words->files, inv->words[i]);
    }
    VEC_PUSH(&words->overrides, NULL);
}

void load_words_dispose(struct load_words *words)
{
    VEC_DISPOSE(&words->files);
    VEC_DISPOSE(&words->overrides);
}

int load_defaults(const struct settings *settings, struct xlconf *defaults,
                  struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;

    if (access(XL_CONF, F_OK) < 0)
        return 0;
    int rc = xlconf_read(XL_CONF, defaults, &diags, err);
    load_print_diags(&diags, settings->as_xl);
    return rc;
}

void load_facts_read(struct host *host, struct load_facts *facts)
{
    libxl_physinfo info;

    libxl_physinfo_init(&info);
    facts->known.max_cpus = libxl_get_max_cpus(host->ctx);
    facts->known.online_cpus = libxl_get_online_cpus(host->ctx);
    if (libxl_get_physinfo(host->ctx, &info) == 0)
        facts->known.nr_nodes = (int)info.nr_nodes;
    libxl_physinfo_dispose(&info);
    facts->nodes =
        mem_zalloc((size_t)facts->known.nr_nodes, sizeof(*facts->nodes));
    for (int i = 0; i < facts->known.nr_nodes; i++) {
        libxl_bitmap_init(&facts->nodes[i]);
        if (libxl_cpu_bitmap_alloc(host->ctx, &facts->nodes[i], 0) == 0)
            libxl_node_to_cpumap(host->ctx, i, &facts->nodes[i]);
    }
    facts->known.node_cpus = facts->nodes;
}

void load_facts_dispose(struct load_facts *facts)
{
    for (int i = 0; facts->nodes != NULL && i < facts->known.nr_nodes; i++)
        libxl_bitmap_dispose(&facts->nodes[i]);
    free(facts->nodes);
    facts->nodes = NULL;
}

int load_domain_silently(struct host *host, const struct config_source *source,
                         const struct xlconf *defaults,
                         bool ignore_affinity_masks, struct domain_spec *spec,
                         struct config_diags *diags, struct error *err)
{
    struct load_facts facts = {
        .known = { .ignore_affinity_masks = ignore_affinity_masks },
    };

    if (host != NULL)
        load_facts_read(host, &facts);
    int rc = config_load(source, defaults, host ? &facts.known : NULL, spec,
                         diags, err);
    load_facts_dispose(&facts);
    return rc;
}

int load_domain(const struct settings *settings, struct host *host,
                const struct config_source *source,
                const struct xlconf *defaults, bool ignore_affinity_masks,
                bool quiet, struct domain_spec *spec, struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;

    if (settings->as_xl && !quiet)
        fprintf(stderr, "Parsing config from %s\n", source->path);
    int rc = load_domain_silently(host, source, defaults, ignore_affinity_masks,
                                  spec, &diags, err);
    load_print_diags(&diags, quiet || settings->as_xl);
    return rc;
}

int load_saved(struct host *host, const struct source *source,
               struct domain_spec *spec, struct error *err)
{
    int rc = libxl_domain_config_from_json(host->ctx, &spec->config,
                                           source->config_json);
    if (rc != 0 || spec->config.c_info.name == NULL)
        return host_fail(host, err, ERR_CONFIG, rc, "%s: its configuration",
                         source->path);
    if (saved_config_read_own(source->config_json, &spec->own, err) < 0)
        return error_context(err, "%s: its configuration", source->path);
    return 0;
}

/* The JSON of a domain with all that is kept of it. */
static char *full_json(struct domain_spec *spec)
{
    cleanup_free char *json = domain_spec_to_json(spec);

    return json != NULL ? saved_config_make(json, &spec->own) : NULL;
}

/* A file's text as that JSON; overrides may be NULL. */
static char *text_to_json(const struct invocation *inv,
                          const struct config_source *source,
                          const struct xlconf *defaults, bool quiet,
                          struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (load_domain(inv->settings, inv->host, source, defaults, false, quiet,
                    &spec, err) < 0)
        return NULL;
    char *json = full_json(&spec);
    if (json == NULL)
        error_set(err, ERR_FAILED, "%s as JSON", source->path);
    return json;
}

/* The file that would make such a domain, for the overrides to follow. */
static void write_as_text(struct domain_spec *spec,
                          const struct xlconf *defaults, struct strbuf *text)
{
    struct config_settings cleanup_config_settings settings = { 0 };

    describe_forget_filled(&spec->config);
    config_settings_make(&settings, spec, defaults);
    config_settings_render(&settings, text);
}

static int replace_spec(struct host *host, const char *path, char *json,
                        struct domain_spec *spec, struct error *err)
{
    const struct source changed = { .path = path, .config_json = json };

    domain_spec_dispose(spec);
    domain_spec_init(spec);
    return load_saved(host, &changed, spec, err);
}

int load_override(const struct invocation *inv, const char *path,
                  const struct xlconf *defaults, const char *const *overrides,
                  struct domain_spec *spec, struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };
    cleanup_free char *saved = full_json(spec);

    if (saved == NULL)
        return error_set(err, ERR_FAILED, "%s: its configuration as JSON",
                         path);
    write_as_text(spec, defaults, &text);
    struct config_source source = { .path = path,
                                    .text = text.text,
                                    .length = text.length };
    cleanup_free char *before = text_to_json(inv, &source, defaults, true, err);
    source.overrides = overrides;
    cleanup_free char *after =
        before != NULL ? text_to_json(inv, &source, defaults, false, err)
                       : NULL;
    if (after == NULL)
        return -1;
    cleanup_free char *changed = saved_config_change(saved, before, after, err);
    return changed != NULL ? replace_spec(inv->host, path, changed, spec, err)
                           : -1;
}

int load_saved_config(struct invocation *inv, const char *file,
                      const char *uuid, char **json, struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_xlconf struct xlconf defaults;
    struct config_source source = { .path = file };

    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        load_domain(inv->settings, inv->host, &source, &defaults, false, true,
                    &spec, err) < 0)
        return -1;
    if (uuid != NULL)
        libxl_uuid_from_string(&spec.config.c_info.uuid, uuid);
    cleanup_free char *libxl_json = domain_spec_to_json(&spec);
    if (libxl_json == NULL)
        return error_set(err, ERR_FAILED, "%s as JSON", file);
    *json = saved_config_make(libxl_json, &spec.own);
    return 0;
}

static void show_text(const char *text, FILE *debug)
{
    if (debug != NULL)
        fputs(text, debug);
    else
        show_printf("%s", text);
}

/* As far as it goes: xl prints that, too. */
static int show_sxp(const struct domain_spec *spec, FILE *debug,
                    struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };
    int rc = sxp_of_domain(SXP_NO_DOMAIN, NULL, &spec->config, &text, err);

    show_text(text.text, debug);
    return rc;
}

int load_show_domain(const struct xlconf *defaults, struct domain_spec *spec,
                     FILE *debug, struct error *err)
{
    if (defaults != NULL && defaults->output_sxp)
        return show_sxp(spec, debug, err);
    cleanup_free char *json = domain_spec_to_json(spec);
    if (json == NULL)
        return error_set(err, ERR_FAILED, "libxl cannot show it as JSON");
    show_text(json, debug);
    return 0;
}

int load_cpupool(const struct settings *settings, struct host *host,
                 const struct config_source *source, struct cpupool_spec *spec,
                 struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct load_facts facts = { 0 };

    load_facts_read(host, &facts);
    int rc = config_load_cpupool(source, &facts.known, spec, &diags, err);
    load_facts_dispose(&facts);
    load_print_diags(&diags, settings->as_xl);
    return rc;
}

int load_device(const struct invocation *inv, enum config_device kind,
                void *device, struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xlconf cleanup_xlconf defaults;
    const struct config_words words = {
        .words = (const char *const *)inv->words,
        .count = (size_t)inv->word_count,
        .first = inv->domain != NULL ? 2 : 1,
    };

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0)
        return -1;
    int rc = config_device_read(kind, &words, &defaults, device, &diags, err);
    load_print_diags(&diags, inv->settings->as_xl);
    return rc;
}
