/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device lists of a few settings each: p9, vtpm, pvcalls. As in xl, a word
 * without `=` ends the reading of an item.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"

static void read_pairs(struct spec *spec, const struct spec_field *fields,
                       size_t count, void *object, const char *kind)
{
    char *word;

    while ((word = spec_next(spec)) != NULL) {
        if (strchr(word, '=') == NULL) {
            spec_warn(spec, word, "settings are KEY=VALUE",
                      "'%s' and what follows in %s is ignored", word, kind);
            return;
        }
        if (!spec_store(spec, fields, count, object, word))
            spec_unknown(spec, fields, count, word, true, kind);
    }
}

/*
 * xl: what an item leaves out it takes from the item before. The item is
 * kept here to have the same result.
 */
struct p9_texts {
    char *tag;
    char *path;
    char *security_model;
    char *backend;
};

static const struct spec_field p9_fields[] = {
    { "tag", SPEC_TEXT, offsetof(struct p9_texts, tag) },
    { "path", SPEC_TEXT, offsetof(struct p9_texts, path) },
    { "security_model", SPEC_TEXT, offsetof(struct p9_texts, security_model) },
    { "backend", SPEC_TEXT, offsetof(struct p9_texts, backend) },
};

static void set_p9(struct fill *fill, const struct config_value *item,
                   const struct p9_texts *texts)
{
    libxl_domain_config *config = &fill->spec->config;
    libxl_device_p9 *p9 = FILL_EXTEND(config->p9s, config->num_p9s);

    libxl_device_p9_init(p9);
    if (!texts->tag || !texts->path || !texts->security_model) {
        fill_error(fill, item, "write tag=, path= and security_model=",
                   "this 9p share lacks a %s",
                   !texts->tag    ? "tag"
                   : !texts->path ? "path"
                                  : "security model");
        return;
    }
    p9->tag = mem_strdup(texts->tag);
    p9->path = mem_strdup(texts->path);
    p9->security_model = mem_strdup(texts->security_model);
    if (texts->backend != NULL)
        p9->backend_domname = mem_strdup(texts->backend);
}

static void fill_p9s(struct fill *fill)
{
    const struct config_value *list = fill_list(fill, "p9");
    const struct config_value *item = NULL;
    struct p9_texts texts = { 0 };

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "p9", list, item)) != NULL) {
        struct spec cleanup_spec spec;

        spec_open(&spec, fill, item);
        read_pairs(&spec, p9_fields, SPEC_COUNT(p9_fields), &texts,
                   "a 9p share");
        set_p9(fill, item, &texts);
    }
    free(texts.tag);
    free(texts.path);
    free(texts.security_model);
    free(texts.backend);
}

static void set_vtpm_uuid(struct spec *spec, void *object, const char *text)
{
    libxl_device_vtpm *vtpm = object;

    if (libxl_uuid_from_string(&vtpm->uuid, text) != 0)
        spec_error(spec, text, NULL, "'%s' is not a UUID", text);
}

static const struct spec_field vtpm_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_vtpm, backend_domname) },
    { "uuid", SPEC_FUNCTION, 0, NULL, set_vtpm_uuid },
};

static void fill_vtpms(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_list(fill, "vtpm");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "vtpm", list, item)) != NULL) {
        libxl_device_vtpm *vtpm = FILL_EXTEND(config->vtpms, config->num_vtpms);
        struct spec cleanup_spec spec;

        libxl_device_vtpm_init(vtpm);
        vtpm->devid = config->num_vtpms - 1;
        spec_open(&spec, fill, item);
        read_pairs(&spec, vtpm_fields, SPEC_COUNT(vtpm_fields), vtpm,
                   "a virtual TPM");
        if (vtpm->backend_domname == NULL)
            fill_error(fill, item, "write backend=DOMAIN",
                       "a virtual TPM needs a backend");
    }
}

static const struct spec_field pvcalls_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_pvcallsif, backend_domname) },
};

static void fill_pvcalls(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_list(fill, "pvcalls");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "pvcalls", list, item)) != NULL) {
        libxl_device_pvcallsif *pvcallsif =
            FILL_EXTEND(config->pvcallsifs, config->num_pvcallsifs);
        struct spec cleanup_spec spec;

        libxl_device_pvcallsif_init(pvcallsif);
        pvcallsif->devid = config->num_pvcallsifs - 1;
        spec_open(&spec, fill, item);
        read_pairs(&spec, pvcalls_fields, SPEC_COUNT(pvcalls_fields), pvcallsif,
                   "a PV calls interface");
    }
}

void fill_small_devices(struct fill *fill)
{
    fill_p9s(fill);
    fill_vtpms(fill);
    fill_pvcalls(fill);
}
